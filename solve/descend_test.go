package solve

import (
	"errors"
	"math"
	"strings"
	"testing"
)

func TestExamAscent(t *testing.T) {
	f := Exam.Objective()
	for _, c := range []struct {
		rate  float64
		steps int
	}{{0.342, 9}, {0.6, 89}} {
		// The counts hold for the default stopping rule, a step no longer than 1e-12.
		p, err := Last(Ascend(f, []float64{0.5}, Descent{Rate: c.rate}))
		if err != nil {
			t.Fatal(err)
		}
		near(t, "x₀", p.X[0], examRoot, 1e-12)
		if p.Step != c.steps {
			t.Errorf("rate %v: %d steps, want %d", c.rate, p.Step, c.steps)
		}
	}
}

// Stable just below 2/|f″(x₀)| = 0.684567 and not just above. The tolerance is
// 1e-11 as, at 0.6845, a step leaves 0.9998 of the error, so that the rounding of
// f′ is enlarged 5,000 times.
func TestExamStability(t *testing.T) {
	f := Exam.Objective()
	for _, c := range []struct {
		rate   float64
		start  float64
		stable bool
	}{
		{0.684, 0.5, true}, {0.684, 0.203, true}, {0.6845, 0.203, true},
		{0.6846, 0.203, false}, {0.685, 0.203, false}, {0.685, 0.5, false}, {0.70, 0.5, false},
	} {
		p, err := Last(Ascend(f, []float64{c.start}, Descent{Rate: c.rate, MaxSteps: 100_000, Tolerance: 1e-11}))
		if stable := err == nil; stable != c.stable {
			t.Errorf("rate %v from %v: settled %v, %v", c.rate, c.start, stable, err)
		}
		if c.stable {
			near(t, "x₀", p.X[0], examRoot, 1e-11)
		} else if !errors.Is(err, ErrIterations) || !strings.Contains(err.Error(), "oscillates") {
			t.Errorf("rate %v: %v, want an oscillation", c.rate, err)
		}
	}
	rates, err := StepLimit(Negate(f), []float64{examRoot}, PowerOptions{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "limit", rates.Limit, 0.684567, 5e-7)
	near(t, "best", rates.Best, 0.342284, 5e-7)
}

func bowl(curvatures ...float64) Objective {
	return func(x, grad []float64) float64 {
		var y float64
		for i, c := range curvatures {
			grad[i] = c * x[i]
			y += c * x[i] * x[i] / 2
		}
		return y
	}
}

func TestDescendBowl(t *testing.T) {
	f, x0 := bowl(1, 100), []float64{3, 2}
	plain, err := Last(Descend(f, x0, Descent{Rate: 2.0 / 101}))
	if err != nil {
		t.Fatal(err)
	}
	near(t, "x", norm(plain.X), 0, 1e-9)
	// Polyak's best momentum for κ = 100: β = ((√κ−1)/(√κ+1))².
	heavy, err := Last(Descend(f, x0, Descent{Rate: 4.0 / 121, Momentum: 81.0 / 121}))
	if err != nil {
		t.Fatal(err)
	}
	if heavy.Step*4 > plain.Step {
		t.Errorf("momentum takes %d steps, none takes %d", heavy.Step, plain.Step)
	}
	up, err := Last(Ascend(Negate(f), x0, Descent{Rate: 2.0 / 101}))
	if err != nil || up.Step != plain.Step || up.X[0] != plain.X[0] || up.F != -plain.F {
		t.Errorf("ascent of −f ends at %+v, %v; descent of f at %+v", up, err, plain)
	}
}

func TestDescendErrors(t *testing.T) {
	steep := bowl(1, 100)
	for name, c := range map[string]struct {
		f    Objective
		x0   []float64
		o    Descent
		want error
	}{
		"above the limit": {steep, []float64{1, 1}, Descent{Rate: 0.03}, ErrDiverged},
		"far above":       {steep, []float64{1, 1}, Descent{Rate: 1e300}, ErrDiverged},
		"no bound below":  {bowl(-1), []float64{1}, Descent{Rate: 0.5}, ErrDiverged},
		"a plane":         {func(_, g []float64) float64 { g[0] = 1; return 0 }, []float64{0}, Descent{Rate: 1, MaxSteps: 50}, ErrIterations},
		"leaves domain":   {Exam.Objective(), []float64{3}, Descent{Rate: 100}, ErrDiverged},
		"rate too small":  {steep, []float64{1, 1}, Descent{Rate: 1e-30}, ErrStalled},
		"slow":            {steep, []float64{1, 1}, Descent{Rate: 1e-7, MaxSteps: 100}, ErrIterations},
		"bad start":       {steep, []float64{math.NaN(), 1}, Descent{Rate: 0.1}, ErrNotFinite},
	} {
		p, err := Last(Descend(c.f, c.x0, c.o))
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if c.want != ErrNotFinite && !p.finite() {
			t.Errorf("%s: the last good point is %+v", name, p)
		}
	}
	for _, o := range []Descent{{}, {Rate: -1}, {Rate: math.NaN()}, {Rate: math.Inf(1)}, {Rate: 1, Momentum: 1}, {Rate: 1, Momentum: math.NaN()}, {Rate: 1, Tolerance: -1}, {Rate: 1, MaxSteps: -1}} {
		if _, err := Last(Descend(steep, []float64{1, 1}, o)); err == nil {
			t.Errorf("%+v is accepted", o)
		}
	}
	if _, err := Last(Descend(steep, nil, Descent{Rate: 1})); err == nil {
		t.Error("a start without components is accepted")
	}
}

// Points are the receiver's to keep: a trajectory may be collected.
func TestTrajectoryIsKept(t *testing.T) {
	var xs [][]float64
	x0 := []float64{4}
	for p, err := range Descend(bowl(1), x0, Descent{Rate: 0.5}) {
		if err != nil {
			t.Fatal(err)
		}
		xs = append(xs, p.X)
		if p.Step == 3 {
			break
		}
	}
	for i, want := range []float64{4, 2, 1, 0.5} {
		near(t, "x", xs[i][0], want, 0)
	}
	xs[0][0] = 9
	near(t, "x0", x0[0], 4, 0)
}

func rosenbrock(x []float64) float64 {
	a, b := 1-x[0], x[1]-x[0]*x[0]
	return a*a + 100*b*b
}

func TestNumericGradient(t *testing.T) {
	x, grad := []float64{-1.2, 1}, make([]float64, 2)
	near(t, "f", NumericGradient(rosenbrock)(x, grad), 24.2, 1e-13)
	near(t, "∂f/∂x₀", grad[0], -215.6, 1e-6)
	near(t, "∂f/∂x₁", grad[1], -88, 1e-6)
}

func TestMinimize(t *testing.T) {
	p, err := Minimize(NumericGradient(rosenbrock), []float64{-1.2, 1}, Minimum{Tolerance: 1e-6})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "x₀", p.X[0], 1, 1e-5)
	near(t, "x₁", p.X[1], 1, 1e-5)
	if _, err := Minimize(bowl(-1), []float64{1}, Minimum{}); err == nil {
		t.Error("a function without a bound has a minimum")
	}
	if _, err := Minimize(NumericGradient(rosenbrock), []float64{-1.2, 1}, Minimum{MaxSteps: 2}); !errors.Is(err, ErrIterations) {
		t.Errorf("cap: %v", err)
	}
	if _, err := Minimize(bowl(1), []float64{math.Inf(1)}, Minimum{}); !errors.Is(err, ErrNotFinite) {
		t.Errorf("infinite start: %v", err)
	}
	if _, err := Minimize(bowl(), nil, Minimum{}); err == nil {
		t.Error("a start without components is accepted")
	}
	defer func() {
		if r := recover(); r != "mine" {
			t.Errorf("recovered %v: f's own panic should come through", r)
		}
	}()
	calls := 0
	Minimize(func(x, g []float64) float64 {
		if calls++; calls > 2 {
			panic("mine")
		}
		return bowl(1)(x, g)
	}, []float64{3}, Minimum{})
}
