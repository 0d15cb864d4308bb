//go:build amd64 && !purego && !f64

package kernel

// dropoutVector is Dropout with vectors, z being the counter of x[0] and bar the largest number that is dropped; it
// reports whether the level in use has them.
func dropoutVector(y, x []Float, z, key, bar uint64, scale Float, add bool) bool {
	if level == Generic || len(y) == 0 {
		return false
	}
	if level == AVX512 {
		dropoutAVX512(&y[0], &x[0], len(y), z, key, bar, scale, oneIf(add))
	} else {
		dropoutAVX2(&y[0], &x[0], len(y), z, key, bar, scale, oneIf(add))
	}
	return true
}
