package grad_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"brick/device"
	"brick/grad"
	"brick/grad/gradtest"
)

// Losses made of ops: the gradient of each with respect to scores and target.
func TestLossGradients(t *testing.T) {
	pair := func(r *rand.Rand) []*grad.Var { return []*grad.Var{gradtest.Rand(r, 4, 3), gradtest.Rand(r, 4, 3)} }
	inside := func(r *rand.Rand) []*grad.Var { // probabilities
		in := pair(r)
		for _, v := range in {
			for i, x := range v.Data() {
				v.Data()[i] = grad.Float(0.2 + 0.6/(1+math.Exp(-float64(x))))
			}
		}
		return in
	}
	weight := []grad.Float{0.5, 1, 3}
	for name, c := range map[string]gradtest.Case{
		"mse":        {In: pair, Run: func(_ *grad.Tape, in []*grad.Var) *grad.Var { return in[0].MSE(in[1], device.Mean) }},
		"mse none":   {In: pair, Run: func(_ *grad.Tape, in []*grad.Var) *grad.Var { return in[0].MSE(in[1], device.None) }},
		"bce":        {In: inside, Run: func(_ *grad.Tape, in []*grad.Var) *grad.Var { return in[0].BCE(in[1], device.Sum) }},
		"bce logits": {In: pair, Run: func(_ *grad.Tape, in []*grad.Var) *grad.Var { return in[0].BCEWithLogits(in[1], nil, device.None) }},
		"bce weight": {In: pair, Run: func(t *grad.Tape, in []*grad.Var) *grad.Var {
			return in[0].BCEWithLogits(in[1], t.Const(weight, 3), device.Mean)
		}},
		"kl": {In: inside, Run: func(_ *grad.Tape, in []*grad.Var) *grad.Var {
			return in[0].KLDiv(in[1], grad.KLDivOptions{BatchMean: true})
		}},
		"kl log": {In: pair, Run: func(_ *grad.Tape, in []*grad.Var) *grad.Var {
			return in[0].KLDiv(in[1], grad.KLDivOptions{LogTarget: true})
		}},
		"huber inner": {In: inside, Run: func(_ *grad.Tape, in []*grad.Var) *grad.Var { return in[0].Huber(in[1], 1, device.Sum) }},
		"smooth l1":   {In: inside, Run: func(_ *grad.Tape, in []*grad.Var) *grad.Var { return in[0].SmoothL1(in[1], 2, device.Sum) }},
	} {
		c.Op = name
		gradtest.Check(t, c)
	}
}

// At probabilities 0 and 1 the loss and its gradient stay finite, and point the right way.
func TestBCEAtTheEdges(t *testing.T) {
	tape := new(grad.Tape)
	x := grad.Param([]grad.Float{0, 0, 1, 1}, 4)
	y := tape.Use(x).BCE(tape.Const([]grad.Float{0, 1, 0, 1}, 4), device.None)
	for i, want := range []grad.Float{0, 100, 100, 0} {
		if y.Data()[i] != want {
			t.Errorf("loss %d is %v, want %v", i, y.Data()[i], want)
		}
	}
	y.BackwardFrom([]grad.Float{1, 1, 1, 1})
	g := x.Grad()
	for i, v := range g {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			t.Errorf("gradient %d is %v", i, v)
		}
	}
	if !(g[1] < -1e6 && g[2] > 1e6) {
		t.Errorf("gradients of the wrong answers are %v, %v", g[1], g[2])
	}
}

func TestCrossEntropyIgnoresAll(t *testing.T) {
	tape := new(grad.Tape)
	x := grad.Param([]grad.Float{1, 2, 3, 4}, 2, 2)
	y := tape.Use(x).CrossEntropy(tape.IDs([]int32{-100, -100}, 2), grad.CrossEntropyOptions{})
	if y.Item() == y.Item() {
		t.Errorf("the mean over no row is %v, want NaN", y.Item())
	}
	y.Backward()
	for _, g := range x.Grad() {
		if g != 0 {
			t.Errorf("rows that take no part have gradient %v", x.Grad())
		}
	}
}

