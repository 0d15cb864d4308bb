//go:build !f64

package kernel

import (
	"flag"
	"math"
	"math/big"
	"slices"
	"testing"
)

// stride is how far apart the float32 are, as whole numbers, that TestFnUnits walks; 1 walks all of them, in an hour.
var stride = flag.Int("stride", 20011, "distance of the float32 that TestFnUnits tries")

// A precise is a function of one number and its slope in float64 with at least 40 bits that are right.
type precise struct {
	f            Fn
	value, slope func(x float64) float64
	units        float64 // the largest error that is promised of both, in units of the last place
}

var precises = []precise{
	{Neg, func(x float64) float64 { return -x }, func(float64) float64 { return -1 }, 0.5},
	{Abs, math.Abs, func(x float64) float64 { return float64(when(x > 0) - when(x < 0)) }, 0.5},
	{Square, func(x float64) float64 { return x * x }, func(x float64) float64 { return 2 * x }, 0.5},
	{Sqrt, math.Sqrt, func(y float64) float64 { return 0.5 / y }, 0.5},
	{Exp, math.Exp, func(y float64) float64 { return y }, 1.1},
	{Log, math.Log, func(x float64) float64 { return 1 / x }, 0.51},
	{Clamp, func(x float64) float64 { return min(max(x, 0.75), 1.5) }, func(x float64) float64 { return float64(when(x >= 0.75 && x <= 1.5)) }, 0.5},
	{Recip, func(x float64) float64 { return 1 / x }, func(y float64) float64 { return -y * y }, 0.5},
	{ReLU, func(x float64) float64 { return max(x, 0) }, func(y float64) float64 { return float64(when(y > 0)) }, 0.5},
	{LeakyReLU, func(x float64) float64 { return max(x, 0.75*x) }, func(x float64) float64 { return pickOf(x > 0, 1, 0.75) }, 0.5},
	{ELU, func(x float64) float64 { return pickOf(x > 0, x, 0.75*math.Expm1(x)) }, func(x float64) float64 { return pickOf(x > 0, 1, 0.75*math.Exp(x)) }, 2},
	{GELU, func(x float64) float64 { return x * math.Erfc(-x/math.Sqrt2) / 2 }, preciseGELUSlope, 0.57},
	{GELUTanh, preciseGELUTanh, preciseGELUTanhSlope, 0.51},
	{SiLU, func(x float64) float64 { return x / (1 + math.Exp(-x)) }, func(x float64) float64 { return preciseGateSlope(x, x, 1) }, 0.51},
	{Sigmoid, preciseSigmoid, func(y float64) float64 { return y * (1 - y) }, 1.5},
	{Tanh, math.Tanh, func(y float64) float64 { return (1 - y) * (1 + y) }, 0.51},
	{Softplus, func(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }, preciseSigmoid, 0.51},
	{Erf, math.Erf, func(x float64) float64 { return 2 / math.SqrtPi * math.Exp(-x*x) }, 0.51},
	{Sign, func(x float64) float64 { return float64(sign(Float(x))) }, func(float64) float64 { return 0 }, 0.5},
}

func pickOf(b bool, x, y float64) float64 {
	if b {
		return x
	}
	return y
}

func preciseSigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func preciseGELUTanh(x float64) float64 {
	w, _ := geluTanhArg(x)
	return x / (1 + math.Exp(-w))
}

func preciseGELUTanhSlope(x float64) float64 {
	if math.Abs(x) > 15 {
		return float64(when(x > 0))
	}
	w, dw := geluTanhArg(x)
	return preciseGateSlope(x, w, dw)
}

// preciseGateSlope is the slope of x·σ(w(x)); close to its zero in 200 bits.
func preciseGateSlope(x, w, dw float64) float64 {
	if math.Abs(x) > 300 {
		return float64(when(x > 0))
	}
	e := math.Exp(w)
	sum := 1 + x*dw + e
	if math.Abs(sum) < 1e-4 {
		w, dw := number(w), number(dw)
		if dw.Cmp(number(1)) != 0 { // GELUTanh: again in 200 bits
			c, h := times(number(2), text("0.797884560802865355879892119868763737")), times(number(x), number(x))
			w = times(c, number(x), plus(number(1), times(text("0.044715"), h)))
			dw = times(c, plus(number(1), times(text("0.134145"), h)))
		}
		sum, _ = plus(number(1), times(number(x), dw), bigExp(w)).Float64()
	}
	s := 1 / (1 + math.Exp(-w))
	return s * sum / (1 + e)
}

// preciseGELUSlope is Φ(x) + x·φ(x); close to its zero in 200 bits.
func preciseGELUSlope(x float64) float64 {
	const c = 0.398942280401432677939946059934381868
	if math.Abs(x) > 300 {
		return float64(when(x > 0))
	}
	slope := math.Erfc(-x/math.Sqrt2)/2 + x*c*math.Exp(-x*x/2)
	if math.Abs(slope) < 1e-4 && x > -1 {
		// Φ(x) = ½ + φ(0)·Σ (−1)ⁿ·x²ⁿ⁺¹ / (2ⁿ·n!·(2n + 1))
		h, sum := times(number(x), number(x), number(-0.5)), number(0)
		term := number(x)
		for n := 0; n < 60; n++ {
			sum = plus(sum, quotient(term, number(float64(2*n+1))))
			term = quotient(times(term, h), number(float64(n+1)))
		}
		sum = plus(sum, times(number(x), bigExp(h)))
		slope, _ = plus(number(0.5), times(text("0.398942280401432677939946059934381868475858631164934657665925"), sum)).Float64()
	}
	return slope
}

