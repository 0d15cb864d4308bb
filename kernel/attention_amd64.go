//go:build amd64 && !purego && !f64

package kernel

// These report whether the level in use has vectors, and did what the loops beside their calls do, for sixteen queries
// at a time. Columns beyond m, up to the next sixteen, are arbitrary before and after.

func attentionHideVector(s, seen []Float, n, m, first int) bool {
	for c := 0; c < m && level != Generic; c += 16 {
		if level == AVX512 {
			attentionHideAVX512(&s[c], &seen[c], n, Float(first))
		} else {
			attentionHideAVX2(&s[c], &seen[c], n, Float(first))
		}
	}
	return level != Generic
}

func attentionWeightsVector(s, top, sum, factor []Float, n, m int) bool {
	for c := 0; c < m && level != Generic; c += 16 {
		if level == AVX512 {
			attentionWeightsAVX512(&s[c], &top[c], &sum[c], &factor[c], n)
		} else {
			attentionWeightsAVX2(&s[c], &top[c], &sum[c], &factor[c], n)
		}
	}
	return level != Generic
}

func attentionSlopesVector(s, ds, stat, delta []Float, n, m int, scale Float) bool {
	for c := 0; c < m && level != Generic; c += 16 {
		if level == AVX512 {
			attentionSlopesAVX512(&s[c], &ds[c], &stat[c], &delta[c], n, scale)
		} else {
			attentionSlopesAVX2(&s[c], &ds[c], &stat[c], &delta[c], n, scale)
		}
	}
	return level != Generic
}

func attentionScaleVector(y, factor []Float, n, m int) bool {
	for c := 0; c < m && level != Generic; c += 16 {
		if level == AVX512 {
			attentionScaleAVX512(&y[c], &factor[c], n)
		} else {
			attentionScaleAVX2(&y[c], &factor[c], n)
		}
	}
	return level != Generic
}

func attentionOutVector(y, x, factor []Float, ld, m, n int, add bool) bool {
	if level == Generic {
		return false
	}
	cols, whole := 16, 8
	if level == AVX512 {
		cols, whole = 32, 16
	}
	for i := 0; i < n; i += whole {
		if level == AVX512 {
			attentionOutAVX512(&y[i], &x[i*cols], &factor[0], 4*ld, m, min(whole, n-i), add)
		} else {
			attentionOutAVX2(&y[i], &x[i*cols], &factor[0], 4*ld, m, min(whole, n-i), add)
		}
	}
	return true
}
