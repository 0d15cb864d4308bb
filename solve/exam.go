package solve

import "math"

// Function is a function of one variable with its first two derivatives, in
// float64 and as enclosures on intervals.
type Function struct {
	Name     string // the formula of f
	F, D, D2 func(x float64) float64

	// Enclose holds interval extensions: for every x of an interval, what they
	// give contains f(x), f′(x), f″(x).
	Enclose struct{ F, D, D2 func(x Interval) Interval }
}

// Objective is f with f′ as its gradient, for [Descend] and [Ascend].
func (f Function) Objective() Objective { return OneVariable(f.F, f.D) }

// Exam is the lecture's function whose maximum has no closed form:
//
//	f(x) = x² − x − x·ln x     f′(x) = 2x − 2 − ln x     f″(x) = 2 − 1/x      x > 0
//
// On (0, ½) f″ < 0, so f′ falls from +∞ to ln 2 − 1 < 0 and has one root there,
// x₀ = 0.20318786997997995…, at which f(x₀) = x₀ − x₀² = 0.161902559472978…; the
// exam asks to show e⁻² < f(x₀) < 2⁻². (The other root of f′, x = 1, is a
// minimum.) Ascent x ← x + η·f′(x) settles at x₀ only for η < 2/|f″(x₀)| =
// 0.684567, soonest for half of that.
var Exam = examFunction()

func examFunction() Function {
	f := Function{
		Name: "x² − x − x·ln x",
		F:    func(x float64) float64 { return x*x - x - x*math.Log(x) },
		D:    func(x float64) float64 { return 2*x - 2 - math.Log(x) },
		D2:   func(x float64) float64 { return 2 - 1/x },
	}
	one, two := At(1), At(2)
	// x·(x − 1 − ln x): fewer occurrences of x make a narrower enclosure.
	f.Enclose.F = func(x Interval) Interval { return x.Mul(x.Sub(one).Sub(x.Log())) }
	f.Enclose.D = func(x Interval) Interval { return two.Mul(x).Sub(two).Sub(x.Log()) }
	f.Enclose.D2 = func(x Interval) Interval { return two.Sub(one.Div(x)) }
	return f
}
