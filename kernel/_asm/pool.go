package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// pool is the kernels of pooling. Only AVX-512 has them: they lean on its masks.
func pool(c *build.Context) { levels(c)[0].maxPool2() }

// maxPool2 is MaxPool of windows of 2×2 side by side.
func (s *isa) maxPool2() {
	s.fn("maxPool2", "func(y *float32, arg *int32, x *float32, oh, ow, w int)",
		"y[i, j] = the greatest of x[2i, 2j], x[2i, 2j+1], x[2i+1, 2j], x[2i+1, 2j+1]  for i < oh, j < ow, and its place in arg, if",
		"that is not nil: the first on ties; NaN beats numbers.  Rows of x are w long.")
	y, arg, x, oh, ow, w := s.arg("y"), s.arg("arg"), s.arg("x"), s.arg("oh"), s.arg("ow"), s.arg("w")
	even, odd, at := s.ZMM(), s.ZMM(), s.ZMM()
	s.VMOVUPS(s.everySecond(0), even)
	s.VMOVUPS(s.everySecond(1), odd)
	s.VMOVUPS(s.everySecond(0), at) // places of the first elements of the windows of the first vector
	row, one, two, across := s.ZMM(), s.ZMM(), s.ZMM(), s.ZMM()
	s.VPBROADCASTD(w.As32(), row)
	s.VPADDD(row, row, across) // places from a row of windows to the next
	ones := s.GP32()
	s.MOVL(operand.U32(1), ones)
	s.VPBROADCASTD(ones, one)
	s.VPADDD(one, row, two)
	step := s.ZMM()
	s.MOVL(operand.U32(2*lanes), ones)
	s.VPBROADCASTD(ones, step)
	stride := s.GP64()
	s.MOVQ(w, stride)
	s.SHLQ(operand.U8(2), stride) // bytes of a row

	s.Label("row")
	left, from, place := s.GP64(), s.GP64(), s.ZMM()
	s.MOVQ(ow, left)
	s.MOVQ(x, from)
	s.VMOVDQA32(at, place)
	s.Label("vector")
	out, low, high := s.doubleMasks(left, 0)
	pair := func(m func(off int) operand.Mem) (a, b reg.VecVirtual) {
		p, q := s.ZMM(), s.ZMM()
		s.VMOVUPS_Z(m(0), low, p)
		s.VMOVUPS_Z(m(4*lanes), high, q)
		a, b = s.ZMM(), s.ZMM()
		s.VMOVDQA32(even, a)
		s.VPERMI2PS(q, p, a)
		s.VMOVDQA32(odd, b)
		s.VPERMI2PS(q, p, b)
		return a, b
	}
	best, b := pair(func(off int) operand.Mem { return operand.Mem{Base: from, Disp: off} })
	c, d := pair(func(off int) operand.Mem { return operand.Mem{Base: from, Index: stride, Scale: 1, Disp: off} })
	winner := s.ZMM()
	s.VMOVDQA32(place, winner)
	for _, challenger := range []struct{ v, off reg.VecVirtual }{{b, one}, {c, row}, {d, two}} {
		const ordered, notLessOrEqual = operand.U8(7), operand.U8(6)
		number, beats := s.K(), s.K()
		s.VCMPPS(ordered, best, best, number)
		s.VCMPPS(notLessOrEqual, best, challenger.v, number, beats)
		s.VMOVAPS(challenger.v, beats, best)
		s.VPADDD(challenger.off, place, beats, winner)
	}
	s.VMOVUPS(best, out, operand.Mem{Base: y})
	s.TESTQ(arg, arg)
	s.JZ(operand.LabelRef("placed"))
	s.VMOVDQU32(winner, out, operand.Mem{Base: arg})
	s.Label("placed")
	s.VPADDD(step, place, place)
	s.ADDQ(operand.U32(8*lanes), from)
	taken := s.GP64()
	s.MOVQ(left, taken)
	s.SUBQ(operand.U32(lanes), left)
	s.JG(operand.LabelRef("more"))
	s.LEAQ(operand.Mem{Base: y, Index: taken, Scale: 4}, y)
	s.TESTQ(arg, arg)
	s.JZ(operand.LabelRef("next"))
	s.LEAQ(operand.Mem{Base: arg, Index: taken, Scale: 4}, arg)
	s.Label("next")
	s.LEAQ(operand.Mem{Base: x, Index: stride, Scale: 2}, x)
	s.VPADDD(across, at, at)
	s.DECQ(oh)
	s.JNZ(operand.LabelRef("row"))
	s.done()
	s.Label("more")
	s.ADDQ(operand.U32(4*lanes), y)
	s.TESTQ(arg, arg)
	s.JZ(operand.LabelRef("vector"))
	s.ADDQ(operand.U32(4*lanes), arg)
	s.JMP(operand.LabelRef("vector"))
}

// everySecond is from, from + 2, … in the lanes of a vector in memory.
func (s *isa) everySecond(from uint32) operand.Mem {
	words := make([]uint32, lanes)
	for i := range words {
		words[i] = from + 2*uint32(i)
	}
	return s.words(fmt.Sprintf("everySecond%d", from), from, words...)
}

// doubleMasks is the masks of min(left, 16) numbers, and of twice as many, less some, in two registers.
func (s *isa) doubleMasks(left reg.GPVirtual, less int) (n, low, high reg.OpmaskVirtual) {
	part, bits, take := s.GP64(), s.GP64(), s.GP64()
	s.MOVQ(operand.U32(lanes), take)
	s.CMPQ(left, take)
	s.CMOVQLT(left, take)
	n, low, high = s.K(), s.K(), s.K()
	s.MOVQ(operand.I32(-1), bits)
	s.BZHIQ(take, bits, part)
	s.KMOVW(part.As32(), n)
	s.ADDQ(take, take)
	if less > 0 {
		s.SUBQ(operand.U32(uint32(less)), take)
	}
	s.BZHIQ(take, bits, part)
	s.KMOVW(part.As32(), low)
	s.SHRQ(operand.U8(lanes), part)
	s.KMOVW(part.As32(), high)
	return n, low, high
}
