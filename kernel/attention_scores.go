package kernel

import "math"

// A tile of scores (n, m) is those of n keys and of m queries that stand side by side, as many as a panel of b has
// columns: after the softmax it is such a panel. Its rows, and those of all that goes with it, are tileCols apart. Work
// on it goes down the columns, so that queries never meet.

// attentionHide is  s[j,c] = −∞  where query c does not see key first + j:  seen[c] ≤ first + j.
func attentionHide(s, seen []Float, n, m, first int) {
	if n == 0 || attentionHideVector(s, seen, n, m, first) {
		return
	}
	cols := tileCols()
	for j := range n {
		for c := range m {
			if Float(first+j) >= seen[c] {
				s[j*cols+c] = Float(math.Inf(-1))
			}
		}
	}
}

// attentionWeights does the step of AttentionRow for a block of n keys.
func attentionWeights(s, top, sum, factor []Float, n, m int) {
	if attentionWeightsVector(s, top, sum, factor, n, m) {
		return
	}
	cols := tileCols()
	for c := range m {
		most, total := top[c], Float(0)
		for j := range n {
			if v := s[j*cols+c]; v > most {
				most = v
			}
		}
		m := max(most, -maxFloat)
		factor[c] = ExpOf(top[c] - m)
		for j := range n {
			e := ExpOf(s[j*cols+c] - m)
			s[j*cols+c] = e
			total += e
		}
		top[c], sum[c] = most, mulAdd(sum[c], factor[c], total)
	}
}

// attentionSlopes turns scores to weights and their slopes, dy·v, to those of the scores.
//
//	s[j,c] = exp(s[j,c] − stat[c])    ds[j,c] = s[j,c]·(ds[j,c] − delta[c])·scale
func attentionSlopes(s, ds, stat, delta []Float, n, m int, scale Float) {
	if attentionSlopesVector(s, ds, stat, delta, n, m, scale) {
		return
	}
	cols := tileCols()
	for j := range n {
		for c := range m {
			i := j*cols + c
			s[i] = ExpOf(s[i] - stat[c])
			ds[i] = s[i] * (ds[i] - delta[c]) * scale
		}
	}
}

// attentionScale is  y[j,c] *= factor[c].
func attentionScale(y, factor []Float, n, m int) {
	if attentionScaleVector(y, factor, n, m) {
		return
	}
	cols := tileCols()
	for j := range n {
		for c := range m {
			y[j*cols+c] *= factor[c]
		}
	}
}

// attentionOut is  y[c·ld + i] (=|+=) factor[c]·x[i,c]  for c < m, i < n.
func attentionOut(y, x, factor []Float, ld, m, n int, add bool) {
	if attentionOutVector(y, x, factor, ld, m, n, add) {
		return
	}
	cols := tileCols()
	for c := range m {
		row := y[c*ld:][:n]
		for i := range row {
			v := Float(factor[c] * x[i*cols+c])
			if add {
				v += row[i]
			}
			row[i] = v
		}
	}
}
