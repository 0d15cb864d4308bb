package gradtest

import (
	"math"
	"math/rand/v2"

	"brick/grad"
	"brick/kernel"
)

var productCases = []Case{
	matMulCase("", 0, []int{3, 5}, []int{5, 4}),
	matMulCase("nt", grad.TransB, []int{3, 5}, []int{4, 5}),
	matMulCase("tn", grad.TransA, []int{5, 3}, []int{5, 4}),
	matMulCase("tt", grad.TransA|grad.TransB, []int{5, 3}, []int{4, 5}),
	matMulCase("odd", 0, []int{9, 17}, []int{17, 11}),
	matMulCase("one", 0, []int{1, 1}, []int{1, 1}),
	matMulCase("row", 0, []int{1, 7}, []int{7, 9}),
	matMulCase("column", 0, []int{7, 1}, []int{1, 5}),
	matMulCase("batch", 0, []int{2, 3, 4}, []int{2, 4, 5}),
	matMulCase("batch tt", grad.TransA|grad.TransB, []int{2, 4, 3}, []int{2, 5, 4}),
	matMulCase("one matrix for all", 0, []int{2, 3, 4}, []int{4, 5}),
	matMulCase("one matrix for all tn", grad.TransA, []int{2, 4, 3}, []int{1, 4, 5}),
	matMulCase("broadcast left", grad.TransB, []int{3, 4}, []int{2, 5, 4}),
	matMulCase("broadcast both", 0, []int{2, 1, 3, 4}, []int{3, 4, 2}),
	matMulCase("four batch axes", grad.TransA, []int{2, 1, 1, 3, 2, 3}, []int{1, 2, 2, 1, 2, 2}),
	matMulCase("vectors", 0, []int{6}, []int{6}),
	matMulCase("vector left", grad.TransB, []int{6}, []int{2, 3, 6}),
	matMulCase("vector right", grad.TransA, []int{2, 6, 3}, []int{6}),
	matMulCase("no row", 0, []int{0, 3}, []int{3, 2}),
	matMulCase("no term", 0, []int{2, 0}, []int{0, 3}),
	matMulCase("no matrix", 0, []int{0, 2, 3}, []int{1, 3, 2}),

	linearCase("", kernel.Identity, false, true, 6, 5, 4),
	linearCase("no bias", kernel.Identity, false, false, 6, 5, 4),
	linearCase("in-out", kernel.Identity, true, true, 3, 9, 17),
	linearCase("in-out, gelu", kernel.GELUTanh, true, true, 3, 4, 7),
	linearCase("tanh", kernel.Tanh, false, true, 5, 3, 9),
	linearCase("silu", kernel.SiLU, false, false, 5, 3, 9),
	linearCase("one", kernel.Identity, false, true, 1, 1, 1),
	linearCase("no row", kernel.GELU, false, true, 0, 3, 2),

	ropeCase("half", false, 0, 2, 3, 2, 8),
	ropeCase("half, offset", false, 70, 1, 2, 3, 6),
	ropeCase("interleaved", true, 0, 2, 3, 2, 8),
	ropeCase("interleaved, offset", true, 5, 2, 1, 1, 2),
	ropeCase("no position", false, 3, 2, 0, 1, 4),
	turnCase("on", false, 7, 2, 3, 2, 8),
	turnCase("back", false, -70, 1, 2, 3, 6),
	turnCase("back, interleaved", true, -5, 2, 2, 1, 4),
	turnCase("not at all", false, 0, 2, 0, 1, 4),
	stretchCase("linear", grad.RoPEStretch{Kind: grad.StretchLinear, Factor: 4}, func(f float64, _ int) float64 { return f / 4 }),
	stretchCase("size", grad.RoPEStretch{Size: 1.5}, func(f float64, _ int) float64 { return f }),

	attentionCase("", attentionShape{B: 2, T: 3, S: 3, H: 2, K: 2, D: 5}, false, nil),
	attentionCase("causal", attentionShape{B: 2, T: 5, S: 5, H: 2, K: 2, D: 4}, true, nil),
	attentionCase("grouped", attentionShape{B: 1, T: 4, S: 4, H: 6, K: 2, D: 3}, true, nil),
	attentionCase("multi-query", attentionShape{B: 2, T: 3, S: 3, H: 4, K: 1, D: 2}, true, nil),
	attentionCase("cached", attentionShape{B: 1, T: 2, S: 9, H: 2, K: 1, D: 4}, true, nil),
	attentionCase("crossed", attentionShape{B: 1, T: 9, S: 4, H: 2, K: 2, D: 3}, false, nil),
	attentionCase("fewer keys than queries", attentionShape{B: 1, T: 5, S: 3, H: 1, K: 1, D: 3}, true, nil),
	attentionCase("mask", attentionShape{B: 2, T: 3, S: 4, H: 2, K: 1, D: 3}, false, []int32{1, 0, 1, 1, 0, 1, 1, 0}),
	attentionCase("causal mask that hides all", attentionShape{B: 2, T: 3, S: 3, H: 1, K: 1, D: 2}, true, []int32{0, 1, 1, 0, 0, 0}),
	attentionCase("one", attentionShape{B: 1, T: 1, S: 1, H: 1, K: 1, D: 1}, true, nil),
	attentionCase("window", attentionShape{B: 2, T: 6, S: 6, H: 2, K: 1, D: 3, Window: 3}, true, nil),
	attentionCase("window over a cache", attentionShape{B: 1, T: 3, S: 9, H: 2, K: 2, D: 3, Window: 4}, true, nil),
	attentionCase("capped", attentionShape{B: 2, T: 4, S: 4, H: 2, K: 1, D: 3, Cap: 0.8}, false, nil),
	attentionCase("capped window, masked", attentionShape{B: 1, T: 5, S: 7, H: 2, K: 1, D: 4, Window: 3, Cap: 1.5}, true, []int32{1, 1, 0, 1, 1, 0, 1}),
	attentionCase("no key", attentionShape{B: 1, T: 2, S: 0, H: 1, K: 1, D: 2}, false, nil),
	attentionCase("no batch", attentionShape{B: 0, T: 2, S: 2, H: 1, K: 1, D: 2}, false, nil),

	swiGLUCase("", 3, 7),
	swiGLUCase("one", 1),
	swiGLUCase("none", 0, 4),
}

