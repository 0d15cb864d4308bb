package nn_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"brick/device/cpu"
	"brick/device/dry"
	"brick/grad"
	"brick/nn"
)

func ExampleBuild() {
	m := nn.Build(nn.Chain{nn.NewLinear(2, 8), nn.Tanh(), nn.NewLinear(8, 1)}, 1)
	for name, p := range nn.Params(m) {
		fmt.Println(name, p.Shape)
	}
	y := m.Forward(new(grad.Tape).Const([]nn.Float{1, 0, 0, 1}, 2, 2))
	fmt.Println(y.Shape())
	// Output:
	// 0.weight [8 2]
	// 0.bias [8]
	// 2.weight [1 8]
	// 2.bias [1]
	// [2 1]
}

type named struct {
	InProj *nn.Linear
	MLP    map[string]*nn.Linear
	Tied   *nn.Linear `brick:"deep.er"`
	Hidden *nn.Linear `brick:"-"`
	nn.Residual
	Mean *nn.Param
	Self *named
}

func (*named) Forward(x *nn.Var) *nn.Var { return x }

func TestNames(t *testing.T) {
	m := &named{
		InProj: nn.NewLinear(2, 2).NoBias(), Tied: nn.NewLinear(2, 2), Hidden: nn.NewLinear(2, 2),
		MLP:      map[string]*nn.Linear{"b": nn.NewLinear(2, 2).NoBias(), "a": nn.NewLinear(2, 2).NoBias()},
		Residual: nn.Residual{Chain: nn.Chain{nn.NewRMSNorm(2)}},
		Mean:     nn.NewBuffer(nn.Ones, 2),
	}
	m.Self = m                // a cycle ends
	m.Tied.W = m.InProj.W     // visited once
	inner := m.Residual.Chain // embedded structs add no name
	var got []string
	for name := range nn.Params(m) {
		got = append(got, name)
	}
	want := []string{"in_proj.weight", "mlp.a.weight", "mlp.b.weight", "deep.er.bias", "0.weight"}
	if !slices.Equal(got, want) {
		t.Errorf("parameters %v, want %v", got, want)
	}
	for name := range nn.Buffers(m) {
		if name != "mean" {
			t.Errorf("buffer %s", name)
		}
	}
	nn.Build(m, 1)
	if m.Mean.Value().NeedsGrad() || !m.InProj.W.Value().NeedsGrad() {
		t.Error("a buffer collects gradient, or a parameter does not")
	}
	if n := nn.NameOf(m, inner[0]); n != "0" {
		t.Errorf("the norm is called %q", n)
	}
	if n := nn.NameOf(m, m.Tied); n != "deep.er" {
		t.Errorf("the tied layer is called %q", n)
	}
	if n := nn.NameOf(m, nn.NewLinear(1, 1)); n != "Linear" {
		t.Errorf("a stranger is called %q", n)
	}
	if n := nn.NameOf(m, nn.Func(nil)); n != "Func" {
		t.Errorf("a function is called %q", n)
	}
}

// Adding a block leaves the others' values as they were; so does another device's order.
func TestBuildStreams(t *testing.T) {
	short := nn.Build(nn.Chain{nn.NewLinear(3, 4), nn.NewLinear(4, 2)}, 5)
	long := nn.Build(nn.Chain{nn.NewLinear(3, 4), nn.NewLinear(4, 2), nn.NewLinear(2, 9)}, 5)
	same(t, short, long[:2])
	other := nn.Build(nn.Chain{nn.NewLinear(3, 4), nn.NewLinear(4, 2)}, 6)
	if a, b := short[0].(*nn.Linear).W.Data(), other[0].(*nn.Linear).W.Data(); slices.Equal(a, b) {
		t.Error("two seeds give the same values")
	}
	big := nn.NewLinear(1000, 300) // drawn in several blocks
	nn.Build(big, 5)
	first := slices.Clone(big.W.Data())
	nn.Build(big, 5)
	if !slices.Equal(first, big.W.Data()) {
		t.Error("building again gives other values")
	}
}

func TestSlab(t *testing.T) {
	m := nn.Chain{nn.NewLinear(3, 4), nn.NewSinusoidal(4, 4), nn.NewLinear(4, 2)}
	if nn.SlabOf(m) != nil {
		t.Error("a declared model has a slab")
	}
	nn.Freeze(m[0], true)
	nn.Build(m, 1)
	s := nn.SlabOf(m)
	if s == nil || s.Values.N != 16+16+10 || s.Grads.N != 10 || s.Parts[0].Name != "2.weight" {
		t.Fatalf("slab %+v", s)
	}
	for _, p := range s.Parts {
		if &p.Param.Data()[0] != &s.Values.F[p.Off] {
			t.Errorf("%s lies elsewhere", p.Name)
		}
	}
	tape := new(grad.Tape)
	x := tape.Const(make([]nn.Float, 3), 1, 3)
	m[2].Forward(m[0].Forward(x)).Sum().Backward()
	if g := m[2].(*nn.Linear).B.Grad(); g[0] != 1 || s.Grads.F[8] != 1 {
		t.Errorf("gradient %v", g)
	}
	if m[0].(*nn.Linear).W.Grad() != nil {
		t.Error("a frozen parameter has a gradient")
	}
	nn.Freeze(m[2], true)
	if y := m[2].Forward(m[0].Forward(x)); y.NeedsGrad() {
		t.Error("a gradient flows to frozen parameters")
	}
	nn.Freeze(m[2], false)
	if y := m[2].Forward(m[0].Forward(x)); !y.NeedsGrad() {
		t.Error("no gradient flows after thawing")
	}
	if nn.SlabOf(m[0]) != nil {
		t.Error("a part has the slab of the whole")
	}
	nn.BuildFrozen(cpu.New(1), m)
	if s := nn.SlabOf(m); s.Grads.N != 0 || m[2].Forward(m[0].Forward(x)).NeedsGrad() {
		t.Error("a model for use only collects gradients")
	}
}

