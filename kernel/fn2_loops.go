package kernel

// Zip is  y[i] (=|+=) f(a[i·sa], b[i·sb])  for i < len(y).  A stride of 0 repeats one element. y may be a or b where
// their stride is 1.
func Zip(f Fn2, y, a, b []Float, sa, sb int, add bool) {
	switch {
	case len(y) == 0:
	case zipVector(f, y, a[:(len(y)-1)*sa+1], b[:(len(y)-1)*sb+1], sa, sb, add):
	case !add:
		zipSet(f, y, a, b, sa, sb)
	case f == MulOf && sa == 1 && sb == 1:
		mulTo(y, a, b, true)
	default:
		var t [piece]Float
		for lo := 0; lo < len(y); lo += piece {
			hi := min(lo+piece, len(y))
			v := t[:hi-lo]
			zipSet(f, v, a[lo*sa:], b[lo*sb:], sa, sb)
			addTo(y[lo:hi], v)
		}
	}
}

func zipSet(f Fn2, y, a, b []Float, sa, sb int) {
	switch {
	case sa == 1 && sb == 1:
		zipPairs(f, y, a[:len(y)], b[:len(y)])
	case sa == 1 && sb == 0:
		zipRight(f, y, a[:len(y)], b[0])
	case sa == 0 && sb == 1 && (f == AddOf || f == MulOf):
		zipRight(f, y, b[:len(y)], a[0])
	default:
		g := Fn2s[f].F
		for i := range y {
			y[i] = g(a[i*sa], b[i*sb])
		}
	}
}

// zipPairs is  y[i] = f(a[i], b[i]).
func zipPairs(f Fn2, y, a, b []Float) {
	a, b = a[:len(y)], b[:len(y)]
	switch f {
	case AddOf:
		for i := range y {
			y[i] = a[i] + b[i]
		}
	case SubOf:
		for i := range y {
			y[i] = a[i] - b[i]
		}
	case MulOf:
		for i := range y {
			y[i] = a[i] * b[i]
		}
	case DivOf:
		for i := range y {
			y[i] = a[i] / b[i]
		}
	default:
		g := Fn2s[f].F
		for i := range y {
			y[i] = g(a[i], b[i])
		}
	}
}

// zipRight is  y[i] = f(a[i], b).
func zipRight(f Fn2, y, a []Float, b Float) {
	a = a[:len(y)]
	switch f {
	case AddOf:
		for i := range y {
			y[i] = a[i] + b
		}
	case SubOf:
		for i := range y {
			y[i] = a[i] - b
		}
	case MulOf:
		for i := range y {
			y[i] = a[i] * b
		}
	case DivOf:
		for i := range y {
			y[i] = a[i] / b
		}
	default:
		g := Fn2s[f].F
		for i := range y {
			y[i] = g(a[i], b)
		}
	}
}

// ZipBackA is  da[i] (=|+=) ∂f/∂a·dy[i]  at (a[i·sa], b[i·sb]).
func ZipBackA(f Fn2, da, a, b, dy []Float, sa, sb int, add bool) {
	switch {
	case len(da) == 0:
	case f == AddOf, f == SubOf:
		Copy(da, dy, 1, 1, len(da), 1, add)
	case f == MulOf:
		Zip(MulOf, da, dy, b, 1, sb, add)
	case f == DivOf:
		Zip(DivOf, da, dy, b, 1, sb, add)
	case zipBackAVector(f, da, a[:(len(da)-1)*sa+1], b[:(len(da)-1)*sb+1], dy[:len(da)], sa, sb, add):
	default:
		zipBack(Fn2s[f].SlopeA, da, a, b, dy, sa, sb, add)
	}
}

// ZipBackB is  db[i] (=|+=) ∂f/∂b·dy[i]  at (a[i·sa], b[i·sb]).
func ZipBackB(f Fn2, db, a, b, dy []Float, sa, sb int, add bool) {
	switch {
	case len(db) == 0:
	case f == AddOf:
		Copy(db, dy, 1, 1, len(db), 1, add)
	case f == SubOf:
		Copy(db, dy, 1, 1, len(db), -1, add)
	case f == MulOf:
		Zip(MulOf, db, dy, a, 1, sa, add)
	case zipBackBVector(f, db, a[:(len(db)-1)*sa+1], b[:(len(db)-1)*sb+1], dy[:len(db)], sa, sb, add):
	default:
		zipBack(Fn2s[f].SlopeB, db, a, b, dy, sa, sb, add)
	}
}

func zipBack(slope func(a, b Float) Float, d, a, b, dy []Float, sa, sb int, add bool) {
	for i := range d {
		v := Float(slope(a[i*sa], b[i*sb]) * dy[i]) // the conversion forbids a fused multiply-add
		if add {
			v += d[i]
		}
		d[i] = v
	}
}
