package gradtest

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"brick/grad"
	"brick/kernel"
)

// Check tries a case and reports what is wrong with it.
func Check(t testing.TB, c Case) {
	t.Helper()
	for seed := range uint64(3) {
		if err := Verify(c, seed); err != nil {
			t.Errorf("%s: seed %d: %v", c.title(), seed, err)
		}
	}
	if c.Wrong != nil {
		if err := c.refuses(); err != nil {
			t.Errorf("%s: %v", c.title(), err)
		}
	}
}

func (c Case) title() string { return strings.TrimSuffix(c.Op+"/"+c.Name, "/") }

// tolerances are relative errors that are still taken as rounding.
type tolerances struct {
	value      float64 // of a value against Want
	gradient   float64 // of a gradient against differences
	same       float64 // of a gradient against the same one come by another way
	difference float64 // the distance over which differences are taken
}

var tol = map[int]tolerances{
	64: {value: 1e-9, gradient: 1e-6, same: 1e-11, difference: 1e-4},
	32: {value: 2e-5, gradient: 2e-2, same: 1e-4, difference: 1e-2},
}[kernel.FloatBits]

// Verify tries a case with inputs drawn from seed. Its error joins all that is wrong.
func Verify(c Case, seed uint64) error {
	v := &verifier{c: c, r: rand.New(rand.NewPCG(seed, 1)), seed: seed}
	v.in = c.In(v.r)
	y := v.pass(new(grad.Tape), v.in)
	v.y = y
	v.value()
	if y.ids || len(v.in) == 0 {
		return errors.Join(v.errs...)
	}
	v.w = make([]grad.Float, len(y.val))
	for i := range v.w {
		v.w[i] = grad.Float(v.r.NormFloat64())
	}
	v.g = v.gradients(new(grad.Tape), v.in, v.run)
	v.differences()
	v.constants()
	v.repeated()
	v.fanIn()
	v.added()
	v.rubbish()
	v.scopes()
	return errors.Join(v.errs...)
}

// A verifier holds a case, its inputs, its value y, weights w of y and the gradients g of ⟨w, y⟩.
type verifier struct {
	c    Case
	r    *rand.Rand
	seed uint64
	in   []*grad.Var
	y    result
	w    []grad.Float
	g    [][]float64
	errs []error
}

func (v *verifier) errorf(format string, args ...any) {
	v.errs = append(v.errs, fmt.Errorf(format, args...))
}

// result is a value that outlives its tape.
type result struct {
	val   []float64
	shape []int
	ids   bool
	needs bool
}

// run is the case's op on inputs placed on t; a training pass, so that dropout drops.
func (v *verifier) run(t *grad.Tape, in []*grad.Var) *grad.Var {
	t.Training, t.Seed = true, v.seed
	return v.c.Run(t, in)
}

func (v *verifier) pass(t *grad.Tape, in []*grad.Var) result {
	t.Reset()
	y := v.run(t, place(t, in, -1))
	r := result{shape: slices.Clone(y.Shape()), ids: y.IDs() != nil, needs: y.NeedsGrad()}
	if r.ids {
		for _, id := range y.IDs() {
			r.val = append(r.val, float64(id))
		}
		return r
	}
	r.val = floats(y.Data())
	return r
}

// place puts parameters on a tape, number fixed as a constant.
func place(t *grad.Tape, in []*grad.Var, fixed int) []*grad.Var {
	on := make([]*grad.Var, len(in))
	for i, p := range in {
		if i == fixed || !p.NeedsGrad() {
			on[i] = t.Const(p.Data(), p.Shape()...)
		} else {
			on[i] = t.Use(p)
		}
	}
	return on
}

// gradients are those of ⟨w, f(in)⟩.
func (v *verifier) gradients(t *grad.Tape, in []*grad.Var, f func(*grad.Tape, []*grad.Var) *grad.Var) [][]float64 {
	for _, p := range in {
		p.Clear()
	}
	t.Reset()
	if y := f(t, place(t, in, -1)); y.NeedsGrad() {
		y.BackwardFrom(v.w)
	}
	return collect(in)
}

