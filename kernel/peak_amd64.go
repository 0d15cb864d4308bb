//go:build amd64 && !purego && !f64

package kernel

import "golang.org/x/sys/cpu"

// Operations of a round: registers · lanes · 2 for each product that a lane adds.
const (
	fmaAVX512 = 16 * 16 * 2
	fmaAVX2   = 12 * 8 * 2
	bf16Round = 16 * 16 * 2 * 2
	int8Round = 16 * 16 * 2 * 4
)

func peakFMAVector(n int) (flops int) {
	switch {
	case n <= 0 || level == Generic:
		return 0
	case level == AVX512:
		peakFMAAVX512(n)
		return fmaAVX512 * n
	}
	peakFMAAVX2(n)
	return fmaAVX2 * n
}

func peakBF16Vector(n int) (flops int) {
	if n <= 0 || !HasBF16() {
		return 0
	}
	peakBF16AVX512(n)
	return bf16Round * n
}

func peakINT8Vector(n int) (ops int) {
	if n <= 0 || level != AVX512 || !cpu.X86.HasAVX512VNNI {
		return 0
	}
	peakINT8AVX512(n)
	return int8Round * n
}

func peakReadVector(x []Float) bool {
	switch {
	case len(x) == 0 || level == Generic:
		return false
	case level == AVX512:
		peakReadAVX512(&x[0], len(x))
	default:
		peakReadAVX2(&x[0], len(x))
	}
	return true
}

func peakTriadVector(y, a, b []Float, k Float) bool {
	switch {
	case len(y) == 0 || level == Generic:
		return false
	case level == AVX512:
		peakTriadAVX512(&y[0], &a[0], &b[0], len(y), k)
	default:
		peakTriadAVX2(&y[0], &a[0], &b[0], len(y), k)
	}
	return true
}
