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

// farthestVector is the largest magnitude in x.
func farthestVector(x []Float) (far Float, ok bool) {
	switch level {
	case Generic:
		return 0, false
	case AVX512:
		farthestAVX512(&far, &x[0], len(x))
	default:
		farthestAVX2(&far, &x[0], len(x))
	}
	return far, true
}

// roundVector is roundX.
func roundVector(dst []byte, sums []int32, x []Float, id Float) bool {
	switch level {
	case Generic:
		return false
	case AVX512:
		roundCodesAVX512(&dst[0], &sums[0], &x[0], len(x), id)
	default:
		roundCodesAVX2(&dst[0], &sums[0], &x[0], len(x), id)
	}
	return true
}