func collect(in []*grad.Var) [][]float64 {
	g := make([][]float64, len(in))
	for i, p := range in {
		g[i] = floats(p.Grad())
	}
	return g
}

// value compares with the oracle.
func (v *verifier) value() {
	if v.c.Holds != nil {
		if err := v.c.Holds(v.in, v.y.val); err != nil {
			v.errorf("value: %v", err)
		}
	}
	if v.c.Want == nil {
		return
	}
	want := v.c.Want(v.in)
	if len(want) != len(v.y.val) {
		v.errorf("value: found %d elements of shape %v, want %d", len(v.y.val), v.y.shape, len(want))
		return
	}
	if i, e := apart(v.y.val, want, tol.value); i >= 0 {
		v.errorf("value: element %d of shape %v: found %v, want %v (error %.2g)", i, v.y.shape, v.y.val[i], want[i], e)
	}
}

// differences compares  ⟨g, u⟩  with  d/dε ⟨w, f(x + ε·u)⟩  for random directions u: of
// all inputs together, and of each alone.
func (v *verifier) differences() {
	for dir := range 3 + len(v.in) {
		u := make([][]float64, len(v.in))
		ana, size := 0.0, 0.0
		for i, p := range v.in {
			u[i] = make([]float64, p.Len())
			if dir >= 3 && i != dir-3 {
				continue
			}
			for k := range u[i] {
				u[i][k] = v.r.NormFloat64()
				ana += v.g[i][k] * u[i][k]
				size += v.g[i][k] * v.g[i][k]
			}
		}
		num := v.slope(u)
		scale := max(math.Abs(ana), math.Abs(num), 0.1*math.Sqrt(size), 1e-3)
		if e := math.Abs(ana-num) / scale; !(e <= tol.gradient) {
			v.errorf("gradient: along direction %d found %v, differences say %v (error %.2g)", dir, ana, num, e)
		}
	}
}

// slope is the derivative of ⟨w, f⟩ along u, by differences of fourth order:
//
//	(8·(f(ε) − f(−ε)) − (f(2ε) − f(−2ε))) / 12ε
func (v *verifier) slope(u [][]float64) float64 {
	ε, t := tol.difference, new(grad.Tape)
	at := func(s float64) float64 {
		moved := make([]*grad.Var, len(v.in))
		for i, p := range v.in {
			x := slices.Clone(p.Data())
			for k := range x {
				x[k] += grad.Float(s * u[i][k])
			}
			moved[i] = grad.Param(x, p.Shape()...)
		}
		sum := 0.0
		for i, y := range v.pass(t, moved).val {
			sum += float64(v.w[i]) * y
		}
		return sum
	}
	return (8*(at(ε)-at(-ε)) - (at(2*ε) - at(-2*ε))) / (12 * ε)
}

// compare reports gradients that are not the wanted ones.
func (v *verifier) compare(what string, got, want [][]float64) {
	for i := range want {
		if want[i] == nil {
			continue
		}
		if k, e := apart(got[i], want[i], tol.same); k >= 0 {
			v.errorf("%s: gradient of input %d: element %d: found %v, want %v (error %.2g)", what, i, k, got[i][k], want[i][k], e)
		}
	}
}

// apart finds the element whose error is largest and beyond tol·max|want|, −1 if there is none.
// What is not finite must be equal.
func apart(got, want []float64, tol float64) (at int, e float64) {
	if len(got) != len(want) {
		return 0, math.Inf(1)
	}
	m, at := 0.0, -1
	for _, x := range want {
		if a := math.Abs(x); a <= math.MaxFloat64 {
			m = max(m, a)
		}
	}
	for i, x := range want {
		d := math.Abs(got[i] - x)
		if got[i] == x || got[i] != got[i] && x != x {
			continue
		}
		if !(d <= tol*m+tol*1e-3) && !(d <= e) {
			at, e = i, d
		}
	}
	return at, e / max(m, 1e-300)
}

func floats(x []grad.Float) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// times is k·g.
func times(k float64, g [][]float64) [][]float64 {
	out := make([][]float64, len(g))
	for i, x := range g {
		out[i] = make([]float64, len(x))
		for j, v := range x {
			out[i][j] = k * v
		}
	}
	return out
}
