package backward

import (
	"context"
	"math"

	"brick/course/lesson"
	"brick/grad"
)

// TapeIn is an expression and the values of its variables, in the order in
// which they are first met; missing ones are 1.
type TapeIn struct {
	Expr   string    `json:"expr"`
	Values []float64 `json:"values"`
}

// Check bounds the values; the expression is checked where it is read.
func (in TapeIn) Check() error {
	err := lesson.Within("values", float64(len(in.Values)), 0, maxVariables)
	for _, v := range in.Values {
		err = lesson.First(err, lesson.Within("values", v, -100, 100))
	}
	return err
}

// Tape is a graph with its values, its gradients, and how they come about.
type Tape struct {
	Names  []string   `json:"names"`
	Values []float64  `json:"values"`
	Nodes  []Node     `json:"nodes"` // in topological order
	Steps  []Step     `json:"steps"` // first all forward, then all backward
	Inputs int        `json:"inputs"`
	Ops    int        `json:"ops"`   // operations of a pass
	Wrong  int        `json:"wrong"` // nodes whose two gradients differ
	Checks int        `json:"checks"`
	Worst  lesson.Num `json:"worst"` // largest difference, relative where gradients are above 1
}

// Node is one node. Grad is ∂result/∂node from the tape, in float32; Numeric
// is the same from two evaluations in float64. Where no variable enters there is neither.
type Node struct {
	Op      string     `json:"op"`
	Name    string     `json:"name"`
	In      []int      `json:"in"`
	Value   lesson.Num `json:"value"`
	Grad    lesson.Num `json:"grad"`
	Numeric lesson.Num `json:"numeric"`
	Agrees  bool       `json:"agrees"`
	Uses    int        `json:"uses"` // places where it goes in
	Const   bool       `json:"const"`
}

// Step is one step of a pass: a node that is worked out, or one whose gradient is handed on.
type Step struct {
	Back bool  `json:"back"`
	Node int   `json:"node"`
	Adds []Add `json:"adds"` // of a step back
}

// Add is a piece of gradient that comes to a node, and what it has then.
type Add struct {
	To    int        `json:"to"`
	Piece lesson.Num `json:"piece"`
	Sum   lesson.Num `json:"sum"`
	Nth   int        `json:"nth"` // which piece of that node this is, from 1
}

// tape runs an expression forward and backward.
var tape = lesson.Shows(lesson.Ask("tape", TapeIn{Expr: "(w*x + b - t)^2", Values: []float64{0.5, 2, 1, 3}}, runTape), showTape)

func runTape(_ context.Context, _ *lesson.Session, in TapeIn) (out Tape, err error) {
	g, err := parse(in.Expr)
	if err != nil {
		return out, err
	}
	values := map[string]float64{}
	for i, name := range g.names {
		values[name] = 1
		if i < len(in.Values) {
			values[name] = in.Values[i]
		}
		out.Values = append(out.Values, values[name])
	}
	out.Names, out.Inputs = g.names, len(g.names)
	vars, leaves := g.record(values)
	vars[len(vars)-1].Backward()
	grads := make([]lesson.Num, len(vars))
	for i, n := range g.nodes {
		grads[i] = lesson.Num(gradient(vars[i], leaves[i]))
		out.Nodes = append(out.Nodes, Node{Op: n.op, Name: n.name, In: n.in, Value: lesson.Num(vars[i].Data()[0]), Grad: grads[i], Const: !vars[i].NeedsGrad()})
		for _, k := range n.in {
			out.Nodes[k].Uses++
		}
		out.Steps = append(out.Steps, Step{Node: i})
		if len(n.in) > 0 {
			out.Ops++
		}
	}
	g.check(values, &out)
	g.walk(&out)
	return out, nil
}

// gradient is what a node has: of variables where it was collected.
func gradient(v, leaf *grad.Var) float64 {
	from := v
	if leaf != nil {
		from = leaf
	}
	if d := from.Grad(); d != nil {
		return float64(d[0])
	}
	return 0
}

// record puts the nodes on a tape. Of a variable, leaves holds what collects its gradient.
func (g *parsed) record(values map[string]float64) (vars, leaves []*grad.Var) {
	t := new(grad.Tape)
	vars, leaves = make([]*grad.Var, len(g.nodes)), make([]*grad.Var, len(g.nodes))
	for i, n := range g.nodes {
		switch n.op {
		case "var":
			leaves[i] = grad.Param([]grad.Float{grad.Float(values[n.name])}, 1)
			vars[i] = t.Use(leaves[i])
		case "const":
			vars[i] = t.Const([]grad.Float{grad.Float(n.value)}, 1)
		default:
			in := make([]*grad.Var, len(n.in))
			for k, j := range n.in {
				in[k] = vars[j]
			}
			vars[i] = apply(n.op, in).Retain()
		}
	}
	return vars, leaves
}

// apply is an operation of the engine.
func apply(op string, in []*grad.Var) *grad.Var {
	switch op {
	case "+":
		return in[0].Add(in[1])
	case "-":
		return in[0].Sub(in[1])
	case "*":
		return in[0].Mul(in[1])
	case "/":
		return in[0].Div(in[1])
	case "^":
		if !in[1].NeedsGrad() { // x^α needs no ln x, so x may be below 0
			return in[0].Pow(in[1].Data()[0])
		}
		return in[0].PowVar(in[1])
	case "neg":
		return in[0].Neg()
	case "exp":
		return in[0].Exp()
	case "ln":
		return in[0].Log()
	case "tanh":
		return in[0].Tanh()
	case "sigmoid":
		return in[0].Sigmoid()
	case "relu":
		return in[0].ReLU()
	case "sin":
		return in[0].Sin()
	default: // cos
		return in[0].Cos()
	}
}

// check compares each gradient with (f(v+h) − f(v−h))/2h, in float64.
func (g *parsed) check(values map[string]float64, out *Tape) {
	plain := g.evaluate(values, -1, 0)
	worst := 0.0
	for i := range out.Nodes {
		n := &out.Nodes[i]
		if n.Const {
			continue
		}
		h := 1e-5 * max(1, math.Abs(plain[i]))
		hi, lo := g.evaluate(values, i, plain[i]+h), g.evaluate(values, i, plain[i]-h)
		d := (hi[len(hi)-1] - lo[len(lo)-1]) / (2 * h)
		n.Numeric = lesson.Num(d)
		off := math.Abs(d-float64(n.Grad)) / max(1, math.Abs(d))
		n.Agrees = off < 1e-4
		out.Checks++
		if !n.Agrees {
			out.Wrong++
		}
		if off > worst || off != off {
			worst = off
		}
	}
	out.Worst = lesson.Num(worst)
}
