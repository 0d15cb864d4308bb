package main

import (
	"math"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// softmax is what softmax, its logarithm and the cross-entropy do to a row, and to many lines that lie side by side.
func softmax(c *build.Context) {
	for _, s := range levels(c) {
		s.maxRow()
		s.expRow("sumExpRow", false)
		s.expRow("expRow", true)
		s.sumRow()
		s.dotRow()
		s.minusRow()
		s.softmaxBackRow()
		s.logSoftmaxBackRow()
		s.crossEntropyBackRow()
		s.expLines("sumExpLines", false)
		s.expLines("expLines", true)
		s.sumLines()
		s.dotLines()
	}
}

func (s *isa) maxRow() {
	s.fn("maxRow", "func(x *float32, n int) float32", "The largest of x, −∞ of none. NaN may be passed over.")
	x, n := s.arg("x"), s.arg("n")
	top := s.splat(math.Inf(-1))
	s.each("max", n, pointers(x), func() { s.op("VMOVAPS", s.max(top, s.loadOr(mem(x), top)), top) })
	y := s.YMM()
	if s.wide() {
		upper := s.YMM()
		s.VEXTRACTF64X4(operand.U8(1), top[0], upper)
		s.VMAXPS(upper, top[0].AsY(), y)
	} else {
		s.VMAXPS(top[1], top[0], y)
	}
	a, b := s.XMM(), s.XMM()
	s.VEXTRACTF128(operand.U8(1), y, b)
	s.VMAXPS(b, y.AsX(), a)
	s.VPERMILPS(operand.U8(0b_01_00_11_10), a, b)
	s.VMAXPS(b, a, a)
	s.VPERMILPS(operand.U8(1), a, b)
	s.VMAXSS(b, a, a)
	s.Store(a, s.ReturnIndex(0))
	s.done()
}

// expRow writes the sum of exponentials of a row, and the exponentials too if store is set.
func (s *isa) expRow(name string, store bool) {
	signature, doc := "func(x *float32, n int, m float32) float64", "The sum of e^(x[i] − m)  for i < n."
	if store {
		signature, doc = "func(y, x *float32, n int, m float32) float64", "y[i] = e^(x[i] − m)  for i < n,  and their sum."
	}
	s.fn(name, signature, doc)
	x, n := s.arg("x"), s.arg("n")
	ps := pointers(x)
	if store {
		ps = pointers(x, s.arg("y"))
	}
	m, e, t := s.argf("m"), s.exponential(), s.zeros()
	s.each("exp", n, ps, func() {
		v := s.exp(e, s.sub(s.load(mem(x)), m))
		if store {
			s.store(v, mem(ps[1]))
		}
		s.count(t, s.live(v))
	})
	s.Store(s.total(t).AsX(), s.ReturnIndex(0))
	s.done()
}

func (s *isa) sumRow() {
	s.fn("sumRow", "func(x *float32, n int) float64", "The sum of x[i]  for i < n.")
	x, n, t := s.arg("x"), s.arg("n"), s.zeros()
	s.each("sum", n, pointers(x), func() { s.count(t, s.load(mem(x))) })
	s.Store(s.total(t).AsX(), s.ReturnIndex(0))
	s.done()
}

func (s *isa) dotRow() {
	s.fn("dotRow", "func(a, b *float32, n int) float64", "The sum of a[i]·b[i]  for i < n.")
	a, b, n, t := s.arg("a"), s.arg("b"), s.arg("n"), s.zeros()
	s.each("dot", n, pointers(a, b), func() { s.countProduct(t, s.load(mem(a)), s.load(mem(b))) })
	s.Store(s.total(t).AsX(), s.ReturnIndex(0))
	s.done()
}

func (s *isa) minusRow() {
	s.fn("minusRow", "func(y, x *float32, n int, m, l float32)", "y[i] = x[i] − m − l  for i < n.")
	y, x, n, m, l := s.arg("y"), s.arg("x"), s.arg("n"), s.argf("m"), s.argf("l")
	s.each("minus", n, pointers(y, x), func() { s.store(s.sub(s.sub(s.load(mem(x)), m), l), mem(y)) })
	s.done()
}

func (s *isa) softmaxBackRow() {
	s.fn("softmaxBackRow", "func(dx, y, dy *float32, n int, sum float32, add bool)", "dx[i] (=|+=) y[i]·(dy[i] − sum)  for i < n;  fused.")
	dx, y, dy, n, sum, add := s.arg("dx"), s.arg("y"), s.arg("dy"), s.arg("n"), s.argf("sum"), s.arg("add")
	s.each("back", n, pointers(dx, y, dy), func() {
		s.store(s.product(s.load(mem(y)), s.sub(s.load(mem(dy)), sum), add, mem(dx)), mem(dx))
	})
	s.done()
}

func (s *isa) logSoftmaxBackRow() {
	s.fn("logSoftmaxBackRow", "func(dx, y, dy *float32, n int, sum float32, add bool)", "dx[i] (=|+=) dy[i] − e^y[i]·sum  for i < n;  fused.")
	dx, y, dy, n, sum, add := s.arg("dx"), s.arg("y"), s.arg("dy"), s.arg("n"), s.argf("sum"), s.arg("add")
	e := s.exponential()
	s.each("back", n, pointers(dx, y, dy), func() {
		p := s.exp(e, s.load(mem(y)))
		v := s.load(mem(dy))
		s.fnma(v, p, sum)
		s.addIf(add, mem(dx), v)
		s.store(v, mem(dx))
	})
	s.done()
}

func (s *isa) crossEntropyBackRow() {
	s.fn("crossEntropyBackRow", "func(dx, x *float32, n int, z, sum, share, factor float32, add bool)", "dx[i] (=|+=) (e^(x[i] − z)·sum − share)·factor  for i < n;  fused.")
	dx, x, n, z, sum, share, g, add := s.arg("dx"), s.arg("x"), s.arg("n"), s.argf("z"), s.argf("sum"), s.argf("share"), s.argf("factor"), s.arg("add")
	e := s.exponential()
	s.each("back", n, pointers(dx, x), func() {
		p := s.exp(e, s.sub(s.load(mem(x)), z))
		s.op("VFMSUB213PS", share, sum, p)
		s.store(s.product(p, g, add, mem(dx)), mem(dx))
	})
	s.done()
}

// expLines writes the exponentials of one element of every line, added to the sum of the line.
func (s *isa) expLines(name string, store bool) {
	signature, doc := "func(sum *float64, x, m *float32, n int)", "sum[i] += e^(x[i] − m[i])  for i < n,  and up to a multiple of 16."
	if store {
		signature, doc = "func(sum *float64, y, x, m *float32, n int)", "y[i] = e^(x[i] − m[i])  for i < n;  sum[i] += y[i],  up to a multiple of 16."
	}
	s.fn(name, signature, doc)
	sum, x, m, n := s.arg("sum"), s.arg("x"), s.arg("m"), s.arg("n")
	ps := pointers(x, m)
	if store {
		ps = pointers(x, m, s.arg("y"))
	}
	e := s.exponential()
	s.each("exp", n, ps, func() {
		v := s.exp(e, s.sub(s.load(mem(x)), s.load(mem(m))))
		if store {
			s.store(v, mem(ps[2]))
		}
		s.sumAt(mem(sum), func(h int) vec { return s.widenHalf(v, h) })
		s.ADDQ(operand.U32(8*lanes), sum)
	})
	s.done()
}

func (s *isa) sumLines() {
	s.fn("sumLines", "func(sum *float64, x *float32, n int)", "sum[i] += x[i]  for i < n.")
	sum, x, n := s.arg("sum"), s.arg("x"), s.arg("n")
	s.each("sum", n, pointers(x), func() {
		v := s.load(mem(x))
		s.sumAt(mem(sum), func(h int) vec { return s.widenHalf(v, h) })
		s.ADDQ(operand.U32(8*lanes), sum)
	})
	s.done()
}

func (s *isa) dotLines() {
	s.fn("dotLines", "func(sum *float64, a, b *float32, n int)", "sum[i] += a[i]·b[i]  for i < n.")
	sum, a, b, n := s.arg("sum"), s.arg("a"), s.arg("b"), s.arg("n")
	s.each("dot", n, pointers(a, b), func() {
		v, w := s.load(mem(a)), s.load(mem(b))
		s.sumAt(mem(sum), func(h int) vec { return s.mul8(s.widenHalf(v, h), s.widenHalf(w, h)) })
		s.ADDQ(operand.U32(8*lanes), sum)
	})
	s.done()
}

// sumAt adds two vectors of float64 to the 16 at m.
func (s *isa) sumAt(m operand.Mem, half func(h int) vec) {
	for h := range 2 {
		at := m.Offset(4 * lanes * h)
		s.op("VMOVUPD", s.add8(half(h), at), at)
	}
}
