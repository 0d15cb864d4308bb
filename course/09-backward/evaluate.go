package backward

import "math"

// evaluate works the nodes out in float64, one of them set to a value of its
// own where given ≥ 0: the slow second way to every gradient.
func (g *parsed) evaluate(values map[string]float64, given int, as float64) []float64 {
	v := make([]float64, len(g.nodes))
	for i, n := range g.nodes {
		if i == given {
			v[i] = as
			continue
		}
		in := func(k int) float64 { return v[n.in[k]] }
		switch n.op {
		case "var":
			v[i] = values[n.name]
		case "const":
			v[i] = n.value
		case "+":
			v[i] = in(0) + in(1)
		case "-":
			v[i] = in(0) - in(1)
		case "*":
			v[i] = in(0) * in(1)
		case "/":
			v[i] = in(0) / in(1)
		case "^":
			v[i] = math.Pow(in(0), in(1))
		case "neg":
			v[i] = -in(0)
		case "exp":
			v[i] = math.Exp(in(0))
		case "ln":
			v[i] = math.Log(in(0))
		case "tanh":
			v[i] = math.Tanh(in(0))
		case "sigmoid":
			v[i] = 1 / (1 + math.Exp(-in(0)))
		case "relu":
			v[i] = max(in(0), 0)
		case "sin":
			v[i] = math.Sin(in(0))
		case "cos":
			v[i] = math.Cos(in(0))
		}
	}
	return v
}
