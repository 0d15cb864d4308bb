package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// half is the conversions between float32 and numbers of 16 bits, of whole vectors. Every processor with AVX2 has F16C.
func half(c *build.Context) {
	for _, s := range levels(c) {
		s.getHalf("getF16", "F16", func(x operand.Mem, y reg.VecVirtual) { s.VCVTPH2PS(x, y) })
		s.getHalf("getBF16", "BF16", func(x operand.Mem, y reg.VecVirtual) {
			s.VPMOVZXWD(x, y)
			s.VPSLLD(operand.U8(16), y, y)
		})
		s.putHalf("putF16", "F16", s.toF16)
		s.putHalf("putBF16", "BF16", s.toBF16)
	}
}

// getHalf writes the loop from 16 bits; f widens what one register holds.
func (s *isa) getHalf(name, kind string, f func(x operand.Mem, y reg.VecVirtual)) {
	s.fn(name, "func(y *float32, x *uint16, n int)", "y[i] = x[i], which is a "+kind+",  for i < n, a multiple of 16.")
	y, x, n := s.arg("y"), s.arg("x"), s.arg("n")
	s.loop("half", n, func() {
		v := s.vec()
		for i := range v {
			f(mem(x).Offset(i*s.bytes/2), v[i])
		}
		s.store(v, mem(y))
		s.ADDQ(operand.U32(4*lanes), y)
		s.ADDQ(operand.U32(2*lanes), x)
	}, func() {})
	s.done()
}

// putHalf writes the loop to 16 bits; f narrows a vector and stores it.
func (s *isa) putHalf(name, kind string, f func(v vec, y operand.Mem)) {
	s.fn(name, "func(y *uint16, x *float32, n int)", "y[i] = x[i], rounded to "+kind+",  for i < n, a multiple of 16.")
	y, x, n := s.arg("y"), s.arg("x"), s.arg("n")
	s.loop("half", n, func() {
		f(s.load(mem(x)), mem(y))
		s.ADDQ(operand.U32(2*lanes), y)
		s.ADDQ(operand.U32(4*lanes), x)
	}, func() {})
	s.done()
}

func (s *isa) toF16(v vec, y operand.Mem) {
	if s.wide() {
		s.VCVTPS2PH(operand.U8(0), v[0], y)
		return
	}
	for i := range v {
		s.VCVTPS2PH(operand.U8(0), v[i], y.Offset(16*i))
	}
}

// toBF16 rounds to nearest even by adding just under a half, or a half where the last bit kept is odd; NaN stays NaN.
func (s *isa) toBF16(v vec, y operand.Mem) {
	upper := s.new("VPSRLD", operand.U8(16), v)
	odd := s.new("VANDPS", s.pattern(1), upper)
	r := s.new("VPADDD", s.pattern(0x7fff), s.new("VPADDD", odd, v))
	r = s.new("VPSRLD", operand.U8(16), r)
	r = s.pick(s.is(v, unordered, v), s.new("VORPS", s.pattern(0x40), upper), r)
	if s.wide() {
		s.VPMOVDW(r[0], y)
		return
	}
	words := s.YMM()
	s.VPACKUSDW(r[1], r[0], words)
	s.VPERMQ(operand.U8(0b_11_01_10_00), words, words)
	s.VMOVUPS(words, y)
}
