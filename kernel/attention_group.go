package kernel

// attentionGroup is the queries of some heads that read the same keys and values. A block of these is packed for all of them, so
// that each is read and turned once; a single query, for which that does not pay, reads them where they lie.
type attentionGroup struct {
	heads, d int
	q        []Float // times the scale; packed, as rows of a product, unless there is one
	weights  []Float // packed likewise
	panels   []Float // of a block's keys, then of its values
}

// scratch is how much memory queries takes.
func (g attentionGroup) scratch() int {
	if g.heads == 1 {
		return g.d
	}
	return g.heads*g.d + PackedA(g.heads, g.d) + PackedA(g.heads, AttentionBlock) + g.block()
}

// block is the length of the panels of a block's keys, or values.
func (g attentionGroup) block() int {
	return max(PackedB(AttentionBlock, g.d), PackedB(g.d, AttentionBlock))
}

// queries takes q (heads, d), to be scaled, and memory for the rest.
func (g *attentionGroup) queries(mem *[]Float, q []Float, scale Float) {
	g.q = take(mem, g.heads*g.d)
	for i, x := range q {
		g.q[i] = x * scale
	}
	if g.heads == 1 {
		return
	}
	rows := g.q
	g.q, g.weights, g.panels = take(mem, PackedA(g.heads, g.d)), take(mem, PackedA(g.heads, AttentionBlock)), take(mem, g.block())
	PackA(g.q, rows, g.d, g.heads, g.d, false)
}

// dots is  s (heads, n) = q·keysᵀ,  keys (n, d) ld apart.
func (g *attentionGroup) dots(s, keys []Float, ld, n int) {
	if g.heads == 1 {
		RowDots(s, g.q, keys, ld, false)
		return
	}
	PackB(g.panels, keys, ld, n, g.d, true)
	Tiles(s, n, g.q, g.panels, g.heads, n, g.d, false)
}

// sums is  y (heads, d) (=|+=) s·values,  s (heads, n), values (n, d) ld apart.
func (g *attentionGroup) sums(y, s, values []Float, ld, n int, onto bool) {
	if g.heads == 1 {
		RowSums(y, s, values, ld, onto)
		return
	}
	PackA(g.weights, s, n, g.heads, n, false)
	PackB(g.panels, values, ld, g.d, n, false)
	Tiles(y, g.d, g.weights, g.panels, g.heads, g.d, n, onto)
}
