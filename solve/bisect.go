package solve

import "iter"

// Bisect finds a root of the continuous f in [lo, hi], where f(lo) and f(hi)
// must differ in sign (an infinite value counts by its sign). Each step halves
// the bracket, so k steps win k binary digits.
//
//	m = (lo + hi)/2;  keep [lo, m] or [m, hi], whichever has the sign change
//
// Errors wrap ErrNoSignChange, ErrNotFinite (f is NaN), ErrPole or ErrIterations.
func Bisect(f func(float64) float64, lo, hi float64, o RootOptions) (Root, error) {
	return Last(BisectSteps(f, lo, hi, o))
}

// BisectSteps yields the midpoints [Bisect] tries; an error comes last.
func BisectSteps(f func(float64) float64, lo, hi float64, o RootOptions) iter.Seq2[Root, error] {
	return func(yield func(Root, error) bool) {
		b, r, done, err := openBracket("bisection", f, lo, hi, o)
		if done {
			yield(r, err)
			return
		}
		b.narrow(func(Root) float64 { return b.mid() }, yield)
	}
}

// narrow tries the points next gives, from the last one tried, until the
// bracket is narrow enough.
func (b *bracket) narrow(next func(Root) float64, yield func(Root, error) bool) {
	r := Root{Lo: b.lo, Hi: b.hi, X: b.lo, F: b.flo}
	for b.n < b.MaxIterations {
		tried, err := b.try(next(r))
		if err != nil {
			yield(r, err)
			return
		}
		r = tried
		done, err := b.done(r)
		if !yield(r, err) || done {
			return
		}
	}
	yield(r, b.exhausted())
}