func matMulCase(name string, which grad.Trans, a, b []int) Case {
	return Case{
		Op: "matmul", Name: name,
		In:  func(r *rand.Rand) []*grad.Var { return []*grad.Var{Rand(r, a...), Rand(r, b...)} },
		Run: func(t *grad.Tape, in []*grad.Var) *grad.Var { return t.Use(in[0]).MatMul(in[1], which) },
		Want: func(in []*grad.Var) []float64 {
			return matMulWant(operand(in[0], which&grad.TransA != 0, false), operand(in[1], which&grad.TransB != 0, true))
		},
		Wrong: func(t *grad.Tape) {
			t.Const(make([]grad.Float, 6), 2, 3).MatMul(t.Const(make([]grad.Float, 6), 2, 3))
		},
	}
}

// matrices is an operand of a product: at gives an element by all its indices,
// those of the leading axes counted from the last one.
type matrices struct {
	lead       []int // from the last to the first
	rows, cols int
	at         func(lead []int, i, j int) float64
}

// operand reads v as matrices; one axis is a row on the left, a column on the right.
func operand(v *grad.Var, transposed, right bool) matrices {
	x, shape := wide(v), v.Shape()
	if len(shape) == 1 {
		if right {
			return matrices{nil, shape[0], 1, func(_ []int, i, _ int) float64 { return x[i] }}
		}
		return matrices{nil, 1, shape[0], func(_ []int, _, j int) float64 { return x[j] }}
	}
	m := matrices{rows: shape[len(shape)-2], cols: shape[len(shape)-1]}
	for i := len(shape) - 3; i >= 0; i-- {
		m.lead = append(m.lead, shape[i])
	}
	rows, cols := m.rows, m.cols
	m.at = func(lead []int, i, j int) float64 {
		if transposed {
			i, j = j, i
		}
		matrix, step := 0, 1
		for k, d := range m.lead {
			if d > 1 {
				matrix += lead[k] * step
			}
			step *= d
		}
		return x[(matrix*rows+i)*cols+j]
	}
	if transposed {
		m.rows, m.cols = cols, rows
	}
	return m
}

