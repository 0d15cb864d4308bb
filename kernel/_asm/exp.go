package main

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
)

// Polynomials are minimax approximations by Remez' algorithm, of relative error. eʳ is for |r| ≤ ln2/2, to which
// eˣ = 2ᵏ·eʳ is reduced with k = x/ln2 rounded (Cody & Waite 1980).
var (
	// (eʳ − 1)/r to 2⁻³²
	expm1Short = []float64{0.00019841357507901643, 0.0013941247825359796, 0.008333403335226747, 0.04166635143188424, 0.16666666244610873, 0.500000004736842, 1.000000000031769}
	// (eʳ − 1)/r to 2⁻⁵⁵
	expm1Long = []float64{2.505205201670874e-08, 2.762653891694988e-07, 2.7557415702565235e-06, 2.48015039389097e-05, 0.00019841269705683366, 0.0013888888932781231, 0.008333333333398956, 0.04166666666657242, 0.1666666666666656, 0.5000000000000006, 1.0}
	// (eʳ − 1 − r)/r² to 2⁻²³, for float32
	exp2Terms = []float64{0.0013901344466660782, 0.008363267659722617, 0.04166685485436237, 0.16666576532431598, 0.49999999546877605}
)

// expParts8 gives eˣ = scale + scale·q,  q = eʳ − 1,  for |x| ≤ 700.
func (s *isa) expParts8(x vec, c []float64) (scale, q vec) {
	const shift = 0x1.8p52 // adding it rounds to a whole number, found in the low bits
	k := s.splat8(shift)
	s.fma8(k, x, s.constant8(1/math.Ln2))
	r := s.copy(x)
	s.fnma8(r, s.sub8(k, s.constant8(shift)), s.constant8(math.Ln2))
	scale = s.new("VPSLLQ", operand.U8(52), k)
	s.op("VPADDQ", s.constant8(1), scale, scale)
	return scale, s.mul8(r, s.polynomial8(r, c...))
}

// exp8 is eˣ for |x| ≤ 700.
func (s *isa) exp8(x vec, c []float64) vec {
	scale, q := s.expParts8(x, c)
	s.horner8(q, scale, scale)
	return q
}

// expm18 is eˣ − 1 for |x| ≤ 700, without cancellation:  2ᵏ·q + (2ᵏ − 1).
func (s *isa) expm18(x vec) vec {
	scale, q := s.expParts8(x, expm1Short)
	s.horner8(q, scale, s.sub8(scale, s.constant8(1)))
	return q
}

// An exponential is eˣ in float32, within 1.1 units, with the registers it needs throughout a kernel.
type exponential struct{ lo, hi vec }

func (s *isa) exponential() exponential {
	e := exponential{s.uniform(), s.uniform()}
	s.VMOVUPS(s.constant(-104), e.lo[0]) // e⁻¹⁰⁴ < 2⁻¹⁵⁰, which rounds to 0
	s.VMOVUPS(s.constant(89), e.hi[0])   // e⁸⁹ > 2¹²⁸
	return e
}

// exp is eˣ:  2ᵏ·(1 + (r + r²·P(r))).  The power of two is applied with one rounding where the result is subnormal.
func (s *isa) exp(e exponential, x vec) vec {
	const shift = 0x1.8p23
	x = s.min(e.hi, s.max(e.lo, x)) // NaN stays NaN
	z := s.splat(shift)
	s.fma(z, x, s.constant(1/math.Ln2))
	k := s.sub(z, s.constant(shift))
	r := s.copy(x)
	s.fnma(r, k, s.constant(0.693359375)) // ln 2 in two parts
	s.fnma(r, k, s.constant(math.Ln2-0.693359375))
	y := s.polynomial(r, exp2Terms...)
	s.horner(y, s.mul(r, r), r)
	y = s.add(y, s.constant(1))
	if s.wide() {
		return s.new("VSCALEFPS", k, y)
	}
	// 2ᵏ in two halves, the first exact.
	whole := s.new("VPSUBD", s.constant(shift), z)
	half := s.new("VPSRAD", operand.U8(1), whole)
	rest := s.new("VPSUBD", half, whole)
	for _, n := range []vec{half, rest} {
		n = s.new("VPSLLD", operand.U8(23), n)
		n = s.new("VPADDD", s.constant(1), n)
		y = s.mul(y, n)
	}
	return y
}
