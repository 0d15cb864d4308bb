package goldentest_test

import (
	"math"
	"testing"

	"brick/kernel"
	"brick/tensor"
	"brick/tensor/goldentest"
)

// Reading every group back and comparing it with itself shows that all cases
// and tensors are found.
func TestEveryCaseIsFound(t *testing.T) {
	total := 0
	for _, group := range []string{"ops", "nn", "losses", "conv", "recurrent", "attention", "blocks", "optimizers", "schedules", "trajectories"} {
		t.Run(group, func(t *testing.T) {
			for _, c := range goldentest.Load(t, group) {
				if len(c.Out) == 0 {
					t.Errorf("case %s has no output", c.Name)
				}
				for name, x := range c.Out {
					c.Compare(t, "out."+name, x.Floats(nil), 0)
				}
				for name, x := range c.Grad {
					c.Compare(t, "grad."+name, x.Floats(nil), 0)
				}
				total++
			}
		})
	}
	t.Logf("%d cases", total)
}

// recorder is a testing.TB that counts failures.
type recorder struct {
	testing.TB
	failed int
}

func (r *recorder) Helper()               {}
func (r *recorder) Errorf(string, ...any) { r.failed++ }

func TestCompare(t *testing.T) {
	inf := kernel.Float(math.Inf(1))
	want := tensor.FromFloats([]kernel.Float{1, -4}, 0, 2)
	for _, c := range []struct {
		name string
		got  []kernel.Float
		ok   bool
	}{
		{"equal", []kernel.Float{1, -4}, true},
		{"within tol·max", []kernel.Float{1.003, -4}, true},
		{"beyond", []kernel.Float{1.005, -4}, false},
		{"not a number", []kernel.Float{inf - inf, -4}, false},
		{"infinite", []kernel.Float{1, inf}, false},
		{"too few", []kernel.Float{1}, false},
	} {
		r := &recorder{TB: t}
		if ok := goldentest.Compare(r, "compare", c.name, c.got, want, 1e-3); ok != c.ok || (r.failed == 0) != c.ok {
			t.Errorf("%s: passed %v with %d errors, want %v", c.name, ok, r.failed, c.ok)
		}
	}
}
