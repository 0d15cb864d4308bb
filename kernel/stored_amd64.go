//go:build amd64 && !purego && !f64

package kernel

// getQ8_0Vector is GetQuant of Q8_0; it reports whether the level in use has vectors.
func getQ8_0Vector(y []Float, b []byte) bool {
	if level == Generic {
		return false
	}
	blocks := len(y) / Q8_0.Block()
	if blocks == 0 {
		return true
	}
	b = b[:blocks*Q8_0.Bytes()]
	if level == AVX512 {
		getQ8_0AVX512(&y[0], &b[0], blocks)
	} else {
		getQ8_0AVX2(&y[0], &b[0], blocks)
	}
	return true
}
