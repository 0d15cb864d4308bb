package solve

import (
	"fmt"
	"iter"
	"math"
)

// Newton finds a root of f from x0 with its derivative df, without a bracket:
//
//	x ← x − f(x)/f′(x)
//
// Near a simple root each step doubles the number of right digits; far from one
// it may leave the domain, cycle or fly off, which are errors wrapping
// ErrNotFinite or ErrIterations. ErrFlat: f′ is zero at an iterate. It stops
// when a step is within the tolerance, or, at the level of rounding, no longer
// shrinks.
func Newton(f, df func(float64) float64, x0 float64, o RootOptions) (Root, error) {
	return Last(NewtonSteps(f, df, x0, o))
}

// NewtonSteps yields x0 and then each point [Newton] reaches; an error comes last.
func NewtonSteps(f, df func(float64) float64, x0 float64, o RootOptions) iter.Seq2[Root, error] {
	return func(yield func(Root, error) bool) {
		r := Root{X: x0, F: f(x0), Lo: math.Inf(-1), Hi: math.Inf(1)}
		o, err := o.normal("newton")
		if err == nil && !(finite(x0) && finite(r.F)) {
			err = fmt.Errorf("solve: newton: %w: f(%v) = %v at the start", ErrNotFinite, x0, r.F)
		}
		if !yield(r, err) || err != nil || r.F == 0 {
			return
		}
		previous := math.Inf(1)
		for r.Iteration < o.MaxIterations {
			slope := df(r.X)
			step := -r.F / slope
			x := r.X + step
			fx := f(x)
			switch {
			case slope == 0:
				err = fmt.Errorf("solve: newton: %w at x = %v, where f is %.6g; start elsewhere or give a bracket", ErrFlat, r.X, r.F)
			case !finite(x) || !finite(fx):
				err = fmt.Errorf("solve: newton: %w: from x = %v the step led to f(%v) = %v; start nearer or give a bracket", ErrNotFinite, r.X, x, fx)
			}
			if err != nil {
				yield(r, err)
				return
			}
			r.Iteration, r.X, r.F = r.Iteration+1, x, fx
			if !yield(r, nil) || fx == 0 || settled(step, previous, x, o) {
				return
			}
			previous = math.Abs(step)
		}
		yield(r, fmt.Errorf("solve: newton: %w: x = %v, f = %.6g after %d steps; start nearer or give a bracket", ErrIterations, r.X, r.F, r.Iteration))
	}
}

// settled says that a step is within the tolerance, or small and no longer shrinking.
func settled(step, previous, x float64, o RootOptions) bool {
	step = math.Abs(step)
	return step <= o.at(x) || step >= previous && step <= 0x1p-26*math.Abs(x)
}

// NewtonBracketed is [Newton] inside [lo, hi], where f(lo) and f(hi) must differ
// in sign. Each step is from the better end; one that would leave the bracket,
// or that comes when three steps have not halved it, is a bisection instead, so
// at worst it takes three times [Bisect]'s steps. Errors are Bisect's.
func NewtonBracketed(f, df func(float64) float64, lo, hi float64, o RootOptions) (Root, error) {
	return Last(NewtonBracketedSteps(f, df, lo, hi, o))
}

// NewtonBracketedSteps yields the points [NewtonBracketed] tries; an error comes last.
func NewtonBracketedSteps(f, df func(float64) float64, lo, hi float64, o RootOptions) iter.Seq2[Root, error] {
	return func(yield func(Root, error) bool) {
		b, r, done, err := openBracket("bracketed newton", f, lo, hi, o)
		if done {
			yield(r, err)
			return
		}
		b.narrow(func(Root) float64 {
			best, f, far := b.best()
			x := b.reach(best, best-f/df(best), far)
			if b.slow() || !(b.lo < x && x < b.hi) {
				return b.mid()
			}
			return x
		}, yield)
	}
}
