package fit

import (
	"fmt"
	"math"
)

// Optimal are the parameters and tokens of lowest loss for flops floating-point operations, at 6 for a parameter and a token, with
// intervals. It is an error where the law has no optimum.
func (f *JointFit) Optimal(flops float64) (n, d Constant, err error) {
	return f.optimal(flops, Joint.Optimal)
}

// OptimalCounted is Optimal at what a token costs the points' sizes, C/D: small models pay for embeddings and attention, which 6 for a
// parameter and a token leaves out. Between the sizes and beyond them the cost follows lines in logarithms.
func (f *JointFit) OptimalCounted(flops float64) (n, d Constant, err error) {
	if err := check(f.Points, Compute); err != nil {
		return n, d, fmt.Errorf("compute-optimal size at counted cost: %w", err)
	}
	sizes := costs(f.Points)
	return f.optimal(flops, func(l Joint, flops float64) (n, d float64) {
		n, d = l.Optimal(flops)
		if math.IsNaN(n) {
			return n, d
		}
		const reach = 7 // the two costs differ by much less than a factor of e⁷
		logN := golden(func(logN float64) float64 {
			return l.Loss(math.Exp(logN), flops/perTokenAt(sizes, logN))
		}, math.Log(n)-reach, math.Log(n)+reach)
		return math.Exp(logN), flops / perTokenAt(sizes, logN)
	})
}

// optimal asks the law and each draw of it for the best size.
func (f *JointFit) optimal(flops float64, of func(l Joint, flops float64) (n, d float64)) (n, d Constant, err error) {
	if !(flops > 0) || math.IsInf(flops, 0) {
		return n, d, fmt.Errorf("compute-optimal size for %v floating-point operations: a finite number above 0 is needed", flops)
	}
	if f.fit == nil {
		return n, d, errRead
	}
	bestN, bestD := of(f.Law, flops)
	for _, x := range []float64{bestN, bestD} {
		if !(x > 0 && x <= math.MaxFloat64) {
			return n, d, fmt.Errorf("compute-optimal size for %.4g floating-point operations: "+
				"the law has none, its loss does not fall with both parameters and tokens (α = %.3g, β = %.3g)",
				flops, f.Law.Alpha, f.Law.Beta)
		}
	}
	draws := make([][]float64, len(f.laws))
	each(len(f.laws), func(i int) {
		n, d := of(f.laws[i], flops)
		draws[i] = []float64{orEnd(n), orEnd(d)}
	})
	c := constants([]string{"N", "D"}, []float64{bestN, bestD}, draws, f.Level)
	return c[0], c[1], nil
}

// orEnd puts a draw without an optimum beyond all others.
func orEnd(x float64) float64 {
	if math.IsNaN(x) {
		return math.MaxFloat64
	}
	return min(x, math.MaxFloat64)
}

// golden is where f is least between a and b, by golden sections (Kiefer 1953), to 1e-5.
func golden(f func(x float64) float64, a, b float64) float64 {
	for b-a > 1e-5 {
		const section = 0.6180339887498949
		left, right := b-section*(b-a), a+section*(b-a)
		if f(left) <= f(right) {
			b = right
		} else {
			a = left
		}
	}
	return (a + b) / 2
}
