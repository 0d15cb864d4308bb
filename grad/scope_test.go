package grad_test

import (
	"slices"
	"testing"

	"brick/grad"
)

// layer is a Block:  y = dropout(σ(tanh(tanh(x·w))) + x).
type layer struct{ w *grad.Var }

func (l layer) Forward(x *grad.Var) *grad.Var {
	return x.Mul(l.w).Tanh().Tanh().Sigmoid().Add(x).Dropout(0.25)
}

// deep runs a stack of layers, each in a Scope.
func deep(t *grad.Tape, x, w *grad.Var, layers int) *grad.Var {
	for range layers {
		x = t.Scope(layer{w}, x)
	}
	return x
}

func ramp(n int) []grad.Float {
	x := make([]grad.Float, n)
	for i := range x {
		x[i] = grad.Float(i%17)/8 - 1
	}
	return x
}

// In inference the memory of a pass does not grow with its depth.
func TestScopeFreesInInference(t *testing.T) {
	x, w := ramp(1000), grad.Param(ramp(1000), 1000)
	var bytes []int
	for _, layers := range []int{2, 20, 200} {
		tape := &grad.Tape{NoGrad: true}
		deep(tape, tape.Const(x, 1000), w, layers)
		bytes = append(bytes, tape.Bytes())
	}
	// Of each layer the result stays on the tape until Reset, as a caller might hold it.
	if perLayer := (bytes[2] - bytes[1]) / 180; perLayer > 1100*grad.Param(ramp(1), 1).Buf().Type.Size() {
		t.Errorf("2, 20 and 200 layers need %v bytes: %d a layer, want one buffer of 1000 numbers", bytes, perLayer)
	}
}

// Recomputing gives the same bits, dropout included, and needs less memory.
func TestScopeRecomputesTheSameBits(t *testing.T) {
	run := func(recompute bool) (value, gradient []grad.Float, bytes int) {
		w, x := grad.Param(ramp(1000), 1000), grad.Param(ramp(1000), 1000)
		tape := &grad.Tape{Training: true, Recompute: recompute, Seed: 3}
		for step := range 3 {
			tape.Reset()
			tape.Step = uint64(step)
			w.Clear()
			x.Clear()
			y := deep(tape, tape.Use(x), w, 12)
			value = slices.Clone(y.Data())
			y.Sum().Backward()
		}
		return value, slices.Concat(w.Grad(), x.Grad()), tape.Bytes()
	}
	v, g, plain := run(false)
	v2, g2, less := run(true)
	if !slices.Equal(v, v2) || !slices.Equal(g, g2) {
		t.Error("recomputing gives other bits")
	}
	if less > plain/2 {
		t.Errorf("recomputing needs %d bytes, want less than half of %d", less, plain)
	}
}

// Dropout follows seed and step, and is off unless training.
func TestDropoutIsNamedBySeedAndStep(t *testing.T) {
	x := ramp(200)
	run := func(seed, step uint64, training bool) []grad.Float {
		t := &grad.Tape{Seed: seed, Step: step, Training: training}
		return slices.Clone(t.Const(x, 200).Dropout(0.5).Data())
	}
	a := run(1, 1, true)
	if !slices.Equal(a, run(1, 1, true)) {
		t.Error("the same seed and step drop different elements")
	}
	if slices.Equal(a, run(2, 1, true)) || slices.Equal(a, run(1, 2, true)) {
		t.Error("another seed or step drops the same elements")
	}
	if !slices.Equal(run(1, 1, false), x) {
		t.Error("dropout drops outside training")
	}
}
