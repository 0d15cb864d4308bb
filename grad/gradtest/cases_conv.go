package gradtest

import (
	"math"
	"math/rand/v2"

	"brick/grad"
	"brick/kernel"
)

// win is a window of the given stride, dilation and padding.
func win(stride, dilation, before, after int) grad.Window {
	return grad.Window{Stride: stride, Dilation: dilation, Before: before, After: after}
}

var convCases = []Case{
	convCase("", grad.ConvOptions{}, true, []int{2, 3, 5, 6}, []int{4, 3, 3, 2}),
	convCase("no bias, padded", grad.ConvOptions{H: win(1, 1, 1, 1), W: win(1, 1, 1, 1)}, false, []int{2, 2, 4, 5}, []int{3, 2, 3, 3}),
	convCase("stride", grad.ConvOptions{H: win(2, 1, 1, 1), W: win(3, 1, 0, 2)}, true, []int{2, 2, 7, 8}, []int{3, 2, 3, 3}),
	convCase("dilation", grad.ConvOptions{H: win(1, 2, 2, 0), W: win(2, 3, 1, 1)}, true, []int{1, 2, 6, 8}, []int{2, 2, 3, 2}),
	convCase("groups", grad.ConvOptions{Groups: 2, H: win(1, 1, 1, 1)}, true, []int{2, 4, 3, 4}, []int{6, 2, 3, 3}),
	convCase("depthwise", grad.ConvOptions{Groups: 3, W: win(1, 1, 1, 1)}, false, []int{2, 3, 4, 4}, []int{3, 1, 2, 3}),
	convCase("1×1", grad.ConvOptions{}, true, []int{2, 3, 2, 3}, []int{4, 3, 1, 1}),
	convCase("1-D", grad.ConvOptions{W: win(2, 1, 1, 1)}, true, []int{2, 3, 9}, []int{4, 3, 3}),
	convCase("causal", grad.ConvOptions{W: win(1, 2, 4, 0)}, true, []int{2, 2, 7}, []int{3, 2, 3}),
	convCase("tanh", grad.ConvOptions{Act: kernel.Tanh}, true, []int{2, 2, 4, 4}, []int{3, 2, 3, 3}),
	convCase("silu", grad.ConvOptions{Act: kernel.SiLU, W: win(1, 1, 1, 1)}, true, []int{1, 2, 6}, []int{3, 2, 3}),
	convCase("no example", grad.ConvOptions{}, true, []int{0, 2, 4, 4}, []int{3, 2, 3, 3}),

	convTransposeCase("", grad.ConvOptions{}, true, []int{2, 3, 3, 4}, []int{3, 2, 3, 2}),
	convTransposeCase("stride", grad.ConvOptions{H: win(2, 1, 1, 1), W: win(2, 1, 1, 0)}, true, []int{2, 2, 3, 4}, []int{2, 3, 4, 3}),
	convTransposeCase("output padding", grad.ConvOptions{H: win(2, 1, 0, -1), W: win(3, 1, 0, -2)}, true, []int{1, 2, 3, 2}, []int{2, 2, 2, 2}),
	convTransposeCase("groups, dilation", grad.ConvOptions{Groups: 2, H: win(1, 2, 1, 1), W: win(2, 2, 0, 1)}, false, []int{2, 4, 3, 3}, []int{4, 3, 2, 2}),
	convTransposeCase("1-D", grad.ConvOptions{W: win(2, 1, 1, 0)}, true, []int{2, 3, 4}, []int{3, 2, 3}),

	poolCase("max_pool", "2×2", grad.PoolOptions{H: size(2, 0, 0), W: size(2, 0, 0)}, 2, 3, 4, 6),
	poolCase("max_pool", "overlap", grad.PoolOptions{H: size(3, 2, 1), W: size(3, 2, 1)}, 2, 2, 5, 7),
	poolCase("max_pool", "ceil", grad.PoolOptions{H: size(3, 2, 0), W: size(2, 2, 0), Ceil: true}, 1, 2, 6, 5),
	poolCase("max_pool", "1-D", grad.PoolOptions{W: size(3, 2, 1)}, 2, 3, 8),
	poolCase("max_pool", "dilation", grad.PoolOptions{H: grad.Window{Size: 2, Stride: 1, Dilation: 2}, W: size(2, 1, 0)}, 1, 2, 5, 4),
	poolCase("max_pool", "no example", grad.PoolOptions{H: size(2, 0, 0), W: size(2, 0, 0)}, 0, 3, 4, 6),
	poolCase("mean_pool", "2×2", grad.PoolOptions{H: size(2, 0, 0), W: size(2, 0, 0)}, 2, 3, 4, 6),
	poolCase("mean_pool", "padding not counted", grad.PoolOptions{H: size(3, 2, 1), W: size(3, 2, 1)}, 2, 2, 5, 7),
	poolCase("mean_pool", "padding counted", grad.PoolOptions{H: size(3, 2, 1), W: size(2, 1, 1), CountPad: true}, 2, 2, 5, 7),
	poolCase("mean_pool", "ceil", grad.PoolOptions{H: size(3, 2, 1), W: size(2, 2, 0), Ceil: true, CountPad: true}, 1, 2, 6, 5),
	poolCase("mean_pool", "1-D", grad.PoolOptions{W: size(3, 1, 1)}, 2, 3, 7),

	adaptiveCase("max_pool", "adaptive", 3, 2, 2, 2, 7, 5),
	adaptiveCase("mean_pool", "adaptive", 3, 2, 2, 2, 7, 5),
	adaptiveCase("mean_pool", "adaptive, more windows than elements", 3, 4, 1, 2, 2, 3),
	adaptiveCase("mean_pool", "adaptive 1-D", 1, 3, 2, 2, 8),

	batchNormCase("2-D", kernel.Identity, true, true, 3, 2, 2, 4),
	batchNormCase("1-D", kernel.Identity, true, false, 4, 3, 5),
	batchNormCase("features", kernel.Identity, false, false, 7, 3),
	batchNormCase("relu", kernel.ReLU, true, true, 3, 2, 3, 4),
	batchNormCase("relu, features", kernel.ReLU, false, true, 8, 3),
}

