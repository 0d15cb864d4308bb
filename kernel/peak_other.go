//go:build !amd64 || purego || f64

package kernel

// Without vectors, plain Go is the peak, and there are no instructions for short numbers.

func peakFMAVector(int) int                         { return 0 }
func peakBF16Vector(int) int                        { return 0 }
func peakINT8Vector(int) int                        { return 0 }
func peakReadVector([]Float) bool                   { return false }
func peakTriadVector(_, _, _ []Float, _ Float) bool { return false }
