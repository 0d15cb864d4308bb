package gradtest

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"brick/grad"
)

// constants makes each input in turn a constant, and then all: the other
// gradients stay what they were, and a constant gets none.
func (v *verifier) constants() {
	for fixed := range v.in {
		want := slices.Clone(v.g)
		want[fixed] = nil
		for _, p := range v.in {
			p.Clear()
		}
		t := new(grad.Tape)
		y := v.run(t, place(t, v.in, fixed))
		if !y.NeedsGrad() {
			if len(v.in) > 1 && v.flows(fixed) {
				v.errorf("constant input %d: the result needs no gradient, but other inputs do", fixed)
			}
			continue
		}
		y.BackwardFrom(v.w)
		v.compare(fmt.Sprintf("constant input %d", fixed), collect(v.in), want)
	}
	t := new(grad.Tape)
	on := make([]*grad.Var, len(v.in))
	for i, p := range v.in {
		on[i] = t.Const(p.Data(), p.Shape()...)
	}
	y := v.run(t, on)
	if y.NeedsGrad() {
		v.errorf("constants: the result of constants needs a gradient")
	}
	y.BackwardFrom(v.w) // does nothing
}

// flows reports whether a gradient reaches any input but one.
func (v *verifier) flows(but int) bool {
	for i, g := range v.g {
		if i != but && slices.ContainsFunc(g, func(x float64) bool { return x != 0 }) {
			return true
		}
	}
	return false
}

// repeated gives the same Var for all inputs of one shape: its gradient is the
// sum of those that separate Vars of that value get. Once as parameters, once as results.
func (v *verifier) repeated() {
	first := make([]int, len(v.in))
	same := make([]*grad.Var, len(v.in))
	again := false
	for i, p := range v.in {
		first[i] = slices.IndexFunc(v.in, func(q *grad.Var) bool { return slices.Equal(p.Shape(), q.Shape()) })
		same[i] = grad.Param(slices.Clone(v.in[first[i]].Data()), p.Shape()...)
		again = again || first[i] < i
	}
	if !again {
		return
	}
	apart := v.gradients(new(grad.Tape), same, v.run)
	want := make([][]float64, len(v.in))
	for i, f := range first {
		if want[f] == nil {
			want[f] = make([]float64, len(apart[i]))
		}
		for k, g := range apart[i] {
			want[f][k] += g
		}
	}
	for _, interior := range []bool{false, true} {
		got := v.gradients(new(grad.Tape), same, func(t *grad.Tape, on []*grad.Var) *grad.Var {
			for i, f := range first {
				if f == i && interior {
					on[i] = on[i].Scale(1)
				}
				on[i] = on[f]
			}
			return v.run(t, on)
		})
		for i, f := range first {
			if f < i {
				got[i] = nil
			}
		}
		v.compare("one input given repeatedly", got, want)
	}
}

// fanIn uses a result twice, and the inputs in two results.
func (v *verifier) fanIn() {
	got := v.gradients(new(grad.Tape), v.in, func(t *grad.Tape, on []*grad.Var) *grad.Var {
		y := v.run(t, on)
		return y.Scale(2).Add(y)
	})
	v.compare("a result used twice", got, times(3, v.g))
	if v.random() {
		return // two calls drop different elements
	}
	got = v.gradients(new(grad.Tape), v.in, func(t *grad.Tape, on []*grad.Var) *grad.Var {
		for i := range on {
			on[i] = on[i].Scale(1) // results, whose gradients lie on the tape
		}
		return v.run(t, on).Add(v.run(t, on).Scale(2))
	})
	v.compare("inputs used twice", got, times(3, v.g))
}

// random reports whether the op draws random numbers.
func (v *verifier) random() bool { return v.c.Op == "dropout" }