func matMulWant(a, b matrices) (y []float64) {
	lead := make([]int, max(len(a.lead), len(b.lead)))
	size := make([]int, len(lead))
	n := 1
	for k := range size {
		size[k] = 1
		for _, m := range []matrices{a, b} {
			if k < len(m.lead) && m.lead[k] != 1 {
				size[k] = m.lead[k]
			}
		}
		n *= size[k]
	}
	for c := range n {
		for k := range lead {
			lead[k] = c % size[k]
			c /= size[k]
		}
		for i := range a.rows {
			for j := range b.cols {
				sum := 0.0
				for l := range a.cols {
					sum += a.at(lead, i, l) * b.at(lead, l, j)
				}
				y = append(y, sum)
			}
		}
	}
	return y
}

func linearCase(name string, act kernel.Fn, inOut, bias bool, rows, in, out int) Case {
	return Case{
		Op: "linear", Name: name,
		In: func(r *rand.Rand) []*grad.Var {
			w := Rand(r, out, in)
			if inOut {
				w = Rand(r, in, out)
			}
			vs := []*grad.Var{Rand(r, rows, in), w}
			if bias {
				vs = append(vs, Rand(r, out))
			}
			return vs
		},
		Run: func(t *grad.Tape, in []*grad.Var) *grad.Var {
			x, w := t.Use(in[0]), in[1]
			var b *grad.Var
			if bias {
				b = in[2]
			}
			switch {
			case inOut && act != kernel.Identity:
				return x.LinearTAct(w, b, act)
			case inOut:
				return x.LinearT(w, b)
			case act != kernel.Identity:
				return x.LinearAct(w, b, act)
			}
			return x.Linear(w, b)
		},
		Want: func(vs []*grad.Var) []float64 {
			y := matMulWant(operand(vs[0], false, false), operand(vs[1], !inOut, true))
			for i := range y {
				if bias {
					y[i] += wide(vs[2])[i%out]
				}
				y[i] = activated(act, y[i])
			}
			return y
		},
		Wrong: func(t *grad.Tape) {
			x, w := t.Const(make([]grad.Float, 6), 2, 3), t.Const(make([]grad.Float, 8), 4, 2)
			if inOut {
				x.LinearT(w, nil)
			} else {
				x.Linear(w, nil)
			}
		},
	}
}

// activated is act(z) for the activations that the cases fuse.
func activated(act kernel.Fn, z float64) float64 {
	switch act {
	case kernel.Tanh:
		return math.Tanh(z)
	case kernel.SiLU:
		return z / (1 + math.Exp(-z))
	case kernel.GELU:
		return z / 2 * (1 + math.Erf(z/math.Sqrt2))
	case kernel.GELUTanh:
		return z / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(z+0.044715*z*z*z)))
	}
	return z
}

func ropeCase(name string, interleaved bool, pos, B, T, H, D int) Case {
	return rotationCase("rope", name, interleaved, pos, B, T, H, D)
}

// turnCase rotates all places by n positions.
func turnCase(name string, interleaved bool, n, B, T, H, D int) Case {
	return rotationCase("turn", name, interleaved, n, B, T, H, D)
}

// rotationCase is an op that rotates: the first place by pos positions, and the others each by one more, or all alike.
func rotationCase(op, name string, interleaved bool, pos, B, T, H, D int) Case {
	const base = 100
	do, next := (*grad.Var).RoPE, 1
	if op == "turn" {
		do, next = (*grad.Var).Turn, 0
	}
	return Case{
		Op: op, Name: name,
		In: func(r *rand.Rand) []*grad.Var { return []*grad.Var{Rand(r, B, T, H, D)} },
		Run: func(t *grad.Tape, in []*grad.Var) *grad.Var {
			return do(t.Use(in[0]), grad.RoPE{Base: base, Dim: D, Interleaved: interleaved}, pos)
		},
		Want: func(in []*grad.Var) []float64 {
			x := wide(in[0])
			y := make([]float64, len(x))
			for r := range B * T * H {
				for i := range D / 2 {
					u, v := r*D+i, r*D+i+D/2
					if interleaved {
						u, v = r*D+2*i, r*D+2*i+1
					}
					sin, cos := math.Sincos(float64(pos+next*(r/H%T)) * math.Pow(base, -2*float64(i)/float64(D)))
					y[u], y[v] = x[u]*cos-x[v]*sin, x[v]*cos+x[u]*sin
				}
			}
			return y
		},
		Wrong: func(t *grad.Tape) {
			do(t.Const(make([]grad.Float, 6), 1, 2, 1, 3), grad.RoPE{Base: base, Dim: 3, Interleaved: interleaved}, 0)
		},
	}
}

