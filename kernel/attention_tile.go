package kernel

import "math"

// AttentionKeys is the keys and values of one key head, packed, with the scratch that queries need. Products run on
// packed panels, as MatMul's, and transposed, so that queries stand side by side: scores are  keys·queries,  results
// valuesᵀ·weights,  and weights need no packing.
type AttentionKeys struct {
	s, d  int
	k, v  []Float // keys as rows, a panel holding consecutive keys; values as columns, or as rows for the way back
	kt    []Float // keys as columns, for the way back
	mem   []Float
	scale Float
	cap   Float
	mask  []int32
}

// keyPanels is the length of the panels of AttentionBlock keys of width d, each of as many keys as it can hold, so that
// some of the panels are those of fewer keys.
func keyPanels(d int) int { return PackedA(AttentionBlock, d) }

// AttentionTile is how many queries of a head AttentionKeys.Rows takes at most.
func AttentionTile() int { return tileCols() }

// AttentionScratch is how much memory AttentionKeys needs for s keys of width d that are kept in as, for Rows.
func AttentionScratch(s, d int, as StoredAs) int {
	cols := tileCols()
	return blocksOf(s)*keyPanels(d) + PackedA(d, s) + max(cols*(AttentionBlock+d+widest(d)+4), as.scratch(d))
}

func blocksOf(s int) int { return (s + AttentionBlock - 1) / AttentionBlock }

// widest is d rounded up to whole registers.
func widest(d int) int { return (d + 15) / 16 * 16 }

// take cuts n numbers from mem.
func take(mem *[]Float, n int) []Float {
	x := (*mem)[:n:n]
	*mem = (*mem)[n:]
	return x
}

// Load packs keys and values (s, d) whose rows are ld apart, in mem. Scores are scaled, then capped where cap is not 0.
func (a *AttentionKeys) Load(mem []Float, k, v Stored, ld, s, d int, mask []int32, scale, cap Float) {
	*a = AttentionKeys{s: s, d: d, mask: mask, scale: scale, cap: cap}
	a.k, a.v = take(&mem, blocksOf(s)*keyPanels(d)), take(&mem, PackedA(d, s))
	a.mem = mem // of queries, before which it holds what is decoded
	for at := 0; at < s; at += AttentionBlock {
		n := min(AttentionBlock, s-at)
		keys, ldk := k.From(at*ld).rows(mem, ld, n, d)
		packKeys(a.k[at/AttentionBlock*keyPanels(d):], keys, ldk, n, d)
	}
	switch {
	case s == 0:
	case v.As == StoredFloat:
		PackA(a.v, v.F, ld, d, s, true)
	default:
		a.loadValues(v, ld)
	}
}

// loadValues packs values that have to be decoded, block by block.
func (a *AttentionKeys) loadValues(v Stored, ld int) {
	rows, parts := tileRows(), splitRows(a.d, tileRows())
	for at := 0; at < a.s; at += AttentionBlock {
		n := min(AttentionBlock, a.s-at)
		values, ldv := v.From(at*ld).rows(a.mem, ld, n, a.d)
		for i := range parts.panels {
			first := parts.row(i)
			PackA(a.v[(i*a.s+at)*rows:], values[first:], ldv, min(parts.row(i+1), a.d)-first, n, true)
		}
	}
}

// packKeys packs n rows of x as rows, a panel holding as many as it can.
func packKeys(dst, x []Float, ld, n, d int) {
	rows := tileRows()
	whole := n / rows * rows
	if whole > 0 {
		PackA(dst, x, ld, whole, d, false)
	}
	if whole < n {
		PackA(dst[whole*d:], x[whole*ld:], ld, n-whole, d, false)
	}
}

// keyDots is  y (n, m) = keys (n, d)·x (d, m),  of the first n keys that packKeys has packed.
func keyDots(y, keys, x []Float, n, m, d int) {
	rows, cols := tileRows(), tileCols()
	whole := n / rows * rows
	Tiles(y, cols, keys, x, whole, m, d, false)
	if whole < n {
		Tiles(y[whole*cols:], cols, keys[whole*d:], x, n-whole, m, d, false)
	}
}

