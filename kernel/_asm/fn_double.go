package main

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
)

// The functions of one number that are computed in float64. In each, x is kept within its limits by the caller, and NaN stays NaN.

// sigmoid8 is  1/(1 + e⁻ˣ).
func (s *isa) sigmoid8(x vec) vec {
	e := s.exp8(s.neg8(x), expm1Short)
	return s.div8(s.splat8(1), s.add8(e, s.constant8(1)))
}

// silu8 is  x/(1 + e⁻ˣ).
func (s *isa) silu8(x, most vec) vec {
	e := s.exp8(s.neg8(x), expm1Short)
	return s.div8(most, s.add8(e, s.constant8(1)))
}

// tanh8 is  m/(m + 2),  m = e²ˣ − 1,  of |x|.
func (s *isa) tanh8(x vec) vec {
	a := s.abs8(x)
	m := s.expm18(s.add8(a, a))
	y := s.div8(m, s.add8(m, s.constant8(2)))
	s.withSign8(y, x)
	return y
}

// atanh s = s·P(s²)  to 2⁻³⁸ for |s| ≤ 1/3.
var atanhTerms = []float64{0.109393367483781, 0.08558258741126383, 0.11152938685410496, 0.14284051360894182, 0.20000031268109666, 0.3333333311368722, 1.0000000000025135}

// softplus8 is  ln(1 + eˣ) = max(x, 0) + 2·atanh(E/(E + 2)),  E = e^−|x|.
func (s *isa) softplus8(x, most vec) vec {
	e := s.exp8(s.neg8(s.abs8(x)), expm1Short)
	f := s.div8(e, s.add8(e, s.constant8(2)))
	y := s.polynomial8(s.mul8(f, f), atanhTerms...)
	s.horner8(y, s.add8(f, f), s.max8(s.zero(), most))
	return y
}

// log is  ln x = k·ln2 + 2·atanh(f/(f + 2)),  x = 2ᵏ·(1 + f),  √½ ≤ 1 + f < √2.
func (s *isa) log(x vec) vec {
	y := s.inDoubles(x, func(x vec) vec {
		const one, two52 = 0x3ff << 52, 0x433 << 52
		low := math.Float64bits(math.Sqrt2 / 2)
		i := s.new("VPADDQ", s.pattern8(one-low), x)
		k := s.new("VORPD", s.pattern8(two52), s.new("VPSRLQ", operand.U8(52), i)) // 2⁵² + 1023 + k
		k = s.sub8(k, s.constant8(0x1p52+1023))
		f := s.new("VANDPD", s.pattern8(1<<52-1), i)
		f = s.sub8(s.new("VPADDQ", s.pattern8(low), f), s.constant8(1))
		f = s.div8(f, s.add8(f, s.constant8(2)))
		y := s.polynomial8(s.mul8(f, f), atanhTerms...)
		s.horner8(y, s.add8(f, f), s.mul8(k, s.constant8(math.Ln2)))
		return y
	})
	inf := s.constant(math.Inf(1))
	y = s.pick(s.is(x, equal, s.constant(0)), s.constant(math.Inf(-1)), y)
	y = s.pick(s.is(x, equal, inf), inf, y)
	return s.pick(s.is(x, notAtLeast, s.constant(0)), s.constant(math.NaN()), y)
}

// The normal distribution below 0 is  Φ(−a) = e^(−a²/2)·W(a),  a ≥ 0, where W is smooth: a polynomial of u = 1/(a + 3)
// has it to 2⁻³⁰. The slope of x·Φ(x) at −a is  e^(−a²/2)·V(a),  V(a) = W(a) − a/√(2π),  which has a zero;
// V(a)/(a − zero) is a polynomial of u to 2⁻³³, so that nothing cancels close to the zero either.
var (
	tailTerms  = []float64{3236.4912885719427, -6691.8914448331025, 5577.9170085588985, -2254.3141190621686, 417.43457945576347, -57.01743026443377, 17.8947600479979, 6.836873822957443, 3.202386350973073, 1.1967554577783823, 0.39893658130095766, 1.2441263781031833e-07}
	slopeTerms = []float64{-380.1073071643276, 588.0397171242172, -220.40952918849925, -121.92212586392793, 116.98429353060841, -24.25755799178951, 2.2748308442278495, -3.0505419286615987, -1.4914428261021597, -0.7279675885295055, -0.2998780783157132, -0.39894277010855567}
)

