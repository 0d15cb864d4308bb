package fit

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

// Without noise the fit finds the law itself, from both sides of the exponents' grid.
func TestExact(t *testing.T) {
	for _, l := range []Joint{{1.69, 406.4, 410.7, 0.34, 0.28, 0}, {0.8, 9, 30, 0.2, 0.2, 0}, {2, 20, 500, 0.3, 0.45, 0}, {0.5, 3000, 40000, 0.6, 0.7, 0}, {0.8, 25, 60, 0.27, 0.26, 3}, {0.8, 25, 60, 0.27, 0.26, 1.4}} {
		p := plan{"exact", l, 1e4, 3e6, 3e5, 1e7, 6, 5, 0}
		f, err := fitJoint(p.points(0), Options{Draws: 100, Coupled: l.P > 0})
		if err != nil {
			t.Fatal(err)
		}
		for j, want := range l.natural() {
			if got := f.Constants[j].Value; math.Abs(got/want-1) > 0.01 {
				t.Errorf("%+v: %s = %v", l, f.Constants[j].Name, got)
			}
		}
		if f.Quality.R2 < 0.999999 {
			t.Errorf("%+v: R² = %v without noise", l, f.Quality.R2)
		}
	}
}

// Where the law has no floor the fit finds none, and says that a floor is not to be seen; NoFloor leaves it out.
func TestNoFloor(t *testing.T) {
	p := plan{"no floor", Joint{0, 8, 20, 0.12, 0.15, 0}, 1e4, 3e6, 3e5, 1e7, 6, 5, 0.002}
	f, err := fitJoint(p.points(0), Options{Draws: 200})
	if err != nil {
		t.Fatal(err)
	}
	if !f.Constants[0].Interval.Holds(0) || !strings.Contains(f.Constants[0].Note, "E is not identified") {
		t.Errorf("E = %+v", f.Constants[0])
	}
	bare, err := fitJoint(p.points(0), Options{Draws: 200, NoFloor: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(bare.Constants) != 4 || bare.Law.E != 0 {
		t.Fatalf("without a floor: %+v", bare.Constants)
	}
	for j, want := range p.law.natural()[1:] {
		if c := bare.Constants[j]; !c.All.Holds(want) {
			t.Errorf("%s = %.3g, %.3g to %.3g; the law has %.3g", c.Name, c.Value, c.All.Low, c.All.High, want)
		}
	}
}

// The gradient of the objective is its slope, with a floor and without, of terms that are summed and of coupled ones.
func TestGradient(t *testing.T) {
	theta := []float64{0.4, -0.5, 0.3, -0.2, 0.25, 0.9}
	checkGradient(t, Options{Delta: 0.02}, theta[:5])
	checkGradient(t, Options{Delta: 0.02, Coupled: true}, theta)
	checkGradient(t, Options{Delta: 0.02, Coupled: true, NoFloor: true}, theta[1:])
}

func checkGradient(t *testing.T, o Options, theta []float64) {
	t.Helper()
	m, y, err := jointModel(plans[0].points(0), o)
	if err != nil {
		t.Fatal(err)
	}
	grad, share := make([]float64, len(theta)), make([]float64, len(theta))
	m.objective(y, theta, grad, share)
	for j := range theta {
		const h = 1e-6
		up, down := append([]float64(nil), theta...), append([]float64(nil), theta...)
		up[j] += h
		down[j] -= h
		slope := (m.objective(y, up, nil, nil) - m.objective(y, down, nil, nil)) / (2 * h)
		if math.Abs(slope-grad[j]) > 1e-6*math.Max(1, math.Abs(slope)) {
			t.Errorf("%+v: ∂/∂θ%d is %v, differences give %v", o, j, grad[j], slope)
		}
	}
}

// A run that went wrong is an outlier that moves the law hardly: what the Huber loss is for.
func TestOutlier(t *testing.T) {
	points := plans[0].points(1)
	clean, err := fitJoint(points, Options{Draws: 100})
	if err != nil {
		t.Fatal(err)
	}
	points[13].L *= 1.3
	bent, err := fitJoint(points, Options{Draws: 100})
	if err != nil {
		t.Fatal(err)
	}
	squares, err := fitJoint(points, Options{Draws: 100, Delta: 1})
	if err != nil {
		t.Fatal(err)
	}
	moved := func(f *JointFit) float64 {
		return math.Abs(math.Log(f.Law.Loss(3e10, 1e12) / clean.Law.Loss(3e10, 1e12)))
	}
	if moved(bent) > 0.01 || moved(bent) > moved(squares) {
		t.Errorf("one bad run of 30 moves the prediction by %.3f with the Huber loss, by %.3f with squares", moved(bent), moved(squares))
	}
}

// One seed gives the same bits on one core and on several, and another seed other intervals.
func TestSameBits(t *testing.T) {
	points := plans[0].points(2)
	fit := func(seed uint64) *JointFit {
		f, err := Fit(points, Options{Draws: 100, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	many := fit(1)
	before := runtime.GOMAXPROCS(1)
	one := fit(1)
	runtime.GOMAXPROCS(before)
	if !reflect.DeepEqual(many, one) {
		t.Error("the fit depends on the number of cores")
	}
	if reflect.DeepEqual(many.Constants, fit(2).Constants) {
		t.Error("the seed does nothing")
	}
}

// What is left out is predicted about as well as the noise allows, and the order of the points does not matter for the law.
func TestLeaveOut(t *testing.T) {
	f, err := Fit(plans[0].points(3), Options{Draws: 100})
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Sizes) != 6 || len(f.Singles) != 30 {
		t.Fatalf("%d sizes and %d points are left out, 6 and 30 expected", len(f.Sizes), len(f.Singles))
	}
	for _, s := range f.Sizes {
		if len(s.Errors) != 5 || math.Abs(s.Worst) > 0.05 {
			t.Errorf("the size of %.3g parameters: %d errors, the worst %.4f", s.N, len(s.Errors), s.Worst)
		}
	}
	for i, s := range f.Singles {
		// Without a point the law can only be further from it.
		if len(s.Errors) != 1 || math.Abs(s.Worst) < math.Abs(f.Quality.Residuals[i])-0.001 {
			t.Errorf("point %d: error %v left out, residual %v", i, s.Worst, f.Quality.Residuals[i])
		}
	}
}

// A fit survives JSON: no number in it is one that JSON cannot write.
func TestJSON(t *testing.T) {
	p := plan{"hardly a law", Joint{0.8, 9, 30, 0.05, 0.05, 0}, 1e4, 3e4, 3e5, 6e5, 3, 3, 0.05}
	f, err := Fit(p.points(0), Options{Draws: 100})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var again JointFit
	if err := json.Unmarshal(raw, &again); err != nil || !reflect.DeepEqual(again.Constants, f.Constants) {
		t.Errorf("constants after JSON: %v, %v", again.Constants, err)
	}
	if _, err := again.Predict(1e5, 1e6, 0); err == nil {
		t.Error("a fit without its draws predicts an interval")
	}
	if _, _, err := again.Optimal(1e12); err == nil {
		t.Error("a fit without its draws has an interval of the best size")
	}
	if _, err := FitRepeats(&again, repeats(p, 5, 0), 0); err == nil {
		t.Error("a fit without its draws is the base of another")
	}
	if len(f.Notes) == 0 || !strings.Contains(strings.Join(f.Notes, " "), "not identified") {
		t.Errorf("nine noisy points near each other tell all constants: %v", f.Notes)
	}
}

// Bad points and options are refused in words that say what is needed.
func TestRefuses(t *testing.T) {
	good := plans[0].points(0)
	change := func(do func(p []Point) []Point) []Point { return do(append([]Point(nil), good...)) }
	for _, c := range []struct {
		want   string
		points []Point
		o      Options
	}{
		{"point 3 of 30 has a loss of NaN", change(func(p []Point) []Point { p[2].L = math.NaN(); return p }), Options{}},
		{"point 1 of 30 has a loss of 0", change(func(p []Point) []Point { p[0].L = 0; return p }), Options{}},
		{"point 30 of 30 has N = -1", change(func(p []Point) []Point { p[29].N = -1; return p }), Options{}},
		{"point 2 of 30 has D = +Inf", change(func(p []Point) []Point { p[1].D = math.Inf(1); return p }), Options{}},
		{"5 points have 1 different numbers of parameters: at least 3", good[:5], Options{}},
		{"5 points for 5 constants: at least 6", []Point{good[0], good[6], good[12], good[18], good[24]}, Options{}},
		{"have one loss", change(func(p []Point) []Point {
			for i := range p {
				p[i].L = 2
			}
			return p
		}), Options{}},
		{"0 points", nil, Options{}},
		{"7 draws", good, Options{Draws: 7}},
		{"a Level of 95", good, Options{Level: 95}},
		{"a Delta of -1", good, Options{Delta: -1}},
	} {
		if _, err := Fit(c.points, c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("the error is %v, %q expected", err, c.want)
		}
	}
	if _, err := FitOne(good, "X", Options{}); err == nil || !strings.Contains(err.Error(), "the variable is N, D or C") {
		t.Errorf("an unknown variable gives %v", err)
	}
	if _, err := FitOne(good[:5], Parameters, Options{}); err == nil || !strings.Contains(err.Error(), "different numbers of parameters") {
		t.Errorf("one size gives %v", err)
	}
	if _, err := fitted()[0].Predict(-1, 1e9, 0); err == nil {
		t.Error("a prediction for −1 parameters")
	}
}

// EqualTokens takes the budget that most sizes share, the larger of two; Frontier what nothing cheaper beats.
func TestChoose(t *testing.T) {
	points := []Point{{N: 3, D: 10, C: 9, L: 3}, {N: 1, D: 10, C: 1, L: 5}, {N: 1, D: 20, C: 2, L: 4.5}, {N: 3, D: 20.1, C: 6, L: 2.5}, {N: 9, D: 40, C: 50, L: 2.6}}
	d, equal := EqualTokens(points)
	if d != 20.1 || len(equal) != 2 || equal[0].N != 1 || equal[1].N != 3 {
		t.Errorf("%v tokens, %v", d, equal)
	}
	front := Frontier(points)
	if len(front) != 3 || front[0].L != 5 || front[1].L != 4.5 || front[2].L != 2.5 {
		t.Errorf("frontier %v", front)
	}
}

// Points that follow no law, of any size that a float64 holds, give a fit that JSON can write or an error, and never a panic.
func TestNonsense(t *testing.T) {
	if testing.Short() {
		t.Skip("long")
	}
	for trial := range 4 {
		rng := rand.New(rand.NewPCG(31, uint64(trial)))
		spread := []float64{0.1, 3, 50, 600}[trial%4]
		any := func() float64 { return math.Exp(spread * (2*rng.Float64() - 1)) }
		var points []Point
		for range 6 + rng.IntN(8) {
			points = append(points, Point{N: any(), D: any(), C: any(), L: any()})
		}
		o := Options{Draws: 100, NoFloor: trial%3 == 0}
		if f, err := Fit(points, o); err == nil {
			writes(t, f)
			if p, err := f.Predict(any(), any(), 0); err == nil {
				writes(t, p)
			}
			if n, d, err := f.Optimal(any()); err == nil {
				writes(t, []Constant{n, d})
			}
			if n, d, err := f.OptimalCounted(any()); err == nil {
				writes(t, []Constant{n, d})
			}
		}
		if f, err := FitOne(points, Compute, o); err == nil {
			writes(t, f)
		}
		if a, err := Envelope(points, 0.01, o); err == nil {
			writes(t, a)
		}
		if a, err := IsoFLOP(append(points, points...), 0.01, o); err == nil {
			writes(t, a)
		}
	}
}

func writes(t *testing.T, v any) {
	t.Helper()
	if _, err := json.Marshal(v); err != nil {
		t.Errorf("%T: %v", v, err)
	}
}
