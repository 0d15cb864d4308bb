package kernel

// MatMul is the reference product: y (m×n) (=|+=) op(a) (m×k) · op(b) (k×n), where op(x) is x, or its
// transpose if t is set, and ld is the distance from one row in memory to the next.
//
//	y[i,j] (=|+=) Σ_l a[i,l]·b[l,j]
//
// Every sum starts at 0, or at y[i,j] if onto, and takes its terms one by one
// in the order of l, each by mulAdd. All faster variants keep that order, so
// they give the same bits at the same Level.Fused, and a row's result does not
// depend on the rows computed with it.
func MatMul(y, a, b []Float, m, n, k, ldy, lda, ldb int, ta, tb, onto bool) {
	ai, al := lda, 1 // steps in a along i and l
	if ta {
		ai, al = 1, lda
	}
	bl, bj := ldb, 1 // steps in b along l and j
	if tb {
		bl, bj = 1, ldb
	}
	for i := range m {
		for j := range n {
			var sum Float
			if onto {
				sum = y[i*ldy+j]
			}
			for l := range k {
				sum = mulAdd(a[i*ai+l*al], b[l*bl+j*bj], sum)
			}
			y[i*ldy+j] = sum
		}
	}
}

// Finish is the epilogue of a row of a product, in place; bias or pre may be nil.
//
//	z = y + bias    pre = z    y = act(z)
func Finish(y, bias, pre []Float, act Fn, p *Args) {
	if bias != nil {
		Zip(AddOf, y, y, bias, 1, 1, false)
	}
	if pre != nil {
		copy(pre, y)
	}
	if act != Identity {
		Map(act, y, y, p)
	}
}
