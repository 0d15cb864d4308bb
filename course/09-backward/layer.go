package backward

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"brick/course/lesson"
	"brick/device"
	"brick/grad"
	"brick/nn"
)

// LayerIn is a layer of the engine and how wide it is.
type LayerIn struct {
	Layer string `json:"layer"`
	Width int    `json:"width"`
}

// Check bounds both, so that a race of all parameters stays below a second or two.
func (in LayerIn) Check() error {
	var names []string
	for _, l := range stacks {
		names = append(names, l.name)
	}
	return lesson.First(lesson.OneOf("layer", in.Layer, names...), lesson.Within("width", float64(in.Width), 1, 40))
}

// kind is a layer to choose, with the shape of its input for a width.
type kind struct {
	name  string
	stack func(width int) string
	shape func(width int) []int
}

var stacks = []kind{
	{"neuron", func(int) string { return "linear(1) tanh" }, func(w int) []int { return []int{w} }},
	{"mlp", func(w int) string { return fmt.Sprintf("linear(%d) tanh linear(1)", w) }, func(w int) []int { return []int{w} }},
	{"residual", func(w int) string {
		return fmt.Sprintf("residual[layernorm linear(%d) gelu linear(%d)] linear(1)", w, w)
	}, func(w int) []int { return []int{w} }},
	{"deep", func(w int) string { return fmt.Sprintf("3*[linear(%d) relu] linear(1)", w) }, func(w int) []int { return []int{w} }},
}

// Layer is the graph of a layer as it lies on the tape, arrays as nodes.
type Layer struct {
	Stack  string  `json:"stack"`
	Nodes  []Array `json:"nodes"` // in topological order
	Params int     `json:"params"`
	Loss   float64 `json:"loss"` // (y − 3)²
}

// Array is a node that is an array.
type Array struct {
	Op    string     `json:"op"`   // of the engine; input, weight or target for what was there before
	Name  string     `json:"name"` // of a weight
	Shape []int      `json:"shape"`
	In    []int      `json:"in"`
	Value lesson.Num `json:"value"` // root mean square
	Grad  lesson.Num `json:"grad"`  // root mean square; NaN for what needs none
	Uses  int        `json:"uses"`
}

// layer runs a layer forward and backward.
var layer = lesson.Shows(lesson.Ask("layer", LayerIn{"mlp", 8}, func(_ context.Context, _ *lesson.Session, in LayerIn) (Layer, error) {
	l, err := build(in)
	if err != nil {
		return Layer{}, err
	}
	return l.graph(in), nil
}), showLayer)

// built is a layer with an input.
type built struct {
	chain nn.Chain
	x     []grad.Float
	shape []int
}

func build(in LayerIn) (*built, error) {
	k := slices.IndexFunc(stacks, func(l kind) bool { return l.name == in.Layer })
	s, err := nn.Parse(stacks[k].stack(in.Width))
	if err != nil {
		return nil, err
	}
	shape := stacks[k].shape(in.Width)
	n, err := nn.Plan(s, nn.Input{Shape: shape})
	if err != nil {
		return nil, err
	}
	c, err := n.Declare()
	if err != nil {
		return nil, err
	}
	b := &built{chain: nn.Build(c, 1), shape: append([]int{1}, shape...)}
	size := 1
	for _, d := range shape {
		size *= d
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range size {
		b.x = append(b.x, grad.Float(r.NormFloat64()))
	}
	return b, nil
}

// through applies blocks one by one, without the scopes in which a chain
// frees what the way back does not need: here everything is looked at.
func through(c nn.Chain, x *grad.Var) *grad.Var {
	for _, b := range c {
		if r, ok := b.(*nn.Residual); ok {
			x = x.Add(through(r.Chain, x))
			continue
		}
		x = b.Forward(x)
	}
	return x
}

// forward is the loss (y − 3)², whose gradient is not small.
func (b *built) forward(t *grad.Tape) *grad.Var {
	return b.loss(t, t.Const(b.x, b.shape...))
}

func (b *built) loss(t *grad.Tape, x *grad.Var) *grad.Var {
	y := through(b.chain, x)
	return y.MSE(t.Const([]grad.Float{3}, y.Shape()...), device.Mean)
}

func (b *built) graph(in LayerIn) Layer {
	t := new(grad.Tape)
	x := t.Const(b.x, b.shape...)
	loss := b.loss(t, x)
	t.Vars(func(v *grad.Var) { v.Retain() })
	loss.Backward()
	out := Layer{Params: nn.Count(b.chain), Loss: loss.Item()}
	out.Stack, _ = nn.Print(b.chain)
	names := map[*grad.Var]string{}
	for name, p := range nn.Params(b.chain) {
		names[p.Var] = name
	}
	at := map[*grad.Var]int{}
	var add func(v *grad.Var) int
	add = func(v *grad.Var) int {
		if i, ok := at[v]; ok {
			return i
		}
		a := Array{Op: "target", Name: names[v], Shape: slices.Clone(v.Shape()), In: []int{}, Value: norm(v.Data()), Grad: norm(v.Grad())}
		switch {
		case a.Name != "":
			a.Op = "weight"
		case v == x:
			a.Op = "input"
		case v.Op() != nil:
			a.Op = v.Op().Name
		}
		for _, from := range v.Inputs() {
			if from != nil {
				a.In = append(a.In, add(from))
			}
		}
		at[v] = len(out.Nodes)
		out.Nodes = append(out.Nodes, a)
		return at[v]
	}
	add(loss)
	for _, a := range out.Nodes {
		for _, k := range a.In {
			out.Nodes[k].Uses++
		}
	}
	return out
}

// norm is a root mean square, NaN of nothing.
func norm(v []grad.Float) lesson.Num {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	return lesson.Num(math.Sqrt(sum / float64(len(v))))
}
