package solve

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"
)

const examRoot = 0.20318786997997995 // 0.203187869979979953838479…

func TestExamRoot(t *testing.T) {
	for name, find := range map[string]func() (Root, error){
		"bisect":           func() (Root, error) { return Bisect(Exam.D, 0, 0.5, RootOptions{}) }, // f′(0) = +∞
		"secant":           func() (Root, error) { return Secant(Exam.D, 0.01, 0.5, RootOptions{}) },
		"secant from 0":    func() (Root, error) { return Secant(Exam.D, 0, 0.5, RootOptions{}) },
		"newton":           func() (Root, error) { return Newton(Exam.D, Exam.D2, 0.1, RootOptions{}) },
		"newton bracketed": func() (Root, error) { return NewtonBracketed(Exam.D, Exam.D2, 0, 0.5, RootOptions{}) },
	} {
		r, err := find()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		near(t, name, r.X, examRoot, 1e-14)
		most := 12
		if name == "bisect" {
			most = 47
		}
		if r.Iteration < 1 || r.Iteration > most {
			t.Errorf("%s takes %d steps, more than %d", name, r.Iteration, most)
		}
	}
	near(t, "f(x₀)", Exam.F(examRoot), 0.161902559473, 5e-13)
	near(t, "f(x₀) = x₀ − x₀²", Exam.F(examRoot), examRoot-examRoot*examRoot, 2e-16)
	near(t, "f″(x₀)", Exam.D2(examRoot), -2.92155, 5e-6)
}

// The derivatives of Exam are those of its formula.
func TestExamDerivatives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(0.05, 5).Draw(t, "x")
		const h = 1e-5
		if d := (Exam.F(x+h) - Exam.F(x-h)) / (2 * h); math.Abs(d-Exam.D(x)) > 1e-7 {
			t.Fatalf("f′ = %g, differences give %g", Exam.D(x), d)
		}
		if d := (Exam.D(x+h) - Exam.D(x-h)) / (2 * h); math.Abs(d-Exam.D2(x)) > 1e-6 {
			t.Fatalf("f″ = %g, differences give %g", Exam.D2(x), d)
		}
	})
}

// Every bracketing method finds the root of any increasing cubic, with the
// bracket closed around it.
func TestBracketsClose(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		root := rapid.Float64Range(-100, 100).Draw(t, "root")
		a, c := rapid.Float64Range(0, 10).Draw(t, "a"), rapid.Float64Range(1e-3, 10).Draw(t, "c")
		lo := root - rapid.Float64Range(0, 1000).Draw(t, "left")
		hi := root + rapid.Float64Range(1e-3, 1000).Draw(t, "right")
		f := func(x float64) float64 { return a*(x-root)*(x-root)*(x-root) + c*(x-root) }
		df := func(x float64) float64 { return 3*a*(x-root)*(x-root) + c }
		for name, steps := range map[string]func() (Root, error){
			"bisect": func() (Root, error) { return Bisect(f, lo, hi, RootOptions{}) },
			"secant": func() (Root, error) { return Secant(f, lo, hi, RootOptions{}) },
			"newton": func() (Root, error) { return NewtonBracketed(f, df, lo, hi, RootOptions{}) },
		} {
			r, err := steps()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if math.Abs(r.X-root) > 1e-12 || r.Lo > r.X || r.Hi < r.X || r.Iteration > 160 {
				t.Fatalf("%s: %+v, root %v", name, r, root)
			}
		}
	})
}

// Functions on which a plain secant or Newton crawls or flies off.
func TestHardRoots(t *testing.T) {
	for name, c := range map[string]struct {
		f, df        func(float64) float64
		lo, hi, root float64
		tolerance    float64
	}{
		"x⁹":        {func(x float64) float64 { return math.Pow(x, 9) }, func(x float64) float64 { return 9 * math.Pow(x, 8) }, -1, 1.5, 0, 1e-13},
		"cube root": {math.Cbrt, func(x float64) float64 { return math.Pow(math.Abs(x), -2.0/3) / 3 }, -1, 3, 0, 1e-13},
		"steep":     {func(x float64) float64 { return math.Exp(x) - 1e-5 }, math.Exp, -30, 700, math.Log(1e-5), 1e-12},
		"flat ends": {math.Atan, func(x float64) float64 { return 1 / (1 + x*x) }, -1e6, 1e7, 0, 1e-13},
		"step":      {func(x float64) float64 { return math.Copysign(1, x-0.3) }, func(float64) float64 { return 0 }, -1, 1, 0.3, 1e-13},
	} {
		for method, find := range map[string]func() (Root, error){
			"bisect": func() (Root, error) { return Bisect(c.f, c.lo, c.hi, RootOptions{}) },
			"secant": func() (Root, error) { return Secant(c.f, c.lo, c.hi, RootOptions{}) },
			"newton": func() (Root, error) { return NewtonBracketed(c.f, c.df, c.lo, c.hi, RootOptions{}) },
		} {
			r, err := find()
			if err != nil {
				t.Errorf("%s, %s: %v", method, name, err)
			} else if math.Abs(r.X-c.root) > c.tolerance && r.F != 0 {
				t.Errorf("%s, %s: %.17g, want %.17g", method, name, r.X, c.root)
			}
		}
	}
}

