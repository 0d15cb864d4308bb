package nn

import (
	"math"

	"brick/kernel"
)

// normal is number i of the stream named key, from N(0, 1) (Box & Muller 1958).
func normal(key uint64, i int) float64 {
	r := math.Sqrt(-2 * math.Log(uniform(key, 2*i)))
	return r * math.Cos(2*math.Pi*uniform(key, 2*i+1))
}

// scaled is σ·normal(key, i), as a Float: where those are float32, some forty bits of it tell nearly always which one it is, and
// are found without the branches and the long chains of math's functions (Ziv 1991). Else all bits are asked for.
func scaled(key uint64, i int, σ float64) float64 {
	if kernel.FloatBits == 32 {
		l, c := nearLog(uniform(key, 2*i)), nearCos(uniform(key, 2*i+1))
		y := σ * (math.Sqrt(-2*l) * c)
		if low := float32(y * (1 - nearError)); low == float32(y*(1+nearError)) && l < -nearZero && math.Abs(c) > nearZero {
			return float64(low)
		}
	}
	return σ * normal(key, i)
}

const (
	nearZero  = 1.0 / (1 << 8)  // where nearLog or nearCos is as small, the error of the other's argument is not
	nearError = 1.0 / (1 << 36) // bounds the relative error of the rest
)

// nearLogs are −log c and 1/c of the middle c of each of 128 pieces of [1, 2).
var nearLogs = func() (t [128][2]float64) {
	for k := range t {
		c := 1 + (float64(k)+0.5)/128
		t[k] = [2]float64{math.Log(c), 1 / c}
	}
	return t
}()

// nearLog is log u for u in (0, 1), within 2⁻⁴⁸:
//
//	u = 2ᵉ·m    log u = e·log 2 + log c + log(1 + r),  r = m/c − 1,  |r| < 2⁻⁸
func nearLog(u float64) float64 {
	b := math.Float64bits(u)
	e := float64(int(b>>52) - 1023)
	m := math.Float64frombits(b&(1<<52-1) | 1023<<52)
	c := &nearLogs[b>>45&127]
	r := m*c[1] - 1
	q := r * r
	return e*math.Ln2 + c[0] + (r - q*(0.5-r*(1./3)) - q*q*(0.25-r*(1./5)+q*(1./6)))
}

// nearCos is cos 2πv for v in (0, 1), within 2⁻⁴³: the sine of  x = 2π(|v − ½| − ¼),  by its series up to x¹⁷.
func nearCos(v float64) float64 {
	x := 2 * math.Pi * (math.Abs(v-0.5) - 0.25)
	q := x * x
	w := q * q
	low := (1 - q*(1./6)) + w*(1./120-q*(1./5040))
	high := (1./362880 - q*(1./39916800)) + w*(1./6227020800-q*(1./1307674368000)) + w*w*(1./355687428096000)
	return x * (low + w*w*high)
}
