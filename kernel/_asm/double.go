package main

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A vec may also hold 8 float64: half the lanes. Functions whose errors would be magnified in float32 are computed so.
// The results are rounded once, subnormal ones too, and are within 0.51 units of the last place; what that costs the
// multiplications it saves in care. Methods for float64 end in 8.

func (s *isa) add8(a vec, b any) vec   { return s.new("VADDPD", b, a) }
func (s *isa) sub8(a vec, b any) vec   { return s.new("VSUBPD", b, a) }
func (s *isa) mul8(a vec, b any) vec   { return s.new("VMULPD", b, a) }
func (s *isa) div8(a vec, b any) vec   { return s.new("VDIVPD", b, a) }
func (s *isa) max8(a vec, b any) vec   { return s.new("VMAXPD", b, a) }    // b where one is NaN
func (s *isa) min8(a vec, b any) vec   { return s.new("VMINPD", b, a) }    // b where one is NaN
func (s *isa) fma8(acc, a vec, b any)  { s.op("VFMADD231PD", b, a, acc) }  // acc = acc + a·b
func (s *isa) fnma8(acc, a vec, b any) { s.op("VFNMADD231PD", b, a, acc) } // acc = acc − a·b

// horner8 makes acc = acc·x + c.
func (s *isa) horner8(acc, x vec, c any) { s.op("VFMADD213PD", c, x, acc) }

// polynomial8 is  c[0]·xⁿ + … + c[n].
func (s *isa) polynomial8(x vec, c ...float64) vec {
	acc := s.splat8(c[0])
	for _, k := range c[1:] {
		s.horner8(acc, x, s.constant8(k))
	}
	return acc
}

// splat8 is x in every lane.
func (s *isa) splat8(x float64) vec { return s.new("VMOVUPD", s.constant8(x)) }

// uniform8 is x in every lane, in one register at every level, for the length of a kernel.
func (s *isa) uniform8(x float64) vec {
	v := s.uniform()
	s.VMOVUPD(s.constant8(x), v[0])
	return v
}

// constant8 is x in every lane of a vector in memory.
func (s *isa) constant8(x float64) operand.Mem { return s.pattern8(math.Float64bits(x)) }

// pattern8 is 64 bits in every lane of a vector in memory.
func (s *isa) pattern8(bits uint64) operand.Mem {
	if m, ok := s.pool8[bits]; ok {
		return m
	}
	m := s.StaticGlobal(fmt.Sprintf("d%016x", bits))
	s.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range lanes / 2 {
		s.AddDatum(8*i, operand.U64(bits))
	}
	s.pool8[bits] = m
	return m
}

const signBit8 = 1 << 63

func (s *isa) abs8(x vec) vec           { return s.new("VANDPD", s.pattern8(signBit8-1), x) }
func (s *isa) neg8(x vec) vec           { return s.new("VXORPD", s.pattern8(signBit8), x) }
func (s *isa) sign8(x vec) vec          { return s.new("VANDPD", s.pattern8(signBit8), x) } // its bit only
func (s *isa) withSign8(x, y vec)       { s.op("VORPD", s.sign8(y), x, x) }                 // x ≥ 0 takes the sign of y
func (s *isa) clamp8(x, lo, hi vec) vec { return s.min8(hi, s.max8(lo, x)) }                // NaN stays NaN

// widenHalf is half h of the lanes of x as float64.
func (s *isa) widenHalf(x vec, h int) vec {
	v := s.vec()
	if s.wide() {
		half := reg.Register(x[0].AsY())
		if h == 1 {
			upper := s.YMM()
			s.VEXTRACTF64X4(operand.U8(1), x[0], upper)
			half = upper
		}
		s.VCVTPS2PD(half, v[0])
		return v
	}
	upper := s.XMM()
	s.VEXTRACTF128(operand.U8(1), x[h], upper)
	s.VCVTPS2PD(x[h].AsX(), v[0])
	s.VCVTPS2PD(upper, v[1])
	return v
}

// narrow is 16 float64 in two vectors, rounded to float32.
func (s *isa) narrow(lo, hi vec) vec {
	y := s.vec()
	if s.wide() {
		a, b := s.YMM(), s.YMM()
		s.VCVTPD2PS(lo[0], a)
		s.VCVTPD2PS(hi[0], b)
		s.VINSERTF64X4(operand.U8(1), b, a.AsZ(), y[0])
		return y
	}
	for h, v := range []vec{lo, hi} {
		a, b := s.XMM(), s.XMM()
		s.VCVTPD2PSY(v[0], a)
		s.VCVTPD2PSY(v[1], b)
		s.VINSERTF128(operand.U8(1), b, a.AsY(), y[h])
	}
	return y
}

// inDoubles is f of x, computed in float64 half by half.
func (s *isa) inDoubles(x vec, f func(x vec) vec) vec {
	lo := f(s.widenHalf(x, 0))
	return s.narrow(lo, f(s.widenHalf(x, 1)))
}

// count adds the lanes of x to running sums, lane by lane.
func (s *isa) count(sums dbl, x vec) { s.opd("VADDPD", s.widen(x), sums, sums) }

// countProduct adds the products of the lanes of a and b, which float64 holds exactly.
func (s *isa) countProduct(sums dbl, a, b vec) { s.opd("VFMADD231PD", s.widen(b), s.widen(a), sums) }