func TestBuildDuplicate(t *testing.T) {
	type twice struct {
		nn.Func
		A *nn.Linear `brick:"x"`
		B *nn.Linear `brick:"x"`
	}
	defer func() {
		if recover() == nil {
			t.Error("two parameters of one name were built")
		}
	}()
	nn.Build(&twice{A: nn.NewLinear(1, 1), B: nn.NewLinear(1, 1)}, 1)
}

// On a dry device a model of any size is built without memory.
func TestBuildDry(t *testing.T) {
	dev := &dry.Device{}
	m := nn.BuildOn(dev, nn.NewLinear(1<<20, 1<<20), 1)
	tape := &grad.Tape{Device: dev}
	m.Forward(tape.Shaped(8, 1<<20)).Sum().Backward()
	if got, want := dev.Kernels()["matmul"].FLOPs, 2*2*8<<40+8<<20; got != want {
		t.Errorf("%d operations, want %d", got, want) // no gradient flows to the input; the bias is added once an element
	}
}

// The rules' mean and variance over 10⁵ draws.
func TestInits(t *testing.T) {
	fan := nn.Fan{In: 50, Out: 150}
	for _, c := range []struct {
		name     string
		init     nn.Init
		variance float64
		bound    float64
	}{
		{"normal", nn.Normal(0.5), 0.25, math.Inf(1)},
		{"truncated", nn.TruncatedNormal(0.5), 0.25 * 0.7737, 1},
		{"residual", nn.ResidualNormal(0.5, 8), 0.25 / 16, math.Inf(1)},
		{"uniform", nn.Uniform(0.3), 0.03, 0.3},
		{"lecun", nn.LeCun, 1. / 50, math.Inf(1)},
		{"xavier uniform", nn.XavierUniform, 2. / 200, math.Sqrt(6. / 200)},
		{"xavier normal", nn.XavierNormal, 2. / 200, math.Inf(1)},
		{"he uniform", nn.HeUniform, 2. / 50, math.Sqrt(6. / 50)},
		{"he normal", nn.HeNormal, 2. / 50, math.Inf(1)},
		{"torch", nn.Torch, 1. / 150, 1 / math.Sqrt(50)},
		{"torch bias", nn.TorchBias(50), 1. / 150, 1 / math.Sqrt(50)},
	} {
		const n = 100_000
		sum, square := 0.0, 0.0
		for i := range n {
			v := c.init(42, i, fan)
			sum += v
			square += v * v
			if math.Abs(v) > c.bound {
				t.Fatalf("%s: %v beyond %v", c.name, v, c.bound)
			}
		}
		if mean, variance := sum/n, square/n; math.Abs(mean) > 4*math.Sqrt(c.variance/n) || math.Abs(variance/c.variance-1) > 0.02 {
			t.Errorf("%s: mean %v, variance %v, want 0, %v", c.name, mean, variance, c.variance)
		}
	}
}

func TestRecall(t *testing.T) {
	type state struct{ n int }
	b := nn.NewLinear(1, 1)
	tape := new(grad.Tape)
	if nn.Recall[state](tape, b) != nil {
		t.Error("training remembers")
	}
	tape.Memory = map[any]any{}
	nn.Recall[state](tape, b).n++
	if nn.Recall[state](tape, b).n != 1 || nn.Recall[state](tape, nn.NewLinear(1, 1)).n != 0 {
		t.Error("a block does not remember its own")
	}
}

func TestUnbuilt(t *testing.T) {
	defer func() {
		if r := fmt.Sprint(recover()); r != "nn: a parameter of shape [1 2] was declared but not built: call nn.Build on the model first" {
			t.Errorf("panic %q", r)
		}
	}()
	nn.NewLinear(2, 1).Forward(new(grad.Tape).Const(make([]nn.Float, 2), 1, 2))
}

// A shape error names the line of the caller, not one inside the block.
func TestRefuse(t *testing.T) {
	err := grad.Catch(func() { nn.NewPosition(4, 2).Forward(new(grad.Tape).Const(make([]nn.Float, 3), 1, 1, 3)) })
	if e, ok := err.(*grad.ShapeError); !ok || e.Where[:13] != "build_test.go" {
		t.Errorf("error %v", err)
	}
}
