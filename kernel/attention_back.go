package kernel

import "math"

// AttentionQueries is how many queries of a head AttentionKeys.RowsBack takes at most; edgeKeys about how many keys it
// works on together where each query sees more of them than the last, and much of a larger block would be hidden.
const (
	AttentionQueries = 128
	edgeKeys         = 42
)

// LoadBack packs keys and values as Load does, for RowsBack.
func (a *AttentionKeys) LoadBack(mem, k, v []Float, ld, s, d int, mask []int32, scale, cap Float) {
	*a = AttentionKeys{s: s, d: d, mask: mask, scale: scale, cap: cap}
	a.k, a.v, a.kt = take(&mem, PackedA(s, d)), take(&mem, PackedA(s, d)), take(&mem, PackedA(d, s))
	if s > 0 {
		packKeys(a.k, k, ld, s, d)
		packKeys(a.v, v, ld, s, d)
		PackA(a.kt, k, ld, d, s, true)
	}
	a.mem = mem
}

// AttentionBackScratch is how much memory AttentionKeys needs for s keys of width d, for RowsBack.
func AttentionBackScratch(s, d int) int {
	queries := panels(AttentionQueries, tileCols()) * tileCols()
	return 2*PackedA(s, d) + PackedA(d, s) + PackedA(AttentionBlock, AttentionQueries) + 2*PackedB(d, AttentionQueries) +
		queries*(2*d+widest(d)+2*AttentionBlock+2) + (2+AttentionBlock)*tileCols()
}

// attentionBack is a block of queries on the way back.
type attentionBack struct {
	*AttentionKeys
	m           int // queries
	seen        Seen
	q, dy       []Float // queries side by side, in panels: q, times the scale, and dy (d, m)
	qr, dyr     []Float // panels with the queries as rows (m, d)
	p, ds       []Float // tiles of weights, and of the slopes of scores, AttentionBlock rows each
	rows        []Float // such a block of them with the keys as rows
	dq          []Float // tiles of dqᵀ (widest(d), m)
	slope       []Float // a tile of slopes of SoftCap
	stat, delta []Float
	one, limit  []Float
}

// RowsBack is the way back of AttentionRow for m ≤ AttentionQueries queries of one head, from their results y, stats and
// gradients dy: rows of q, y, dy and dq are ld apart, stats lds, rows of dk and dv ldk. It adds to dk and dv, and stores
// to dq, or adds to it if addQ; a nil result is not wanted.
//
//	p = exp(s − stat)    δ = Σ y·dy    ds[j] = p[j]·(dy·v[j] − δ)·scale, times the slope 1 − (s[j]/cap)² of a cap
//	dv[j] += p[j]·dy     dq = Σ_j ds[j]·k[j]     dk[j] += ds[j]·q
//
// Sums take their terms in the order of the keys, and of the queries.
func (a *AttentionKeys) RowsBack(dq, dk, dv, q, y, dy, stat []Float, ld, lds, ldk, m int, seen Seen, addQ bool) {
	n, cols := seen.of(m-1, a.s), tileCols()
	if n == 0 && dq == nil {
		return
	}
	b := attentionBack{AttentionKeys: a, m: m, seen: seen}
	b.load(q, y, dy, stat, ld, lds)
	for at := seen.Before(0) / tileRows() * tileRows(); at < n; {
		block := b.block(at, n)
		first := 0 // panel of queries that see these keys
		for seen.of(min((first+1)*cols, m)-1, a.s) <= at {
			first++
		}
		for c := first * cols; c < m; c += cols {
			b.slopes(at, block, c, dq != nil || dk != nil)
			if dq != nil {
				keySums(b.dq[c*widest(a.d):], a.kt, b.ds[c*AttentionBlock:], a.d, a.s, at, block, min(cols, m-c), true)
			}
		}
		if dv != nil {
			b.outer(dv[at*ldk:], b.p, b.dyr, ldk, block, first*cols)
		}
		if dk != nil {
			b.outer(dk[at*ldk:], b.ds, b.qr, ldk, block, first*cols)
		}
		at += block
	}
	for c := 0; c < m && dq != nil; c += cols {
		attentionOut(dq[c*ld:], b.dq[c*widest(a.d):], b.one, ld, min(cols, m-c), a.d, addQ)
	}
}

