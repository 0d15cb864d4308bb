//go:build !f64

package kernel

import "math"

// roots[i] is  2^(i/32).
var roots = func() (t [32]float64) {
	for i := range t {
		t[i] = math.Exp2(float64(i) / 32)
	}
	return t
}()

// exp64 is, to 2e-12,  eˣ = 2^(k/32)·eʳ  with k whole and |r| ≤ ln2/64, eʳ by its series.
func exp64(x float64) float64 {
	const shift = 0x1.8p52 // adding it rounds to a whole number, found in the low bits
	if !(x < 700 && x > -700) {
		return expBeyond(x)
	}
	z := x*(32/math.Ln2) + shift
	k := int64(math.Float64bits(z)) << 12 >> 12
	r := x - (z-shift)*(math.Ln2/32)
	e := 1 + r*(1+r*(0.5+r*(1.0/6+r*(1.0/24))))
	return e * roots[k&31] * math.Float64frombits(uint64(1023+k>>5)<<52)
}

func expBeyond(x float64) float64 {
	switch {
	case x >= 700:
		return math.Inf(1)
	case x <= -700:
		return 0
	}
	return x // NaN
}

func tanh64(x float64) float64 {
	if x < 0.02 && x > -0.02 { // where 1 − 2/(1 + e²ˣ) would cancel
		s := x * x
		return x * (1 + s*(-1.0/3+s*(2.0/15-s*(17.0/315))))
	}
	return 1 - 2/(1+exp64(2*x))
}

const erfGrid = 32 // points in a unit

// erfs[i] is  erf x  and its slope  2/√π·exp(−x²)  at x = i/erfGrid.
var erfs = func() (t [4*erfGrid + 1][2]float64) {
	for i := range t {
		x := float64(i) / erfGrid
		t[i] = [2]float64{math.Erf(x), 2 / math.SqrtPi * math.Exp(-x*x)}
	}
	return t
}()

// erf64 is the series of erf around the nearest point of a grid, good to 1e-11. From
// 4 on it is 1 to within a float32.
func erf64(x float64) float64 {
	a := math.Abs(x)
	if !(a < 4) {
		return math.Max(-1, math.Min(x, 1)) // NaN stays NaN
	}
	i := int(a*erfGrid + 0.5)
	c := float64(i) / erfGrid
	h, s := a-c, c*c
	y := erfs[i][0] + erfs[i][1]*h*(1+h*(-c+h*((2*s-1)/3+h*(c*(3-2*s)/6+h*((4*s-12)*s+3)/30))))
	return math.Copysign(y, x)
}
