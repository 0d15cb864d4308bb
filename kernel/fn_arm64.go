//go:build arm64 && !purego && !f64

package kernel

// mapVector is y[i] (=|+=) f(x[i]) as levels with vectors compute it; it reports whether the level in use does and f is
// one that plain Go computes in another way.
func mapVector(f Fn, y, x []Float, p *Args, add bool) bool {
	if level == Generic || add { // MapAdd calls Map, and adds
		return false
	}
	d := &doubles[f]
	switch {
	case f == Exp:
		expTo(y, x, 0)
	case f == Affine:
		affineTo(y, x, p[0], p[1])
	case f == ELU:
		for i, v := range x {
			if !(v > 0) {
				v = p[0] * d.of(v)
			}
			y[i] = v
		}
	case d.f != nil:
		for i, v := range x {
			y[i] = d.of(v)
		}
	default:
		return false
	}
	return true
}

// mapBackVector is dx[i] (=|+=) f′(x[i])·dy[i] likewise, of x or y as the table says; a product is added with one rounding.
func mapBackVector(f Fn, dx, x, dy []Float, p *Args, add bool) bool {
	if level == Generic || f == Pow || f == Sin || f == Cos {
		return false
	}
	var t [piece]Float
	for lo := 0; lo < len(dx); lo += piece {
		hi := pieceEnd(lo, len(dx))
		s := t[:hi-lo]
		slopesNEON(f, s, x[lo:hi], p)
		Zip(MulOf, dx[lo:hi], s, dy[lo:hi], 1, 1, add)
	}
	return true
}

// slopesNEON is slopes by the operations of other levels with vectors.
func slopesNEON(f Fn, s, x []Float, p *Args) {
	d := &doubleSlopes[f]
	switch {
	case f == ELU:
		expTo(s, x, 0)
		for i, v := range x {
			s[i] = pick(v > 0, 1, p[0]*s[i])
		}
	case f == Tanh:
		for i, y := range x {
			s[i] = fma32(-y, y, 1)
		}
	case d.f != nil:
		for i, v := range x {
			s[i] = d.of(v)
		}
	default:
		slopes(f, s, x, x, p)
	}
}
