package backward

import (
	"fmt"
	"strings"

	"brick/course/lesson"
	"brick/grad"
)

// walk takes the way back step by step: each operation once more on a tape of
// its own, for the pieces of gradient that it hands to its inputs.
func (g *parsed) walk(out *Tape) {
	last := len(g.nodes) - 1
	sums, got := make([]float64, len(g.nodes)), make([]int, len(g.nodes))
	give := func(s *Step, to int, piece float64) {
		sums[to] += piece
		got[to]++
		s.Adds = append(s.Adds, Add{to, lesson.Num(piece), lesson.Num(sums[to]), got[to]})
	}
	seed := Step{Back: true, Node: last}
	give(&seed, last, 1)
	out.Steps = append(out.Steps, seed)
	for i := last; i >= 0; i-- {
		n := g.nodes[i]
		if len(n.in) == 0 || got[i] == 0 {
			continue
		}
		t := new(grad.Tape)
		in, leaves := make([]*grad.Var, len(n.in)), make([]*grad.Var, len(n.in))
		for k, j := range n.in {
			v := []grad.Float{grad.Float(out.Nodes[j].Value)}
			if out.Nodes[j].Const {
				in[k] = t.Const(v, 1)
				continue
			}
			leaves[k] = grad.Param(v, 1)
			in[k] = t.Use(leaves[k])
		}
		s := Step{Back: true, Node: i}
		y := apply(n.op, in)
		if y.NeedsGrad() {
			y.BackwardFrom([]grad.Float{grad.Float(sums[i])})
			for k, leaf := range leaves {
				if leaf != nil {
					give(&s, n.in[k], gradient(leaf, nil))
				}
			}
		}
		if len(s.Adds) > 0 {
			out.Steps = append(out.Steps, s)
		}
	}
}

// showTape writes the expression as a program, an operation a line.
func showTape(in TapeIn) lesson.Shown {
	g, err := parse(in.Expr)
	if err != nil {
		return lesson.Shown{Go: "package main\n\nfunc main() {}\n"}
	}
	var lines, prints strings.Builder
	next := 0
	for i, n := range g.nodes {
		arg := func(k int) string { return fmt.Sprint("v", n.in[k]) }
		var code string
		switch n.op {
		case "var":
			v := 1.0
			if next < len(in.Values) {
				v = in.Values[next]
			}
			next++
			code = fmt.Sprintf("grad.Param([]grad.Float{%v}, 1) // %s", v, n.name)
			fmt.Fprintf(&prints, "\tfmt.Println(%q, v%d.Grad())\n", "∂/∂"+n.name, i)
			fmt.Fprintf(&lines, "\tp%d := %s\n\tv%d := t.Use(p%d)\n", i, code, i, i)
			continue
		case "const":
			code = fmt.Sprintf("t.Const([]grad.Float{%v}, 1)", n.value)
		case "^":
			code = fmt.Sprintf("%s.PowVar(%s)", arg(0), arg(1))
			if e := g.nodes[n.in[1]]; e.op == "const" {
				code = fmt.Sprintf("%s.Pow(%s.Data()[0])", arg(0), arg(1))
			}
		default:
			code = arg(0) + "." + method[n.op] + "("
			if len(n.in) > 1 {
				code += arg(1)
			}
			code += ")"
		}
		fmt.Fprintf(&lines, "\tv%d := %s\n", i, code)
	}
	last := len(g.nodes) - 1
	text := strings.ReplaceAll(prints.String(), ", v", ", p")
	return lesson.Shown{Go: fmt.Sprintf(`package main

import (
	"fmt"

	"brick/grad"
)

func main() {
	t := new(grad.Tape)
%s	v%d.Backward()
	fmt.Println(v%d.Item())
%s}
`, lines.String(), last, last, text)}
}

var method = map[string]string{"+": "Add", "-": "Sub", "*": "Mul", "/": "Div", "neg": "Neg", "exp": "Exp", "ln": "Log", "tanh": "Tanh", "sigmoid": "Sigmoid", "relu": "ReLU", "sin": "Sin", "cos": "Cos"}
