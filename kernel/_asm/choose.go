package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A pred is a truth value for each lane.
type pred struct {
	k reg.OpmaskVirtual // AVX-512
	v vec               // AVX2: all bits of a lane
}

// Comparisons of VCMPPS and VCMPPD. All but unlike and notAtLeast are false of NaN.
const (
	equal      = 0x00
	unordered  = 0x03
	unlike     = 0x04
	atLeast    = 0x1d
	atMost     = 0x12
	greater    = 0x1e
	less       = 0x11
	notAtLeast = 0x19
)

// is compares the lanes of two vectors of float32.
func (s *isa) is(a vec, how uint8, b any) pred { return s.compare("VCMPPS", a, how, b) }

// is8 compares the lanes of two vectors of float64.
func (s *isa) is8(a vec, how uint8, b any) pred { return s.compare("VCMPPD", a, how, b) }

func (s *isa) compare(opcode string, a vec, how uint8, b any) pred {
	if s.wide() {
		k := s.K()
		s.op(opcode, operand.U8(how), b, a, k)
		return pred{k: k}
	}
	return pred{v: s.new(opcode, operand.U8(how), b, a)}
}

// pick is yes in the lanes where p holds, else no.
func (s *isa) pick(p pred, yes any, no vec) vec {
	if s.wide() {
		return s.new("VBLENDMPS", yes, no, p.k)
	}
	return s.new("VBLENDVPS", p.v, yes, no)
}

// pick8 is pick of float64.
func (s *isa) pick8(p pred, yes any, no vec) vec {
	if s.wide() {
		return s.new("VBLENDMPD", yes, no, p.k)
	}
	return s.new("VBLENDVPD", p.v, yes, no)
}

// when is 1 in the lanes where p holds, else 0.
func (s *isa) when(p pred) vec {
	if s.wide() {
		v := s.vec()
		s.VMOVUPS_Z(s.constant(1), p.k, v[0])
		return v
	}
	return s.new("VANDPS", s.constant(1), p.v)
}

// ifSet emits body such that it is done only where flag is not 0.
func (s *isa) ifSet(flag reg.GPVirtual, body func()) {
	s.label++
	skip := fmt.Sprintf("skip%d", s.label)
	s.TESTQ(flag, flag)
	s.JZ(operand.LabelRef(skip))
	body()
	s.Label(skip)
}

// product is a·b, plus the vector at m where flag is not 0, fused.
func (s *isa) product(a, b vec, flag reg.GPVirtual, m operand.Mem) vec {
	v := s.mul(a, b)
	s.ifSet(flag, func() {
		acc := s.load(m)
		s.fma(acc, a, b)
		s.op("VMOVAPS", acc, v)
	})
	return v
}

// loadOr is load with the lanes of v, not zeros, beyond the rest of a loop.
func (s *isa) loadOr(m operand.Mem, v vec) vec {
	switch {
	case s.tail == nil:
		return s.load(m)
	case s.wide():
		y := s.copy(v)
		s.VMOVUPS(m, s.tail.k, y[0])
		return y
	}
	return s.new("VBLENDVPS", s.tail.mask, s.load(m), v)
}

// live is v with zeros in the lanes beyond the rest of a loop.
func (s *isa) live(v vec) vec {
	switch {
	case s.tail == nil:
		return v
	case s.wide():
		y := s.vec()
		s.VMOVAPS_Z(v[0], s.tail.k, y[0])
		return y
	}
	return s.new("VANDPS", s.tail.mask, v)
}

// addIf adds the vector at m to v where flag is not 0.
func (s *isa) addIf(flag reg.GPVirtual, m operand.Mem, v vec) {
	s.ifSet(flag, func() { s.op("VADDPS", s.load(m), v, v) })
}
