package cpu

import (
	"brick/device"
	"brick/kernel"
)

// A vectorProduct is a row times a matrix, or a matrix times a column, which is the same with the operands swapped. The
// matrix is read once, where it lies.
//
//	y[j] (=|+=) Σ_l x[l]·w[l, j]    w (K, n), or (n, K) if turned, rows ld apart
type vectorProduct struct {
	y, x, w, bias, pre []kernel.Float
	ld                 int
	turned, onto       bool
	across             int // 1 where each number has its own bias, 0 where all share one
	act                kernel.Fn
}

// asVector is the product as a vectorProduct; it reports whether it is one. x is copied to mem where its numbers lie
// apart; without room there it is none.
func asVector(y device.Dst, ym, a, b device.Mat, p device.Product, e device.Epilogue, mem func(n int) []kernel.Float) (v vectorProduct, ok bool) {
	n := p.N
	v.across = 1
	switch {
	case p.M == 1:
	case p.N == 1 && ym.LD == 1:
		a, b = flip(b), flip(a)
		n, v.across = p.M, 0
	default:
		return v, false
	}
	v.w, v.ld, v.turned = b.F, b.LD, b.T
	if p.K == 1 && v.turned && v.ld == 1 { // a column as well as a row
		v.turned, v.ld = false, n
	}
	if n == 1 && !v.turned && v.ld == 1 {
		v.turned, v.ld = true, p.K
	}
	v.y, v.onto, v.act = y.F[:n], y.Mode == device.Add, e.Act
	if e.Bias.Present() {
		v.bias = e.Bias.F
	}
	if e.Pre.Present() {
		v.pre = e.Pre.F
	}
	if !a.T || a.LD == 1 || p.K == 1 {
		v.x = a.F[:p.K]
		return v, true
	}
	if mem == nil {
		return v, false
	}
	v.x = mem(p.K)
	for l := range v.x {
		v.x[l] = a.F[l*a.LD]
	}
	return v, true
}

func flip(m device.Mat) device.Mat {
	m.T = !m.T
	return m
}

// do computes numbers lo to hi of y.
func (v *vectorProduct) do(lo, hi int, args *kernel.Args) {
	y := v.y[lo:hi]
	if v.turned {
		kernel.RowDots(y, v.x, v.w[lo*v.ld:], v.ld, v.onto)
	} else {
		kernel.RowSums(y, v.x, v.w[lo:], v.ld, v.onto)
	}
	if v.bias != nil {
		kernel.Zip(kernel.AddOf, y, y, v.bias[lo*v.across:], 1, v.across, false)
	}
	if v.pre != nil {
		copy(v.pre[lo:hi], y)
	}
	if v.act != kernel.Identity {
		kernel.Map(v.act, y, y, args)
	}
}
