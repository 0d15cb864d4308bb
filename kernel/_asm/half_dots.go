package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// halfDots is products of rows of 16-bit numbers with float32: they are as fast as memory gives the rows.
func halfDots(c *build.Context) {
	for _, s := range levels(c) {
		for _, rows := range []int{1, 4} {
			for _, xs := range []int{1, 2, 4} {
				if xs > 1 && !s.wide() {
					break // registers for one x
				}
				s.dotsHalf("F16", rows, xs, func(w operand.Mem, y reg.VecVirtual) { s.VCVTPH2PS(w, y) })
				s.dotsHalf("BF16", rows, xs, func(w operand.Mem, y reg.VecVirtual) {
					s.VPMOVZXWD(w, y)
					s.VPSLLD(operand.U8(16), y, y)
				})
			}
		}
	}
}

func (s *isa) dotsHalf(kind string, rows, xs int, widen func(w operand.Mem, y reg.VecVirtual)) {
	s.fn(fmt.Sprintf("dots%sx%dx%d", kind, rows, xs), "func(y *float32, ldy int, w *uint16, ldw int, x *float32, k int)",
		fmt.Sprintf("y[j, r] = Σ_l w[r, l]·x[j, l]  for r < %d, j < %d, l < k, a multiple of 16, in 16 lanes, each term fused;", rows, xs),
		"rows of y ldy bytes apart, of w ldw bytes, of x k numbers; the lanes are added in halves.")
	y, ldy, ldw, k := s.arg("y"), s.arg("ldy"), s.arg("ldw"), s.arg("k")
	w, x := s.lines(s.arg("w"), ldw, rows), s.arg("x")
	ldx := s.GP64()
	s.MOVQ(k, ldx)
	s.SHLQ(operand.U8(2), ldx)
	in := s.lines(x, ldx, xs)
	acc := make([]vec, rows*xs)
	for i := range acc {
		acc[i] = s.zero()
	}
	s.Label("terms")
	for r := range rows {
		v := s.vec()
		for i := range v {
			widen(w[r].Offset(i*s.bytes/2), v[i])
		}
		for j := range xs {
			s.fma(acc[r*xs+j], v, in[j])
		}
	}
	s.ADDQ(operand.U32(2*lanes), w[0].Base)
	s.ADDQ(operand.U32(4*lanes), in[0].Base)
	s.SUBQ(operand.U32(lanes), k)
	s.JNZ(operand.LabelRef("terms"))
	for j := range xs {
		for r := range rows {
			s.VMOVSS(s.foldLanes(acc[r*xs+j], func(a, b, to reg.VecVirtual) { s.VADDPS(a, b, to) }), operand.Mem{Base: y, Disp: 4 * r})
		}
		if j < xs-1 {
			s.ADDQ(ldy, y)
		}
	}
	s.done()
}

// lines is where up to 4 lines begin that are ld bytes apart; all move with p.
func (s *isa) lines(p, ld reg.GPVirtual, n int) []operand.Mem {
	m := []operand.Mem{{Base: p}, {Base: p, Index: ld, Scale: 1}, {Base: p, Index: ld, Scale: 2}}
	if n == 4 {
		ld3 := s.GP64()
		s.LEAQ(operand.Mem{Base: ld, Index: ld, Scale: 2}, ld3)
		m = append(m, operand.Mem{Base: p, Index: ld3, Scale: 1})
	}
	return m[:n]
}