func number(x float64) *big.Float { return new(big.Float).SetPrec(200).SetFloat64(x) }

func text(x string) *big.Float {
	v, _, err := big.ParseFloat(x, 10, 200, big.ToNearestEven)
	if err != nil {
		panic(err)
	}
	return v
}

func plus(x ...*big.Float) *big.Float {
	sum := number(0)
	for _, v := range x {
		sum.Add(sum, v)
	}
	return sum
}

func times(x ...*big.Float) *big.Float {
	product := number(1)
	for _, v := range x {
		product.Mul(product, v)
	}
	return product
}

func quotient(x, y *big.Float) *big.Float { return new(big.Float).SetPrec(200).Quo(x, y) }

// bigExp is eˣ for small x, by its series.
func bigExp(x *big.Float) *big.Float {
	sum, term := number(1), number(1)
	for n := 1; n < 60; n++ {
		term = quotient(times(term, x), number(float64(n)))
		sum = plus(sum, term)
	}
	return sum
}

// unitsOff is |got − want| in units of the last place of want as a float32, subnormal ones included.
func unitsOff(got float32, want float64) float64 {
	switch {
	case got == float32(want), got != got && want != want:
		return 0
	case got != got || want != want || math.IsInf(want, 0):
		return math.Inf(1)
	case math.IsInf(float64(got), 0):
		got = math.Float32frombits(math.Float32bits(got) - 1) // beyond the largest by at least half a unit
	}
	_, e := math.Frexp(want)
	return math.Abs(float64(got)-want) / math.Ldexp(1, max(e-24, -149))
}

// everywhere is float32 over their whole range, every one close to where functions have zeros and change their formula.
func everywhere() (xs []float32) {
	for b := 0; b < 1<<32; b += *stride {
		xs = append(xs, math.Float32frombits(uint32(b)))
	}
	around := func(x float32, n int) {
		b := math.Float32bits(x)
		for i := -n; i <= n; i++ {
			xs = append(xs, math.Float32frombits(b+uint32(i)))
		}
	}
	for _, x := range []float32{-0.75179153, -1.2784645, -0.75246141} { // zeros of the slopes of GELU, SiLU, GELUTanh
		around(x, 3000)
	}
	for _, x := range []float32{1, 0.5, 0.75, 1.5, math.Sqrt2, math.Sqrt2 / 2, math.Ln2 / 2, 88.72284, -87.33655, -103.97208, -104, 89, 150, 37, 20, 12, 10, 9.2, 4, 2, 13.2, 14.1} {
		around(x, 300)
		around(-x, 300)
	}
	around(0, 300) // and the NaN below it
	around(float32(math.Inf(1)), 10)
	around(float32(math.Inf(-1)), 10)
	return append(xs, float32(math.Copysign(0, -1)), math.MaxFloat32, -math.MaxFloat32, 0x1p-126, -0x1p-126)
}

// Every function and slope, over the whole range of float32, is within the units it promises of a precise one, at every
// level; the levels with vectors give the same bits.
func TestFnUnits(t *testing.T) {
	all := everywhere()
	const many = 1 << 16
	dy := slices.Repeat([]float32{1}, many)
	for _, c := range precises {
		for _, back := range []bool{false, true} {
			name, worst, at := c.f.String(), make([]float64, len(Levels())), make([]float32, len(Levels()))
			if back {
				name += "′"
			}
			for xs := range slices.Chunk(all, many) {
				want := make([]float64, len(xs))
				for i, x := range xs {
					want[i] = atLimits(c, float64(x), back)
				}
				var vector []float32
				for l, lv := range Levels() {
					restore := SetLevel(lv)
					got := make([]float32, len(xs))
					if back {
						MapBack(c.f, got, xs, xs, dy[:len(xs)], &testConstants, false)
					} else {
						Map(c.f, got, xs, &testConstants)
					}
					restore()
					for i, x := range xs {
						if u := unitsOff(got[i], want[i]); u > worst[l] {
							worst[l], at[l] = u, x
						}
					}
					if lv.Fused() && vector != nil {
						for i, x := range xs {
							if math.Float32bits(got[i]) != math.Float32bits(vector[i]) {
								t.Fatalf("%s(%v): %v at %v, %v before", name, x, got[i], lv, vector[i])
							}
						}
					}
					if lv.Fused() {
						vector = got
					}
				}
			}
			t.Logf("%-12s units off at %v: %.3f at x = %v", name, Levels(), worst, at)
			for l, u := range worst {
				if u > c.units {
					t.Errorf("%s(%v) is %.3g units off at %v, want %v at most", name, at[l], u, Levels()[l], c.units)
				}
			}
		}
	}
}

// atLimits is the value or slope of c at x; at −∞ a function that tends to 0 is 0.
func atLimits(c precise, x float64, back bool) float64 {
	g := c.value
	if back {
		g = c.slope
	}
	if x < -300 && slices.Contains([]Fn{GELU, GELUTanh, SiLU}, c.f) {
		return 0
	}
	return g(x)
}
