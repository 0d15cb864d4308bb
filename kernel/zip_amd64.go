//go:build amd64 && !purego && !f64

package kernel

// axpyVector is Axpy with vectors; it reports whether the level in use has them.
func axpyVector(y []Float, a Float, x []Float) bool {
	if level == Generic || len(y) == 0 {
		return false
	}
	if level == AVX512 {
		axpyAVX512(&y[0], &x[0], len(y), a)
	} else {
		axpyAVX2(&y[0], &x[0], len(y), a)
	}
	return true
}