// KL of a distribution with zeros from itself is 0.
func TestKLDivOfZeros(t *testing.T) {
	tape := new(grad.Tape)
	p := tape.Const([]grad.Float{0, 0.25, 0.75}, 3)
	x := grad.Param([]grad.Float{-30, grad.Float(math.Log(0.25)), grad.Float(math.Log(0.75))}, 3)
	y := tape.Use(x).KLDiv(p, grad.KLDivOptions{Reduction: device.Sum})
	if math.Abs(y.Item()) > 1e-6 {
		t.Errorf("found %v, want 0", y.Item())
	}
}

func TestLossesRefuse(t *testing.T) {
	tape := new(grad.Tape)
	x, column, row := tape.Const(make([]grad.Float, 6), 2, 3), tape.Const(make([]grad.Float, 4), 4, 1), tape.Const(make([]grad.Float, 4), 4)
	ids := tape.IDs([]int32{0, 3}, 2)
	for name, f := range map[string]func(){
		"mse (4, 1) and (4)":   func() { column.MSE(row, device.Mean) },
		"l1 without target":    func() { x.L1(nil, device.Mean) },
		"huber of width 0":     func() { x.Huber(x, 0, device.Mean) },
		"smooth l1 below 0":    func() { x.SmoothL1(x, -1, device.Mean) },
		"positive weights":     func() { x.BCEWithLogits(x, tape.Const(make([]grad.Float, 2), 2), device.Mean) },
		"hinge":                func() { x.Hinge(row, device.Mean) },
		"margin, class 3 of 3": func() { x.MultiMargin(ids, 1, device.Mean) },
		"margin, floats":       func() { x.MultiMargin(tape.Const(make([]grad.Float, 2), 2), 1, device.Mean) },
		"class 3 of 3":         func() { x.CrossEntropy(ids, grad.CrossEntropyOptions{}) },
		"smoothing 1":          func() { x.CrossEntropy(tape.IDs([]int32{0, 1}, 2), grad.CrossEntropyOptions{Smoothing: 1}) },
		"two weights of three": func() {
			x.NLL(tape.IDs([]int32{0, 1}, 2), grad.CrossEntropyOptions{Weight: tape.Const(make([]grad.Float, 2), 2)})
		},
		"targets that are data": func() { x.CrossEntropy(tape.Const(make([]grad.Float, 2), 2), grad.CrossEntropyOptions{}) },
		"three targets for two": func() { x.CrossEntropy(tape.IDs([]int32{0, 1, 2}, 3), grad.CrossEntropyOptions{}) },
		"batch mean of a number": func() {
			s := tape.Const(make([]grad.Float, 1))
			s.KLDiv(s, grad.KLDivOptions{BatchMean: true})
		},
	} {
		if err := grad.Catch(f); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Rows whose target is IgnoredTarget, such as padding, take no part.
func ExampleVar_CrossEntropy() {
	tape := new(grad.Tape)
	x := tape.Const([]grad.Float{2, 0, 0, 0, 0, 0}, 2, 3)
	y := x.CrossEntropy(tape.IDs([]int32{0, grad.IgnoredTarget}, 2), grad.CrossEntropyOptions{})
	fmt.Printf("%.4f\n", y.Item())
	// Output: 0.2395
}

// A warmed-up pass through norms, softmax and losses allocates nothing.
func TestRowOpsAllocateNothing(t *testing.T) {
	tape := new(grad.Tape)
	w, b := grad.Param(make([]grad.Float, 5), 5), grad.Param(make([]grad.Float, 5), 5)
	x := grad.Param([]grad.Float{1, 2, 3, 4, 5, 5, 4, 3, 2, 1}, 2, 5)
	ids, target := []int32{1, -100}, make([]grad.Float, 10)
	pass := func() {
		tape.Reset()
		y := tape.Use(x).LayerNorm(w, b, 1e-5).RMSNorm(w, 1e-5)
		c := y.LogSoftmax(-1).NLL(tape.IDs(ids, 2), grad.CrossEntropyOptions{Smoothing: 0.1})
		c = c.Add(y.CrossEntropy(tape.IDs(ids, 2), grad.CrossEntropyOptions{Weight: tape.Const(target[:5], 5)}))
		c = c.Add(y.Softmax(0).MSE(tape.Const(target, 2, 5), device.Mean))
		c = c.Add(y.BCEWithLogits(tape.Const(target, 2, 5), nil, device.Mean))
		c.Backward()
	}
	pass()
	if n := testing.AllocsPerRun(10, pass); n != 0 {
		t.Errorf("%v allocations a pass, want 0", n)
	}
}
