//go:build arm64 && !purego && !f64

package kernel

import "math"

// sum[i] += |x[j]|  over the j < n with j mod 16 = i;  n a multiple of 16, not 0.
//
//go:noescape
func foldAbsNEON(sum *float64, x *float32, n int)

// best[i] = max(best[i], x[j])  over the j < n with j mod 16 = i, NaN if one is;  n a multiple of 16, not 0.
//
//go:noescape
func foldMaxNEON(best, x *float32, n int)

// foldMinNEON is foldMaxNEON for min.
//
//go:noescape
func foldMinNEON(best, x *float32, n int)

// foldMaxAbsNEON is foldMaxNEON for |x|.
//
//go:noescape
func foldMaxAbsNEON(best, x *float32, n int)

// acc[j] += x[i, j]  for i < rows, j < n, n a multiple of 4, not 0; stride in bytes.
//
//go:noescape
func columnsSumNEON(acc *float64, x *float32, n, rows, stride int)

// acc[j] += x[i, j]²  likewise.
//
//go:noescape
func columnsSquareNEON(acc *float64, x *float32, n, rows, stride int)

// foldVector is Fold with vectors; it reports whether the level in use has them.
func foldVector(r Reducer, acc float64, x []Float) (float64, bool) {
	n := len(x) &^ 15
	if level == Generic || n == 0 {
		return 0, false
	}
	switch r {
	case SumAll, MeanAll:
		sum, _ := sumRowVector(x)
		return acc + sum, true
	case SumSquare:
		sum, _ := dotRowVector(x, x)
		return acc + sum, true
	case SumAbs:
		var l lanes
		foldAbsNEON(&l[0], &x[0], n)
		for i, v := range x[n:] {
			l[i] += math.Abs(float64(v))
		}
		return acc + l.sum(), true
	}
	best := [16]Float(x)
	switch r {
	case MaxAll:
		foldMaxNEON(&best[0], &x[0], n)
	case MinAll:
		foldMinNEON(&best[0], &x[0], n)
	case MaxAbs:
		foldMaxAbsNEON(&best[0], &x[0], n)
	}
	for _, part := range [2][]Float{best[:], x[n:]} {
		for _, v := range part {
			switch r {
			case MaxAll:
				acc = max(acc, float64(v))
			case MinAll:
				acc = min(acc, float64(v))
			default:
				acc = max(acc, math.Abs(float64(v)))
			}
		}
	}
	return acc + 0, true
}

// foldColumnsVector is FoldColumns with vectors, for sums; it reports whether the level in use has them.
func foldColumnsVector(r Reducer, acc []float64, x []Float, rows, stride int) bool {
	n := len(acc) &^ 3
	if level == Generic || n == 0 || rows == 0 || r != SumAll && r != MeanAll && r != SumSquare {
		return false
	}
	_ = x[:(rows-1)*stride+len(acc)]
	some := max(foldPiece/len(acc), 1) // rows a call, which cannot be interrupted
	for i := 0; i < rows; i += some {
		now := min(some, rows-i)
		if r == SumSquare {
			columnsSquareNEON(&acc[0], &x[i*stride], n, now, 4*stride)
		} else {
			columnsSumNEON(&acc[0], &x[i*stride], n, now, 4*stride)
		}
	}
	for i := range rows {
		for j := n; j < len(acc); j++ {
			v := float64(x[i*stride+j])
			if r == SumSquare {
				v = float64(v * v)
			}
			acc[j] += v
		}
	}
	return true
}