// stretchCase rotates (1, 4, 1, 8) from position 9 on by frequencies that were changed.
func stretchCase(name string, s grad.RoPEStretch, changed func(f float64, i int) float64) Case {
	const base, D, pos = 100, 8, 9
	r := grad.RoPE{Base: base, Dim: D, Stretch: s}
	c := ropeCase("stretched: "+name, false, pos, 1, 4, 1, D)
	c.Run = func(t *grad.Tape, in []*grad.Var) *grad.Var { return t.Use(in[0]).RoPE(r, pos) }
	c.Want = func(in []*grad.Var) []float64 {
		x, size := wide(in[0]), 1.0
		if s.Size != 0 {
			size = s.Size
		}
		y := make([]float64, len(x))
		for t := range 4 {
			for i := range D / 2 {
				u, v := t*D+i, t*D+i+D/2
				sin, cos := math.Sincos(float64(pos+t) * changed(math.Pow(base, -2*float64(i)/D), i))
				y[u], y[v] = size*(x[u]*cos-x[v]*sin), size*(x[v]*cos+x[u]*sin)
			}
		}
		return y
	}
	return c
}

// attentionShape is q (B, T, H, D), k and v (B, S, K, D).
type attentionShape struct {
	B, T, S, H, K, D int
	Window           int
	Cap              grad.Float
}

func attentionCase(name string, a attentionShape, causal bool, mask []int32) Case {
	return Case{
		Op: "attention", Name: name,
		In: func(r *rand.Rand) []*grad.Var {
			return []*grad.Var{Rand(r, a.B, a.T, a.H, a.D), Rand(r, a.B, a.S, a.K, a.D), Rand(r, a.B, a.S, a.K, a.D)}
		},
		Run: func(t *grad.Tape, in []*grad.Var) *grad.Var {
			o := grad.AttentionOptions{Causal: causal, Window: a.Window, Cap: a.Cap}
			if mask != nil {
				o.Mask, o.Scale = t.IDs(mask, a.B, a.S), 0.7
			}
			return grad.Attention(t.Use(in[0]), in[1], in[2], o)
		},
		Want: func(in []*grad.Var) []float64 {
			q, k, v := wide(in[0]), wide(in[1]), wide(in[2])
			y := make([]float64, len(q))
			scale := 1 / math.Sqrt(float64(a.D))
			if mask != nil {
				scale = 0.7
			}
			for r := range a.B * a.T * a.H {
				b, t, h := r/(a.T*a.H), r/a.H%a.T, r%a.H
				sum, yr := 0.0, y[r*a.D:][:a.D]
				for s := range a.S {
					if causal && s > t+a.S-a.T || a.Window > 0 && s <= t+a.S-a.T-a.Window || mask != nil && mask[b*a.S+s] == 0 {
						continue
					}
					at, dot := ((b*a.S+s)*a.K+h/(a.H/a.K))*a.D, 0.0
					for d := range a.D {
						dot += q[r*a.D+d] * k[at+d]
					}
					dot *= scale
					if c := float64(a.Cap); c != 0 {
						dot = c * math.Tanh(dot/c)
					}
					e := math.Exp(dot)
					sum += e
					for d := range yr {
						yr[d] += e * v[at+d]
					}
				}
				for d := range yr {
					if sum > 0 {
						yr[d] /= sum
					}
				}
			}
			return y
		},
		Wrong: func(t *grad.Tape) {
			q, k := t.Const(make([]grad.Float, 6), 1, 1, 3, 2), t.Const(make([]grad.Float, 4), 1, 1, 2, 2)
			grad.Attention(q, k, k, grad.AttentionOptions{Causal: causal})
		},
	}
}

func swiGLUCase(name string, shape ...int) Case {
	return Case{
		Op: "swiglu", Name: name,
		In:  func(r *rand.Rand) []*grad.Var { return []*grad.Var{Rand(r, shape...), Rand(r, shape...)} },
		Run: func(t *grad.Tape, in []*grad.Var) *grad.Var { return t.Use(in[0]).SwiGLU(in[1]) },
		Want: func(in []*grad.Var) []float64 {
			y, up := wide(in[0]), wide(in[1])
			for i, g := range y {
				y[i] = g / (1 + math.Exp(-g)) * up[i]
			}
			return y
		},
		Wrong: func(t *grad.Tape) {
			t.Const(make([]grad.Float, 6), 2, 3).SwiGLU(t.Const(make([]grad.Float, 6), 3, 2))
		},
	}
}
