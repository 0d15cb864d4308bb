package main

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// packX rounds numbers to blocks of size integers of 8 bits, as kernel/quant_x.go says: parts sums of bytes bytes follow each, and
// the scale.
func (s *isa) packX(size, parts, bytes int) {
	s.fn(fmt.Sprintf("packX%dx%dx%d", size, parts, bytes), "func(dst *byte, x *float32, blocks, factor int)",
		fmt.Sprintf("each %d numbers become  c = x·(127·(1/far)) to the nearest integer, ties to even | factor·Σ c of each of %d parts, %d bytes each | far/127,", size, parts, bytes),
		"far = max |x|, or 0 if that is below 2⁻¹⁰⁰, or NaN if that is not finite: then 0 and −128 stand for the finite numbers and others.")
	dst, x, blocks, factor := s.arg("dst"), s.arg("x"), s.arg("blocks"), s.arg("factor")
	none, flip := s.XMM(), s.XMM()
	s.VPXOR(none, none, none)
	s.VMOVUPS(s.pattern(0x80808080), flip)
	vectors := size / lanes
	s.Label("block")
	acc, sign := s.zero(), s.uniform()
	s.VMOVUPS(s.pattern(math.MaxInt32), sign[0])
	for i := range vectors {
		v := s.load(mem(x).Offset(4 * lanes * i))
		if s.wide() {
			s.op("VPANDD", sign, v, v)
		} else {
			s.op("VANDPS", sign, v, v)
		}
		s.op("VPMAXUD", v, acc, acc) // of their bits: infinity is above what is finite, NaN above that
	}
	far := s.foldLanes(acc, func(a, b, y reg.VecVirtual) { s.VPMAXUD(a, b, y) })
	scale, bits := s.XMM(), s.GP32()
	s.VXORPS(scale, scale, scale)
	s.VMOVD(far, bits)
	s.CMPL(bits, operand.U32(math.Float32bits(0x1p-100)))
	s.JCC(operand.LabelRef("large"))
	s.VXORPS(far, far, far)
	s.JMP(operand.LabelRef("round"))
	s.Label("large")
	s.CMPL(bits, operand.U32(math.Float32bits(float32(math.Inf(1)))))
	s.JCS(operand.LabelRef("finite"))
	s.VMOVSS(s.pattern(0x7fc00000), far)
	s.JMP(operand.LabelRef("round"))
	s.Label("finite")
	s.VMOVSS(s.constant(1), scale)
	s.VDIVSS(far, scale, scale)
	s.VMULSS(s.constant(127), scale, scale)
	s.Label("round")
	s.VDIVSS(s.constant(127), far, far)
	s.VMOVSS(far, mem(dst).Offset(size+parts*bytes))
	id := s.uniform()
	s.VBROADCASTSS(scale, id[0])
	for part := range parts {
		sum := s.XMM()
		for i := range vectors / parts {
			at := part*vectors/parts + i
			codes := s.codes(s.new("VCVTPS2DQ", s.mul(id, mem(x).Offset(4*lanes*at))))
			s.VMOVUPS(codes, mem(dst).Offset(lanes*at))
			s.VPXOR(flip, codes, codes) // as if unsigned, 128 more than they are
			s.VPSADBW(none, codes, codes)
			if i == 0 {
				s.VMOVUPS(codes, sum)
			} else {
				s.VPADDD(codes, sum, sum)
			}
		}
		upper, total := s.XMM(), s.GP32()
		s.VPSRLDQ(operand.U8(8), sum, upper)
		s.VPADDD(upper, sum, sum)
		s.VMOVD(sum, total)
		s.SUBL(operand.U32(uint32(128*size/parts)), total)
		s.IMULL(factor.As32(), total)
		to := mem(dst).Offset(size + part*bytes)
		if bytes == 2 {
			s.MOVW(total.As16(), to)
		} else {
			s.MOVL(total, to)
		}
	}
	s.ADDQ(operand.U32(uint32(size+parts*bytes+4)), dst)
	s.ADDQ(operand.U32(uint32(4*size)), x)
	s.DECQ(blocks)
	s.JNZ(operand.LabelRef("block"))
	s.done()
}

// codes is 16 integers as bytes.
func (s *isa) codes(v vec) reg.VecVirtual {
	bytes := s.XMM()
	if s.wide() {
		s.VPMOVSDB(v[0], bytes)
		return bytes
	}
	words, upper := s.YMM(), s.XMM()
	s.VPACKSSDW(v[1], v[0], words)
	s.VPERMQ(operand.U8(0b_11_01_10_00), words, words)
	s.VEXTRACTI128(operand.U8(1), words, upper)
	s.VPACKSSWB(upper, words.AsX(), bytes)
	return bytes
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
