package kernel

// piece is how many intermediate results a loop keeps at hand, on its stack.
const piece = 256

// Map is  y[i] = f(x[i])  for i < len(y).  y may be x. Results are within 2 units of the last place at every level
// (0.51 in most; see TestFnUnits), and NaN stays NaN.
//
// The table's F is the definition of all. Where there are no vectors, short functions have loops of their own, without
// a call per element.
func Map(f Fn, y, x []Float, p *Args) {
	x = x[:len(y)]
	if mapVector(f, y, x, p, false) {
		return
	}
	switch f {
	case Identity:
		copy(y, x)
	case Neg:
		for i, v := range x {
			y[i] = -v
		}
	case Square:
		for i, v := range x {
			y[i] = v * v
		}
	case Affine:
		a, b := p[0], p[1]
		for i, v := range x {
			y[i] = Float(a*v) + b
		}
	case ReLU:
		for i, v := range x {
			y[i] = max(v, 0)
		}
	default:
		g := Fns[f].F
		for i, v := range x {
			y[i] = g(v, p)
		}
	}
}

// MapAdd is  y[i] += f(x[i])  for i < len(y).
func MapAdd(f Fn, y, x []Float, p *Args) {
	if mapVector(f, y, x[:len(y)], p, true) {
		return
	}
	var t [piece]Float
	for lo := 0; lo < len(y); lo += piece {
		hi := min(lo+piece, len(y))
		v := t[:hi-lo]
		Map(f, v, x[lo:hi], p)
		addTo(y[lo:hi], v)
	}
}

// MapBack is  dx[i] (=|+=) f′(x[i])·dy[i]  for i < len(dx).  x or y may be nil where the slope of f does not use it.
func MapBack(f Fn, dx, x, y, dy []Float, p *Args, add bool) {
	d := &Fns[f]
	switch {
	case len(dx) == 0:
		return
	case !d.UsesX && !d.UsesY:
		Copy(dx, dy, 1, 1, len(dx), d.Slope(0, 0, p), add)
		return
	case d.UsesX && mapBackVector(f, dx, x[:len(dx)], dy[:len(dx)], p, add):
		return
	case d.UsesY && mapBackVector(f, dx, y[:len(dx)], dy[:len(dx)], p, add):
		return
	}
	var t [piece]Float
	for lo := 0; lo < len(dx); lo += piece {
		hi := min(lo+piece, len(dx))
		var xs, ys []Float
		if d.UsesX {
			xs = x[lo:hi]
		}
		if d.UsesY {
			ys = y[lo:hi]
		}
		s := t[:hi-lo]
		slopes(f, s, xs, ys, p)
		mulTo(dx[lo:hi], s, dy[lo:hi], add)
	}
}

// slopes is  s[i] = f′(x[i]),  from x or y as the table says.
func slopes(f Fn, s, x, y []Float, p *Args) {
	d := &Fns[f]
	switch {
	case f == ReLU:
		y = y[:len(s)]
		for i := range s {
			s[i] = when(y[i] > 0)
		}
	case f == Sigmoid:
		y = y[:len(s)]
		for i, v := range y {
			s[i] = v * (1 - v)
		}
	case f == Tanh:
		y = y[:len(s)]
		for i, v := range y {
			s[i] = tanhSlope(v)
		}
	case d.UsesX:
		x = x[:len(s)]
		for i, v := range x {
			s[i] = d.Slope(v, 0, p)
		}
	default:
		y = y[:len(s)]
		for i, v := range y {
			s[i] = d.Slope(0, v, p)
		}
	}
}

// addTo is  y[i] += x[i].
func addTo(y, x []Float) {
	x = x[:len(y)]
	for i, v := range x {
		y[i] += v
	}
}

// mulTo is  y[i] (=|+=) a[i]·b[i].
func mulTo(y, a, b []Float, add bool) {
	a, b = a[:len(y)], b[:len(y)]
	if add {
		for i := range y {
			y[i] += Float(a[i] * b[i])
		}
		return
	}
	for i := range y {
		y[i] = a[i] * b[i]
	}
}