// keySums is  y (d, m) (=|+=) columns (d, n)·p (n, m):  of all s terms that the panels of columns hold, n from the
// at-th on.
func keySums(y, columns, p []Float, d, s, at, n, m int, onto bool) {
	rows, cols := tileRows(), tileCols()
	if n == s {
		Tiles(y, cols, columns, p, d, m, n, onto)
		return
	}
	parts := splitRows(d, rows)
	for i := range parts.panels {
		first := parts.row(i)
		Tiles(y[first*cols:], cols, columns[(i*s+at)*rows:], p, min(parts.row(i+1), d)-first, m, n, onto)
	}
}

// Seen is which keys the queries see: the i-th of a tile those before First + i·Step, but no less than 0 and no more
// than all of them, and of these the last Window where that is not 0.
type Seen struct{ First, Step, Window int }

func (n Seen) of(i, s int) int { return min(max(n.First+i*n.Step, 0), s) }

// Before is how many of the first keys query i does not see.
func (n Seen) Before(i int) int {
	if n.Window == 0 {
		return 0
	}
	return max(n.First+i*n.Step-n.Window, 0)
}

// after is what the queries from the i-th on see.
func (n Seen) after(i int) Seen { return Seen{n.First + i*n.Step, n.Step, n.Window} }

// Rows is AttentionRow, to the bit, for m ≤ AttentionTile queries of one head: rows of q and y are ld apart, stats lds.
func (a *AttentionKeys) Rows(y, stat, q []Float, ld, lds, m int, seen Seen) {
	mem, cols := a.mem, tileCols()
	x, s, t := take(&mem, cols*a.d), take(&mem, cols*AttentionBlock), take(&mem, cols*widest(a.d))
	top, sum, factor, limit := take(&mem, cols), take(&mem, cols), take(&mem, cols), take(&mem, cols)
	a.queries(x, q, factor, ld, m)
	Fill(top, Float(math.Inf(-1)))
	clear(sum)
	n, begin := seen.of(m-1, a.s), seen.Before(0)/AttentionBlock*AttentionBlock
	if n <= begin {
		clear(t)
	}
	for at := begin; at < n; at += AttentionBlock {
		block := min(AttentionBlock, n-at)
		keyDots(s, a.k[at/AttentionBlock*keyPanels(a.d):], x, block, m, a.d)
		SoftCap(s[:block*cols], a.cap)
		a.hide(s, limit, at, block, m, seen)
		attentionWeights(s, top, sum, factor, block, m)
		if at > begin {
			attentionScale(t, factor, a.d, m)
		}
		keySums(t, a.v, s, a.d, a.s, at, block, m, at > begin)
	}
	for c, v := range sum[:m] {
		factor[c] = 0
		if v != 0 {
			factor[c] = 1 / v
		}
	}
	Map(Log, sum[:m], sum[:m], &noArgs)
	for c := range m {
		stat[c*lds] = top[c] + sum[c]
	}
	attentionOut(y, t, factor, ld, m, a.d, false)
}

// queries packs m queries side by side, times the scale.
func (a *AttentionKeys) queries(x, q, factor []Float, ld, m int) {
	PackB(x, q, ld, m, a.d, true)
	Fill(factor, a.scale)
	attentionScale(x, factor, a.d, m)
}

// hide makes scores −∞ of keys from at on that are not seen.
func (a *AttentionKeys) hide(s, limit []Float, at, n, m int, seen Seen) {
	cols := tileCols()
	hideKeys(s[:n*cols], cols, a.mask, at)
	hideBefore(s[:n*cols], cols, seen.Before(0)-at)
	for c := 1; c < m; c++ { // what leaves the window from one query to the next
		for j := max(seen.Before(0)-at, 0); j < min(seen.Before(c)-at, n); j++ {
			s[j*cols+c] = Float(math.Inf(-1))
		}
	}
	first := max(seen.of(0, a.s)-at, 0) // the keys before are seen by all
	if first >= n {
		return
	}
	for c := range m {
		limit[c] = Float(seen.of(c, a.s) - at)
	}
	attentionHide(s[first*cols:], limit, n-first, m, first)
}
