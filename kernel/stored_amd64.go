//go:build amd64 && !purego && !f64

package kernel

// getRowsVector is Stored.rows of numbers that have to be decoded; it reports whether it did it with vectors.
func getRowsVector(y []Float, k Stored, ld, n, d int) bool {
	if level == Generic || n == 0 || d%16 != 0 {
		return false
	}
	y, b, step := y[:n*d], k.B[:k.As.size((n-1)*ld+d)], k.As.size(ld)
	switch {
	case k.As == StoredF16 && level == AVX512:
		getRowsF16AVX512(&y[0], &b[0], step, d/16, n)
	case k.As == StoredF16:
		getRowsF16AVX2(&y[0], &b[0], step, d/16, n)
	case level == AVX512:
		getRowsQ8_0AVX512(&y[0], &b[0], step, d/32, n)
	default:
		getRowsQ8_0AVX2(&y[0], &b[0], step, d/32, n)
	}
	return true
}
