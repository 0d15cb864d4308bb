package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// stored is what the memory of a conversation is decoded by: rows that lie far apart. Loads of one row tell the processor
// nothing of the next, often in another page, so rows are asked for that come later.
func stored(c *build.Context) {
	for _, s := range levels(c) {
		s.decodeRows("getRowsF16", "every 16 numbers of which, a group, are F16", 16, func(x reg.GPVirtual, d reg.VecVirtual, i int, v reg.VecVirtual) {
			s.VCVTPH2PS(mem(x).Offset(2*i), v)
		})
		s.decodeRows("getRowsQ8_0", "every 32 numbers of which, a group, are a block of Q8_0: a scale of 16 bits and signed bytes", 32, func(x reg.GPVirtual, d reg.VecVirtual, i int, v reg.VecVirtual) {
			if i == 0 {
				bits := s.GP32()
				s.MOVWLZX(mem(x), bits)
				s.VMOVD(bits, d.AsX())
				s.VCVTPH2PS(d.AsX(), d.AsX())
				s.VBROADCASTSS(d.AsX(), d)
			}
			s.VPMOVSXBD(mem(x).Offset(2+i), v)
			s.VCVTDQ2PS(v, v)
			s.VMULPS(d, v, v)
		})
	}
}

// decodeRows writes the loop over groups of size numbers; f decodes as many as one register holds from number i of the group at x on.
func (s *isa) decodeRows(name, what string, size int, f func(x reg.GPVirtual, d reg.VecVirtual, i int, v reg.VecVirtual)) {
	s.fn(name, "func(y *float32, x *byte, ld, groups, rows int)", "y holds rows of x, ld bytes apart, "+what+".  groups, rows > 0")
	y, x, ld, groups, rows := s.arg("y"), s.arg("x"), s.arg("ld"), s.arg("groups"), s.arg("rows")
	ahead, at, left := s.GP64(), s.GP64(), s.GP64()
	s.MOVQ(ld, ahead)
	s.SHLQ(operand.U8(4), ahead) // 16 rows
	bytes := 2 * size
	if size == 32 {
		bytes = 34
	}
	s.Label("row")
	s.MOVQ(x, at)
	s.MOVQ(groups, left)
	s.Label("group")
	d := s.vec()[0]
	s.PREFETCHT0(operand.Mem{Base: at, Index: ahead, Scale: 1})
	for i := 0; i < size; i += s.bytes / 4 {
		v := s.vec()[0]
		f(at, d, i, v)
		s.VMOVUPS(v, mem(y).Offset(4*i))
	}
	s.ADDQ(operand.U32(uint32(bytes)), at)
	s.ADDQ(operand.U32(uint32(4*size)), y)
	s.DECQ(left)
	s.JNZ(operand.LabelRef("group"))
	s.ADDQ(ld, x)
	s.DECQ(rows)
	s.JNZ(operand.LabelRef("row"))
	s.done()
}
