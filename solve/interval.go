package solve

import "math"

// Interval is every real number from Lo to Hi, ends included; an infinite end
// means unbounded. Arithmetic on intervals rounds outwards, so that the result
// holds f(x) for every x of the arguments, whatever floating point did on the
// way: what an Interval says is a proof (Moore, Interval Analysis, 1966).
//
// NaN ends mean that the operation is undefined for some of the arguments; they
// spread, and every comparison with them is false, so nothing is proved by mistake.
type Interval struct{ Lo, Hi float64 }

// At is the interval that holds x alone.
func At(x float64) Interval { return Interval{x, x} }

// Between is [lo, hi]; its ends are NaN when lo > hi.
func Between(lo, hi float64) Interval {
	if lo <= hi {
		return Interval{lo, hi}
	}
	return undefined
}

var (
	undefined = Interval{math.NaN(), math.NaN()}
	wholeLine = Interval{math.Inf(-1), math.Inf(1)}
)

// An operation of float64 rounds to nearest, so that the real result lies
// between the neighbours of the rounded one.
func down(x float64) float64 { return math.Nextafter(x, math.Inf(-1)) }
func up(x float64) float64   { return math.Nextafter(x, math.Inf(1)) }

// ok is false for undefined intervals.
func (a Interval) ok() bool { return a.Lo <= a.Hi }

func outward(lo, hi float64) Interval {
	if !(lo <= hi) {
		return undefined
	}
	return Interval{down(lo), up(hi)}
}

// Neg is −a, exactly.
func (a Interval) Neg() Interval { return Interval{-a.Hi, -a.Lo} }

// Add is a + b.
func (a Interval) Add(b Interval) Interval { return outward(a.Lo+b.Lo, a.Hi+b.Hi) }

// Sub is a − b.
func (a Interval) Sub(b Interval) Interval { return outward(a.Lo-b.Hi, a.Hi-b.Lo) }

// Mul is a·b.
func (a Interval) Mul(b Interval) Interval {
	if !a.ok() || !b.ok() {
		return undefined
	}
	return span(product(a.Lo, b.Lo), product(a.Lo, b.Hi), product(a.Hi, b.Lo), product(a.Hi, b.Hi))
}

// product takes 0·∞ as 0: an infinite end stands for numbers without bound, all finite.
func product(x, y float64) float64 {
	if x == 0 || y == 0 {
		return 0
	}
	return x * y
}

func span(p, q, r, s float64) Interval { return outward(min(p, q, r, s), max(p, q, r, s)) }

// Div is a/b: the whole line when b holds 0.
func (a Interval) Div(b Interval) Interval {
	switch {
	case !a.ok() || !b.ok():
		return undefined
	case b.Contains(0):
		return wholeLine
	}
	return span(quotient(a.Lo, b.Lo), quotient(a.Lo, b.Hi), quotient(a.Hi, b.Lo), quotient(a.Hi, b.Hi))
}

// quotient takes ∞/∞ as 0: the other corners hold the quotient's far end.
func quotient(x, y float64) float64 {
	if math.IsInf(y, 0) {
		return 0
	}
	return x / y
}

// Sqr is a², tighter than a.Mul(a) where a holds 0.
func (a Interval) Sqr() Interval {
	if !a.ok() {
		return undefined
	}
	p, q := a.Lo*a.Lo, a.Hi*a.Hi
	if a.Contains(0) {
		return Interval{0, up(max(p, q))}
	}
	return Interval{max(0, down(min(p, q))), up(max(p, q))}
}

// Contains says whether x is in a.
func (a Interval) Contains(x float64) bool { return a.Lo <= x && x <= a.Hi }

// Within says whether all of a is in b.
func (a Interval) Within(b Interval) bool { return a.ok() && b.Lo <= a.Lo && a.Hi <= b.Hi }

// Less says that every number of a is certainly less than every number of b.
func (a Interval) Less(b Interval) bool { return a.ok() && b.ok() && a.Hi < b.Lo }

// Sign is 1 or −1 when all of a is certainly positive or negative, else 0.
func (a Interval) Sign() int {
	switch {
	case a.ok() && a.Lo > 0:
		return 1
	case a.ok() && a.Hi < 0:
		return -1
	}
	return 0
}

// Hull is the smallest interval holding both a and b.
func (a Interval) Hull(b Interval) Interval {
	if !a.ok() || !b.ok() {
		return undefined
	}
	return Interval{min(a.Lo, b.Lo), max(a.Hi, b.Hi)}
}

// Width is Hi − Lo, rounded up.
func (a Interval) Width() float64 { return up(a.Hi - a.Lo) }

// Mid is a number of a near its middle.
func (a Interval) Mid() float64 {
	if !a.ok() {
		return math.NaN()
	}
	lo, hi := max(a.Lo, -math.MaxFloat64), min(a.Hi, math.MaxFloat64)
	return min(max(lo/2+hi/2, a.Lo), a.Hi)
}
