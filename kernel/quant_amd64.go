//go:build amd64 && !purego && !f64

package kernel

import "golang.org/x/sys/cpu"

// tileQuantVector computes a panel for as many of n xs as a kernel takes, and says how many; 0 without vectors.
func tileQuantVector(y []Float, ld int, q Quant, w, x []byte, stride, n, k int) (did int) {
	if level == Generic || k == 0 {
		return 0
	}
	to, blocks := &y[0], k/q.Block()
	if level != AVX512 || !cpu.X86.HasAVX512VNNI {
		switch q {
		case Q8_0:
			tileQ8_0x1AVX2(to, 4*ld, &w[0], &x[0], stride, blocks)
		case Q4_0:
			tileQ4_0x1AVX2(to, 4*ld, &w[0], &x[0], stride, blocks)
		case Q4_K:
			tileQ4_Kx1AVX2(to, 4*ld, &w[0], &x[0], stride, blocks)
		case Q5_K:
			tileQ5_Kx1AVX2(to, 4*ld, &w[0], &x[0], stride, blocks)
		case Q6_K:
			tileQ6_Kx1AVX2(to, 4*ld, &w[0], &x[0], stride, blocks)
		}
		return 1
	}
	did = 1
	for did < maxTileX && 2*did <= n {
		did *= 2
	}
	switch (tileKind{q, did}) {
	case tileKind{Q8_0, 1}:
		tileQ8_0x1AVX512(to, 4*ld, &w[0], &x[0], stride, blocks)
	case tileKind{Q8_0, 2}:
		tileQ8_0x2AVX512(to, 4*ld, &w[0], &x[0], stride, blocks)
	case tileKind{Q8_0, 4}:
		tileQ8_0x4AVX512(to, 4*ld, &w[0], &x[0], stride, blocks)
	case tileKind{Q8_0, 8}:
		tileQ8_0x8AVX512(to, 4*ld, &w[0], &x[0], stride, blocks)
	case tileKind{Q4_0, 1}:
		tileQ4_0x1AVX512(to, 4*ld, &w[0], &x[0], stride, blocks)
	case tileKind{Q4_0, 2}:
		tileQ4_0x2AVX512(to, 4*ld, &w[0], &x[0], stride, blocks)
	case tileKind{Q4_0, 4}:
		tileQ4_0x4AVX512(to, 4*ld, &w[0], &x[0], stride, blocks)
	case tileKind{Q4_0, 8}:
		tileQ4_0x8AVX512(to, 4*ld, &w[0], &x[0], stride, blocks)
	case tileKind{Q4_K, 1}:
		tileQ4_Kx1AVX512(to, 4*ld, &w[0], &x[0], stride, blocks)
	case tileKind{Q4_K, 2}:
		tileQ4_Kx2AVX512(to, 4*ld, &w[0], &x[0], stride, blocks)
	case tileKind{Q4_K, 4}:
		tileQ4_Kx4AVX512(to, 4*ld, &w[0], &x[0], stride, blocks)
	case tileKind{Q4_K, 8}:
		tileQ4_Kx8AVX512(to, 4*ld, &w[0], &x[0], stride, blocks)
	case tileKind{Q5_K, 1}:
		tileQ5_Kx1AVX512(to, 4*ld, &w[0], &x[0], stride, blocks)
	case tileKind{Q5_K, 2}:
		tileQ5_Kx2AVX512(to, 4*ld, &w[0], &x[0], stride, blocks)
	case tileKind{Q5_K, 4}:
		tileQ5_Kx4AVX512(to, 4*ld, &w[0], &x[0], stride, blocks)
	case tileKind{Q5_K, 8}:
		tileQ5_Kx8AVX512(to, 4*ld, &w[0], &x[0], stride, blocks)
	case tileKind{Q6_K, 1}:
		tileQ6_Kx1AVX512(to, 4*ld, &w[0], &x[0], stride, blocks)
	case tileKind{Q6_K, 2}:
		tileQ6_Kx2AVX512(to, 4*ld, &w[0], &x[0], stride, blocks)
	case tileKind{Q6_K, 4}:
		tileQ6_Kx4AVX512(to, 4*ld, &w[0], &x[0], stride, blocks)
	case tileKind{Q6_K, 8}:
		tileQ6_Kx8AVX512(to, 4*ld, &w[0], &x[0], stride, blocks)
	}
	return did
}

// A tileKind is a kind of weights and how many xs.
type tileKind struct {
	q Quant
	n int
}

// packXVector is PackQuantX with vectors; it reports whether the level in use has them.
func packXVector(dst []byte, q Quant, x []Float) bool {
	if level == Generic {
		return false
	}
	p := packings[q]
	factor, blocks := -int(p.zero), len(x)/q.Block()
	if p.least {
		factor = 1
	}
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
