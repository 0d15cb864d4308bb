//go:build arm64 && !purego && !f64

package kernel

// axpyVector is Axpy with vectors; it reports whether the level in use has them.
func axpyVector(y []Float, a Float, x []Float) bool {
	if level == Generic {
		return false
	}
	if len(y) > 0 {
		axpyNEON(&y[0], &x[0], len(y), a)
	}
	return true
}
