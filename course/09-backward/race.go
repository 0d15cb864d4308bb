package backward

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"brick/course/lesson"
	"brick/grad"
	"brick/nn"
)

// Race is what all gradients of a layer cost in two ways.
type Race struct {
	Params      int     `json:"params"`
	Passes      int     `json:"passes"`      // forward and backward
	PassTime    float64 `json:"passTime"`    // of both, in microseconds, the best of several
	Evaluations int     `json:"evaluations"` // forward passes of the differences: one a parameter, and one
	EvalTime    float64 `json:"evalTime"`    // of all of them, in microseconds
	Differs     float64 `json:"differs"`     // ‖g − ĝ‖/‖g‖: differences in float32 are not exact
}

// race takes the gradient of every parameter by two passes, and by n+1 evaluations.
var race = lesson.Shows(lesson.Ask("race", LayerIn{"mlp", 8}, func(ctx context.Context, _ *lesson.Session, in LayerIn) (r Race, err error) {
	b, err := build(in)
	if err != nil {
		return r, err
	}
	t := new(grad.Tape)
	best := time.Hour
	for range 5 {
		for _, p := range nn.Params(b.chain) {
			p.Var.Clear()
		}
		t.Reset()
		began := time.Now()
		b.forward(t).Backward()
		best = min(best, time.Since(began))
	}
	r.Passes, r.PassTime = 2, micro(best)
	began := time.Now()
	still := &grad.Tape{NoGrad: true}
	base := b.forward(still).Item()
	r.Evaluations = 1
	var off, size float64
	for _, p := range nn.Params(b.chain) {
		v, g := p.Var.Data(), p.Var.Grad()
		for i := range v {
			if ctx.Err() != nil {
				return r, ctx.Err()
			}
			const h = 1.0 / 256
			old := v[i]
			v[i] += h
			still.Reset()
			d := (b.forward(still).Item() - base) / h
			v[i] = old
			r.Evaluations++
			off += (d - float64(g[i])) * (d - float64(g[i]))
			size += float64(g[i]) * float64(g[i])
		}
	}
	r.EvalTime = micro(time.Since(began))
	r.Params, r.Differs = r.Evaluations-1, math.Sqrt(off/max(size, 1e-30))
	return r, nil
}), showLayer)

func micro(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// showLayer prints the gradient of every array of weights.
func showLayer(in LayerIn) lesson.Shown {
	k := slices.IndexFunc(stacks, func(l kind) bool { return l.name == in.Layer })
	shape := stacks[k].shape(in.Width)
	return lesson.Shown{Go: fmt.Sprintf(`package main

import (
	"fmt"
	"math/rand/v2"

	"brick/device"
	"brick/grad"
	"brick/model"
	"brick/nn"
)

func main() {
	shape := %#v
	m, err := model.New(%q, nn.Input{Shape: shape})
	if err != nil {
		fmt.Println(err)
		return
	}
	m = nn.Build(m, 1)
	size := 1
	for _, d := range shape {
		size *= d
	}
	r := rand.New(rand.NewPCG(1, 2))
	x := make([]grad.Float, size)
	for i := range x {
		x[i] = grad.Float(r.NormFloat64())
	}
	t := new(grad.Tape)
	y := m.Forward(t.Const(x, append([]int{1}, shape...)...))
	loss := y.MSE(t.Const([]grad.Float{3}, y.Shape()...), device.Mean)
	loss.Backward()
	fmt.Println("loss", loss.Item())
	for name, p := range nn.Params(m) {
		fmt.Println(name, p.Shape, p.Grad())
	}
}
`, shape, stacks[k].stack(in.Width))}
}