// added lets gradients arrive at parameters that hold some already.
func (v *verifier) added() {
	t := new(grad.Tape)
	for _, p := range v.in {
		for k := range p.Grad() {
			p.Grad()[k] = 1
		}
	}
	if y := v.run(t, place(t, v.in, -1)); y.NeedsGrad() {
		y.BackwardFrom(v.w)
	}
	want := times(1, v.g)
	for i := range want {
		for k := range want[i] {
			want[i][k]++
		}
	}
	v.compare("added to 1", collect(v.in), want)
}

// rubbish fills the buffers that a pass will get with NaN beforehand: results
// and first gradients must be written, not added to.
func (v *verifier) rubbish() {
	t := new(grad.Tape)
	soil := func() {
		t.Reset()
		sizes := []int{len(v.y.val)}
		for _, p := range v.in {
			sizes = append(sizes, p.Len())
		}
		for n := range 70 {
			sizes = append(sizes, n)
		}
		for _, n := range sizes {
			for range 6 {
				x := t.Shaped(n).Data()
				for k := range x {
					x[k] = grad.Float(math.NaN())
				}
			}
		}
	}
	soil()
	if y := v.pass(t, v.in); !slices.EqualFunc(y.val, v.y.val, equal) {
		v.errorf("rubbish: in buffers of NaN the value is %v, want %v", y.val, v.y.val)
	}
	soil()
	got := v.gradients(t, v.in, func(t *grad.Tape, on []*grad.Var) *grad.Var {
		for i := range on {
			on[i] = on[i].Scale(1)
		}
		return v.run(t, on)
	})
	v.compare("rubbish in the buffers", got, v.g)
}

// equal is ==, and true of two NaN.
func equal(a, b float64) bool { return a == b || a != a && b != b }

// block is a Block of one function.
type block func(x *grad.Var) *grad.Var

func (b block) Forward(x *grad.Var) *grad.Var { return b(x) }

// scopes runs the op inside a Scope: forgetting in inference, and recomputing
// in training, which must give the same bits.
func (v *verifier) scopes() {
	// The Scope's input is one of the inputs; the others are seen by its block.
	for main := range v.in {
		inside := func(t *grad.Tape, on []*grad.Var) *grad.Var {
			x := on[main].Scale(1)
			y := t.Scope(block(func(x *grad.Var) *grad.Var {
				in := slices.Clone(on)
				in[main] = x
				return v.run(t, in).Scale(1)
			}), x)
			return y.Scale(1)
		}
		t := &grad.Tape{NoGrad: true}
		if y := inside(t, place(t, v.in, -1)); !slices.EqualFunc(floats(y.Data()), v.y.val, equal) {
			v.errorf("scope in inference: the value is %v, want %v", y.Data(), v.y.val)
		}
		plain := v.gradients(&grad.Tape{Training: true}, v.in, inside)
		again := v.gradients(&grad.Tape{Training: true, Recompute: true}, v.in, inside)
		for i := range plain {
			if !slices.EqualFunc(plain[i], again[i], equal) {
				v.errorf("scope that recomputes: gradient of input %d is %v, want %v", i, again[i], plain[i])
			}
		}
		v.compare("scope", plain, v.g)
	}
}

// refuses runs the case's misuse and checks what it panics with.
func (c Case) refuses() error {
	err := grad.Catch(func() { c.Wrong(new(grad.Tape)) })
	var shape *grad.ShapeError
	switch {
	case err == nil:
		return errors.New("wrong shapes were accepted")
	case !errors.As(err, &shape):
		return fmt.Errorf("wrong shapes: found %T (%v), want a *grad.ShapeError", err, err)
	case !strings.Contains(shape.Where, "cases_") && !strings.Contains(shape.Where, "_test.go"):
		return fmt.Errorf("wrong shapes: the error names %q, want the line of the call", shape.Where)
	case shape.Op == "" || shape.Why == "":
		return fmt.Errorf("wrong shapes: the error %q does not say which op, or what would fit", shape)
	}
	return nil
}
