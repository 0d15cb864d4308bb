package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// peak is loops that do one thing as fast as the processor can: what other kernels are measured against.
func peak(c *build.Context) {
	for _, s := range levels(c) {
		s.peakFMA()
		s.peakRead()
		s.peakTriad()
	}
	peakDot(c, "peakBF16AVX512", "VDPBF16PS", func(acc reg.VecPhysical) { vdpbf16ps(c, acc, reg.Z31, reg.Z30) })
	peakDot(c, "peakINT8AVX512", "VPDPBUSD", func(acc reg.VecPhysical) { c.VPDPBUSD(reg.Z30, reg.Z31, acc) })
}

// peakFMA keeps enough sums in registers that none is waited for: a fused multiply-add takes 4 cycles, and 2 begin in each.
func (s *isa) peakFMA() {
	sums := 16
	if !s.wide() { // 12 of the 16 registers
		sums = 6
	}
	s.fn("peakFMA", "func(n int)", fmt.Sprintf("acc[j] = fma(½, ¼, acc[j])  for j < %d vectors of 16, n times.", sums))
	n := s.arg("n")
	a, b := s.uniform(), s.uniform()
	s.VMOVUPS(s.constant(0.5), a[0])
	s.VMOVUPS(s.constant(0.25), b[0])
	acc := make([]vec, sums)
	for j := range acc {
		acc[j] = s.zero()
	}
	s.Label("rounds")
	for _, v := range acc {
		s.fma(v, a, b)
	}
	s.DECQ(n)
	s.JNZ(operand.LabelRef("rounds"))
	s.done()
}

// readStep is the floats that peakRead loads in a turn of its loop.
const readStep = 8 * lanes

func (s *isa) peakRead() {
	s.fn("peakRead", "func(x *float32, n int)", fmt.Sprintf("loads x[i]  for i < n, a multiple of %d.", readStep))
	x, n := s.arg("x"), s.arg("n")
	s.Label("read")
	for i := range readStep / lanes {
		s.load(mem(x).Offset(4 * lanes * i))
	}
	s.ADDQ(operand.U32(4*readStep), x)
	s.SUBQ(operand.U32(readStep), n)
	s.JNZ(operand.LabelRef("read"))
	s.done()
}

// peakTriad stores past the caches, which saves reading y first.
func (s *isa) peakTriad() {
	s.fn("peakTriad", "func(y, a, b *float32, n int, k float32)", "y[i] = fma(k, b[i], a[i])  for i < n, a multiple of 16; y is aligned to 64 bytes.")
	y, a, b, n := s.arg("y"), s.arg("a"), s.arg("b"), s.arg("n")
	k := s.argf("k")
	s.Label("triad")
	acc := s.load(mem(a))
	s.fma(acc, k, mem(b))
	s.op("VMOVNTPS", acc, mem(y))
	for _, p := range pointers(y, a, b) {
		s.ADDQ(operand.U32(4*lanes), p)
	}
	s.SUBQ(operand.U32(lanes), n)
	s.JNZ(operand.LabelRef("triad"))
	s.SFENCE()
	s.done()
}

// peakDot is the loop of peakFMA for an instruction that adds short dot products to each lane of Z0 … Z15.
func peakDot(c *build.Context, name, instruction string, dot func(acc reg.VecPhysical)) {
	c.Function(name)
	c.Attributes(attr.NOSPLIT)
	c.SignatureExpr("func(n int)")
	c.Doc(fmt.Sprintf("%s on 16 registers of zeros, n times.", instruction))
	c.Pragma("noescape")
	n := c.GP64()
	c.Load(c.Param("n"), n)
	sums := []reg.VecPhysical{reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7,
		reg.Z8, reg.Z9, reg.Z10, reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15}
	for _, z := range append(sums, reg.Z30, reg.Z31) {
		c.VPXORD(z, z, z)
	}
	c.Label("rounds")
	for _, z := range sums {
		dot(z)
	}
	c.DECQ(n)
	c.JNZ(operand.LabelRef("rounds"))
	c.VZEROUPPER()
	c.RET()
}

// vdpbf16ps is VDPBF16PS of 512 bits, which the assembler does not know: acc[i] += a[2i]·b[2i] + a[2i+1]·b[2i+1], with
// a and b of bfloat16. It is EVEX.512.F3.0F38.W0 52 /r (Intel's manual, volume 2C); the high bits of the three registers are inverted.
func vdpbf16ps(c *build.Context, acc, a, b reg.VecPhysical) {
	r, v, m := uint32(acc.PhysicalIndex()), uint32(a.PhysicalIndex()), uint32(b.PhysicalIndex())
	off := func(x uint32, bit, to uint) uint32 { return (^x >> bit & 1) << to }
	p0 := off(r, 3, 7) | off(m, 4, 6) | off(m, 3, 5) | off(r, 4, 4) | 2
	p1 := (^v&15)<<3 | 1<<2 | 2
	p2 := uint32(2<<5) | off(v, 4, 3)
	c.Instruction(&ir.Instruction{Opcode: "LONG", Operands: []operand.Op{operand.U32(0x62 | p0<<8 | p1<<16 | p2<<24)}})
	c.Instruction(&ir.Instruction{Opcode: "WORD", Operands: []operand.Op{operand.U16(0x52 | (0xc0|r&7<<3|m&7)<<8)}})
}
