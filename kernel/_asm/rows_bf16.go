package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rowsBF16 is what products of panels need whose operands are rounded to bfloat16, in pairs along k.
func rowsBF16(c *build.Context) {
	s := levels(c)[0]
	for _, kind := range []string{"F32", "F16", "BF16"} {
		s.pairs(kind)
		s.rowsPairs(kind, 1)
		s.rowsPairs(kind, 2)
	}
	s.roundPairs()
}

// numberBytes is the size of a number.
func numberBytes(kind string) int {
	if kind == "F32" {
		return 4
	}
	return 2
}

// pair is the pairs of 16 numbers at w and those a column further, or 0; order is what interleave gives.
func (s *isa) pair(kind string, w operand.Mem, second bool, order reg.VecVirtual) reg.VecVirtual {
	next, r := w.Offset(s.tileShape().cols*numberBytes(kind)), s.ZMM()
	if kind == "BF16" { // rounded already
		s.VMOVUPS(w, r.AsY())
		if second {
			s.VINSERTI64X4(operand.U8(1), next, r, r)
		}
		s.VPERMW(r, order, r)
		return r
	}
	a, b := s.asFloats(kind, w), s.ZMM()
	if second {
		b = s.asFloats(kind, next)
	} else {
		s.clear(b)
	}
	s.emit(convertBF16, a, b, r)
	s.VPERMW(r, order, r)
	return r
}

// eachPair emits a loop over pairs of k columns, and what is done with the last column of an odd number of them.
func (s *isa) eachPair(k reg.GPVirtual, body func(second bool)) {
	s.SUBQ(operand.U32(2), k)
	s.JL(operand.LabelRef("last"))
	s.Label("pairs")
	body(true)
	s.SUBQ(operand.U32(2), k)
	s.JGE(operand.LabelRef("pairs"))
	s.Label("last")
	s.CMPQ(k, operand.I8(-1))
	s.JNE(operand.LabelRef("store"))
	body(false)
	s.Label("store")
}

func (s *isa) pairs(kind string) {
	cols, number := s.tileShape().cols, numberBytes(kind)
	s.fn("pairs"+kind, "func(y *float32, w *byte, k int)",
		fmt.Sprintf("y[l·%d + r] = pair(w[2l, r], w[2l+1, r])  for 2l < k, r < %d,  0 beyond k, rounded to the nearest bfloat16;  w (k, %d) of %s.", cols, cols, cols, kind))
	y, w, k := s.arg("y"), s.arg("w"), s.arg("k")
	order := s.ZMM()
	s.VMOVDQU16(s.interleave(), order)
	s.eachPair(k, func(second bool) {
		for j := range cols / lanes {
			s.VMOVUPS(s.pair(kind, operand.Mem{Base: w, Disp: j * lanes * number}, second, order), operand.Mem{Base: y, Disp: 64 * j})
		}
		s.ADDQ(operand.U32(uint32(2*cols*number)), w)
		s.ADDQ(operand.U32(uint32(4*cols)), y)
	})
	s.done()
}

func (s *isa) rowsPairs(kind string, panels int) {
	cols, number := s.tileShape().cols, numberBytes(kind)
	s.fn(fmt.Sprintf("rowsPairs%sx%d", kind, panels), "func(y *float32, w *byte, x *float32, k int)",
		fmt.Sprintf("y[p·%d + r] = Σ_l w[p, l, r]·x[l]  for p < %d, r < %d, l < k,  l+1 before l in each pair;  w (%d, k, %d) of %s,", cols, panels, cols, panels, cols, kind),
		"rounded to the nearest bfloat16; x is pairs of them.")
	y, w, x, k := s.arg("y"), s.arg("w"), s.arg("x"), s.arg("k")
	next, order := s.GP64(), s.ZMM()
	s.IMUL3Q(operand.U32(uint32(cols*number)), k, next)
	s.VMOVDQU16(s.interleave(), order)
	acc := make([]reg.VecVirtual, cols/lanes*panels)
	for i := range acc {
		acc[i] = s.ZMM()
		s.clear(acc[i])
	}
	s.eachPair(k, func(second bool) {
		v := s.ZMM()
		s.VBROADCASTSS(mem(x), v)
		for i, sum := range acc {
			from := operand.Mem{Base: w, Disp: i % 2 * lanes * number}
			if i >= 2 {
				from.Index, from.Scale = next, 1
			}
			s.emit(dotBF16, v, s.pair(kind, from, second, order), sum)
		}
		s.ADDQ(operand.U32(4), x)
		s.ADDQ(operand.U32(uint32(2*cols*number)), w)
	})
	for i, sum := range acc {
		s.VMOVUPS(sum, operand.Mem{Base: y, Disp: 64 * i})
	}
	s.done()
}

func (s *isa) roundPairs() {
	s.fn("roundPairs", "func(y, x *float32, n int)", "y[i] = pair(x[2i], x[2i+1])  for 2i < n, a multiple of 32, rounded to the nearest bfloat16.")
	y, x, n := s.arg("y"), s.arg("x"), s.arg("n")
	s.Label("pairs")
	a, b, r := s.ZMM(), s.ZMM(), s.ZMM()
	s.VMOVUPS(mem(x), a)
	s.VMOVUPS(operand.Mem{Base: x, Disp: 64}, b)
	s.emit(convertBF16, a, b, r)
	s.VMOVUPS(r, mem(y))
	s.ADDQ(operand.U32(128), x)
	s.ADDQ(operand.U32(64), y)
	s.SUBQ(operand.U32(32), n)
	s.JNZ(operand.LabelRef("pairs"))
	s.done()
}
