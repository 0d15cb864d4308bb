//go:build amd64 && !purego && !f64

package kernel

// foldVector is Fold with vectors; it reports whether the level in use has them.
func foldVector(r Reducer, acc float64, x []Float) (float64, bool) {
	if level == Generic || len(x) == 0 {
		return 0, false
	}
	if level == AVX512 {
		return foldAVX512(r, acc, x), true
	}
	return foldAVX2(r, acc, x), true
}

// foldColumnsVector is FoldColumns with vectors; it reports whether the level in use has them.
func foldColumnsVector(r Reducer, acc []float64, x []Float, rows, stride int) bool {
	if level == Generic || len(acc) == 0 || rows == 0 {
		return false
	}
	_ = x[:(rows-1)*stride+len(acc)]
	some := max(foldPiece/len(acc), 1) // rows a call, which cannot be interrupted
	for i := 0; i < rows; i += some {
		if level == AVX512 {
			columnsAVX512(r, acc, x[i*stride:], min(some, rows-i), stride)
		} else {
			columnsAVX2(r, acc, x[i*stride:], min(some, rows-i), stride)
		}
	}
	return true
}

func foldAVX512(r Reducer, acc float64, x []Float) float64 {
	var best [16]float32
	switch r {
	case SumAll, MeanAll:
		return acc + foldSumAVX512(&x[0], len(x))
	case SumSquare:
		return acc + foldSquareAVX512(&x[0], len(x))
	case SumAbs:
		return acc + foldAbsAVX512(&x[0], len(x))
	case MaxAll:
		foldMaxAVX512(&best[0], &x[0], len(x))
	case MinAll:
		foldMinAVX512(&best[0], &x[0], len(x))
		return least(acc, &best)
	case MaxAbs:
		foldMaxAbsAVX512(&best[0], &x[0], len(x))
	}
	return greatest(acc, &best)
}

func columnsAVX512(r Reducer, acc []float64, x []Float, rows, stride int) {
	switch r {
	case SumAll, MeanAll:
		columnsSumAVX512(&acc[0], &x[0], len(acc), rows, stride)
	case SumSquare:
		columnsSquareAVX512(&acc[0], &x[0], len(acc), rows, stride)
	case SumAbs:
		columnsAbsAVX512(&acc[0], &x[0], len(acc), rows, stride)
	case MaxAll:
		columnsMaxAVX512(&acc[0], &x[0], len(acc), rows, stride)
	case MinAll:
		columnsMinAVX512(&acc[0], &x[0], len(acc), rows, stride)
	case MaxAbs:
		columnsMaxAbsAVX512(&acc[0], &x[0], len(acc), rows, stride)
	}
}

func foldAVX2(r Reducer, acc float64, x []Float) float64 {
	var best [16]float32
	switch r {
	case SumAll, MeanAll:
		return acc + foldSumAVX2(&x[0], len(x))
	case SumSquare:
		return acc + foldSquareAVX2(&x[0], len(x))
	case SumAbs:
		return acc + foldAbsAVX2(&x[0], len(x))
	case MaxAll:
		foldMaxAVX2(&best[0], &x[0], len(x))
	case MinAll:
		foldMinAVX2(&best[0], &x[0], len(x))
		return least(acc, &best)
	case MaxAbs:
		foldMaxAbsAVX2(&best[0], &x[0], len(x))
	}
	return greatest(acc, &best)
}

func columnsAVX2(r Reducer, acc []float64, x []Float, rows, stride int) {
	switch r {
	case SumAll, MeanAll:
		columnsSumAVX2(&acc[0], &x[0], len(acc), rows, stride)
	case SumSquare:
		columnsSquareAVX2(&acc[0], &x[0], len(acc), rows, stride)
	case SumAbs:
		columnsAbsAVX2(&acc[0], &x[0], len(acc), rows, stride)
	case MaxAll:
		columnsMaxAVX2(&acc[0], &x[0], len(acc), rows, stride)
	case MinAll:
		columnsMinAVX2(&acc[0], &x[0], len(acc), rows, stride)
	case MaxAbs:
		columnsMaxAbsAVX2(&acc[0], &x[0], len(acc), rows, stride)
	}
}

func greatest(acc float64, x *[16]float32) float64 {
	for _, v := range x {
		acc = max(acc, float64(v))
	}
	return acc + 0
}

func least(acc float64, x *[16]float32) float64 {
	for _, v := range x {
		acc = min(acc, float64(v))
	}
	return acc + 0
}
