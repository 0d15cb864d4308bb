package kernel

import "math"

// AttentionRow lets one query read the values of the keys it sees.
//
//	s[j] = scale·Σ_d q[d]·k[j,d]    stat = ln Σ_j exp s[j]    y = Σ_j exp(s[j] − stat)·v[j]
//	q, y (D)   k, v (keys, D), rows ld apart   scores (keys) is scratch
//
// A key whose mask is 0 is not seen; a nil mask shows all. A query that sees no
// key gives y = 0 and stat = −∞. Keys are read in their order.
func AttentionRow(y, scores, q, k, v []Float, ld int, mask []int32, scale Float) (stat Float) {
	RowDots(scores, q, k, ld, false)
	stat = attentionWeights(scores, mask, scale)
	RowSums(y, scores, v, ld, false)
	return stat
}

// attentionWeights turns q·k to the weights of the keys, softmax(scale·q·k), and gives ln Σ exp.
func attentionWeights(scores []Float, mask []int32, scale Float) (stat Float) {
	top := attentionScores(scores, mask, scale)
	if math.IsInf(float64(top), -1) {
		clear(scores)
		return top
	}
	var sum Float
	for j, s := range scores {
		e := ExpOf(s - top)
		scores[j] = e
		sum += e
	}
	r := 1 / sum
	for j := range scores {
		scores[j] *= r
	}
	return top + LogOf(sum)
}

// attentionScores scales q·k, hides the keys whose mask is 0, and gives the largest score, −∞ if no key is seen.
func attentionScores(scores []Float, mask []int32, scale Float) (top Float) {
	unseen := Float(math.Inf(-1))
	top = unseen
	for j, s := range scores {
		s *= scale
		if mask != nil && mask[j] == 0 {
			s = unseen
		}
		scores[j] = s
		top = max(top, s)
	}
	return top
}

// AttentionRowBack is the way back of AttentionRow for one query, from its
// result y, its stat and the gradient dy. It adds to dk and dv, rows ld apart,
// and stores to dq, or adds to it if addQ; a nil result is not wanted.
//
//	p = exp(s − stat)    δ = Σ y·dy    ds[j] = p[j]·(dy·v[j] − δ)·scale
//	dv[j] += p[j]·dy     dq = Σ_j ds[j]·k[j]     dk[j] += ds[j]·q
//
// scores and slopes (keys) are scratch.
func AttentionRowBack(dq, dk, dv, scores, slopes, q, k, v, y, dy []Float, ld int, mask []int32, scale, stat Float, addQ bool) {
	if math.IsInf(float64(stat), -1) { // no key was seen
		if dq != nil && !addQ {
			clear(dq)
		}
		return
	}
	RowDots(scores, q, k, ld, false)
	attentionAgain(scores, mask, scale, stat)
	if dv != nil {
		outer(dv, scores, dy, ld)
	}
	if dq == nil && dk == nil {
		return
	}
	RowDots(slopes, dy, v, ld, false)
	attentionSlopes(slopes, scores, y, dy, scale)
	if dq != nil {
		RowSums(dq, slopes, k, ld, addQ)
	}
	if dk != nil {
		outer(dk, slopes, q, ld)
	}
}

// attentionAgain turns q·k to the weights that gave stat.
func attentionAgain(scores []Float, mask []int32, scale, stat Float) {
	attentionScores(scores, mask, scale)
	for j, s := range scores {
		scores[j] = ExpOf(s - stat)
	}
}

// attentionSlopes turns dy·v to the slopes of the scores.
func attentionSlopes(slopes, p, y, dy []Float, scale Float) {
	var delta Float
	for d, g := range dy {
		delta += Float(y[d] * g)
	}
	p = p[:len(slopes)]
	for j := range slopes {
		slopes[j] = p[j] * (slopes[j] - delta) * scale
	}
}

// outer is  y[j,d] += a[j]·x[d],  the rows of y ld apart.
func outer(y, a, x []Float, ld int) {
	for j, v := range a {
		if v == 0 { // an unseen key
			continue
		}
		row := y[j*ld:][:len(x)]
		for d := range row {
			row[d] += Float(v * x[d])
		}
	}
}
