//go:build arm64 && !purego && !f64

package kernel

// fmaNEON is the operations of a round: registers · lanes · 2.
const fmaNEON = 24 * 4 * 2

// n rounds of 24 multiply-adds.
//
//go:noescape
func peakFMANEON(n int)

func peakFMAVector(n int) (flops int) {
	if n <= 0 || level == Generic {
		return 0
	}
	peakFMANEON(n)
	return fmaNEON * n
}

// Short numbers have no kernels, and memory is read and written as fast by plain Go.

func peakBF16Vector(int) int                        { return 0 }
func peakINT8Vector(int) int                        { return 0 }
func peakReadVector([]Float) bool                   { return false }
func peakTriadVector(_, _, _ []Float, _ Float) bool { return false }
