package kernel

import "math"

// The smooth functions of one number are computed in float64 and rounded once to a Float. exp64, tanh64 and erf64 depend
// on the size of Float: the float64 that they return has enough digits for one more. Where a slope nearly
// vanishes its terms cancel, and functions of package math step in, which have all digits.

// ExpOf is eˣ.
func ExpOf(x Float) Float { return Float(exp64(float64(x))) }

// TanhOf is tanh x.
func TanhOf(x Float) Float { return Float(tanh64(float64(x))) }

// ErfOf is  2/√π ∫₀ˣ exp(−t²) dt.
func ErfOf(x Float) Float { return Float(erf64(float64(x))) }

// σ is the logistic function  1/(1 + e⁻ˣ).  It overflows on neither side: e⁻ˣ may reach +∞.
func σ(x Float) Float { return Float(1 / (1 + exp64(-float64(x)))) }

// lowest is where every function that tends to 0 on the left has reached it.
const lowest = -750

// silu is  x·σ(x).
func silu(x Float) Float { return Float(gate(float64(x), float64(x))) }

// gate is  x·σ(w)  for w that is as far to the left as x, or further.
func gate(x, w float64) float64 { return max(x, lowest) / (1 + exp64(-w)) }

func siluSlope(x Float) Float {
	v := min(max(float64(x), lowest), 40)
	return Float(gateSlope(v, v))
}

// gateSlope is the slope of x·σ(w), given w ≤ 100 and x·w′:  E/(1 + E)·(1 + x·w′ + E)/(1 + E),  E = eʷ.
func gateSlope(w, xdw float64) float64 {
	e := exp64(w)
	sum := 1 + xdw + e
	if math.Abs(sum) < nearZero {
		sum = 1 + xdw + math.Exp(w)
	}
	return e / (1 + e) * (sum / (1 + e))
}

const nearZero = 0.01

// geluTanhArg is  w = 2·√(2/π)·(x + 0.044715·x³)  and w′:  ½·(1 + tanh(w/2)) = σ(w).
func geluTanhArg(x float64) (w, dw float64) {
	const c = 2 * 0.797884560802865355879892119868763737 // 2·√(2/π)
	return c * x * (1 + 0.044715*x*x), c * (1 + 3*0.044715*x*x)
}

func geluTanh(x Float) Float {
	v := max(float64(x), -40)
	w, _ := geluTanhArg(v)
	return Float(gate(v, w))
}

func geluTanhSlope(x Float) Float {
	v := min(max(float64(x), -40), 10)
	w, dw := geluTanhArg(v)
	return Float(gateSlope(w, v*dw))
}

// Φ is the standard normal distribution.
func Φ(x float64) float64 {
	if x < -2 {
		return 0.5 * math.Erfc(-x/math.Sqrt2)
	}
	return 0.5 * (1 + erf64(x/math.Sqrt2))
}

func gelu(x Float) Float {
	v := max(float64(x), -40)
	return Float(v * Φ(v))
}

// geluSlope is  Φ(x) + x·φ(x),  φ the standard normal density.
func geluSlope(x Float) Float {
	v := min(max(float64(x), -40), 40)
	const c = 0.398942280401432677939946059934381868 // 1/√(2π)
	slope := Φ(v) + v*exp64(-v*v/2)*c
	if math.Abs(slope) < nearZero {
		slope = 0.5*math.Erfc(-v/math.Sqrt2) + v*math.Exp(-v*v/2)*c
	}
	return Float(slope)
}

// softplus is  ln(1 + eˣ).
func softplus(x Float) Float {
	v := float64(x)
	return Float(max(v, 0) + math.Log1p(exp64(-math.Abs(v))))
}

// tanhSlope is  1 − y²,  y = tanh x.
func tanhSlope(y Float) Float { return Float(1 - float64(y)*float64(y)) }

// erfSlope is  2/√π·exp(−x²).
func erfSlope(x Float) Float {
	v := float64(x)
	return Float(2 / math.SqrtPi * exp64(-v*v))
}
