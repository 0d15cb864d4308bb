//go:build arm64 && !purego && !f64

package kernel

// mapVector is y[i] (=|+=) f(x[i]) with vectors; it reports whether the level in use has them for f.
func mapVector(f Fn, y, x []Float, p *Args, add bool) bool {
	if level == Generic || add || f != Exp && f != Affine {
		return false
	}
	if f == Exp {
		expTo(y, x, 0)
	} else {
		affineTo(y, x, p[0], p[1])
	}
	return true
}
