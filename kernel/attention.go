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
	g := attentionGroup{heads: len(stat), d: len(y) / max(len(stat), 1)}
	factor, sums, scores := take(&mem, g.heads), take(&mem, g.heads), take(&mem, g.heads*AttentionBlock)
	decoded := take(&mem, max(k.As.scratch(g.d), v.As.scratch(g.d)))
	g.queries(&mem, q, scale)
	for h := range stat {
		stat[h], sums[h] = Float(math.Inf(-1)), 0
	}
	begin := first / AttentionBlock * AttentionBlock
	for at := begin; at < n; at += AttentionBlock {
		block := min(AttentionBlock, n-at)
		s := scores[:g.heads*block]
		keys, ldk := k.From(at*ld).rows(decoded, ld, block, g.d)
		g.dots(s, keys, ldk, block)
		SoftCap(s, cap)
		for h := range stat {
			hideKeys(s[h*block:][:block], 1, mask, at)
			hideBefore(s[h*block:][:block], 1, first-at)
		}
		rowWeights(s, stat, sums, factor, block)
		for h, f := range factor {
			if row := y[h*g.d:][:g.d]; at > begin && f != 1 {
				for i := range row {
					row[i] *= f
				}
			}
		}
		values, ldv := v.From(at*ld).rows(decoded, ld, block, g.d)
		g.sums(y, s, values, ldv, block, at > begin)
	}
	for h := range stat {
		row := y[h*g.d:][:g.d]
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
	return heads*(AttentionBlock+2) + as.scratch(d) + attentionGroup{heads: heads, d: d}.scratch()
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

// rowWeights is attentionWeights for scores that stand in a row of n for each query.
func rowWeights(s, top, sum, factor []Float, n int) {
	for h := range top {
		row := s[h*n:][:n]
		factor[h] = 1
		m := max(top[h], -maxFloat)
		if most := maxRow(row); most > top[h] {
			m = max(most, -maxFloat)
			expRow(factor[h:][:1], top[h:][:1], m)
			top[h] = most
		}
		expRow(row, row, m)
	}
	h := 0
	for ; h+4 <= len(top); h += 4 { // sums of four queries at once: each has to wait for its last term
		var t0, t1, t2, t3 Float
		s0, s1, s2, s3 := s[h*n:][:n], s[(h+1)*n:][:n], s[(h+2)*n:][:n], s[(h+3)*n:][:n]
		for j, e := range s0 {
			t0, t1, t2, t3 = t0+e, t1+s1[j], t2+s2[j], t3+s3[j]
		}
		for i, t := range [4]Float{t0, t1, t2, t3} {
			sum[h+i] = mulAdd(sum[h+i], factor[h+i], t)
		}
	}
	for ; h < len(top); h++ {
		var total Float
		for _, e := range s[h*n:][:n] {
			total += e
		}
		sum[h] = mulAdd(sum[h], factor[h], total)
	}
}
