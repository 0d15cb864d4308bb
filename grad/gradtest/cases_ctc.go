package gradtest

import (
	"math"
	"math/rand/v2"

	"brick/device"
	"brick/grad"
)

var ctcCases = []Case{
	ctcCase("", 5, 4, [][]int32{{1, 2}, {3, 3}, {2, -100}}, device.Sum),
	ctcCase("mean", 4, 3, [][]int32{{1, 2, 1}, {2, -100, -100}, {-100, -100, -100}}, device.Mean),
	ctcCase("none", 6, 3, [][]int32{{1, 1, 2}, {2, 1, -1}}, device.None),
	ctcCase("one way only", 3, 3, [][]int32{{2, 2}, {1, 2}}, device.Sum),
	ctcCase("no label", 3, 2, [][]int32{{}, {}}, device.Mean),
}

// ctcCase tries CTC on x (n, t, c); its oracle names every alignment and sums up those that read the target.
func ctcCase(name string, t, c int, targets [][]int32, reduction device.Reduction) Case {
	n, s := len(targets), len(targets[0])
	var ids []int32
	for _, row := range targets {
		ids = append(ids, row...)
	}
	return Case{
		Op: "ctc", Name: name,
		In:  func(r *rand.Rand) []*grad.Var { return []*grad.Var{Rand(r, n, t, c)} },
		Run: func(tape *grad.Tape, in []*grad.Var) *grad.Var { return in[0].CTC(tape.IDs(ids, n, s), reduction) },
		Want: func(in []*grad.Var) []float64 {
			x, losses, mean, sum := floats(in[0].Data()), make([]float64, n), 0.0, 0.0
			for i, row := range targets {
				labels := 0
				for labels < len(row) && row[labels] >= 0 {
					labels++
				}
				likely := 0.0
				for code := range int(math.Pow(float64(c), float64(t))) {
					var read []int32
					p, last := 1.0, int32(0)
					for k := range t {
						class := int32(code % c)
						code /= c
						scores, z := x[(i*t+k)*c:(i*t+k+1)*c], 0.0
						for _, v := range scores {
							z += math.Exp(v)
						}
						p *= math.Exp(scores[class]) / z
						if class != 0 && class != last {
							read = append(read, class)
						}
						last = class
					}
					same := len(read) == labels
					for k := 0; same && k < labels; k++ {
						same = read[k] == row[k]
					}
					if same {
						likely += p
					}
				}
				losses[i] = -math.Log(likely)
				sum += losses[i]
				mean += losses[i] / float64(max(labels, 1)*n)
			}
			switch reduction {
			case device.Mean:
				return []float64{mean}
			case device.Sum:
				return []float64{sum}
			}
			return losses
		},
		Wrong: func(tape *grad.Tape) {
			tape.Const(make([]grad.Float, 6), 1, 2, 3).CTC(tape.IDs([]int32{1, 1}, 1, 2), device.Sum) // 3 places are needed
		},
	}
}
