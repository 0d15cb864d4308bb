package gradtest

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"brick/grad"
)

var elementCases = slices.Concat(zipCases(), whereCases(), pointwiseCases, reduceCases(), dropoutCases())

// shift moves values away from a kink at 0 by the given distance.
func shift(p *grad.Var, by float64) *grad.Var {
	for i, v := range p.Data() {
		p.Data()[i] = v + grad.Float(math.Copysign(by, float64(v)))
	}
	return p
}

// positive is |p| + by.
func positive(p *grad.Var, by float64) *grad.Var {
	for i, v := range p.Data() {
		p.Data()[i] = grad.Float(math.Abs(float64(v)) + by)
	}
	return p
}

// zipCases are the functions of two numbers, each on every kind of broadcast.
func zipCases() (cases []Case) {
	shapes := []struct {
		name    string
		a, b, y []int
	}{
		{"same", []int{3, 5}, []int{3, 5}, []int{3, 5}},
		{"row", []int{3, 9}, []int{9}, []int{3, 9}},
		{"column", []int{4, 7}, []int{4, 1}, []int{4, 7}},
		{"outer", []int{5, 1}, []int{1, 3}, []int{5, 3}},
		{"scalar", []int{2, 3, 2}, []int{}, []int{2, 3, 2}},
		{"scalar first", []int{1}, []int{4, 3}, []int{4, 3}},
		{"middle", []int{2, 1, 17}, []int{2, 3, 1}, []int{2, 3, 17}},
		{"none", []int{0, 3}, []int{3}, []int{0, 3}},
	}
	for _, o := range []struct {
		op     string
		method func(a, b *grad.Var) *grad.Var
		f      func(a, b float64) float64
		a, b   func(p *grad.Var) *grad.Var // into the function's domain
	}{
		{"add", (*grad.Var).Add, func(a, b float64) float64 { return a + b }, as, as},
		{"sub", (*grad.Var).Sub, func(a, b float64) float64 { return a - b }, as, as},
		{"mul", (*grad.Var).Mul, func(a, b float64) float64 { return a * b }, as, as},
		{"div", (*grad.Var).Div, func(a, b float64) float64 { return a / b }, as, off},
		{"pow", (*grad.Var).PowVar, math.Pow, pos, as},
		{"maximum", (*grad.Var).Maximum, math.Max, apartFrom(0), apartFrom(0.25)},
		{"minimum", (*grad.Var).Minimum, math.Min, apartFrom(0), apartFrom(0.25)},
	} {
		for _, s := range shapes {
			cases = append(cases, Case{
				Op: o.op, Name: s.name,
				In:  func(r *rand.Rand) []*grad.Var { return []*grad.Var{o.a(Rand(r, s.a...)), o.b(Rand(r, s.b...))} },
				Run: func(_ *grad.Tape, in []*grad.Var) *grad.Var { return o.method(in[0], in[1]) },
				Want: func(in []*grad.Var) []float64 {
					a, b := arr(in[0]), arr(in[1])
					return build(s.y, func(i []int) float64 { return o.f(a.at(i...), b.at(i...)) })
				},
				Wrong: func(t *grad.Tape) { o.method(zeros(t, 3, 4), zeros(t, 3)) },
			})
		}
	}
	return cases
}

func as(p *grad.Var) *grad.Var  { return p }
func off(p *grad.Var) *grad.Var { return shift(p, 0.5) }
func pos(p *grad.Var) *grad.Var { return positive(p, 0.5) }

// apartFrom rounds values to halves plus by, so that values of two kinds are never close.
func apartFrom(by float64) func(p *grad.Var) *grad.Var {
	return func(p *grad.Var) *grad.Var {
		for i, v := range p.Data() {
			p.Data()[i] = grad.Float(math.Round(2*float64(v))/2 + by)
		}
		return p
	}
}

func zeros(t *grad.Tape, shape ...int) *grad.Var {
	n := 1
	for _, s := range shape {
		n *= s
	}
	return t.Const(make([]grad.Float, n), shape...)
}

