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

// lanes are sixteen running sums, number i of a row in lane i mod 16: as many as a vector holds, so that every level
// adds in one order.
type lanes [16]float64

// sum folds lane i+8 into lane i, then i+4, i+2 and i+1.
func (l *lanes) sum() float64 {
	for half := 8; half > 0; half /= 2 {
		for i := range half {
			l[i] += l[i+half]
		}
	}
	return l[0]
}

// foldPiece is how many numbers are folded by themselves, about 10 µs of work.
const foldPiece = 1 << 16

// Fold is  acc ∘ x[0] ∘ x[1] ∘ …  where ∘ is what r says, accumulated in float64 whatever the numbers are.
// Sums run in lanes, piece by piece of foldPiece numbers. All levels give the same bits. A NaN makes the result NaN.
func Fold[T float32 | float64](r Reducer, acc float64, x []T) float64 {
	for len(x) > foldPiece {
		acc = foldOne(r, acc, x[:foldPiece])
		x = x[foldPiece:]
	}
	return foldOne(r, acc, x)
}

func foldOne[T float32 | float64](r Reducer, acc float64, x []T) float64 {
	if y, ok := any(x).([]Float); ok {
		if v, ok := foldVector(r, acc, y); ok {
			return v
		}
	}
	var l lanes
	switch r {
	case SumAll, MeanAll:
		for i, v := range x {
			l[i%16] += float64(v)
		}
	case SumSquare:
		for i, v := range x {
			l[i%16] += float64(float64(v) * float64(v))
		}
	case SumAbs:
		for i, v := range x {
			l[i%16] += math.Abs(float64(v))
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
	return acc + l.sum() // a zero becomes +0
}

// FoldColumns is  acc[j] = acc[j] ∘ x[j] ∘ x[stride+j] ∘ …  over the given number of rows, in their order. All levels
// give the same bits, but for the sign of a greatest or least number that is 0.
func FoldColumns[T float32 | float64](r Reducer, acc []float64, x []T, rows, stride int) {
	if y, ok := any(x).([]Float); ok && foldColumnsVector(r, acc, y, rows, stride) {
		return
	}
	for i := range rows {
		v := x[i*stride:][:len(acc)]
		switch r {
		case SumAll, MeanAll:
			for j := range acc {
				acc[j] += float64(v[j])
			}
		case SumSquare:
			for j := range acc {
				acc[j] += float64(float64(v[j]) * float64(v[j]))
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
