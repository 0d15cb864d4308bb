package fit

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// Effective is D up to one pass, falls behind it more and more, and never passes U·(1 + R*).
func TestEffective(t *testing.T) {
	if got := Effective(5, 10, 3); got != 5 {
		t.Errorf("5 of 10 different tokens are worth %v", got)
	}
	if got, want := Effective(20, 10, 15.4), 10+10*15.4*(1-math.Exp(-1/15.4)); math.Abs(got-want) > 1e-9 {
		t.Errorf("two passes are worth %v, eq. 5 has %v", got, want)
	}
	if got := Effective(1e9, 10, 3); math.Abs(got-40) > 1e-9 {
		t.Errorf("endless passes are worth %v, 10·(1+3) expected", got)
	}
}

// repeats are runs over few texts, of the plan's law with R* repeats.
func repeats(p plan, rStar float64, trial int) []Repeat {
	rng := rand.New(rand.NewPCG(11, uint64(trial)))
	var runs []Repeat
	for _, n := range []float64{p.minN * 5, p.maxN} {
		for _, epochs := range []float64{1, 2, 4, 8, 16, 32} {
			u := p.minD
			d := u * epochs
			runs = append(runs, Repeat{N: n, D: d, Unique: u, L: p.law.Loss(n, Effective(d, u, rStar)) * math.Exp(p.sd*rng.NormFloat64())})
		}
	}
	return runs
}

// The interval of R* holds it, though the law is known from noisy points only.
func TestRepeatCoverage(t *testing.T) {
	const rStar = 8
	held := 0
	for trial, base := range fitted()[:50] {
		f, err := FitRepeats(base, repeats(plans[0], rStar, trial), 0)
		if err != nil {
			t.Fatal(err)
		}
		if f.RStar.Interval.Holds(rStar) {
			held++
		}
	}
	t.Log(held)
	if held < 45 {
		t.Errorf("the interval holds R* in %d of 50 trials", held)
	}
}

// Ends that the runs do not tell are said in words; runs that cannot tell anything are refused.
func TestRepeatSays(t *testing.T) {
	base := fitted()[0]
	fresh, err := FitRepeats(base, repeats(plans[0], 1e7, 0), 0)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(fresh.RStar.Note, "no upper end") {
		t.Errorf("repeats as good as new text: R* = %v, %q", fresh.RStar.Value, fresh.RStar.Note)
	}
	worthless, err := FitRepeats(base, repeats(plans[0], 1e-4, 0), 0)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(worthless.RStar.Note, "no lower end") {
		t.Errorf("repeats worth nothing: R* = %v, %q", worthless.RStar.Value, worthless.RStar.Note)
	}
	once := []Repeat{{1e8, 1e9, 1e9, 3}, {1e8, 2e9, 2e9, 2.9}}
	if _, err := FitRepeats(base, once, 0); err == nil || !strings.Contains(err.Error(), "0 of 2 runs repeat") {
		t.Errorf("runs that repeat nothing give %v", err)
	}
	if _, err := FitRepeats(base, []Repeat{{1e8, 1e9, 1e8, math.NaN()}}, 0); err == nil || !strings.Contains(err.Error(), "run 1 of 1") {
		t.Errorf("a loss that is no number gives %v", err)
	}
}