func whereCases() (cases []Case) {
	for _, s := range []struct {
		name       string
		c, a, b, y []int
	}{
		{"same", []int{3, 5}, []int{3, 5}, []int{3, 5}, []int{3, 5}},
		{"broadcast", []int{4, 1}, []int{7}, []int{2, 4, 7}, []int{2, 4, 7}},
		{"none", []int{0}, []int{1}, []int{0}, []int{0}},
	} {
		n := 1
		for _, d := range s.c {
			n *= d
		}
		cond := make([]grad.Float, n)
		for i := range cond {
			cond[i] = grad.Float(i * i % 3) // 0 and not 0
		}
		cases = append(cases, Case{
			Op: "where", Name: s.name,
			In: func(r *rand.Rand) []*grad.Var { return []*grad.Var{Rand(r, s.a...), Rand(r, s.b...)} },
			Run: func(t *grad.Tape, in []*grad.Var) *grad.Var {
				return grad.Where(t.Const(cond, s.c...), in[0], in[1])
			},
			Want: func(in []*grad.Var) []float64 {
				c, a, b := array{s.c, floats(cond)}, arr(in[0]), arr(in[1])
				return build(s.y, func(i []int) float64 {
					if c.at(i...) != 0 {
						return a.at(i...)
					}
					return b.at(i...)
				})
			},
			Wrong: func(t *grad.Tape) { grad.Where(zeros(t, 2), zeros(t, 3), zeros(t, 3)) },
		})
	}
	return cases
}

var pointwiseCases = slices.Concat(
	pointwise("neg", (*grad.Var).Neg, func(x float64) float64 { return -x }, as),
	pointwise("abs", (*grad.Var).Abs, math.Abs, off),
	pointwise("sign", (*grad.Var).Sign, func(x float64) float64 { return math.Copysign(1, x) }, off),
	pointwise("square", (*grad.Var).Square, func(x float64) float64 { return x * x }, as),
	pointwise("sqrt", (*grad.Var).Sqrt, math.Sqrt, pos),
	pointwise("reciprocal", (*grad.Var).Recip, func(x float64) float64 { return 1 / x }, off),
	pointwise("exp", (*grad.Var).Exp, math.Exp, as),
	pointwise("log", (*grad.Var).Log, math.Log, pos),
	pointwise("pow_scalar", func(x *grad.Var) *grad.Var { return x.Pow(2.5) }, func(x float64) float64 { return math.Pow(x, 2.5) }, pos),
	pointwise("pow_scalar", func(x *grad.Var) *grad.Var { return x.Pow(3) }, func(x float64) float64 { return x * x * x }, as),
	pointwise("clamp", func(x *grad.Var) *grad.Var { return x.Clamp(-0.75, 0.75) }, func(x float64) float64 { return min(max(x, -0.75), 0.75) }, apartFrom(0)),
	pointwise("affine", func(x *grad.Var) *grad.Var { return x.Scale(3).AddScalar(-2) }, func(x float64) float64 { return 3*x - 2 }, as),
	pointwise("sin", (*grad.Var).Sin, math.Sin, as),
	pointwise("cos", (*grad.Var).Cos, math.Cos, as),
	pointwise("relu", (*grad.Var).ReLU, func(x float64) float64 { return max(x, 0) }, off),
	pointwise("leaky_relu", func(x *grad.Var) *grad.Var { return x.LeakyReLU(0.125) }, func(x float64) float64 { return max(x, x/8) }, off),
	pointwise("elu", func(x *grad.Var) *grad.Var { return x.ELU(1.5) }, func(x float64) float64 { return max(x, 0) + 1.5*math.Expm1(min(x, 0)) }, off),
	pointwise("gelu", (*grad.Var).GELU, func(x float64) float64 { return x / 2 * math.Erfc(-x/math.Sqrt2) }, as),
	pointwise("gelu_tanh", (*grad.Var).GELUTanh, func(x float64) float64 {
		return x / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
	}, as),
	pointwise("silu", (*grad.Var).SiLU, func(x float64) float64 { return x / (1 + math.Exp(-x)) }, as),
	pointwise("sigmoid", (*grad.Var).Sigmoid, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, as),
	pointwise("tanh", (*grad.Var).Tanh, math.Tanh, as),
	pointwise("softplus", (*grad.Var).Softplus, func(x float64) float64 { return math.Log(1 + math.Exp(x)) }, as),
	pointwise("erf", (*grad.Var).Erf, math.Erf, as),
)

