package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// stored is what the memory of a conversation is decoded by. A block of Q8_0 is a scale of 16 bits and 32 signed bytes.
func stored(c *build.Context) {
	for _, s := range levels(c) {
		s.fn("getQ8_0", "func(y *float32, x *byte, blocks int)", "y[i] = number i of x, which holds blocks of Q8_0,  for i < 32·blocks;  blocks > 0.")
		y, x, blocks := s.arg("y"), s.arg("x"), s.arg("blocks")
		s.Label("block")
		bits, d := s.GP32(), s.vec()
		s.MOVWLZX(mem(x), bits)
		s.VMOVD(bits, d[0].AsX())
		s.VCVTPH2PS(d[0].AsX(), d[0].AsX())
		s.VBROADCASTSS(d[0].AsX(), d[0])
		for i := 0; i < 32; i += s.bytes / 4 {
			v := s.vec()
			s.VPMOVSXBD(mem(x).Offset(2+i), v[0])
			s.VCVTDQ2PS(v[0], v[0])
			s.VMULPS(d[0], v[0], v[0])
			s.VMOVUPS(v[0], mem(y).Offset(4*i))
		}
		s.ADDQ(operand.U32(34), x)
		s.ADDQ(operand.U32(128), y)
		s.DECQ(blocks)
		s.JNZ(operand.LabelRef("block"))
		s.done()
	}
}
