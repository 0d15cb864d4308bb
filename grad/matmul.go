package grad

import "brick/device"

// Trans names an operand of MatMul that is read as its transpose.
type Trans uint8

// The operands of MatMul.
const (
	TransA Trans = 1 << iota // the first
	TransB                   // the second
)

// MatMul is the matrix product over the last two axes. The axes before them
// are broadcast as NumPy does. An operand with one axis is a row on the left, a
// column on the right, and its axis is not in y.
//
//	y = op(a)·op(b)          op(a) (..., M, K)   op(b) (..., K, N)   y (..., M, N)
//	∂op(a) = ∂y·op(b)ᵀ       ∂op(b) = op(a)ᵀ·∂y   summed over the axes that were broadcast
//
// op(x) is x, or its transpose if flags name it. MatMul panics with a
// *ShapeError if the K of a and b, or their leading axes, do not fit.
func (a *Var) MatMul(b *Var, flags ...Trans) *Var {
	t := tapeOf("matmul", a, b)
	var which Trans
	for _, f := range flags {
		which |= f
	}
	if a.rank == 0 || b.rank == 0 {
		mismatch("matmul", "want operands of at least one axis", a, b)
	}
	p := productOf(a, b, which)
	if _, k := matrix(b, which&TransB != 0, true); k != p.size.K {
		mismatch("matmul", "want as many columns of op(a) as rows of op(b)", a, b)
	}
	if p.rank < 0 {
		mismatch("matmul", "the leading axes must be equal, or 1 in one of them", a, b)
	}
	return t.do(matmul, p.shape[:p.rank], attr{i: [8]int{int(which)}}, a, b)
}

var matmul = newOp("matmul",
	func(y *Var) {
		p := productOf(y.in[0], y.in[1], Trans(y.attr.i[0]))
		y.tape.dev().MatMul(device.Into(y.val), p.y, p.a, p.b, p.size, device.Epilogue{})
	},
	func(y *Var) {
		a, b := y.in[0], y.in[1]
		p := productOf(a, b, Trans(y.attr.i[0]))
		M, N, K := p.size.M, p.size.N, p.size.K
		p.y.Buf = y.grd
		if da := a.grad(); da.Mode != device.Skip {
			size := device.Product{M: M, N: K, K: N, Batch: p.size.Batch}
			if p.a.T { // ∂a (K, M) = op(b)·∂yᵀ
				size.M, size.N = K, M
				y.tape.dev().MatMul(da, p.a, p.b, flip(p.y), size, device.Epilogue{})
			} else { // ∂a (M, K) = ∂y·op(b)ᵀ
				y.tape.dev().MatMul(da, p.a, p.y, flip(p.b), size, device.Epilogue{})
			}
		}
		if db := b.grad(); db.Mode != device.Skip {
			size := device.Product{M: K, N: N, K: M, Batch: p.size.Batch}
			if p.b.T { // ∂b (N, K) = ∂yᵀ·op(a)
				size.M, size.N = N, K
				y.tape.dev().MatMul(db, p.b, flip(p.y), p.a, size, device.Epilogue{})
			} else { // ∂b (K, N) = op(a)ᵀ·∂y
				y.tape.dev().MatMul(db, p.b, flip(p.a), p.y, size, device.Epilogue{})
			}
		}
	}).reading(in0 | in1)

// flip is m, read as its transpose.
func flip(m device.Mat) device.Mat {
	m.T = !m.T
	return m
}

// product is how a product of two Vars is laid out for a device.
type product struct {
	size    device.Product
	y, a, b device.Mat
	shape   [device.MaxRank]int // of y
	rank    int                 // of y; −1 if the leading axes do not fit
}

// productOf lays out the product of a and b.
func productOf(a, b *Var, which Trans) (p product) {
	ta, tb := which&TransA != 0 && a.rank > 1, which&TransB != 0 && b.rank > 1
	M, K := matrix(a, ta, false)
	N, _ := matrix(b, tb, true)
	p.size = device.Product{M: M, N: N, K: K, Batch: [4]int{1, 1, 1, 1}}
	p.y = device.Mat{LD: N}
	p.a = device.Mat{Buf: a.val, LD: K, T: ta}
	if ta {
		p.a.LD = M
	}
	p.b = device.Mat{Buf: b.val, LD: N, T: tb}
	if tb {
		p.b.LD = p.size.K
	}

	ra, rb := max(a.rank-2, 0), max(b.rank-2, 0)
	p.rank = max(ra, rb)
	rows, copies := M, 1 // all rows of a; matrices in b
	sy, sa, sb := M*N, M*K, K*N
	for i := range p.rank { // from the last leading axis to the first
		da, db := 1, 1
		if i < ra {
			da = a.dims[ra-1-i]
		}
		if i < rb {
			db = b.dims[rb-1-i]
		}
		d := da
		if da == 1 {
			d = db
		} else if db != 1 && db != da {
			p.rank = -1
			return p
		}
		p.shape[p.rank-1-i] = d
		p.size.Batch[3-i] = d
		if d > 1 {
			p.y.Batch[3-i] = sy
		}
		if da > 1 {
			p.a.Batch[3-i] = sa
		}
		if db > 1 {
			p.b.Batch[3-i] = sb
		}
		sy, sa, sb = sy*d, sa*da, sb*db
		rows, copies = rows*da, copies*db
	}
	if copies == 1 && !ta { // one matrix b: the rows of all matrices a are one matrix
		p.size.M, p.size.Batch = rows, [4]int{1, 1, 1, 1}
		p.y.Batch, p.a.Batch, p.b.Batch = [4]int{}, [4]int{}, [4]int{}
	}
	if a.rank > 1 {
		p.shape[p.rank] = M
		p.rank++
	}
	if b.rank > 1 {
		p.shape[p.rank] = N
		p.rank++
	}
	return p
}

// matrix gives the sizes of v's last two axes, those of its transpose if t:
// first the outer one of a product, then K. A single axis is K.
func matrix(v *Var, t, right bool) (outer, k int) {
	if v.rank == 1 {
		return 1, v.dims[0]
	}
	outer, k = v.dims[v.rank-2], v.dims[v.rank-1]
	if t != right { // K is the first axis
		outer, k = k, outer
	}
	return outer, k
}