func TestRootErrors(t *testing.T) {
	square := func(x float64) float64 { return x*x + 1 }
	inverse := func(x float64) float64 { return 1 / x }
	sqrt := func(x float64) float64 { return math.Sqrt(x) - 2 }
	for name, c := range map[string]struct {
		run  func() (Root, error)
		want error
	}{
		"no sign change": {func() (Root, error) { return Bisect(square, -1, 1, RootOptions{}) }, ErrNoSignChange},
		"secant":         {func() (Root, error) { return Secant(square, -1, 1, RootOptions{}) }, ErrNoSignChange},
		"NaN at an end":  {func() (Root, error) { return Bisect(sqrt, -1, 9, RootOptions{}) }, ErrNotFinite},
		"NaN inside": {func() (Root, error) {
			return Bisect(func(x float64) float64 { return x + 0*math.Sqrt(x*x-1) }, -2, 3, RootOptions{})
		}, ErrNotFinite},
		"pole":           {func() (Root, error) { return Bisect(inverse, -1, 2, RootOptions{}) }, ErrPole},
		"cap":            {func() (Root, error) { return Bisect(math.Cos, 0, 3, RootOptions{MaxIterations: 5}) }, ErrIterations},
		"secant's cap":   {func() (Root, error) { return Secant(math.Cos, 0, 3, RootOptions{MaxIterations: 2}) }, ErrIterations},
		"newton is flat": {func() (Root, error) { return Newton(Exam.D, Exam.D2, 0.5, RootOptions{}) }, ErrFlat},
		"newton leaves": {func() (Root, error) {
			return Newton(sqrt, func(x float64) float64 { return 0.5 / math.Sqrt(x) }, 100, RootOptions{})
		}, ErrNotFinite},
		"newton cycles": {func() (Root, error) {
			return Newton(func(x float64) float64 { return x*x*x - 2*x + 2 }, func(x float64) float64 { return 3*x*x - 2 }, 0, RootOptions{})
		}, ErrIterations},
		"newton's start": {func() (Root, error) { return Newton(sqrt, sqrt, math.NaN(), RootOptions{}) }, ErrNotFinite},
	} {
		if _, err := c.run(); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	for _, b := range [][2]float64{{1, 1}, {2, 1}, {math.NaN(), 1}, {0, math.Inf(1)}} {
		if _, err := Bisect(math.Cos, b[0], b[1], RootOptions{}); err == nil {
			t.Errorf("bracket %v is accepted", b)
		}
	}
	for _, o := range []RootOptions{{Tolerance: -1}, {Tolerance: math.NaN()}, {MaxIterations: -1}} {
		if _, err := Bisect(math.Cos, 0, 3, o); err == nil {
			t.Errorf("%+v is accepted", o)
		}
		if _, err := Newton(math.Cos, math.Sin, 1, o); err == nil {
			t.Errorf("newton: %+v is accepted", o)
		}
	}
}

func TestRootAtAnEnd(t *testing.T) {
	for _, b := range [][2]float64{{0, 1}, {-1, 0}} {
		r, err := Bisect(func(x float64) float64 { return x }, b[0], b[1], RootOptions{})
		if err != nil || r.X != 0 || r.Iteration != 0 {
			t.Errorf("%v: %+v, %v", b, r, err)
		}
	}
}

// A loop over steps may stop at any of them.
func TestStepsCanBeLeft(t *testing.T) {
	for r, err := range SecantSteps(math.Cos, 0, 3, RootOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		if r.Iteration == 1 {
			break
		}
	}
	for r := range NewtonSteps(math.Cos, func(x float64) float64 { return -math.Sin(x) }, 1, RootOptions{}) {
		if r.Iteration == 1 {
			break
		}
	}
	n := 0
	for range BisectSteps(math.Cos, 0, 3, RootOptions{}) {
		n++
	}
	r, _ := Bisect(math.Cos, 0, 3, RootOptions{})
	if n != r.Iteration {
		t.Errorf("%d steps are yielded, the result says %d", n, r.Iteration)
	}
}