func pointwise(op string, method func(x *grad.Var) *grad.Var, f func(x float64) float64, domain func(p *grad.Var) *grad.Var) (cases []Case) {
	for _, shape := range [][]int{{3, 7}, {1}, {}, {2, 0}, {300}} {
		cases = append(cases, Case{
			Op: op, Name: fmt.Sprint(shape), AnyShape: true,
			In:  func(r *rand.Rand) []*grad.Var { return []*grad.Var{domain(Rand(r, shape...))} },
			Run: func(_ *grad.Tape, in []*grad.Var) *grad.Var { return method(in[0]) },
			Want: func(in []*grad.Var) []float64 {
				x := arr(in[0])
				return build(shape, func(i []int) float64 { return f(x.at(i...)) })
			},
		})
	}
	return cases
}

// reduceCases fold axes of (3, 4, 5) and of awkward sizes.
func reduceCases() (cases []Case) {
	for _, o := range []struct {
		op     string
		method func(x *grad.Var, axes ...int) *grad.Var
		keep   func(x *grad.Var, axes ...int) *grad.Var
		fold   func(x []float64) float64
	}{
		{"sum", (*grad.Var).Sum, (*grad.Var).SumKeep, total},
		{"mean", (*grad.Var).Mean, (*grad.Var).MeanKeep, func(x []float64) float64 { return total(x) / float64(len(x)) }},
		{"max", (*grad.Var).Max, (*grad.Var).MaxKeep, slices.Max[[]float64]},
		{"min", (*grad.Var).Min, (*grad.Var).MinKeep, slices.Min[[]float64]},
	} {
		for _, s := range []struct {
			shape, axes []int
			keep        bool
		}{
			{[]int{3, 4, 5}, nil, false},
			{[]int{3, 4, 5}, nil, true},
			{[]int{3, 4, 5}, []int{0}, false},
			{[]int{3, 4, 5}, []int{1}, true},
			{[]int{3, 4, 5}, []int{-1}, false},
			{[]int{3, 4, 5}, []int{0, 2}, false},
			{[]int{3, 4, 5}, []int{0, 1}, true},
			{[]int{2, 3, 2, 3, 2}, []int{0, 2, 4}, false},
			{[]int{2, 3, 2, 3, 2}, []int{1, 3}, true},
			{[]int{1, 7, 1}, []int{0}, false},
			{[]int{}, nil, false},
			{[]int{0, 3}, []int{1}, false},
		} {
			cases = append(cases, Case{
				Op: o.op, Name: fmt.Sprint(s.shape, s.axes, s.keep),
				In: func(r *rand.Rand) []*grad.Var { return []*grad.Var{distinct(r, s.shape...)} },
				Run: func(_ *grad.Tape, in []*grad.Var) *grad.Var {
					if s.keep {
						return o.keep(in[0], s.axes...)
					}
					return o.method(in[0], s.axes...)
				},
				Want:  func(in []*grad.Var) []float64 { return folded(arr(in[0]), s.axes, o.fold) },
				Wrong: func(t *grad.Tape) { o.method(zeros(t, 3, 4), 2) },
			})
		}
	}
	for axis, shape := range [][]int{{7, 3}, {3, 7}, {2, 3, 5}} {
		cases = append(cases, Case{
			Op: "argmax", Name: fmt.Sprint(axis),
			In:  func(r *rand.Rand) []*grad.Var { return []*grad.Var{distinct(r, shape...)} },
			Run: func(_ *grad.Tape, in []*grad.Var) *grad.Var { return in[0].ArgMax(axis) },
			Want: func(in []*grad.Var) []float64 {
				return folded(arr(in[0]), []int{axis}, func(x []float64) float64 { return float64(slices.Index(x, slices.Max(x))) })
			},
			Wrong: func(t *grad.Tape) { zeros(t, 3, 0).ArgMax(1) },
		})
	}
	for i, shape := range [][]int{{7, 3}, {2, 3, 5}, {0, 3}, {4}} {
		cases = append(cases, topKCase(i+1, shape))
	}
	return cases
}