// size is a window of pooling.
func size(n, stride, pad int) grad.Window {
	return grad.Window{Size: n, Stride: stride, Before: pad, After: pad}
}

// tap is one product of a convolution: where its factors and their sum lie.
type tap struct{ y, w, x int }

// taps lists the products of a convolution of x by w, and gives the shape of the result (N, K, OH, OW).
func taps(o grad.ConvOptions, x, w []int) (list []tap, y []int) {
	if len(x) == 3 {
		x, w = []int{x[0], x[1], 1, x[2]}, []int{w[0], w[1], 1, w[2]}
		o.H = grad.Window{}
	}
	h, v := steps(o.H), steps(o.W)
	y = []int{x[0], w[0], (x[2]+h.Before+h.After-h.Dilation*(w[2]-1)-1)/h.Stride + 1, (x[3]+v.Before+v.After-v.Dilation*(w[3]-1)-1)/v.Stride + 1}
	perGroup := w[0] / max(o.Groups, 1)
	for at := range product(y) {
		n, k, i, j := at/(y[1]*y[2]*y[3]), at/(y[2]*y[3])%y[1], at/y[3]%y[2], at%y[3]
		for from := range product(w[1:]) {
			c, r, s := from/(w[2]*w[3]), from/w[3]%w[2], from%w[3]
			p, q := i*h.Stride+r*h.Dilation-h.Before, j*v.Stride+s*v.Dilation-v.Before
			if p >= 0 && p < x[2] && q >= 0 && q < x[3] {
				list = append(list, tap{at, k*product(w[1:]) + from, ((n*x[1]+k/perGroup*w[1]+c)*x[2]+p)*x[3] + q})
			}
		}
	}
	return list, y
}

func steps(w grad.Window) grad.Window {
	w.Stride, w.Dilation = max(w.Stride, 1), max(w.Dilation, 1)
	return w
}

func convInputs(bias bool, channels int, x, w []int) func(r *rand.Rand) []*grad.Var {
	return func(r *rand.Rand) []*grad.Var {
		in := []*grad.Var{Rand(r, x...), Rand(r, w...)}
		if bias {
			in = append(in, Rand(r, channels))
		}
		return in
	}
}

