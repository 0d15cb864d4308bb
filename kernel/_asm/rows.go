package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rows is products of panels of weights with one x; kernel/rows.go says how they lie. They are as fast as memory gives the panels.
func rows(c *build.Context) {
	for _, s := range levels(c) {
		for _, panels := range []int{1, 2} {
			s.rowsOf("F32", panels, func(w operand.Mem, y reg.VecVirtual) { s.VMOVUPS(w, y) })
			s.rowsOf("F16", panels, func(w operand.Mem, y reg.VecVirtual) { s.VCVTPH2PS(w, y) })
			s.rowsOf("BF16", panels, func(w operand.Mem, y reg.VecVirtual) {
				s.VPMOVZXWD(w, y)
				s.VPSLLD(operand.U8(16), y, y)
			})
		}
	}
}

func (s *isa) rowsOf(kind string, panels int, widen func(w operand.Mem, y reg.VecVirtual)) {
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
		row := s.register()
		widen(from, row)
		s.VFMADD231PS(v, row, sum)
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
