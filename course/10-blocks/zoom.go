package blocks

import (
	"context"
	"fmt"
	"math"

	"brick/course/lesson"
	"brick/grad"
	"brick/kernel"
	"brick/nn"
)

// ZoomIn is the input of the model that is zoomed into, and the neuron and
// the weight that are looked at.
type ZoomIn struct {
	X1     float64 `json:"x1"`
	X2     float64 `json:"x2"`
	Neuron int     `json:"neuron"` // of the first layer, from 0
	Weight int     `json:"weight"` // of the neuron, from 0
}

// Check bounds them.
func (in ZoomIn) Check() error {
	return lesson.First(lesson.Within("x1", in.X1, -3, 3), lesson.Within("x2", in.X2, -3, 3), lesson.Within("neuron", float64(in.Neuron), 0, 3), lesson.Within("weight", float64(in.Weight), 0, 1))
}

// zoomed is the model that is zoomed into.
const zoomed = "linear(4) tanh residual[linear(8) gelu linear(4)] linear(2)"

// Zoom is the same computation at five magnifications.
type Zoom struct {
	Stack  string  `json:"stack"`
	Number Number  `json:"number"`
	Neuron Neuron  `json:"neuron"`
	Layer  Dense   `json:"layer"`
	Block  []Stage `json:"block"` // the residual block: in, its parts, out
	Model  []Stage `json:"model"`
	Counts [5]int  `json:"counts"` // parameters in a number, a neuron, a layer, a block, the model
}

// Number is one weight at work.
type Number struct {
	W       float64 `json:"w"`
	X       float64 `json:"x"`
	Product float64 `json:"product"`
	Bits    string  `json:"bits"` // of w in memory: sign, exponent, fraction; "" where floats have 64 bits
}

// Neuron is y = tanh(Σ w·x + b).
type Neuron struct {
	W        []lesson.Num `json:"w"`
	X        []lesson.Num `json:"x"`
	Products []lesson.Num `json:"products"`
	B        float64      `json:"b"`
	Sum      float64      `json:"sum"`
	Y        float64      `json:"y"`
}

// Dense is all neurons of the layer.
type Dense struct {
	X []lesson.Num   `json:"x"`
	W [][]lesson.Num `json:"w"` // from each input to each neuron
	Z []lesson.Num   `json:"z"`
	Y []lesson.Num   `json:"y"` // tanh z
}

// Stage is what a block makes of what came before it.
type Stage struct {
	Block  string       `json:"block"` // "" for what comes in
	Values []lesson.Num `json:"values"`
	Params int          `json:"params"`
}

// zoom shows one model at five magnifications.
var zoom = lesson.Shows(lesson.Ask("zoom", ZoomIn{1, -0.5, 0, 0}, magnify), func(in ZoomIn) lesson.Shown {
	return lesson.Shown{Go: zoomProgram(in)}
})

func magnify(_ context.Context, _ *lesson.Session, in ZoomIn) (z Zoom, err error) {
	stack, err := nn.Parse(zoomed)
	if err != nil {
		return z, err
	}
	net, err := nn.Plan(stack, nn.Input{Shape: []int{2}, Outputs: 2})
	if err != nil {
		return z, err
	}
	m, err := net.Declare()
	if err != nil {
		return z, err
	}
	m = nn.Build(m, 3)
	x := []grad.Float{grad.Float(in.X1), grad.Float(in.X2)}
	tape := &grad.Tape{NoGrad: true}
	v := tape.Const(x, 1, 2)
	z.Stack = zoomed
	z.Model = []Stage{{Values: lesson.Nums(v.Data())}}
	for _, b := range m {
		if r, ok := b.(*nn.Residual); ok {
			z.Block = throughResidual(r, v)
		}
		v = b.Forward(v)
		z.Model = append(z.Model, stage(b, v))
	}
	first := m[0].(*nn.Linear)
	w, bias := first.W.Var.Data(), first.B.Var.Data() // (4, 2) and (4)
	z.Layer = Dense{X: lesson.Nums(x), Z: z.Model[1].Values, Y: z.Model[2].Values, W: make([][]lesson.Num, 2)}
	for i := range 2 {
		for n := range 4 {
			z.Layer.W[i] = append(z.Layer.W[i], lesson.Num(w[2*n+i]))
		}
	}
	k := in.Neuron
	z.Neuron = Neuron{W: lesson.Nums(w[2*k : 2*k+2]), X: lesson.Nums(x), B: float64(bias[k]), Sum: float64(z.Layer.Z[k]), Y: float64(z.Layer.Y[k])}
	for i := range 2 {
		z.Neuron.Products = append(z.Neuron.Products, lesson.Num(w[2*k+i]*x[i]))
	}
	z.Number = Number{W: float64(w[2*k+in.Weight]), X: float64(x[in.Weight]), Product: float64(w[2*k+in.Weight] * x[in.Weight]), Bits: bits(w[2*k+in.Weight])}
	z.Counts = [5]int{1, 3, nn.Count(m[0]), nn.Count(m[2]), nn.Count(m)}
	return z, nil
}

// throughResidual runs the parts of x + f(x) one by one.
func throughResidual(r *nn.Residual, x *grad.Var) []Stage {
	list := []Stage{{Values: lesson.Nums(x.Data())}}
	y := x
	for _, b := range r.Chain {
		y = b.Forward(y)
		list = append(list, stage(b, y))
	}
	return append(list, Stage{Block: "+", Values: lesson.Nums(x.Add(y).Data())})
}

func stage(b nn.Block, y *grad.Var) Stage {
	name, _ := nn.Print(b)
	return Stage{name, lesson.Nums(y.Data()), nn.Count(b)}
}

// bits writes a 32-bit float as it lies in memory.
func bits(f grad.Float) string {
	if kernel.FloatBits != 32 {
		return ""
	}
	u := math.Float32bits(float32(f))
	out := make([]byte, 0, 34)
	for i := 31; i >= 0; i-- {
		out = append(out, '0'+byte(u>>i&1))
		if i == 31 || i == 23 {
			out = append(out, ' ')
		}
	}
	return string(out)
}

// zoomProgram prints the values after each block of the model.
func zoomProgram(in ZoomIn) string {
	return fmt.Sprintf(`package main

import (
	"fmt"

	"brick/grad"
	"brick/model"
	"brick/nn"
)

func main() {
	m, err := model.New(%q, nn.Input{Shape: []int{2}, Outputs: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	m = nn.Build(m, 3)
	tape := &grad.Tape{NoGrad: true}
	tape.Trace = func(b grad.Block, y *grad.Var) { fmt.Printf("%%T %%v\n", b, y.Data()) }
	m.Forward(tape.Const([]grad.Float{%v, %v}, 1, 2))
	for name, p := range nn.Params(m) {
		fmt.Println(name, p.Shape, p.Data())
	}
}
`, zoomed, in.X1, in.X2)
}
