package kernel

// Loops that do one thing as fast as the level in use can. What other kernels reach is said as a share of what these
// do. A round takes some nanoseconds: keep a call below a millisecond.

// PeakFMA does n rounds of multiply-adds that do not wait for one another, and returns how many operations they were, two each.
func PeakFMA(n int) (flops int) {
	if flops := peakFMAVector(n); flops > 0 {
		return flops
	}
	const x, y = 0.5, 0.25
	var s0, s1, s2, s3, s4, s5, s6, s7, s8, s9 Float // in registers, unlike an array
	for range n {
		s0, s1 = Float(s0*x)+y, Float(s1*x)+y
		s2, s3 = Float(s2*x)+y, Float(s3*x)+y
		s4, s5 = Float(s4*x)+y, Float(s5*x)+y
		s6, s7 = Float(s6*x)+y, Float(s7*x)+y
		s8, s9 = Float(s8*x)+y, Float(s9*x)+y
	}
	if s0+s1+s2+s3+s4+s5+s6+s7+s8+s9 < 0 { // never: the sums must be wanted
		return 0
	}
	return 20 * n
}

// PeakBF16 is PeakFMA for products of bfloat16 that are added in float32; it returns 0 where the level has no such instruction.
func PeakBF16(n int) (flops int) { return peakBF16Vector(n) }

// PeakINT8 is PeakFMA for products of 8-bit integers that are added in 32 bits; it returns 0 where the processor has no such instruction.
func PeakINT8(n int) (ops int) { return peakINT8Vector(n) }

// PeakRead reads x and does nothing with it. Its length is a multiple of 128.
func PeakRead(x []Float) {
	if peakReadVector(x) {
		return
	}
	var a, b, c, d Float
	for i := 0; i+4 <= len(x); i += 4 {
		v := x[i : i+4 : i+4]
		a, b, c, d = max(a, v[0]), max(b, v[1]), max(c, v[2]), max(d, v[3])
	}
	if max(a, b, c, d) < 0 { // never
		panic("kernel: a maximum with 0 is negative")
	}
}

// PeakTriad is  y = a + k·b,  McCalpin's triad (1995); vectors store y past the caches, so that it is not read first. The lengths
// are one multiple of 16, and y begins at a multiple of 64 bytes.
func PeakTriad(y, a, b []Float, k Float) {
	if peakTriadVector(y, a, b, k) {
		return
	}
	for i := range y {
		y[i] = a[i] + Float(k*b[i])
	}
}
