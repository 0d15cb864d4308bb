package kernel

import (
	"math"
	"testing"
)

// The elementary functions against package math: within one unit of a float32,
// whatever the argument.
func TestElementaryFunctions(t *testing.T) {
	for _, f := range []struct {
		name string
		ours func(x Float) Float
		want func(x float64) float64
	}{
		{"exp", ExpOf, math.Exp},
		{"tanh", TanhOf, math.Tanh},
		{"erf", ErfOf, math.Erf},
		{"sigmoid", σ, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }},
	} {
		worst, at := 0.0, 0.0
		try := func(x float64) {
			x = float64(Float(x))
			got, want := float64(f.ours(Float(x))), f.want(x)
			if want = float64(Float(want)); got == want || got != got && want != want {
				return
			}
			unit := float64(math.Nextafter32(float32(math.Abs(want)), math.MaxFloat32)) - math.Abs(want)
			if e := math.Abs(got-want) / max(unit, 0x1p-149); !(e <= worst) {
				worst, at = e, x
			}
		}
		for i := -200_000; i <= 200_000; i++ {
			try(float64(i) / 1000) // to ±200
			try(float64(i) / 100_000)
			try(math.Copysign(math.Exp2(-math.Abs(float64(i))/2000), float64(i)))
		}
		for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, 1e30, -1e30} {
			try(x)
		}
		if worst > 1.01 {
			t.Errorf("%s(%v) is %v, want %v: %.3g units off", f.name, at, f.ours(Float(at)), f.want(at), worst)
		}
	}
}

// Every slope in the tables against differences of the function.
func TestSlopes(t *testing.T) {
	ε, tol := 1e-4, 1e-6
	if FloatBits == 32 {
		ε, tol = 1e-2, 1e-2
	}
	p := Args{0.75, 1.5}
	for f := range Fns {
		d := &Fns[f]
		for _, x := range []float64{0.3, 0.9, 1.2, 2} {
			at := func(x float64) float64 { return float64(d.F(Float(x), &p)) }
			num := (8*(at(x+ε)-at(x-ε)) - (at(x+2*ε) - at(x-2*ε))) / (12 * ε)
			if got := float64(d.Slope(Float(x), Float(at(x)), &p)); !(math.Abs(got-num) <= tol*max(1, math.Abs(num))) {
				t.Errorf("%s: slope at %v is %v, differences say %v", d.Name, x, got, num)
			}
		}
	}
	for f := range Fn2s {
		d := &Fn2s[f]
		for _, a := range []float64{0.4, 1.7} {
			for _, b := range []float64{0.8, 2.1} {
				at := func(a, b float64) float64 { return float64(d.F(Float(a), Float(b))) }
				da := (8*(at(a+ε, b)-at(a-ε, b)) - (at(a+2*ε, b) - at(a-2*ε, b))) / (12 * ε)
				db := (8*(at(a, b+ε)-at(a, b-ε)) - (at(a, b+2*ε) - at(a, b-2*ε))) / (12 * ε)
				if got := float64(d.SlopeA(Float(a), Float(b))); !(math.Abs(got-da) <= tol*max(1, math.Abs(da))) {
					t.Errorf("%s: ∂a at (%v, %v) is %v, differences say %v", d.Name, a, b, got, da)
				}
				if got := float64(d.SlopeB(Float(a), Float(b))); !(math.Abs(got-db) <= tol*max(1, math.Abs(db))) {
					t.Errorf("%s: ∂b at (%v, %v) is %v, differences say %v", d.Name, a, b, got, db)
				}
			}
		}
	}
}

// A mean of the stream is near its expectation, and streams of neighbouring keys differ.
func TestUniform(t *testing.T) {
	n, sum, square, same := 100_000, 0.0, 0.0, 0
	for i := range n {
		u := float64(Uniform(3, i))
		sum += u
		square += u * u
		if Random(3, i) == Random(4, i) {
			same++
		}
		if u < 0 || u >= 1 {
			t.Fatalf("number %d is %v, want it in [0, 1)", i, u)
		}
	}
	if m, v := sum/float64(n), square/float64(n); math.Abs(m-0.5) > 0.005 || math.Abs(v-1.0/3) > 0.005 || same > 0 {
		t.Errorf("mean %v, mean square %v, %d equal numbers of two streams; want 1/2, 1/3, 0", m, v, same)
	}
}