// load packs the queries.
func (b *attentionBack) load(q, y, dy, stat []Float, ld, lds int) {
	m, d, cols, mem := b.m, b.d, tileCols(), b.mem
	wide := panels(m, cols) * cols
	b.q, b.dy, b.qr, b.dyr = take(&mem, wide*d), take(&mem, wide*d), take(&mem, PackedB(d, m)), take(&mem, PackedB(d, m))
	b.p, b.ds, b.dq = take(&mem, wide*AttentionBlock), take(&mem, wide*AttentionBlock), take(&mem, wide*widest(d))
	b.rows, b.slope = take(&mem, PackedA(AttentionBlock, m)), take(&mem, AttentionBlock*tileCols())
	b.stat, b.delta, b.one, b.limit = take(&mem, wide), take(&mem, wide), take(&mem, cols), take(&mem, cols)
	clear(b.dq)
	for c := 0; c < m; c += cols {
		b.queries(b.q[c*d:], q[c*ld:], b.one, ld, min(cols, m-c))
	}
	PackB(b.dy, dy, ld, m, d, true)
	PackB(b.qr, q, ld, d, m, false)
	PackB(b.dyr, dy, ld, d, m, false)
	Fill(b.one, 1)
	for c := range m {
		b.stat[c] = stat[c*lds]
		if math.IsInf(float64(b.stat[c]), -1) { // nothing was seen: all weights are 0
			b.stat[c] = maxFloat
		}
		b.delta[c] = Float(dotRow(y[c*ld:][:d], dy[c*ld:][:d]))
	}
}

// block is how many keys from at on are worked on together, whole panels of them.
func (b *attentionBack) block(at, n int) int {
	rows := tileRows()
	all := b.seen.of(0, b.s) - at
	if b.seen.Window > 0 { // the first query sees fewer than those before its last
		all = 0
	}
	return min(AttentionBlock/rows*rows, max(all/rows*rows, (edgeKeys+rows-1)/rows*rows), n-at)
}

// slopes computes the weights and slopes of n keys from at on for the panel of queries from c on.
func (b *attentionBack) slopes(at, n, c int, both bool) {
	m, d := min(tileCols(), b.m-c), b.d
	s, ds := b.p[c*AttentionBlock:], b.ds[c*AttentionBlock:]
	keyDots(s, b.k[at*d:], b.q[c*d:], n, m, d)
	tile := n * tileCols()
	if b.cap != 0 {
		SoftCap(s[:tile], b.cap)
		softCapSlopes(b.slope[:tile], s[:tile], b.cap)
	}
	b.hide(s, b.limit, at, n, m, b.seen.after(c))
	if both {
		keyDots(ds, b.v[at*d:], b.dy[c*d:], n, m, d)
	}
	attentionSlopes(s, ds, b.stat[c:], b.delta[c:], n, m, b.scale)
	if b.cap != 0 && both {
		multiply(ds[:tile], b.slope[:tile])
	}
}

// outer is  y (n, d) += s (n, m)·x (m, d),  of the queries from first on.
func (b *attentionBack) outer(y, s, x []Float, ld, n, first int) {
	rows, cols := tileRows(), tileCols()
	parts, k := splitRows(n, rows), b.m-first
	for i := range parts.panels {
		row := parts.row(i)
		lines := min(parts.row(i+1), n) - row
		for c := first; c < b.m; c += cols {
			PackA(b.rows[(i*k+c-first)*rows:], s[c*AttentionBlock+row*cols:], cols, lines, min(cols, b.m-c), false)
		}
	}
	for j := 0; j < b.d; j += cols { // panels hold all queries
		Tiles(y[j:], ld, b.rows, x[j*b.m+first*cols:], n, min(cols, b.d-j), k, true)
	}
}
