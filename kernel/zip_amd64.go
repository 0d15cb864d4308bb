//go:build amd64 && !purego && !f64

package kernel

// axpyVector is Axpy with vectors; it reports whether the level in use has them.
func axpyVector(y []Float, a Float, x []Float) bool {
	switch {
	case level == Generic:
		return false
	case len(y) == 0:
	case level == AVX512:
		axpyAVX512(&y[0], &x[0], len(y), a)
	default:
		axpyAVX2(&y[0], &x[0], len(y), a)
	}
	return true
}

// zipVector is Zip likewise, for strides of 0 and 1 and every function but a power.
func zipVector(f Fn2, y, a, b []Float, sa, sb int, add bool) bool {
	switch {
	case level == Generic || f == PowOf2 || uint(sa|sb) > 1:
		return false
	case level == AVX512:
		zipAVX512(f, y, a, b, sa, sb, add)
	default:
		zipAVX2(f, y, a, b, sa, sb, add)
	}
	return true
}

// zipBackAVector is the slope to a, for functions whose slope is no product of other vectors.
func zipBackAVector(f Fn2, da, a, b, dy []Float, sa, sb int, add bool) bool {
	switch {
	case level == Generic || uint(sa|sb) > 1 || f != MaxOf && f != MinOf:
		return false
	case level == AVX512:
		zipBackAAVX512(f, da, a, b, dy, sa, sb, add)
	default:
		zipBackAAVX2(f, da, a, b, dy, sa, sb, add)
	}
	return true
}

// zipBackBVector is the slope to b likewise.
func zipBackBVector(f Fn2, db, a, b, dy []Float, sa, sb int, add bool) bool {
	switch {
	case level == Generic || uint(sa|sb) > 1 || f == PowOf2:
		return false
	case level == AVX512:
		zipBackBAVX512(f, db, a, b, dy, sa, sb, add)
	default:
		zipBackBAVX2(f, db, a, b, dy, sa, sb, add)
	}
	return true
}

func zipAVX512(f Fn2, y, a, b []Float, sa, sb int, add bool) {
	switch to, x, z, n := &y[0], &a[0], &b[0], len(y); f {
	case AddOf:
		zipAddAVX512(to, x, z, n, sa, sb, add)
	case SubOf:
		zipSubAVX512(to, x, z, n, sa, sb, add)
	case MulOf:
		zipMulAVX512(to, x, z, n, sa, sb, add)
	case DivOf:
		zipDivAVX512(to, x, z, n, sa, sb, add)
	case MaxOf:
		zipMaxAVX512(to, x, z, n, sa, sb, add)
	case MinOf:
		zipMinAVX512(to, x, z, n, sa, sb, add)
	case KeepOf:
		zipKeepAVX512(to, x, z, n, sa, sb, add)
	case DropOf:
		zipDropAVX512(to, x, z, n, sa, sb, add)
	}
}

func zipAVX2(f Fn2, y, a, b []Float, sa, sb int, add bool) {
	switch to, x, z, n := &y[0], &a[0], &b[0], len(y); f {
	case AddOf:
		zipAddAVX2(to, x, z, n, sa, sb, add)
	case SubOf:
		zipSubAVX2(to, x, z, n, sa, sb, add)
	case MulOf:
		zipMulAVX2(to, x, z, n, sa, sb, add)
	case DivOf:
		zipDivAVX2(to, x, z, n, sa, sb, add)
	case MaxOf:
		zipMaxAVX2(to, x, z, n, sa, sb, add)
	case MinOf:
		zipMinAVX2(to, x, z, n, sa, sb, add)
	case KeepOf:
		zipKeepAVX2(to, x, z, n, sa, sb, add)
	case DropOf:
		zipDropAVX2(to, x, z, n, sa, sb, add)
	}
}

func zipBackAAVX512(f Fn2, d, a, b, dy []Float, sa, sb int, add bool) {
	switch to, x, z, g, n := &d[0], &a[0], &b[0], &dy[0], len(d); f {
	case MaxOf:
		zipBackMaxAAVX512(to, x, z, g, n, sa, sb, add)
	case MinOf:
		zipBackMinAAVX512(to, x, z, g, n, sa, sb, add)
	}
}

func zipBackAAVX2(f Fn2, d, a, b, dy []Float, sa, sb int, add bool) {
	switch to, x, z, g, n := &d[0], &a[0], &b[0], &dy[0], len(d); f {
	case MaxOf:
		zipBackMaxAAVX2(to, x, z, g, n, sa, sb, add)
	case MinOf:
		zipBackMinAAVX2(to, x, z, g, n, sa, sb, add)
	}
}

func zipBackBAVX512(f Fn2, d, a, b, dy []Float, sa, sb int, add bool) {
	switch to, x, z, g, n := &d[0], &a[0], &b[0], &dy[0], len(d); f {
	case DivOf:
		zipBackDivBAVX512(to, x, z, g, n, sa, sb, add)
	case MaxOf:
		zipBackMaxBAVX512(to, x, z, g, n, sa, sb, add)
	case MinOf:
		zipBackMinBAVX512(to, x, z, g, n, sa, sb, add)
	case KeepOf:
		zipBackKeepBAVX512(to, x, z, g, n, sa, sb, add)
	case DropOf:
		zipBackDropBAVX512(to, x, z, g, n, sa, sb, add)
	}
}

func zipBackBAVX2(f Fn2, d, a, b, dy []Float, sa, sb int, add bool) {
	switch to, x, z, g, n := &d[0], &a[0], &b[0], &dy[0], len(d); f {
	case DivOf:
		zipBackDivBAVX2(to, x, z, g, n, sa, sb, add)
	case MaxOf:
		zipBackMaxBAVX2(to, x, z, g, n, sa, sb, add)
	case MinOf:
		zipBackMinBAVX2(to, x, z, g, n, sa, sb, add)
	case KeepOf:
		zipBackKeepBAVX2(to, x, z, g, n, sa, sb, add)
	case DropOf:
		zipBackDropBAVX2(to, x, z, g, n, sa, sb, add)
	}
}
