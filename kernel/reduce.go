package kernel

import "math"

// A Reducer names a way to fold many numbers into one.
type Reducer uint8

// The reducers.
const (
	SumAll    Reducer = iota // Σ x
	MeanAll                  // Σ x / n
	MaxAll                   // max x
	MinAll                   // min x
	SumSquare                // Σ x²
	SumAbs                   // Σ |x|
	MaxAbs                   // max |x|
)

// Empty is what folding starts from, and its result where there is nothing to
// fold: 0 for sums and max |x|, ∓∞ for max and min. (A mean divides afterwards.)
func (r Reducer) Empty() float64 {
	switch r {
	case MaxAll:
		return math.Inf(-1)
	case MinAll:
		return math.Inf(1)
	}
	return 0
}

// Join is the Reducer that folds results of r on parts into its result on the whole.
func (r Reducer) Join() Reducer {
	switch r {
	case MaxAll, MinAll:
		return r
	case MaxAbs:
		return MaxAll
	}
	return SumAll
}

// Fold is  acc ∘ x[0] ∘ x[1] ∘ …  where ∘ is what r says, accumulated in float64
// whatever the numbers are. Sums run in four lanes, x[i] in lane i mod 4.
// A NaN makes the result NaN.
func Fold[T float32 | float64](r Reducer, acc float64, x []T) float64 {
	var a, b, c, d float64
	n := len(x) &^ 3
	switch r {
	case SumAll, MeanAll:
		for i := 0; i < n; i += 4 {
			v := x[i : i+4 : i+4]
			a += float64(v[0])
			b += float64(v[1])
			c += float64(v[2])
			d += float64(v[3])
		}
		for _, v := range x[n:] {
			a += float64(v)
		}
	case SumSquare:
		for i := 0; i < n; i += 4 {
			v := x[i : i+4 : i+4]
			a += float64(v[0]) * float64(v[0])
			b += float64(v[1]) * float64(v[1])
			c += float64(v[2]) * float64(v[2])
			d += float64(v[3]) * float64(v[3])
		}
		for _, v := range x[n:] {
			a += float64(v) * float64(v)
		}
	case SumAbs:
		for _, v := range x {
			a += math.Abs(float64(v))
		}
	case MaxAll:
		for _, v := range x {
			acc = max(acc, float64(v))
		}
	case MinAll:
		for _, v := range x {
			acc = min(acc, float64(v))
		}
	case MaxAbs:
		for _, v := range x {
			acc = max(acc, math.Abs(float64(v)))
		}
	}
	return acc + ((a + b) + (c + d))
}

// FoldColumns is  acc[j] = acc[j] ∘ x[j] ∘ x[stride+j] ∘ …  over the given number of rows.
func FoldColumns[T float32 | float64](r Reducer, acc []float64, x []T, rows, stride int) {
	for i := range rows {
		v := x[i*stride:][:len(acc)]
		switch r {
		case SumAll, MeanAll:
			for j := range acc {
				acc[j] += float64(v[j])
			}
		case SumSquare:
			for j := range acc {
				acc[j] += float64(v[j]) * float64(v[j])
			}
		case SumAbs:
			for j := range acc {
				acc[j] += math.Abs(float64(v[j]))
			}
		case MaxAll:
			for j := range acc {
				acc[j] = max(acc[j], float64(v[j]))
			}
		case MinAll:
			for j := range acc {
				acc[j] = min(acc[j], float64(v[j]))
			}
		case MaxAbs:
			for j := range acc {
				acc[j] = max(acc[j], math.Abs(float64(v[j])))
			}
		}
	}
}

// Beats reports whether v wins over best in a search for the greatest (MaxAll)
// or least (MinAll) number; NaN beats every number, as it does in Fold.
func (r Reducer) Beats(v, best Float) bool {
	switch {
	case best != best:
		return false
	case r == MaxAll:
		return !(v <= best)
	}
	return !(v >= best)
}

// Best is the place of the first winner of x[0], x[step], …, n of them.
func Best(r Reducer, x []Float, step, n int) int {
	at := 0
	for i := 1; i < n; i++ {
		if r.Beats(x[i*step], x[at*step]) {
			at = i
		}
	}
	return at
}
