package kernel

import "math"

// AttentionBlock is how many keys have their weights computed together. The blocks of a query are counted from key 0
// on, so that it does not matter which queries are computed with it, or when. Any size from 112 to 192 is as fast.
const AttentionBlock = 128

// AttentionRow lets the query of each of len(stat) heads read the values of the keys, which they share.
//
//	s[j] = Σ_d scale·q[d]·k[j,d]    stat = ln Σ_j exp s[j]    y = Σ_j exp(s[j] − stat)·v[j]
//	q, y (heads, D)   stat (heads)   k, v (n, D), rows ld apart   mem is scratch, see AttentionRowScratch
//
// Keys and values that are not kept as floats are decoded block by block, so results are those of what they decode to.
// A key before the first-th is not seen, nor one whose mask is 0; a nil mask shows all. A query that sees no key gives
// y = 0 and stat = −∞. Where cap is not 0, s is cap·tanh(s/cap), see SoftCap.
//
// Scores are never all in memory. For each block of keys in turn, with m the largest score so far (Milakov & Gimelshein
// 2018, "Online normalizer calculation for softmax"; Dao et al. 2022, "FlashAttention"),
//
//	f = exp(m before − m)    p[j] = exp(s[j] − m)    sum = sum·f + Σ_j p[j]    y = y·f + Σ_j p[j]·v[j]
//
// where sums take their terms in the order of the keys; at last  y /= sum,  stat = m + ln sum.
func AttentionRow(y, stat, q []Float, k, v Stored, mem []Float, ld, first, n int, mask []int32, scale, cap Float) {
	d := len(y) / max(len(stat), 1)
	scores, scaled, sums := take(&mem, AttentionBlock), take(&mem, len(q)), take(&mem, len(stat))
	keyMem, valueMem := take(&mem, k.As.scratch(d)), take(&mem, v.As.scratch(d))
	for i, x := range q {
		scaled[i] = x * scale
	}
	for h := range stat {
		stat[h], sums[h] = Float(math.Inf(-1)), 0
	}
	begin := first / AttentionBlock * AttentionBlock
	for at := begin; at < n; at += AttentionBlock {
		s := scores[:min(AttentionBlock, n-at)]
		keys, ldk := k.From(at*ld).rows(keyMem, ld, len(s), d)
		values, ldv := v.From(at*ld).rows(valueMem, ld, len(s), d)
		for h := range stat {
			row := y[h*d:][:d]
			RowDots(s, scaled[h*d:][:d], keys, ldk, false)
			SoftCap(s, cap)
			hideKeys(s, 1, mask, at)
			hideBefore(s, 1, first-at)
			f := rowWeights(s, &stat[h], &sums[h])
			if at > begin && f != 1 {
				for i := range row {
					row[i] *= f
				}
			}
			RowSums(row, s, values, ldv, at > begin)
		}
	}
	for h := range stat {
		row := y[h*d:][:d]
		if sums[h] == 0 {
			clear(row)
			continue
		}
		r := 1 / sums[h]
		for i := range row {
			row[i] *= r
		}
	}
	Map(Log, sums, sums, &noArgs)
	for h := range stat {
		stat[h] += sums[h]
	}
}

// AttentionRowScratch is how much memory AttentionRow needs for heads of width d, and keys and values that are kept in as.
func AttentionRowScratch(heads, d int, as StoredAs) int {
	return AttentionBlock + heads*(d+1) + 2*as.scratch(d)
}

// hideKeys makes the scores of keys −∞ whose mask is 0. The first of s, rows of m scores, is that of key at.
func hideKeys(s []Float, m int, mask []int32, at int) {
	if mask == nil {
		return
	}
	for j, seen := range mask[at:][:len(s)/m] {
		if seen == 0 {
			Fill(s[j*m:][:m], Float(math.Inf(-1)))
		}
	}
}

// hideBefore makes the scores of the first n keys −∞, rows of m scores.
func hideBefore(s []Float, m, n int) {
	if n > 0 {
		Fill(s[:min(n*m, len(s))], Float(math.Inf(-1)))
	}
}

// rowWeights is attentionWeights for the scores of one query, which stand in a row. It returns the factor.
func rowWeights(s []Float, top, sum *Float) (factor Float) {
	factor = 1
	m := max(*top, -maxFloat)
	if most := maxRow(s); most > *top {
		f := [1]Float{*top}
		m = max(most, -maxFloat)
		expRow(f[:], f[:], m)
		*top, factor = most, f[0]
	}
	expRow(s, s, m)
	var total Float
	for _, e := range s {
		total += e
	}
	*sum = mulAdd(*sum, factor, total)
	return factor
}
