package gradtest

import (
	"math"
	"math/rand/v2"

	"brick/grad"
)

var rowCases = []Case{
	softmaxCase("softmax", "last", -1, false, 3, 7),
	softmaxCase("softmax", "middle", 1, false, 2, 17, 3),
	softmaxCase("softmax", "first", 0, false, 9, 2, 5),
	softmaxCase("softmax", "one", -1, false, 5, 1),
	softmaxCase("softmax", "none", -1, false, 0, 4),
	softmaxCase("softmax", "no class", 0, false, 0, 4),
	softmaxCase("log_softmax", "last", -1, true, 3, 7),
	softmaxCase("log_softmax", "middle", 1, true, 2, 17, 3),
	softmaxCase("log_softmax", "one", -1, true, 5, 1),
	softmaxCase("log_softmax", "none", -1, true, 3, 0),

	layerNormCase("", 1, true, true, 4, 11),
	layerNormCase("no bias", 1, true, false, 2, 3, 8),
	layerNormCase("plain", 1, false, false, 5, 6),
	layerNormCase("two axes", 2, true, true, 3, 2, 5),
	layerNormCase("whole", 2, true, true, 4, 3),
	layerNormCase("many rows", 1, true, true, 37, 3),
	layerNormCase("one", 1, true, true, 4, 1),
	layerNormCase("no row", 1, true, true, 0, 3),

	rmsNormCase("", true, 4, 11),
	rmsNormCase("plain", false, 2, 3, 8),
	rmsNormCase("one", true, 4, 1),
	rmsNormCase("no row", true, 0, 3),
}

func softmaxCase(op, name string, axis int, log bool, shape ...int) Case {
	return Case{
		Op: op, Name: name,
		In: func(r *rand.Rand) []*grad.Var { return []*grad.Var{Rand(r, shape...)} },
		Run: func(_ *grad.Tape, in []*grad.Var) *grad.Var {
			if log {
				return in[0].LogSoftmax(axis)
			}
			return in[0].Softmax(axis)
		},
		Want: func(in []*grad.Var) []float64 {
			x := floats(in[0].Data())
			y := make([]float64, len(x))
			at := (axis + len(shape)) % len(shape)
			for i := range x {
				sum := 0.0
				for j := range x {
					if sameLine(i, j, shape, at) {
						sum += math.Exp(x[j])
					}
				}
				if y[i] = math.Exp(x[i]) / sum; log {
					y[i] = x[i] - math.Log(sum)
				}
			}
			return y
		},
		Wrong: func(t *grad.Tape) {
			x := t.Const(make([]grad.Float, 6), 2, 3)
			if log {
				x.LogSoftmax(2)
			} else {
				x.Softmax(-3)
			}
		},
	}
}

// sameLine reports whether elements i and j differ in their index along one axis at most.
func sameLine(i, j int, shape []int, axis int) bool {
	for a := len(shape) - 1; a >= 0; a-- {
		if a != axis && i%shape[a] != j%shape[a] {
			return false
		}
		i, j = i/shape[a], j/shape[a]
	}
	return true
}

func layerNormCase(name string, axes int, weight, bias bool, shape ...int) Case {
	const eps = 1e-3
	c := product(shape[len(shape)-axes:])
	return Case{
		Op: "layer_norm", Name: name,
		In: func(r *rand.Rand) []*grad.Var {
			in := []*grad.Var{Rand(r, shape...)}
			if weight {
				in = append(in, Rand(r, c))
			}
			if bias {
				in = append(in, Rand(r, c))
			}
			return in
		},
		Run: func(_ *grad.Tape, in []*grad.Var) *grad.Var {
			w, b := second(in, weight, bias)
			return in[0].LayerNormOver(axes, w, b, eps)
		},
		Want: func(in []*grad.Var) []float64 {
			w, b := second(in, weight, bias)
			y := floats(in[0].Data())
			for k := 0; k < len(y); k += c {
				row := y[k : k+c]
				mean, variance := 0.0, 0.0
				for _, v := range row {
					mean += v / float64(c)
				}
				for _, v := range row {
					variance += (v - mean) * (v - mean) / float64(c)
				}
				for j, v := range row {
					row[j] = (v - mean) / math.Sqrt(variance+eps)
				}
				affine(row, w, b)
			}
			return y
		},
		Wrong: func(t *grad.Tape) {
			x, w := t.Const(make([]grad.Float, 6), 2, 3), t.Const(make([]grad.Float, 2), 2)
			if weight {
				x.LayerNorm(w, nil, eps)
			} else {
				x.LayerNormOver(3, nil, nil, eps)
			}
		},
	}
}

func rmsNormCase(name string, weight bool, shape ...int) Case {
	const eps = 1e-3
	c := shape[len(shape)-1]
	return Case{
		Op: "rms_norm", Name: name,
		In: func(r *rand.Rand) []*grad.Var {
			if weight {
				return []*grad.Var{Rand(r, shape...), Rand(r, c)}
			}
			return []*grad.Var{Rand(r, shape...)}
		},
		Run: func(_ *grad.Tape, in []*grad.Var) *grad.Var {
			w, _ := second(in, weight, false)
			return in[0].RMSNorm(w, eps)
		},
		Want: func(in []*grad.Var) []float64 {
			w, _ := second(in, weight, false)
			y := floats(in[0].Data())
			for k := 0; k < len(y); k += c {
				row, square := y[k:k+c], 0.0
				for _, v := range row {
					square += v * v / float64(c)
				}
				for j, v := range row {
					row[j] = v / math.Sqrt(square+eps)
				}
				affine(row, w, nil)
			}
			return y
		},
		Wrong: func(t *grad.Tape) {
			t.Const(make([]grad.Float, 6), 2, 3).RMSNorm(t.Const(make([]grad.Float, 2), 2), eps)
		},
	}
}

// second gives the inputs after the first as weight and bias, nil where there is none.
func second(in []*grad.Var, weight, bias bool) (w, b *grad.Var) {
	if weight {
		w = in[1]
	}
	if bias {
		b = in[len(in)-1]
	}
	return w, b
}

// affine is  row = row ⊙ w + b;  w and b may be nil.
func affine(row []float64, w, b *grad.Var) {
	for j := range row {
		if w != nil {
			row[j] *= float64(w.Data()[j])
		}
		if b != nil {
			row[j] += float64(b.Data()[j])
		}
	}
}

// wide is v's value in float64.
func wide(v *grad.Var) []float64 { return floats(v.Data()) }

func product(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}
