//go:build amd64 && !purego && !f64

package kernel

// ropeVector is RoPEHeads with vectors; it reports whether the level in use has them.
func ropeVector(y, x, cossin []Float, interleaved, inverse, add bool) bool {
	d := len(cossin)
	if level == Generic || d < 2 {
		return false
	}
	heads, sign := len(y)/d, Float(1)
	if inverse {
		sign = -1
	}
	switch {
	case level == AVX512 && interleaved:
		ropePairsAVX512(&y[0], &x[0], &cossin[0], d, heads, oneIf(add), sign)
	case level == AVX512:
		ropeHalvesAVX512(&y[0], &x[0], &cossin[0], d/2, heads, oneIf(add), sign)
	case interleaved:
		ropePairsAVX2(&y[0], &x[0], &cossin[0], d, heads, oneIf(add), sign)
	default:
		ropeHalvesAVX2(&y[0], &x[0], &cossin[0], d/2, heads, oneIf(add), sign)
	}
	return true
}
