package nn_test

import (
	"math"
	"slices"
	"testing"

	"brick/device/dry"
	"brick/grad"
	"brick/kernel"
	"brick/nn"
)

// adapted is a linear layer or, with inFirst, a Conv1D with frozen weights and an adapter.
func adapted(inFirst bool, drop float64) (nn.Block, *nn.LoRA, *nn.Param) {
	a := nn.NewLoRA(6, 4, 2, 8, drop)
	if inFirst {
		c := nn.NewConv1D(6, 4, nn.Normal(0.3))
		nn.Freeze(c, true)
		c.LoRA = a
		return c, a, c.W
	}
	l := nn.NewLinear(6, 4)
	nn.Freeze(l, true)
	l.LoRA = a
	return l, a, l.W
}

// An adapter changes nothing at first; it alone learns; merged into the matrix it does what it did beside it.
func TestLoRA(t *testing.T) {
	x := make([]nn.Float, 3*6)
	for i := range x {
		x[i] = nn.Float(math.Sin(float64(3 * i)))
	}
	for _, inFirst := range []bool{false, true} {
		b, a, w := adapted(inFirst, 0)
		nn.Build(b, 1)
		forward := func() []nn.Float {
			tape := &grad.Tape{NoGrad: true}
			return slices.Clone(b.Forward(tape.Const(x, 3, 6)).Data())
		}
		with := forward()
		layers := nn.Adaptable(b)
		layers[0].Adapt(nil)
		if plain := forward(); !slices.Equal(with, plain) {
			t.Errorf("B is 0, but the layer gives %v with its adapter and %v without", with, plain)
		}
		layers[0].Adapt(a)

		tape := new(grad.Tape)
		b.Forward(tape.Const(x, 3, 6)).Square().Mean().Backward()
		for name, p := range nn.Params(b) {
			if want := p == a.Down || p == a.Up; p.Reached() != want {
				t.Errorf("%s: reached by a gradient: %v, want %v", name, p.Reached(), want)
			}
		}

		for i := range a.Up.Data() {
			a.Up.Data()[i] = nn.Float(math.Cos(float64(i)))
		}
		with = forward()
		a.Merge(w.Data(), a.Down.Data(), a.Up.Data(), inFirst)
		layers[0].Adapt(nil)
		for i, v := range forward() {
			if math.Abs(float64(v-with[i])) > 1e-5 {
				t.Errorf("in first %v: output %d is %v merged, %v with the adapter", inFirst, i, v, with[i])
			}
		}
	}
}

// An activation follows the adapter, and dropout touches the adapter's input alone.
func TestLoRAActivationAndDropout(t *testing.T) {
	b, a, _ := adapted(false, 0.5)
	l := nn.Build(b.(*nn.Linear), 2)
	for i := range a.Up.Data() {
		a.Up.Data()[i] = -0.5
	}
	x := []nn.Float{1, -2, 3, 0.5, 2, -1}
	run := func(training bool, f func(*nn.Var) *nn.Var) []nn.Float {
		tape := &grad.Tape{NoGrad: true, Training: training, Seed: 3}
		return slices.Clone(f(tape.Const(x, 1, 6)).Data())
	}
	act := func(x *nn.Var) *nn.Var { return l.ForwardAct(x, kernel.ReLU) }
	relu := func(x *nn.Var) *nn.Var { return l.Forward(x).ReLU() }
	if a, b := run(false, act), run(false, relu); !slices.Equal(a, b) {
		t.Errorf("fused %v, one after the other %v", a, b)
	}
	if slices.Equal(run(true, l.Forward), run(false, l.Forward)) {
		t.Error("dropout changes nothing in training")
	}
	if !slices.Equal(run(true, l.Forward), run(true, l.Forward)) {
		t.Error("one seed drops two ways")
	}
}

// Below the first layer that learns nothing is computed on the way back.
func TestFrozenBodyHasNoWayBack(t *testing.T) {
	c := nn.Chain{nn.NewLinear(64, 64), nn.ReLU(), nn.NewLinear(64, 64), nn.ReLU(), nn.NewLinear(64, 2)}
	nn.Freeze(c[:4], true)
	dev := new(dry.Device)
	nn.BuildOn(dev, c, 0)
	tape := &grad.Tape{Device: dev, Training: true}
	y := c.Forward(tape.Shaped(8, 64)).Mean()
	forward := dev.Total().FLOPs
	y.Backward()
	if back := dev.Total().FLOPs - forward; back > 2*8*64*2+1000 {
		t.Errorf("%d operations on the way back; the head's gradient takes %d", back, 2*8*64*2)
	}
	if nn.Trainable(c) != 64*2+2 || nn.SlabOf(c).Grads.N != 64*2+2 {
		t.Errorf("%d parameters learn, gradients of %d", nn.Trainable(c), nn.SlabOf(c).Grads.N)
	}
}

// A batch norm that is frozen keeps its running statistics and normalises by them in training; one that is not follows the batch.
func TestFrozenBatchNorm(t *testing.T) {
	x := []nn.Float{5, 1, 7, 3, 9, 2, 3, 4}
	for _, frozen := range []bool{false, true} {
		n := nn.NewBatchNorm(2)
		nn.Freeze(n, frozen)
		nn.Build(n, 0)
		run := func(training bool) []nn.Float {
			tape := &grad.Tape{Training: training}
			return slices.Clone(n.Forward(tape.Const(x, 4, 2)).Data())
		}
		before := slices.Clone(n.RunningMean.Data())
		used, trained := run(false), run(true)
		if still := slices.Equal(before, n.RunningMean.Data()); still != frozen {
			t.Errorf("frozen %v: running mean kept %v", frozen, still)
		}
		if same := slices.Equal(used, trained); same != frozen {
			t.Errorf("frozen %v: the same in training and use %v", frozen, same)
		}
	}
}
