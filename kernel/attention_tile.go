package kernel

import "math"

// AttentionTile is how many queries of a head are worked on together: their
// products with the keys run on packed panels, as MatMul's.
const AttentionTile = 16

// AttentionKeys is the keys and values of one key head, packed, with the
// scratch that a tile of queries needs.
type AttentionKeys struct {
	s, d   int
	k, v   []Float // panels: k with the keys as columns, v with the keys as rows
	kr, vc []Float // the other way round, for the way back
	x      []Float // a packed operand
	scores []Float // (AttentionTile, s)
	slopes []Float // (AttentionTile, s)
	scale  Float
	mask   []int32
}

// AttentionScratch is how much memory AttentionKeys needs for s keys of width d.
func AttentionScratch(s, d int, back bool) int {
	keys, wide := PackedB(s, d), PackedB(d, s)
	tile := AttentionTile * s
	operand := max(PackedA(AttentionTile, max(s, d)), PackedA(s, AttentionTile)+PackedB(d, AttentionTile))
	if back {
		return 2*(keys+wide+tile) + operand
	}
	return keys + wide + tile + operand
}

// Load packs keys and values (s, d) whose rows are ld apart, in mem.
func (a *AttentionKeys) Load(mem, k, v []Float, ld, s, d int, back bool, mask []int32, scale Float) {
	take := func(n int) []Float {
		x := mem[:n:n]
		mem = mem[n:]
		return x
	}
	*a = AttentionKeys{s: s, d: d, mask: mask, scale: scale}
	keys, wide := PackedB(s, d), PackedB(d, s)
	a.k, a.v, a.scores = take(keys), take(wide), take(AttentionTile*s)
	PackB(a.k, k, ld, s, d, true)
	if back {
		a.kr, a.vc, a.slopes = take(wide), take(keys), take(AttentionTile*s)
		PackB(a.kr, k, ld, d, s, false)
		PackB(a.vc, v, ld, s, d, true)
	} else {
		PackB(a.v, v, ld, d, s, false)
	}
	a.x = mem
}

// Seen is how many keys the queries see: the i-th of a tile sees First + i·Step, but no less than 0 and no more than all.
type Seen struct{ First, Step int }

func (n Seen) of(i, s int) int { return min(max(n.First+i*n.Step, 0), s) }

// Rows is AttentionRow, to the bit, for m ≤ AttentionTile queries of one head:
// rows of q and y are ld apart, stats lds.
func (a *AttentionKeys) Rows(y, stat, q []Float, ld, lds, m int, seen Seen) {
	n := seen.of(m-1, a.s)
	a.dots(a.scores, q, a.k, ld, m, n)
	for i := range m {
		row, ni := a.scores[i*a.s:][:n], seen.of(i, a.s)
		stat[i*lds] = attentionWeights(row[:ni], a.seen(ni), a.scale)
		clear(row[ni:])
	}
	a.sums(y, a.scores, a.v, ld, m, n, false)
}

// RowsBack is AttentionRowBack for m ≤ AttentionTile queries of one head: rows
// of q, y, dy and dq are ld apart, stats lds, rows of dk and dv ldk.
func (a *AttentionKeys) RowsBack(dq, dk, dv, q, y, dy, stat []Float, ld, lds, ldk, m int, seen Seen, addQ bool) {
	n := seen.of(m-1, a.s)
	a.dots(a.scores, q, a.k, ld, m, n)
	for i := range m {
		row, ni := a.scores[i*a.s:][:n], seen.of(i, a.s)
		if math.IsInf(float64(stat[i*lds]), -1) {
			ni = 0
		}
		attentionAgain(row[:ni], a.seen(ni), a.scale, stat[i*lds])
		clear(row[ni:])
	}
	if dv != nil {
		a.outer(dv, a.scores, dy, ld, ldk, m, n)
	}
	if dq == nil && dk == nil {
		return
	}
	a.dots(a.slopes, dy, a.vc, ld, m, n)
	for i := range m {
		attentionSlopes(a.slopes[i*a.s:][:n], a.scores[i*a.s:], y[i*ld:], dy[i*ld:][:a.d], a.scale)
	}
	if dq != nil {
		a.sums(dq, a.slopes, a.kr, ld, m, n, addQ)
	}
	if dk != nil {
		a.outer(dk, a.slopes, q, ld, ldk, m, n)
	}
}

// seen is the mask of the first n keys.
func (a *AttentionKeys) seen(n int) []int32 {
	if a.mask == nil {
		return nil
	}
	return a.mask[:n]
}

// dots is  y (m, n) = x (m, d)·keysᵀ,  rows of y s apart.
func (a *AttentionKeys) dots(y, x, keys []Float, ld, m, n int) {
	PackA(a.x, x, ld, m, a.d, false)
	Tiles(y, a.s, a.x, keys, m, n, a.d, false)
}

// sums is  y (m, d) (=|+=) p (m, n)·values,  rows of p s apart.
func (a *AttentionKeys) sums(y, p, values []Float, ld, m, n int, onto bool) {
	PackA(a.x, p, a.s, m, n, false)
	for j := 0; j < a.d; j += tileCols() { // panels hold all s values, of which n take part
		Tiles(y[j:], ld, a.x, values[j*a.s:], m, min(tileCols(), a.d-j), n, onto)
	}
}

// outer is  y (n, d) += pᵀ (n, m)·x (m, d),  rows of p s apart.
func (a *AttentionKeys) outer(y, p, x []Float, ld, ldk, m, n int) {
	pp := a.x[:PackedA(n, m)]
	px := a.x[len(pp):]
	PackA(pp, p, a.s, n, m, true)
	PackB(px, x, ld, a.d, m, false)
	Tiles(y, ldk, pp, px, n, a.d, m, true)
}
