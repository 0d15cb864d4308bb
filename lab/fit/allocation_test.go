package fit

import (
	"math"
	"strings"
	"testing"
)

// dense has sizes close enough for the best one to be seen: every third size is at its best with each compute.
var dense = plan{"dense", Joint{1.8172, 482.01, 2085.43, 0.3478, 0.3658, 0}, 2e7, 1e10, 2e8, 2e12, 14, 9, 0.002}

// Without noise all three approaches find the exponents of the law that the points are from.
func TestApproachesAgree(t *testing.T) {
	p := dense
	p.sd = 0
	points := p.points(0)
	a, b := p.law.Exponents()
	joint, err := Fit(points, Options{Draws: 100})
	if err != nil {
		t.Fatal(err)
	}
	if got := joint.Exponents[0].Value; math.Abs(got-a) > 1e-4 {
		t.Errorf("approach 3: a = %.5f, the law has %.5f", got, a)
	}
	for _, c := range []struct {
		find   func([]Point, float64, Options) (*Allocation, error)
		within float64
	}{{Envelope, 0.02}, {IsoFLOP, 0.01}} {
		r, err := c.find(points, 0.001, Options{Draws: 100})
		if err != nil {
			t.Fatal(err)
		}
		if gotA, gotB := r.Exponents[0].Value, r.Exponents[1].Value; math.Abs(gotA-a) > c.within || math.Abs(gotB-b) > c.within {
			t.Errorf("%s: a = %.4f, b = %.4f; the law has %.4f and %.4f", r.Approach, gotA, gotB, a, b)
		}
		n, d := r.Optimal(1e21)
		if want, _ := p.law.Optimal(1e21); math.Abs(n/want-1) > 0.15 || math.Abs(6*n*d/1e21-1) > 0.05 {
			t.Errorf("%s: %.4g parameters and %.4g tokens for 1e21, the law has %.4g parameters", r.Approach, n, d, want)
		}
	}
}

// Approaches 1 and 2 with noise: their intervals hold the law's exponent.
func TestAllocationCoverage(t *testing.T) {
	if testing.Short() {
		t.Skip("long")
	}
	a, _ := dense.law.Exponents()
	for _, find := range []func([]Point, float64, Options) (*Allocation, error){Envelope, IsoFLOP} {
		held, name := 0, ""
		for trial := range 40 {
			r, err := find(dense.points(trial), dense.sd, Options{Draws: 100, Seed: uint64(trial)})
			if err != nil {
				t.Fatal(err)
			}
			name = r.Approach
			if r.Exponents[0].Interval.Holds(a) {
				held++
			}
		}
		t.Log(name, held)
		if held < 36 {
			t.Errorf("%s: the interval of a holds the law's in %d of 40 sweeps", name, held)
		}
	}
}

// What cannot be told is said: every compute has its reason, and a family that is too small for its tokens has no best size.
func TestAllocationRefuses(t *testing.T) {
	r, err := IsoFLOP(dense.points(0), 0.002, Options{Draws: 100})
	if err != nil {
		t.Fatal(err)
	}
	stairs, err := Envelope(dense.points(0), 0.002, Options{Draws: 100})
	if err != nil || !strings.Contains(strings.Join(stairs.Notes, " "), "a factor of 1.6 apart") {
		t.Errorf("sizes 500^(1/13) = 1.61 apart: %v, %v", stairs.Notes, err)
	}
	if len(r.Excluded) == 0 || len(r.Excluded)+len(r.Best) != 18 {
		t.Errorf("%d computes are used and %d excluded, 18 in all and some excluded expected", len(r.Best), len(r.Excluded))
	}
	tiny := plan{"all too small", dense.law, 1e5, 1e6, 1e10, 1e12, 6, 5, 0}
	for _, find := range []func([]Point, float64, Options) (*Allocation, error){Envelope, IsoFLOP} {
		if _, err := find(tiny.points(0), 0.001, Options{Draws: 100}); err == nil || !strings.Contains(err.Error(), "at least") {
			t.Errorf("a family without a best size gives %v", err)
		}
	}
	lone := plan{"one budget", dense.law, 1e7, 1e9, 1e9, 2e9, 5, 2, 0}.points(0)
	for i := range lone {
		lone[i].D, lone[i].C = 1e9, 6e9*lone[i].N
	}
	if _, err := Envelope(lone, 0.001, Options{}); err == nil || !strings.Contains(err.Error(), "at least two computes") {
		t.Errorf("sizes without a curve give %v", err)
	}
}

// A profile's parabola is that of its points.
func TestProfiles(t *testing.T) {
	p := dense
	p.sd = 0
	got, err := Profiles(p.points(0), []float64{1e20, 1e21, 1e40})
	if err != nil || len(got) != 2 {
		t.Fatalf("%d profiles, %v: 2 expected", len(got), err)
	}
	for _, f := range got {
		want, _ := p.law.Optimal(f.C)
		if math.Abs(math.Log(f.BestN/want)) > 0.25 {
			t.Errorf("the minimum for %g is at %.3g parameters, the law has %.3g", f.C, f.BestN, want)
		}
		if f.Loss(f.BestN) != f.Least || f.Loss(2*f.BestN) <= f.Least {
			t.Errorf("the parabola for %g has its minimum elsewhere", f.C)
		}
	}
}

// At 6 for a parameter and a token the counted optimum is the formula's; where a token costs a constant more, as an embedding does, it
// is the best at that cost.
func TestOptimalCounted(t *testing.T) {
	p := dense
	p.sd = 0
	points := p.points(0)
	for _, extra := range []float64{0, 3e8} {
		for i := range points {
			points[i].C = (6*points[i].N + extra) * points[i].D
		}
		f, err := fitJoint(points, Options{Draws: 100})
		if err != nil {
			t.Fatal(err)
		}
		plain, _, err := f.Optimal(1e20)
		if err != nil {
			t.Fatal(err)
		}
		n, d, err := f.OptimalCounted(1e20)
		if err != nil {
			t.Fatal(err)
		}
		if c := (6*n.Value + extra) * d.Value; math.Abs(c/1e20-1) > 0.02 {
			t.Errorf("the optimum with %g more a token costs %.4g, 1e20 expected", extra, c)
		}
		if extra == 0 && math.Abs(n.Value/plain.Value-1) > 1e-3 {
			t.Errorf("counted %.5g parameters, by formula %.5g", n.Value, plain.Value)
		}
		if extra > 0 {
			best := p.law.Loss(n.Value, d.Value)
			for _, other := range []float64{0.8, 1.25} {
				if l := p.law.Loss(n.Value*other, 1e20/(6*n.Value*other+extra)); l < best {
					t.Errorf("%.4g parameters are better than the counted optimum of %.4g", n.Value*other, n.Value)
				}
			}
		}
	}
}
