package gradtest

import (
	"math"
	"math/rand/v2"

	"brick/device"
	"brick/grad"
)

var lossCases = []Case{
	classLossCase("cross_entropy", "", 5, 7, device.Mean, 0, false),
	classLossCase("cross_entropy", "sum", 6, 3, device.Sum, 0, true),
	classLossCase("cross_entropy", "none", 5, 17, device.None, 0.1, false),
	classLossCase("cross_entropy", "weights and smoothing", 9, 4, device.Mean, 0.2, true),
	classLossCase("cross_entropy", "one class", 4, 1, device.Mean, 0.3, false),
	classLossCase("cross_entropy", "no row", 0, 3, device.Sum, 0, false),
	classLossCase("nll", "", 5, 7, device.Mean, 0, false),
	classLossCase("nll", "none", 6, 3, device.None, 0.1, true),
	classLossCase("nll", "weights and smoothing", 9, 4, device.Mean, 0.2, true),
	{
		Op: "safe_log",
		In: func(r *rand.Rand) []*grad.Var {
			x := Rand(r, 3, 7)
			for i, v := range x.Data() { // probabilities well inside (0, 1)
				x.Data()[i] = grad.Float(0.1 + 0.8/(1+math.Exp(-float64(v))))
			}
			return []*grad.Var{x}
		},
		Run: func(_ *grad.Tape, in []*grad.Var) *grad.Var { return in[0].SafeLog() },
		Want: func(in []*grad.Var) []float64 {
			y := floats(in[0].Data())
			for i, x := range y {
				y[i] = max(math.Log(x), -100)
			}
			return y
		},
		AnyShape: true,
	},
}

// classLossCase tries CrossEntropy or NLL on x (n, c); every fourth target is the ignored one.
func classLossCase(op, name string, n, c int, reduction device.Reduction, smoothing float64, weighted bool) Case {
	ids := make([]int32, n)
	for i := range ids {
		if ids[i] = int32(i * 5 % c); i%4 == 3 {
			ids[i] = grad.IgnoredTarget
		}
	}
	weights := make([]grad.Float, c)
	for j := range weights {
		weights[j] = 1
		if weighted {
			weights[j] = 0.5 + grad.Float(j)/4
		}
	}
	return Case{
		Op: op, Name: name,
		In: func(r *rand.Rand) []*grad.Var { return []*grad.Var{Rand(r, n, c)} },
		Run: func(t *grad.Tape, in []*grad.Var) *grad.Var {
			o := grad.CrossEntropyOptions{Reduction: reduction, Smoothing: grad.Float(smoothing)}
			if weighted {
				o.Weight = t.Const(weights, c)
			}
			if op == "nll" {
				return in[0].NLL(t.IDs(ids, n), o)
			}
			return in[0].CrossEntropy(t.IDs(ids, n), o)
		},
		Want: func(in []*grad.Var) []float64 {
			x := floats(in[0].Data())
			losses, sum, total := make([]float64, n), 0.0, 0.0
			for i, id := range ids {
				if id == grad.IgnoredTarget {
					continue
				}
				row, z := x[i*c:(i+1)*c], 0.0
				if op == "cross_entropy" {
					for _, v := range row {
						z += math.Exp(v)
					}
					z = math.Log(z)
				}
				w := float64(weights[id])
				losses[i] = (1 - smoothing) * w * (z - row[id])
				for j, v := range row {
					losses[i] += smoothing / float64(c) * float64(weights[j]) * (z - v)
				}
				sum += losses[i]
				total += w
			}
			switch reduction {
			case device.Mean:
				return []float64{sum / total}
			case device.Sum:
				return []float64{sum}
			}
			return losses
		},
		Wrong: func(t *grad.Tape) {
			x := t.Const(make([]grad.Float, 6), 2, 3)
			if ids := t.IDs([]int32{0, 3}, 2); op == "nll" {
				x.NLL(ids, grad.CrossEntropyOptions{})
			} else {
				x.CrossEntropy(ids, grad.CrossEntropyOptions{})
			}
		},
	}
}
