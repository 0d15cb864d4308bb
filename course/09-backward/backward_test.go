package backward

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"brick/course/lesson"
	"brick/course/lesson/lessontest"
)

// The squared error of a line: every gradient is known.
func TestKnown(t *testing.T) {
	a := lessontest.Ask[Tape](t, nil, tape, nil)
	want := map[string]float64{"w": -4, "x": -1, "b": -2, "t": 2} // e = −1: 2e·x, 2e·w, 2e, −2e
	for _, n := range a.Nodes {
		if n.Op == "var" && float64(n.Grad) != want[n.Name] {
			t.Errorf("∂/∂%s = %v, want %v", n.Name, n.Grad, want[n.Name])
		}
	}
	if a.Wrong != 0 || a.Inputs != 4 || a.Ops != 4 || a.Checks != 8 {
		t.Errorf("%+v", a)
	}
}

// Tape, float64 differences and pieces added up on the way back agree.
func TestThreeWays(t *testing.T) {
	for _, expr := range []string{"x*x + x", "a = x*y; sin(a) + a*a", "exp(-x^2)*cos(y)/(1+sigmoid(x*y))", "ln(x)+tanh(y)^3-relu(x-2*y)", "x^y", "-x^-2 + 3", "2^x*x", "x/y/x", "x-x*0"} {
		a := lessontest.Ask[Tape](t, nil, tape, TapeIn{expr, []float64{1.3, 0.7}})
		if a.Wrong != 0 {
			t.Errorf("%s: %d of %d gradients differ: %+v", expr, a.Wrong, a.Checks, a.Nodes)
		}
		sums, got := make([]float64, len(a.Nodes)), make([]int, len(a.Nodes))
		for _, s := range a.Steps {
			for _, add := range s.Adds {
				sums[add.To], got[add.To] = float64(add.Sum), add.Nth
			}
		}
		for i, n := range a.Nodes {
			if !n.Const && math.Abs(sums[i]-float64(n.Grad)) > 1e-5*max(1, math.Abs(sums[i])) {
				t.Errorf("%s, node %d: pieces add up to %v, the tape has %v", expr, i, sums[i], n.Grad)
			}
			if !n.Const && i < len(a.Nodes)-1 && got[i] != n.Uses {
				t.Errorf("%s, node %d: %d pieces for %d uses", expr, i, got[i], n.Uses)
			}
		}
	}
}

func TestRefused(t *testing.T) {
	for expr, want := range map[string]string{"": "value", "x+": "value", "(x": "close", "sin x": "open", "x y": "sign", "1.2.3*x": "number", "3+4": "plain", "x": "plain",
		"a=x*x a": "semicolon", "sin=x; x*x": "taken", "a=x*x; y*y": "unused", "a*b*c*d*e*f*g*h*i": "variables", strings.Repeat("(", 40): "deep",
		strings.Repeat("-", 40) + "x": "deep", "x" + strings.Repeat("+x", 70): "nodes", strings.Repeat("x", 201): "range", "x $ y": "sign", "é·中": ""} {
		_, err := parse(expr)
		var r *lesson.Refusal
		if want == "" {
			if err != nil {
				t.Errorf("%q: %v", expr, err)
			}
		} else if !errors.As(err, &r) || r.Key != "refused."+want {
			t.Errorf("%q: %v, want %s", expr, err, want)
		}
	}
}

// Values that leave the numbers are told, not hidden.
func TestNotFinite(t *testing.T) {
	a := lessontest.Ask[Tape](t, nil, tape, TapeIn{"ln(x)*y", []float64{-1, 2}})
	if raw, err := json.Marshal(a); err != nil || !strings.Contains(string(raw), "null") {
		t.Errorf("%s %v", raw, err)
	}
	if a := lessontest.Ask[Tape](t, nil, tape, TapeIn{"relu(x)+x*0", []float64{0}}); a.Wrong == 0 {
		t.Error("at the kink of relu the difference is ½, the tape's choice is 0")
	}
}

func TestLayers(t *testing.T) {
	for _, k := range stacks {
		a := lessontest.Ask[Layer](t, nil, layer, LayerIn{k.name, 4})
		last := a.Nodes[len(a.Nodes)-1]
		if len(last.Shape) > 1 || float64(last.Grad) != 1 || len(a.Nodes) < 4 {
			t.Errorf("%s: %+v", k.name, a)
		}
		weights, inputs := 0, 0
		for i, n := range a.Nodes {
			if n.Op == "input" || n.Op == "target" {
				inputs++
			}
			if n.Op == "weight" {
				weights++
				if !(n.Grad >= 0) {
					t.Errorf("%s: %s has no gradient", k.name, n.Name)
				}
			}
			for _, j := range n.In {
				if j >= i {
					t.Errorf("%s: node %d takes from node %d", k.name, i, j)
				}
			}
		}
		r := lessontest.Ask[Race](t, nil, race, LayerIn{k.name, 4})
		if r.Params != a.Params || r.Evaluations != a.Params+1 || r.Passes != 2 || !(r.Differs < 0.1) || weights == 0 || inputs != 2 {
			t.Errorf("%s: %+v", k.name, r)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("a = x*y; sin(a) + a*a")
	f.Add("((x))^-y")
	f.Fuzz(func(t *testing.T, expr string) {
		g, err := parse(expr)
		if err != nil {
			return
		}
		a, err := runTape(context.Background(), nil, TapeIn{expr, nil})
		if err != nil || len(a.Nodes) != len(g.nodes) {
			t.Errorf("%q: %v", expr, err)
		}
	})
}
