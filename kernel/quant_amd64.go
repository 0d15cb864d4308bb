//go:build amd64 && !purego && !f64

package kernel

import "golang.org/x/sys/cpu"

// tileQuantVector computes a panel for as many of n xs as a kernel takes, and says how many; 0 without vectors.
func tileQuantVector(y []Float, ld int, q Quant, w, x []byte, stride, n, k int) (did int) {
	if level == Generic || k == 0 {
		return 0
	}
	did = 1
	if level == AVX512 && cpu.X86.HasAVX512VNNI {
		for did < maxTileX && 2*did <= n {
			did *= 2
		}
		tileQuantAVX512(&y[0], 4*ld, q, did, &w[0], &x[0], stride, k/q.Block())
	} else {
		tileQuantAVX2(&y[0], 4*ld, q, &w[0], &x[0], stride, k/q.Block())
	}
	return did
}

// packXVector is PackQuantX with vectors; it reports whether the level in use has them.
func packXVector(dst []byte, q Quant, x []Float) bool {
	if level == Generic {
		return false
	}
	p, factor, blocks := &packings[q], sumFactor(q), len(x)/q.Block()
	switch wide := level == AVX512; {
	case p.parts == 1 && wide:
		packX32x1x4AVX512(&dst[0], &x[0], blocks, factor)
	case p.parts == 1:
		packX32x1x4AVX2(&dst[0], &x[0], blocks, factor)
	case p.parts == 8 && wide:
		packX256x8x2AVX512(&dst[0], &x[0], blocks, factor)
	case p.parts == 8:
		packX256x8x2AVX2(&dst[0], &x[0], blocks, factor)
	case p.least && wide:
		packX256x16x2AVX512(&dst[0], &x[0], blocks, factor)
	case p.least:
		packX256x16x2AVX2(&dst[0], &x[0], blocks, factor)
	case wide:
		packX256x16x4AVX512(&dst[0], &x[0], blocks, factor)
	default:
		packX256x16x4AVX2(&dst[0], &x[0], blocks, factor)
	}
	return true
}
