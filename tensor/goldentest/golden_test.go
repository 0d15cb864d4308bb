package goldentest_test

import (
	"fmt"
	"math"
	"slices"
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

func TestAttributes(t *testing.T) {
	c := goldentest.Case{Name: "made up", Attrs: map[string]any{
		"flag": true, "mode": "half", "eps": 1e-5, "groups": 2.0, "pads": []any{1.0, 2.0}, "names": []any{"a", "b"},
		"axis": nil, "optimizer": map[string]any{"lr": 0.5}, "half": 0.5,
	}}
	if !c.Bool("flag", false) || !c.Bool("absent", true) || c.Text("mode", "") != "half" || c.Text("absent", "x") != "x" ||
		c.Float("eps", 0) != 1e-5 || c.Int("groups", 1) != 2 || c.Int("absent", 7) != 7 || c.Has("axis") || !c.Has("eps") ||
		c.Int("axis", -1) != -1 || c.Sub("optimizer").Float("lr", 0) != 0.5 || c.Sub("absent").Has("lr") {
		t.Error("an attribute was misread")
	}
	if got := c.Ints("pads"); !slices.Equal(got, []int{1, 2}) {
		t.Errorf("pads %v", got)
	}
	if got := c.Ints("groups"); !slices.Equal(got, []int{2}) {
		t.Errorf("a single number as a list: %v", got)
	}
	if c.Ints("absent") != nil || c.Texts("absent") != nil || !slices.Equal(c.Texts("names"), []string{"a", "b"}) {
		t.Error("a list was misread")
	}
	for name, f := range map[string]func(){
		"text as number":     func() { c.Float("mode", 0) },
		"fraction as whole":  func() { c.Int("half", 0) },
		"texts as numbers":   func() { c.Ints("names") },
		"numbers as texts":   func() { c.Texts("pads") },
		"number as a object": func() { c.Sub("eps") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

func Example() {
	c := goldentest.Case{Op: "conv2d", Attrs: map[string]any{"stride": []any{2.0, 1.0}, "groups": nil}}
	fmt.Println(c.Ints("stride"), c.Int("groups", 1))
	// Output:
	// [2 1] 1
}
