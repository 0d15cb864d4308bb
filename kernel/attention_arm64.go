//go:build arm64 && !purego && !f64

package kernel

// attentionWeightsVector and attentionSlopesVector leave the exponentials of a tile to vectors, which take its rows of neonCols as
// one; they report whether the level in use has them. Columns beyond m are arbitrary before and after.

func attentionWeightsVector(s, top, sum, factor []Float, n, m int) bool {
	if level == Generic || n == 0 {
		return false
	}
	var most, total [neonCols]Float
	copy(most[:], top[:m])
	for j := range n {
		for c, v := range s[j*neonCols:][:m] {
			if v > most[c] {
				most[c] = v
			}
		}
	}
	for c, v := range most[:m] {
		most[c] = max(v, -maxFloat)
		factor[c] = top[c] - most[c]
		top[c] = v
	}
	expTo(factor[:m], factor[:m], 0)
	lessRow(s, most[:m], n)
	expTo(s[:(n-1)*neonCols+m], s, 0)
	for j := range n {
		for c, v := range s[j*neonCols:][:m] {
			total[c] += v
		}
	}
	for c := range m {
		sum[c] = mulAdd(sum[c], factor[c], total[c])
	}
	return true
}

func attentionSlopesVector(s, ds, stat, delta []Float, n, m int, scale Float) bool {
	if level == Generic || n == 0 {
		return false
	}
	lessRow(s, stat[:m], n)
	expTo(s[:(n-1)*neonCols+m], s, 0)
	for j := range n {
		row := s[j*neonCols:][:m]
		for c, d := range ds[j*neonCols:][:m] {
			ds[j*neonCols+c] = row[c] * (d - delta[c]) * scale
		}
	}
	return true
}

// lessRow is  s[j,c] −= x[c]  for j < n.
func lessRow(s, x []Float, n int) {
	for j := range n {
		row := s[j*neonCols:][:len(x)]
		for c, v := range x {
			row[c] -= v
		}
	}
}
