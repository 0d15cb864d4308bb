//go:build arm64 && !purego && !f64

package kernel

import "math"

// The functions of one number that vector levels compute in float64, by the operations of kernel/_asm/fn_double.go in
// their order, so that the bits are the same. One number at a time: a register of NEON would hold two.

// A double is a function of x kept from −limit to limit. One that grows for ever is also given x kept from below only.
type double struct {
	limit float64
	f     func(x, most float64) float64
}

func (d *double) of(x Float) Float {
	most := max(-d.limit, float64(x))
	return Float(d.f(min(d.limit, most), most))
}

var doubles = [numFns]double{
	ELU:      {700, func(x, _ float64) float64 { return expm18(x) }},
	Log:      {math.Inf(1), func(x, _ float64) float64 { return log8(x) }},
	Sigmoid:  {700, func(x, _ float64) float64 { return sigmoid8(x) }},
	SiLU:     {150, silu8},
	Tanh:     {30, func(x, _ float64) float64 { return tanh8(x) }},
	Softplus: {150, softplus8},
	Erf:      {10, func(x, _ float64) float64 { return erf8(x) }},
	GELU:     {37, gelu8},
	GELUTanh: {20, geluTanh8},
}

var doubleSlopes = [numFns]double{
	Softplus: {700, func(x, _ float64) float64 { return sigmoid8(x) }},
	Erf:      {20, func(x, _ float64) float64 { return float64(exp8(-float64(x*x)) * (2 / math.SqrtPi)) }},
	GELU:     {37, func(x, _ float64) float64 { return geluSlope8(x) }},
	SiLU:     {150, func(x, _ float64) float64 { return gateSlope8(x, x) }},
	GELUTanh: {12, func(x, _ float64) float64 {
		w, dw := geluTanhArg8(x)
		return gateSlope8(w, float64(x*dw))
	}},
}

// powers gives k = x/ln 2 rounded, as  2ᵏ,  and  r = x − k·ln 2.
func powers(x float64) (scale, r float64) {
	const shift = 0x1.8p52 // adding it rounds to a whole number, found in the low bits
	k := math.FMA(x, 1/math.Ln2, shift)
	r = math.FMA(-(k - shift), math.Ln2, x)
	return math.Float64frombits(math.Float64bits(k)<<52 + 0x3ff<<52), r
}

// short8 is  eʳ − 1  to 2⁻³², long8 to 2⁻⁵⁵.
func short8(r float64) float64 {
	p := math.FMA(0.00019841357507901643, r, 0.0013941247825359796)
	p = math.FMA(p, r, 0.008333403335226747)
	p = math.FMA(p, r, 0.04166635143188424)
	p = math.FMA(p, r, 0.16666666244610873)
	p = math.FMA(p, r, 0.500000004736842)
	return float64(r * math.FMA(p, r, 1.000000000031769))
}

func long8(r float64) float64 {
	p := math.FMA(2.505205201670874e-08, r, 2.762653891694988e-07)
	p = math.FMA(p, r, 2.7557415702565235e-06)
	p = math.FMA(p, r, 2.48015039389097e-05)
	p = math.FMA(p, r, 0.00019841269705683366)
	p = math.FMA(p, r, 0.0013888888932781231)
	p = math.FMA(p, r, 0.008333333333398956)
	p = math.FMA(p, r, 0.04166666666657242)
	p = math.FMA(p, r, 0.1666666666666656)
	p = math.FMA(p, r, 0.5000000000000006)
	return float64(r * math.FMA(p, r, 1.0))
}

// exp8 is eˣ.
func exp8(x float64) float64 {
	scale, r := powers(x)
	return math.FMA(short8(r), scale, scale)
}

// expm18 is eˣ − 1, without cancellation:  2ᵏ·q + (2ᵏ − 1).
func expm18(x float64) float64 {
	scale, r := powers(x)
	return math.FMA(short8(r), scale, scale-1)
}

// sigmoid8 is  1/(1 + e⁻ˣ).
func sigmoid8(x float64) float64 { return 1 / (exp8(-x) + 1) }

// silu8 is  x/(1 + e⁻ˣ).
func silu8(x, most float64) float64 { return most / (exp8(-x) + 1) }

// tanh8 is  m/(m + 2),  m = e²ˣ − 1,  of |x|.
func tanh8(x float64) float64 {
	a := math.Abs(x)
	m := expm18(a + a)
	return math.Copysign(m/(m+2), x)
}

// atanh8 is  2·atanh f + c  for |f| ≤ 1/3.
func atanh8(f, c float64) float64 {
	s := float64(f * f)
	p := math.FMA(0.109393367483781, s, 0.08558258741126383)
	p = math.FMA(p, s, 0.11152938685410496)
	p = math.FMA(p, s, 0.14284051360894182)
	p = math.FMA(p, s, 0.20000031268109666)
	p = math.FMA(p, s, 0.3333333311368722)
	return math.FMA(math.FMA(p, s, 1.0000000000025135), f+f, c)
}

// softplus8 is  ln(1 + eˣ) = max(x, 0) + 2·atanh(E/(E + 2)),  E = e^−|x|.
func softplus8(x, most float64) float64 {
	e := exp8(-math.Abs(x))
	return atanh8(e/(e+2), max(0, most))
}

