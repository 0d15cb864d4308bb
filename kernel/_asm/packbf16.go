package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// packRowsBF16 is packRows that rounds to bfloat16: word l of the panel is the pair of numbers 2l and 2l+1 of a line.
func (s *isa) packRowsBF16(n int) {
	s.fn(fmt.Sprintf("packRowsBF16x%d", n), "func(dst, src *float32, offsets *int, k, stride int)",
		fmt.Sprintf("dst[l·stride + i] = pair(src[offsets[i] + 2l], src[offsets[i] + 2l+1])  for 2l < k, i < %d,  0 beyond k;", n),
		"numbers rounded to the nearest bfloat16; offsets (16) and stride in bytes.")
	dst, src, offsets, k, stride := s.arg("dst"), s.arg("src"), s.arg("offsets"), s.arg("k"), s.arg("stride")
	ones, lanes := s.GP32(), s.K()
	s.MOVL(operand.U32(1<<n-1), ones)
	s.KMOVW(ones, lanes)
	square := func(low, high *tail, put func(l int, v reg.VecVirtual)) {
		s.square16(func(i int) reg.VecVirtual {
			at, a, b, r := s.GP64(), s.ZMM(), s.ZMM(), s.ZMM()
			s.MOVQ(operand.Mem{Base: offsets, Disp: 8 * i}, at)
			m := operand.Mem{Base: src, Index: at, Scale: 1}
			s.loadPart(m, a, low, low != nil)
			s.loadPart(m.Offset(64), b, high, high != nil)
			s.emit(convertBF16, a, b, r)
			return r
		}, put)
	}
	store := func(v reg.VecVirtual) {
		if n == 16 {
			s.VMOVUPS(v, operand.Mem{Base: dst})
		} else {
			s.VMOVUPS(v, lanes, operand.Mem{Base: dst})
		}
		s.ADDQ(stride, dst)
	}
	s.SUBQ(operand.U32(32), k)
	s.JL(operand.LabelRef("rest"))
	s.Label("squares")
	square(nil, nil, func(_ int, v reg.VecVirtual) { store(v) })
	s.ADDQ(operand.U32(128), src)
	s.SUBQ(operand.U32(32), k)
	s.JGE(operand.LabelRef("squares"))
	s.Label("rest")
	s.ADDQ(operand.U32(32), k)
	s.JZ(operand.LabelRef("done"))
	low, high := s.K(), s.K()
	bits, all := s.GP64(), s.GP64()
	s.MOVQ(operand.U64(1<<32-1), all)
	s.BZHIQ(k, all, bits)
	s.KMOVW(bits.As32(), low)
	s.SHRQ(operand.U8(16), bits)
	s.KMOVW(bits.As32(), high)
	square(&tail{k: low}, &tail{k: high}, func(_ int, v reg.VecVirtual) {
		s.SUBQ(operand.U32(2), k) // the registers are what they were when a pair is missing: none is stored
		store(v)
		s.CMPQ(k, operand.U32(0))
		s.JLE(operand.LabelRef("done"))
	})
	s.Label("done")
	s.done()
}

// packAcrossBF16 is packAcross that rounds to bfloat16, in pairs of rows.
func (s *isa) packAcrossBF16(n int) {
	s.fn(fmt.Sprintf("packAcrossBF16x%d", n), "func(dst, src *float32, ld, k, n int)",
		fmt.Sprintf("dst[l·%d + i] = pair(src[2l·ld + i], src[(2l+1)·ld + i])  for 2l < k, i < n ≤ %d,  0 beyond k;", n, n),
		"numbers rounded to the nearest bfloat16; ld in bytes.")
	dst, src, ld, k, count := s.arg("dst"), s.arg("src"), s.arg("ld"), s.arg("k"), s.arg("n")
	vectors := (n + 15) / 16
	order, all, bits := s.ZMM(), s.GP64(), s.GP64()
	s.VMOVDQU16(s.interleave(), order)
	s.MOVQ(operand.U64(1<<32-1), all)
	s.BZHIQ(count, all, bits)
	masks := make([]*tail, vectors)
	for j := range masks {
		masks[j] = &tail{k: s.K()}
		s.KMOVW(bits.As32(), masks[j].k)
		s.SHRQ(operand.U8(16), bits)
	}
	row := func(second bool) {
		for j := range vectors {
			a, b, r := s.ZMM(), s.ZMM(), s.ZMM()
			m := operand.Mem{Base: src, Disp: 64 * j}
			s.loadPart(m, a, masks[j], true)
			if second {
				m.Index, m.Scale = ld, 1
				s.loadPart(m, b, masks[j], true)
			} else {
				s.clear(b)
			}
			s.emit(convertBF16, a, b, r)
			s.VPERMW(r, order, r)
			s.storePart(r, operand.Mem{Base: dst, Disp: 64 * j}, masks[j], true)
		}
		s.LEAQ(operand.Mem{Base: src, Index: ld, Scale: 2}, src)
		s.ADDQ(operand.U32(uint32(4*n)), dst)
	}
	s.SUBQ(operand.U32(2), k)
	s.JL(operand.LabelRef("last"))
	s.Label("pairs")
	row(true)
	s.SUBQ(operand.U32(2), k)
	s.JGE(operand.LabelRef("pairs"))
	s.Label("last")
	s.CMPQ(k, operand.I8(-1))
	s.JNE(operand.LabelRef("done"))
	row(false)
	s.Label("done")
	s.done()
}

// interleave is the order of words that puts the halves of a register side by side: 0, 16, 1, 17, …
func (s *isa) interleave() operand.Mem {
	const key = 0xffff_fff2 // not the pattern of a constant
	if m, ok := s.pool[key]; ok {
		return m
	}
	m := s.StaticGlobal("interleave")
	s.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range 16 {
		s.AddDatum(4*i, operand.U32(uint32(i)|uint32(i+16)<<16))
	}
	s.pool[key] = m
	return m
}
