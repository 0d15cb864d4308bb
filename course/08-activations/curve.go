package activations

import (
	"context"
	"fmt"
	"slices"

	"brick/course/lesson"
	"brick/grad"
	"brick/kernel"
	"brick/nn"
)

// functions are the activations of the chapter, by their names in stack notation.
var functions = map[string]func() *nn.Activation{
	"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU, "leaky_relu": func() *nn.Activation { return nn.LeakyReLU(0.01) },
	"elu": func() *nn.Activation { return nn.ELU(1) }, "softplus": nn.Softplus, "gelu": nn.GELU, "silu": nn.SiLU,
}

// checkAct refuses other names.
func checkAct(name string) error {
	var known []string
	for k := range functions {
		known = append(known, k)
	}
	slices.Sort(known)
	return lesson.OneOf("act", name, known...)
}

// CurveIn is an activation and a place on it.
type CurveIn struct {
	Act string  `json:"act"`
	X   float64 `json:"x"`
}

// Check bounds the place.
func (in CurveIn) Check() error {
	return lesson.First(checkAct(in.Act), lesson.Within("x", in.X, -span, span))
}

// CurveOut is the activation from −span to span.
type CurveOut struct {
	F       [][2]float64  `json:"f"`
	Slope   [][2]float64  `json:"slope"` // f′, by the engine's way back
	Y       float64       `json:"y"`     // f(x)
	D       float64       `json:"d"`     // f′(x)
	Tangent [2][2]float64 `json:"tangent"`
	Powers  []float64     `json:"powers"`  // f′(x)ⁿ for n = 1, 2, 5, 10, 20, 50: what is left of a gradient after n such layers
	Largest float64       `json:"largest"` // of f′ over the curve
}

const span = 6

var curve = lesson.Shows(lesson.Ask("curve", CurveIn{Act: "sigmoid", X: 1}, func(_ context.Context, _ *lesson.Session, in CurveIn) (o CurveOut, err error) {
	x := []kernel.Float{kernel.Float(in.X)}
	for i := range 241 {
		x = append(x, kernel.Float(span*(float64(i)/120-1)))
	}
	y, d := through(in.Act, x)
	for i := range x[1:] {
		at := float64(x[i+1])
		o.F = append(o.F, [2]float64{at, float64(y[i+1])})
		o.Slope = append(o.Slope, [2]float64{at, float64(d[i+1])})
		o.Largest = max(o.Largest, float64(d[i+1]))
	}
	o.Y, o.D = float64(y[0]), float64(d[0])
	o.Tangent = [2][2]float64{{in.X - 1.5, o.Y - 1.5*o.D}, {in.X + 1.5, o.Y + 1.5*o.D}}
	product, n := 1.0, 0
	for _, until := range Repeats {
		for ; n < until; n++ {
			product *= o.D
		}
		o.Powers = append(o.Powers, product)
	}
	return o, nil
}), func(in CurveIn) lesson.Shown {
	return lesson.Shown{Go: fmt.Sprintf(`package main

import (
	"fmt"

	"brick/grad"
	"brick/kernel"
	"brick/nn"
)

func main() {
	f := nn.%s
	x := grad.Param([]kernel.Float{%v}, 1)
	var tape grad.Tape
	y := f.Forward(tape.Use(x))
	value := y.Item()
	y.Backward()
	fmt.Println(value, x.Grad())
}
`, actInGo[in.Act], in.X)}
})

// Repeats are the numbers of layers for which CurveOut.Powers tells what is left.
var Repeats = []int{1, 2, 5, 10, 20, 50}

// through gives f and f′ at each x.
func through(act string, x []kernel.Float) (y, slope []kernel.Float) {
	p := grad.Param(slices.Clone(x), len(x))
	ones := make([]kernel.Float, len(x))
	for i := range ones {
		ones[i] = 1
	}
	var tape grad.Tape
	v := functions[act]().Forward(tape.Use(p))
	y = slices.Clone(v.Data())
	v.BackwardFrom(ones)
	return y, p.Grad()
}