// log8 is  ln x = k·ln 2 + 2·atanh(f/(f + 2)),  x = 2ᵏ·(1 + f),  √½ ≤ 1 + f < √2.
func log8(x float64) float64 {
	switch {
	case x == 0:
		return math.Inf(-1)
	case x > math.MaxFloat64:
		return x
	case !(x >= 0):
		return math.NaN()
	}
	const one = 0x3ff << 52
	low := math.Float64bits(math.Sqrt2 / 2)
	i := math.Float64bits(x) + (one - low)
	k := float64(int64(i>>52) - 1023)
	f := math.Float64frombits(i&(1<<52-1)+low) - 1
	return atanh8(f/(f+2), float64(k*math.Ln2))
}

// tail8 is  Φ(−a)  for a ≥ 0,  e^−h·W(1/(a + 3)),  h = a²/2.
func tail8(a, h float64) float64 {
	u := 1 / (a + 3)
	p := math.FMA(3236.4912885719427, u, -6691.8914448331025)
	p = math.FMA(p, u, 5577.9170085588985)
	p = math.FMA(p, u, -2254.3141190621686)
	p = math.FMA(p, u, 417.43457945576347)
	p = math.FMA(p, u, -57.01743026443377)
	p = math.FMA(p, u, 17.8947600479979)
	p = math.FMA(p, u, 6.836873822957443)
	p = math.FMA(p, u, 3.202386350973073)
	p = math.FMA(p, u, 1.1967554577783823)
	p = math.FMA(p, u, 0.39893658130095766)
	return float64(exp8(-h) * math.FMA(p, u, 1.2441263781031833e-07))
}

// erf8 is, of |x|,  1 − 2Φ(−√2·x),  and from 0 to ½  x·P(x²).
func erf8(x float64) float64 {
	a, h := math.Abs(x), float64(x*x)
	if a < 0.5 {
		p := math.FMA(-0.0007692853099932707, h, 0.00520030838074821)
		p = math.FMA(p, h, -0.026863119912161035)
		p = math.FMA(p, h, 0.11283773805838718)
		p = math.FMA(p, h, -0.37612638519131114)
		return math.Copysign(a*math.FMA(p, h, 1.1283791670820804), x)
	}
	return math.Copysign(math.FMA(-tail8(float64(a*math.Sqrt2), h), 2, 1), x)
}

// gelu8 is  x·Φ(x).
func gelu8(x, most float64) float64 {
	q := tail8(math.Abs(x), float64(float64(x*x)*0.5))
	if x > 0 {
		q = 1 - q
	}
	return float64(most * q)
}

// geluSlope8 is  Φ(x) + x·φ(x):  at −a  e^(−a²/2)·(a − zero)·V(1/(a + 3)).
func geluSlope8(x float64) float64 {
	a, h := math.Abs(x), float64(float64(x*x)*0.5)
	u := 1 / (a + 3)
	p := math.FMA(-380.1073071643276, u, 588.0397171242172)
	p = math.FMA(p, u, -220.40952918849925)
	p = math.FMA(p, u, -121.92212586392793)
	p = math.FMA(p, u, 116.98429353060841)
	p = math.FMA(p, u, -24.25755799178951)
	p = math.FMA(p, u, 2.2748308442278495)
	p = math.FMA(p, u, -3.0505419286615987)
	p = math.FMA(p, u, -1.4914428261021597)
	p = math.FMA(p, u, -0.7279675885295055)
	p = math.FMA(p, u, -0.2998780783157132)
	v := float64(float64(exp8(-h)*math.FMA(p, u, -0.39894277010855567)) * (a - 0.7517915246935645))
	if x > 0 {
		return 1 - v
	}
	return v
}

// geluTanhArg8 is  w = 2·√(2/π)·(x + 0.044715·x³)  and w′:  ½(1 + tanh(w/2)) = σ(w).
func geluTanhArg8(x float64) (w, dw float64) {
	const c = 2 * 0.797884560802865355879892119868763737 // 2·√(2/π)
	h := float64(x * x)
	return float64(math.FMA(h, c*0.044715, c) * x), math.FMA(h, 3*c*0.044715, c)
}

// geluTanh8 is  x/(1 + e^−w).
func geluTanh8(x, most float64) float64 {
	w, _ := geluTanhArg8(x)
	return most / (exp8(-w) + 1)
}

// exact8 is eʷ to the last place, which the slopes of gates need close to their zeros.
func exact8(w float64) float64 {
	scale, r := powers(w)
	return math.FMA(long8(r), scale, scale)
}

// gateSlope8 is the slope of x·σ(w), given w and x·w′:  E·(1 + x·w′ + E)/(1 + E)²,  E = eʷ.
func gateSlope8(w, xdw float64) float64 {
	e := exact8(w)
	d := e + 1
	return float64(e*(xdw+1+e)) / float64(d*d)
}

// siluBoth8 is  x·σ(x)  and its slope  σ·(1 + x + E)/(1 + E),  E = eˣ,  σ = E/(1 + E).
func siluBoth8(v float64) (y, slope float64) {
	most := max(-150, v)
	x := min(150, most)
	e := exact8(x)
	r := 1 / (e + 1)
	σ := float64(e * r)
	return float64(most * σ), float64(float64((x+1+e)*r) * σ)
}
