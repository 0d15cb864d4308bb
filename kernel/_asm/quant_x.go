package main

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// farthest is the number that the scale of a block of x comes from.
func (s *isa) farthest() {
	s.fn("farthest", "func(far, x *float32, n int)", "far = max |x[i]|  for i < n, a multiple of 16.")
	far, x, n := s.arg("far"), s.arg("x"), s.arg("n")
	acc := s.zero()
	s.Label("numbers")
	v := s.load(mem(x))
	if s.wide() {
		v = s.new("VPANDD", s.pattern(math.MaxInt32), v)
	} else {
		v = s.new("VANDPS", s.pattern(math.MaxInt32), v)
	}
	s.op("VMAXPS", v, acc, acc)
	s.ADDQ(operand.U32(4*lanes), x)
	s.SUBQ(operand.U32(lanes), n)
	s.JNZ(operand.LabelRef("numbers"))
	s.VMOVSS(s.foldLanes(acc, func(a, b, y reg.VecVirtual) { s.VMAXPS(a, b, y) }), mem(far))
	s.done()
}

// foldLanes folds 16 lanes in halves: 8 with 8, 4 with 4, 2 with 2, 1 with 1.
func (s *isa) foldLanes(v vec, fold func(a, b, y reg.VecVirtual)) reg.VecVirtual {
	eight := s.YMM()
	if s.wide() {
		s.VEXTRACTF64X4(operand.U8(1), v[0], eight)
		fold(eight, v[0].AsY().(reg.VecVirtual), eight)
	} else {
		fold(v[1], v[0], eight)
	}
	four, t := s.XMM(), s.XMM()
	if s.wide() {
		s.VEXTRACTF32X4(operand.U8(1), eight, four)
	} else {
		s.VEXTRACTF128(operand.U8(1), eight, four)
	}
	fold(four, eight.AsX().(reg.VecVirtual), four)
	s.VPERMILPS(operand.U8(0b_11_10), four, t)
	fold(t, four, four)
	s.VPERMILPS(operand.U8(1), four, t)
	fold(t, four, four)
	return four
}

// roundCodes makes integers of 8 bits. Bytes are summed 8 at a time as if they were unsigned, 128 more than they are.
func (s *isa) roundCodes() {
	s.fn("roundCodes", "func(c *byte, sums *int32, x *float32, n int, id float32)",
		"c[i] = id·x[i] to the nearest integer, ties to even;  sums[j] = Σ c[i], 16j ≤ i < 16j + 16;  for i < n, a multiple of 16.")
	c, sums, x, n := s.arg("c"), s.arg("sums"), s.arg("x"), s.arg("n")
	id := s.argf("id")
	none := s.XMM()
	s.VPXOR(none, none, none)
	flip := s.XMM()
	s.VMOVUPS(s.pattern(0x80808080), flip)
	s.Label("codes")
	v := s.new("VCVTPS2DQ", s.mul(id, mem(x)))
	bytes := s.XMM()
	if s.wide() {
		s.VPMOVSDB(v[0], bytes)
	} else {
		words, upper := s.YMM(), s.XMM()
		s.VPACKSSDW(v[1], v[0], words)
		s.VPERMQ(operand.U8(0b_11_01_10_00), words, words)
		s.VEXTRACTI128(operand.U8(1), words, upper)
		s.VPACKSSWB(upper, words.AsX(), bytes)
	}
	s.VMOVUPS(bytes, mem(c))
	s.VPXOR(flip, bytes, bytes)
	s.VPSADBW(none, bytes, bytes)
	upper, sum := s.XMM(), s.GP32()
	s.VPSRLDQ(operand.U8(8), bytes, upper)
	s.VPADDD(upper, bytes, bytes)
	s.VMOVD(bytes, sum)
	s.SUBL(operand.U32(16*128), sum)
	s.MOVL(sum, mem(sums))
	s.ADDQ(operand.U32(16), c)
	s.ADDQ(operand.U32(4), sums)
	s.ADDQ(operand.U32(4*lanes), x)
	s.SUBQ(operand.U32(lanes), n)
	s.JNZ(operand.LabelRef("codes"))
	s.done()
}
