//go:build amd64 && !purego && !f64

package kernel

import (
	"math"
	"unsafe"
)

// These report whether the level in use has vectors, and did what the loops beside their calls do.

func maxRowVector(x []Float) (m Float, done bool) {
	switch {
	case level == Generic:
		return 0, false
	case len(x) == 0:
		return Float(math.Inf(-1)), true
	case level == AVX512:
		return maxRowAVX512(&x[0], len(x)), true
	}
	return maxRowAVX2(&x[0], len(x)), true
}

func expRowVector(y, x []Float, m Float) (sum float64, done bool) {
	switch {
	case level == Generic:
		return 0, false
	case len(y) == 0:
		return 0, true
	case level == AVX512:
		return expRowAVX512(&y[0], &x[0], len(y), m), true
	}
	return expRowAVX2(&y[0], &x[0], len(y), m), true
}

func sumExpRowVector(x []Float, m Float) (sum float64, done bool) {
	switch {
	case level == Generic:
		return 0, false
	case len(x) == 0:
		return 0, true
	case level == AVX512:
		return sumExpRowAVX512(&x[0], len(x), m), true
	}
	return sumExpRowAVX2(&x[0], len(x), m), true
}

func sumRowVector(x []Float) (sum float64, done bool) {
	switch {
	case level == Generic:
		return 0, false
	case len(x) == 0:
		return 0, true
	case level == AVX512:
		return sumRowAVX512(&x[0], len(x)), true
	}
	return sumRowAVX2(&x[0], len(x)), true
}

func dotRowVector(x, y []Float) (sum float64, done bool) {
	switch {
	case level == Generic:
		return 0, false
	case len(x) == 0:
		return 0, true
	case level == AVX512:
		return dotRowAVX512(&x[0], &y[0], len(x)), true
	}
	return dotRowAVX2(&x[0], &y[0], len(x)), true
}

func minusRowVector(y, x []Float, m, l Float) bool {
	switch {
	case level == Generic:
		return false
	case len(y) == 0:
	case level == AVX512:
		minusRowAVX512(&y[0], &x[0], len(y), m, l)
	default:
		minusRowAVX2(&y[0], &x[0], len(y), m, l)
	}
	return true
}

func softmaxBackVector(dx, y, dy []Float, sum Float, add bool) bool {
	switch {
	case level == Generic:
		return false
	case len(dx) == 0:
	case level == AVX512:
		softmaxBackRowAVX512(&dx[0], &y[0], &dy[0], len(dx), sum, add)
	default:
		softmaxBackRowAVX2(&dx[0], &y[0], &dy[0], len(dx), sum, add)
	}
	return true
}

func logSoftmaxBackVector(dx, y, dy []Float, sum Float, add bool) bool {
	switch {
	case level == Generic:
		return false
	case len(dx) == 0:
	case level == AVX512:
		logSoftmaxBackRowAVX512(&dx[0], &y[0], &dy[0], len(dx), sum, add)
	default:
		logSoftmaxBackRowAVX2(&dx[0], &y[0], &dy[0], len(dx), sum, add)
	}
	return true
}

func crossEntropyBackVector(dx, x []Float, k *crossEntropyRow, add bool) bool {
	if level == Generic {
		return false
	}
	for len(dx) > 0 {
		n := len(dx)
		if head := toLine(dx); head > 0 { // rows of an odd number of classes would have every vector cross a cache line
			n = min(n, head)
		}
		if level == AVX512 {
			crossEntropyBackRowAVX512(&dx[0], &x[0], n, k.z, k.sum, k.share, k.g, add)
		} else {
			crossEntropyBackRowAVX2(&dx[0], &x[0], n, k.z, k.sum, k.share, k.g, add)
		}
		dx, x = dx[n:], x[n:]
	}
	return true
}

// toLine is how many numbers there are from the start of x to the next cache line; 0 where x starts one.
func toLine(x []Float) int { return -int(uintptr(unsafe.Pointer(&x[0]))/4) & 15 }

func expLinesVector(sum *[linesAtOnce]float64, y, x, m []Float) bool {
	switch {
	case level == Generic:
		return false
	case len(y) == 0:
	case level == AVX512:
		expLinesAVX512(&sum[0], &y[0], &x[0], &m[0], len(y))
	default:
		expLinesAVX2(&sum[0], &y[0], &x[0], &m[0], len(y))
	}
	return true
}

func sumExpLinesVector(sum *[linesAtOnce]float64, x, m []Float) bool {
	switch {
	case level == Generic:
		return false
	case len(x) == 0:
	case level == AVX512:
		sumExpLinesAVX512(&sum[0], &x[0], &m[0], len(x))
	default:
		sumExpLinesAVX2(&sum[0], &x[0], &m[0], len(x))
	}
	return true
}

func sumLinesVector(sum *[linesAtOnce]float64, x []Float) bool {
	switch {
	case level == Generic:
		return false
	case len(x) == 0:
	case level == AVX512:
		sumLinesAVX512(&sum[0], &x[0], len(x))
	default:
		sumLinesAVX2(&sum[0], &x[0], len(x))
	}
	return true
}

func dotLinesVector(sum *[linesAtOnce]float64, x, y []Float) bool {
	switch {
	case level == Generic:
		return false
	case len(x) == 0:
	case level == AVX512:
		dotLinesAVX512(&sum[0], &x[0], &y[0], len(x))
	default:
		dotLinesAVX2(&sum[0], &x[0], &y[0], len(x))
	}
	return true
}
