//go:build amd64 && !purego && !f64

package kernel

import "unsafe"

// These convert as many numbers as make whole vectors, and say how many.

func putF16Vector(b []byte, x []Float) int {
	n := len(x) &^ 15
	switch {
	case level == Generic || n == 0:
		return 0
	case level == AVX512:
		putF16AVX512(words(b), &x[0], n)
	default:
		putF16AVX2(words(b), &x[0], n)
	}
	return n
}

func putBF16Vector(b []byte, x []Float) int {
	n := len(x) &^ 15
	switch {
	case level == Generic || n == 0:
		return 0
	case level == AVX512:
		putBF16AVX512(words(b), &x[0], n)
	default:
		putBF16AVX2(words(b), &x[0], n)
	}
	return n
}

func getF16Vector(y []Float, b []byte) int {
	n := len(y) &^ 15
	switch {
	case level == Generic || n == 0:
		return 0
	case level == AVX512:
		getF16AVX512(&y[0], words(b), n)
	default:
		getF16AVX2(&y[0], words(b), n)
	}
	return n
}

func getBF16Vector(y []Float, b []byte) int {
	n := len(y) &^ 15
	switch {
	case level == Generic || n == 0:
		return 0
	case level == AVX512:
		getBF16AVX512(&y[0], words(b), n)
	default:
		getBF16AVX2(&y[0], words(b), n)
	}
	return n
}

// words is where the numbers of 16 bits in b begin. They may lie at an odd address: these instructions do not mind.
func words(b []byte) *uint16 { return (*uint16)(unsafe.Pointer(&b[0])) }
