package gradtest

import (
	"math"
	"math/rand/v2"

	"brick/grad"
)

// size is a window of pooling.
func size(n, stride, pad int) grad.Window {
	return grad.Window{Size: n, Stride: stride, Before: pad, After: pad}
}

// poolWant folds windows of x: f is given the elements of each, and how many there are with the padding.
func poolWant(op string, o grad.PoolOptions, x []int, data []float64) (y []float64) {
	if len(x) == 3 {
		x, o.H = []int{x[0], x[1], 1, x[2]}, grad.Window{Size: 1}
	}
	across := func(w grad.Window, n int) (starts []int) {
		if w.Stride == 0 {
			w.Stride = w.Size
		}
		span := max(w.Dilation, 1)*(w.Size-1) + 1
		for at := -w.Before; at+span <= n+w.After || o.Ceil && at < n && at+span-w.Stride < n+w.After; at += w.Stride {
			starts = append(starts, at)
		}
		return starts
	}
	for plane := range x[0] * x[1] {
		for _, i := range across(o.H, x[2]) {
			for _, j := range across(o.W, x[3]) {
				sum, most, n, padded := 0.0, math.Inf(-1), 0, 0
				for r := range o.H.Size {
					for s := range o.W.Size {
						h, w := i+r*max(o.H.Dilation, 1), j+s*max(o.W.Dilation, 1)
						if h < x[2]+o.H.After && w < x[3]+o.W.After {
							padded++
						}
						if h >= 0 && h < x[2] && w >= 0 && w < x[3] {
							v := data[(plane*x[2]+h)*x[3]+w]
							sum, most, n = sum+v, max(most, v), n+1
						}
					}
				}
				switch {
				case op == "max_pool":
					sum = most
				case o.CountPad:
					sum /= float64(padded)
				default:
					sum /= float64(n)
				}
				y = append(y, sum)
			}
		}
	}
	return y
}

func poolCase(op, name string, o grad.PoolOptions, x ...int) Case {
	run := (*grad.Var).MaxPool
	if op == "mean_pool" {
		run = (*grad.Var).MeanPool
	}
	return Case{
		Op: op, Name: name,
		In:    func(r *rand.Rand) []*grad.Var { return []*grad.Var{distinct(r, x...)} },
		Run:   func(t *grad.Tape, in []*grad.Var) *grad.Var { return run(t.Use(in[0]), o) },
		Want:  func(in []*grad.Var) []float64 { return poolWant(op, o, x, wide(in[0])) },
		Wrong: func(t *grad.Tape) { run(zeros(t, 1, 1, 3, 3), grad.PoolOptions{H: size(4, 1, 0), W: size(2, 1, 0)}) },
	}
}

func adaptiveCase(op, name string, h, w int, x ...int) Case {
	run := (*grad.Var).AdaptiveMaxPool
	if op == "mean_pool" {
		run = (*grad.Var).AdaptiveMeanPool
	}
	return Case{
		Op: op, Name: name,
		In:  func(r *rand.Rand) []*grad.Var { return []*grad.Var{distinct(r, x...)} },
		Run: func(t *grad.Tape, in []*grad.Var) *grad.Var { return run(t.Use(in[0]), h, w) },
		Want: func(in []*grad.Var) (y []float64) {
			data, height, width := wide(in[0]), 1, x[len(x)-1]
			if len(x) == 4 {
				height = x[2]
			}
			for plane := range x[0] * x[1] {
				for i := range h {
					for j := range w {
						sum, most, n := 0.0, math.Inf(-1), 0.0
						for p := i * height / h; p < ((i+1)*height+h-1)/h; p++ {
							for q := j * width / w; q < ((j+1)*width+w-1)/w; q++ {
								v := data[(plane*height+p)*width+q]
								sum, most, n = sum+v, max(most, v), n+1
							}
						}
						if op == "max_pool" {
							sum, n = most, 1
						}
						y = append(y, sum/n)
					}
				}
			}
			return y
		},
		Wrong: func(t *grad.Tape) { run(zeros(t, 1, 1, 3), 2, 2) },
	}
}
