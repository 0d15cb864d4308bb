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

// whole is the part of a length that kernels do sixteen at a time; the rest goes through a vector on the stack.
const whole = ^15

// zipVector is Zip with vectors for strides of 0 and 1; functions that only choose have none.
func zipVector(f Fn2, y, a, b []Float, sa, sb int, add bool) bool {
	if level == Generic || uint(sa|sb) > 1 || f == PowOf2 || f == KeepOf || f == DropOf {
		return false
	}
	var ta, tb, ty [16]Float
	pa, pb := &a[0], &b[0]
	if sa == 0 {
		Fill(ta[:], a[0])
		pa = &ta[0]
	}
	if sb == 0 {
		Fill(tb[:], b[0])
		pb = &tb[0]
	}
	n := len(y) & whole
	if n > 0 {
		zipNEON(f, &y[0], pa, pb, n, sa, sb, add)
	}
	if n < len(y) {
		if sa == 1 {
			copy(ta[:], a[n:])
		}
		if sb == 1 {
			copy(tb[:], b[n:])
		}
		copy(ty[:], y[n:])
		zipNEON(f, &ty[0], &ta[0], &tb[0], 16, 1, 1, add)
		copy(y[n:], ty[:])
	}
	return true
}

func zipNEON(f Fn2, y, a, b *float32, n, sa, sb int, add bool) {
	switch f {
	case AddOf:
		zipAddNEON(y, a, b, n, sa, sb, add)
	case SubOf:
		zipSubNEON(y, a, b, n, sa, sb, add)
	case MulOf:
		zipMulNEON(y, a, b, n, sa, sb, add)
	case DivOf:
		zipDivNEON(y, a, b, n, sa, sb, add)
	case MaxOf:
		zipMaxNEON(y, a, b, n, sa, sb, add)
	case MinOf:
		zipMinNEON(y, a, b, n, sa, sb, add)
	}
}

// affineTo is  y[i] = fma(a, x[i], b).  y may be x.
func affineTo(y, x []Float, a, b Float) {
	n := len(y) & whole
	if n > 0 {
		affineNEON(&y[0], &x[0], n, a, b)
	}
	if n < len(y) {
		var t [16]Float
		copy(t[:], x[n:len(y)])
		affineNEON(&t[0], &t[0], 16, a, b)
		copy(y[n:], t[:])
	}
}

// expTo is  y[i] = e^(x[i] − m).  y may be x.
func expTo(y, x []Float, m Float) {
	n := len(y) & whole
	if n > 0 {
		expNEON(&y[0], &x[0], n, m)
	}
	if n < len(y) {
		var t [16]Float
		copy(t[:], x[n:len(y)])
		expNEON(&t[0], &t[0], 16, m)
		copy(y[n:], t[:])
	}
}
