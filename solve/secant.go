package solve

import (
	"iter"
	"math"
)

// Secant finds a root of the continuous f in [lo, hi], where f(lo) and f(hi)
// must differ in sign, by the secant through the last two points, held inside
// the bracket as Dekker (1969) and Brent (1973) do:
//
//	s = b − f(b)·(b−a)/(f(b)−f(a))
//
// b is the better end and a the newest point beside it. A step that would leave the
// half of the bracket next to b, or that comes when three steps have not halved
// the bracket, is a bisection instead; so at worst it takes three times
// [Bisect]'s steps, and near a simple root each step multiplies the number of
// right digits by 1.6. Errors are Bisect's.
func Secant(f func(float64) float64, lo, hi float64, o RootOptions) (Root, error) {
	return Last(SecantSteps(f, lo, hi, o))
}

// SecantSteps yields the points [Secant] tries; an error comes last.
func SecantSteps(f func(float64) float64, lo, hi float64, o RootOptions) iter.Seq2[Root, error] {
	return func(yield func(Root, error) bool) {
		br, r, done, err := openBracket("secant", f, lo, hi, o)
		if done {
			yield(r, err)
			return
		}
		older, newest := Root{X: br.lo, F: br.flo}, Root{X: br.hi, F: br.fhi}
		br.narrow(func(r Root) float64 {
			if r.Iteration > 0 {
				older, newest = newest, r
			}
			b, fb, far := br.best()
			a := newest
			if a.X == b {
				a = older
			}
			m, s := br.mid(), br.reach(b, b-fb*(b-a.X)/(fb-a.F), far)
			if br.slow() || !(min(b, m) < s && s < max(b, m)) || math.IsInf(a.F, 0) {
				return m
			}
			return s
		}, yield)
	}
}