// topKCase sorts each row whole.
func topKCase(k int, shape []int) Case {
	return Case{
		Op: "topk", Name: fmt.Sprint(k, shape),
		In:  func(r *rand.Rand) []*grad.Var { return []*grad.Var{distinct(r, shape...)} },
		Run: func(_ *grad.Tape, in []*grad.Var) *grad.Var { return in[0].TopK(k) },
		Want: func(in []*grad.Var) (places []float64) {
			x, n := wide(in[0]), in[0].Dim(-1)
			for ; len(x) > 0; x = x[n:] {
				row := make([]int, n)
				for i := range row {
					row[i] = i
				}
				slices.SortFunc(row, func(a, b int) int { return cmp.Compare(x[b], x[a]) })
				for _, i := range row[:k] {
					places = append(places, float64(i))
				}
			}
			return places
		},
		Wrong: func(t *grad.Tape) { zeros(t, 3, 2).TopK(3) },
	}
}

// distinct is a parameter whose values are a shuffle of halves: none are close.
func distinct(r *rand.Rand, shape ...int) *grad.Var {
	p := Rand(r, shape...)
	for i, k := range r.Perm(p.Len()) {
		p.Data()[i] = grad.Float(k-p.Len()/2) / 2
	}
	return p
}

func total(x []float64) (s float64) {
	for _, v := range x {
		s += v
	}
	return s
}

// folded is f of the elements along axes (all if nil), for every index of the others.
func folded(x array, axes []int, f func(x []float64) float64) []float64 {
	is := func(i int) bool {
		return axes == nil || slices.Contains(axes, i) || slices.Contains(axes, i-len(x.shape))
	}
	kept, along := slices.Clone(x.shape), slices.Clone(x.shape)
	for i := range x.shape {
		if is(i) {
			kept[i] = 1
		} else {
			along[i] = 1
		}
	}
	return build(kept, func(k []int) float64 {
		k = slices.Clone(k)
		return f(build(along, func(a []int) float64 {
			idx := make([]int, len(k))
			for i := range idx {
				idx[i] = k[i] + a[i]
			}
			return x.at(idx...)
		}))
	})
}

// dropoutCases have no oracle but their own rule: an element is 0 or scaled, about
// as many of each as p says, and the way back treats them alike.
func dropoutCases() (cases []Case) {
	for _, p := range []float64{0, 0.25, 0.75, 1} {
		for _, shape := range [][]int{{4, 5}, {0}, {600}} {
			cases = append(cases, Case{
				Op: "dropout", Name: fmt.Sprint(p, shape),
				In:    func(r *rand.Rand) []*grad.Var { return []*grad.Var{off(Rand(r, shape...))} },
				Run:   func(_ *grad.Tape, in []*grad.Var) *grad.Var { return in[0].Dropout(grad.Float(p)) },
				Wrong: func(t *grad.Tape) { zeros(t, 3).Dropout(1.5) },
				Holds: func(in []*grad.Var, y []float64) error {
					dropped := 0
					for i, x := range in[0].Data() {
						want := float64(x / max(1-grad.Float(p), 1e-30))
						switch {
						case y[i] == 0:
							dropped++
						case math.Abs(y[i]-want) > 1e-6*math.Abs(want):
							return fmt.Errorf("element %d is %v, want 0 or %v", i, y[i], want)
						}
					}
					if n := float64(len(y)); math.Abs(float64(dropped)-n*p) > 5*math.Sqrt(n*p*(1-p)) {
						return fmt.Errorf("%d of %d elements were dropped, p is %v", dropped, len(y), p)
					}
					return nil
				},
			})
		}
	}
	return cases
}