const (
	slopeZero  = 0.7517915246935645
	tailOffset = 3
)

// tail8 is a polynomial of 1/(a + 3), times e^−h.
func (s *isa) tail8(a, h vec, c []float64) vec {
	u := s.div8(s.splat8(1), s.add8(a, s.constant8(tailOffset)))
	return s.mul8(s.exp8(s.neg8(h), expm1Short), s.polynomial8(u, c...))
}

// erf8 is, of |x|,  1 − 2Φ(−√2·x),  and from 0 to ½  x·P(x²).
func (s *isa) erf8(x vec) vec {
	a, h := s.abs8(x), s.mul8(x, x)
	q := s.tail8(s.mul8(a, s.constant8(math.Sqrt2)), h, tailTerms)
	y := s.splat8(1)
	s.fnma8(y, q, s.constant8(2))
	small := s.mul8(a, s.polynomial8(h, -0.0007692853099932707, 0.00520030838074821, -0.026863119912161035, 0.11283773805838718, -0.37612638519131114, 1.1283791670820804))
	y = s.pick8(s.is8(a, less, s.constant8(0.5)), small, y)
	s.withSign8(y, x)
	return y
}

// gelu8 is  x·Φ(x).
func (s *isa) gelu8(x, most vec) vec {
	a := s.abs8(x)
	q := s.tail8(a, s.mul8(s.mul8(x, x), s.constant8(0.5)), tailTerms)
	up := s.sub8(s.splat8(1), q)
	return s.mul8(most, s.pick8(s.is8(x, greater, s.constant8(0)), up, q))
}

// geluSlope8 is  Φ(x) + x·φ(x).
func (s *isa) geluSlope8(x vec) vec {
	a := s.abs8(x)
	v := s.tail8(a, s.mul8(s.mul8(x, x), s.constant8(0.5)), slopeTerms)
	v = s.mul8(v, s.sub8(a, s.constant8(slopeZero)))
	up := s.sub8(s.splat8(1), v)
	return s.pick8(s.is8(x, greater, s.constant8(0)), up, v)
}

// geluTanhArg8 is  w = 2·√(2/π)·(x + 0.044715·x³)  and w′:  ½(1 + tanh(w/2)) = σ(w).
func (s *isa) geluTanhArg8(x vec) (w, dw vec) {
	const c = 2 * 0.797884560802865355879892119868763737 // 2·√(2/π)
	h := s.mul8(x, x)
	w = s.splat8(c)
	s.fma8(w, h, s.constant8(c*0.044715))
	dw = s.splat8(c)
	s.fma8(dw, h, s.constant8(3*c*0.044715))
	return s.mul8(w, x), dw
}

// geluTanh8 is  x/(1 + e^−w).
func (s *isa) geluTanh8(x, most vec) vec {
	w, _ := s.geluTanhArg8(x)
	return s.div8(most, s.add8(s.exp8(s.neg8(w), expm1Short), s.constant8(1)))
}

// gateSlope8 is the slope of x·σ(w), given w and x·w′:
//
//	E·(1 + x·w′ + E)/(1 + E)²,  E = eʷ
//
// Its zero is where the sum vanishes, which is why E is computed to the last place.
func (s *isa) gateSlope8(w, xdw vec) vec {
	e := s.exp8(w, expm1Long)
	sum := s.add8(s.add8(xdw, s.constant8(1)), e)
	d := s.add8(e, s.constant8(1))
	return s.div8(s.mul8(e, sum), s.mul8(d, d))
}
