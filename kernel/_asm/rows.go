package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rows is products of panels of weights with one x, or with as many as a tile has rows; kernel/rows.go says how they lie. They are as
// fast as memory gives the panels.
func rows(c *build.Context) {
	for _, s := range levels(c) {
		for _, panels := range []int{1, 2} {
			s.rowsOf("F32", panels)
			s.rowsOf("F16", panels)
			s.rowsOf("BF16", panels)
		}
	}
}

// rowsFew is products of panels of 16-bit numbers with a few xs.
func rowsFew(c *build.Context) {
	for _, s := range levels(c) {
		for xs := 2; xs <= s.tileShape().rows; xs++ {
			s.rowsXs("F16", xs)
			s.rowsXs("BF16", xs)
		}
	}
}

// asFloats is a register of numbers at m as float32.
func (s *isa) asFloats(kind string, m operand.Mem) reg.VecVirtual {
	v := s.register()
	switch kind {
	case "F16":
		s.VCVTPH2PS(m, v)
	case "BF16":
		s.VPMOVZXWD(m, v)
		s.VPSLLD(operand.U8(16), v, v)
	default:
		s.VMOVUPS(m, v)
	}
	return v
}

func (s *isa) rowsXs(kind string, xs int) {
	shape := s.tileShape()
	s.fn(fmt.Sprintf("rows%sby%d", kind, xs), "func(y *float32, ldy int, w *byte, x *float32, k int)",
		fmt.Sprintf("y[j, r] = Σ_l w[l, r]·x[l, j]  for r < %d, j < %d, l < k,  each term fused, in the order of l;", shape.cols, xs),
		fmt.Sprintf("w (k, %d) of %s  x (k, %d)  rows of y ldy bytes apart.", shape.cols, kind, shape.rows))
	y, ldy, w, x, k := s.arg("y"), s.arg("ldy"), s.arg("w"), s.arg("x"), s.arg("k")
	acc := make([]reg.VecVirtual, 2*xs)
	for i := range acc {
		acc[i] = s.register()
		s.clear(acc[i])
	}
	s.Label("columns")
	a, b := s.asFloats(kind, mem(w)), s.asFloats(kind, operand.Mem{Base: w, Disp: s.bytes / 4 * numberBytes(kind)})
	for j := range xs {
		v := s.register()
		s.VBROADCASTSS(operand.Mem{Base: x, Disp: 4 * j}, v)
		s.VFMADD231PS(v, a, acc[2*j])
		s.VFMADD231PS(v, b, acc[2*j+1])
	}
	s.ADDQ(operand.U32(uint32(4*shape.rows)), x)
	s.ADDQ(operand.U32(uint32(shape.cols*numberBytes(kind))), w)
	s.DECQ(k)
	s.JNZ(operand.LabelRef("columns"))
	for j := range xs {
		s.VMOVUPS(acc[2*j], mem(y))
		s.VMOVUPS(acc[2*j+1], operand.Mem{Base: y, Disp: s.bytes})
		if j < xs-1 {
			s.ADDQ(ldy, y)
		}
	}
	s.done()
}

func (s *isa) rowsOf(kind string, panels int) {
	cols, number := s.tileShape().cols, numberBytes(kind)
	s.fn(fmt.Sprintf("rows%sx%d", kind, panels), "func(y *float32, w *byte, x *float32, k int)",
		fmt.Sprintf("y[p·%d + r] = Σ_l w[p, l, r]·x[l]  for p < %d, r < %d, l < k,  each term fused, in the order of l;  w (%d, k, %d) of %s.", cols, panels, cols, panels, cols, kind))
	y, w, x, k := s.arg("y"), s.arg("w"), s.arg("x"), s.arg("k")
	next := s.GP64()
	s.IMUL3Q(operand.U32(uint32(cols*number)), k, next)
	acc := make([]reg.VecVirtual, 4)[:2*panels]
	for i := range acc {
		acc[i] = s.register()
		s.clear(acc[i])
	}
	s.Label("columns")
	v := s.register()
	s.VBROADCASTSS(mem(x), v)
	for i, sum := range acc {
		from := operand.Mem{Base: w, Disp: i % 2 * s.bytes / 4 * number}
		if i >= 2 {
			from.Index, from.Scale = next, 1
		}
		s.VFMADD231PS(v, s.asFloats(kind, from), sum)
	}
	s.ADDQ(operand.U32(4), x)
	s.ADDQ(operand.U32(uint32(cols*number)), w)
	s.DECQ(k)
	s.JNZ(operand.LabelRef("columns"))
	for i, sum := range acc {
		s.VMOVUPS(sum, operand.Mem{Base: y, Disp: i * s.bytes})
	}
	s.done()
}