func convCase(name string, o grad.ConvOptions, bias bool, x, w []int) Case {
	return Case{
		Op: "conv", Name: name,
		In: convInputs(bias, w[0], x, w),
		Run: func(t *grad.Tape, in []*grad.Var) *grad.Var {
			var b *grad.Var
			if bias {
				b = in[2]
			}
			return t.Use(in[0]).Conv(in[1], b, o)
		},
		Want: func(in []*grad.Var) []float64 {
			list, shape := taps(o, x, w)
			y, xs, ws := make([]float64, product(shape)), wide(in[0]), wide(in[1])
			for _, t := range list {
				y[t.y] += ws[t.w] * xs[t.x]
			}
			for i := range y {
				if bias {
					y[i] += float64(in[2].Data()[i/(shape[2]*shape[3])%shape[1]])
				}
				switch o.Act {
				case kernel.Tanh:
					y[i] = math.Tanh(y[i])
				case kernel.SiLU:
					y[i] /= 1 + math.Exp(-y[i])
				}
			}
			return y
		},
		Wrong: func(t *grad.Tape) {
			zeros(t, 2, 3, 4, 4).Conv(zeros(t, 2, 3, 5, 3), nil, grad.ConvOptions{})
		},
	}
}

func convTransposeCase(name string, o grad.ConvOptions, bias bool, x, w []int) Case {
	channels := w[1] * max(o.Groups, 1)
	return Case{
		Op: "conv_transpose", Name: name,
		In: convInputs(bias, channels, x, w),
		Run: func(t *grad.Tape, in []*grad.Var) *grad.Var {
			var b *grad.Var
			if bias {
				b = in[2]
			}
			return t.Use(in[0]).ConvTranspose(in[1], b, o)
		},
		Want: func(in []*grad.Var) []float64 {
			large := []int{x[0], channels} // the image whose convolution has x's shape
			for i := 2; i < len(x); i++ {
				v := steps(o.W)
				if i < len(x)-1 {
					v = steps(o.H)
				}
				large = append(large, (x[i]-1)*v.Stride+v.Dilation*(w[i]-1)+1-v.Before-v.After)
			}
			list, _ := taps(o, large, w)
			y, xs, ws := make([]float64, product(large)), wide(in[0]), wide(in[1])
			for _, t := range list {
				y[t.x] += ws[t.w] * xs[t.y]
			}
			for i := range y {
				if bias {
					y[i] += float64(in[2].Data()[i/product(large[2:])%channels])
				}
			}
			return y
		},
		Wrong: func(t *grad.Tape) {
			zeros(t, 2, 3, 4, 4).ConvTranspose(zeros(t, 2, 3, 3, 3), nil, grad.ConvOptions{})
		},
	}
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

// batchNormCase has inputs in two heaps, so that those of a ReLU stay away from its kink.
func batchNormCase(name string, act kernel.Fn, weight, bias bool, shape ...int) Case {
	const eps = 1e-3
	c := shape[1]
	return Case{
		Op: "batch_norm", Name: name,
		In: func(r *rand.Rand) []*grad.Var {
			near := func(shape ...int) *grad.Var {
				p := Rand(r, shape...)
				for i := range p.Data() {
					p.Data()[i] *= 0.1
				}
				return p
			}
			x := near(shape...)
			for i := range x.Data() {
				x.Data()[i] += grad.Float(1 - 2*(i*7/3%2))
			}
			in := []*grad.Var{x}
			if weight {
				in = append(in, shift(near(c), 1))
			}
			if bias {
				in = append(in, near(c))
			}
			return in
		},
		Run: func(_ *grad.Tape, in []*grad.Var) *grad.Var {
			w, b := second(in, weight, bias)
			return in[0].BatchNorm(w, b, eps, act)
		},
		Want: func(in []*grad.Var) []float64 {
			w, b := second(in, weight, bias)
			x := wide(in[0])
			y := make([]float64, len(x))
			l := product(shape[2:])
			count := float64(shape[0] * l)
			for ch := range c {
				mean, variance := 0.0, 0.0
				for i, v := range x {
					if i/l%c == ch {
						mean += v / count
					}
				}
				for i, v := range x {
					if i/l%c == ch {
						variance += (v - mean) * (v - mean) / count
					}
				}
				for i, v := range x {
					if i/l%c != ch {
						continue
					}
					y[i] = (v - mean) / math.Sqrt(variance+eps)
					if w != nil {
						y[i] *= float64(w.Data()[ch])
					}
					if b != nil {
						y[i] += float64(b.Data()[ch])
					}
					if act == kernel.ReLU {
						y[i] = max(y[i], 0)
					}
				}
			}
			return y
		},
		Wrong: func(t *grad.Tape) { zeros(t, 2, 3, 4).BatchNorm(zeros(t, 2), nil, eps, kernel.Identity) },
	}
}
