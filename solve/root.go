package solve

import (
	"fmt"
	"math"
)

// Root is where a root finder stands after Iteration steps: f(X) = F, and a
// root lies in [Lo, Hi] (the whole line where the method keeps no bracket).
type Root struct {
	Iteration int
	X, F      float64
	Lo, Hi    float64
}

// RootOptions says when a root finder stops; the zero value is right for most uses.
type RootOptions struct {
	Tolerance     float64 // stops within Tolerance + 2⁻⁵⁰·|x| of the root; 0 means 1e-14
	MaxIterations int     // 0 means 200
}

func (o RootOptions) normal(method string) (RootOptions, error) {
	if !finite(o.Tolerance) || o.Tolerance < 0 || o.MaxIterations < 0 {
		return o, fmt.Errorf("solve: %s: Tolerance %v and MaxIterations %d: numbers ≥ 0 are needed", method, o.Tolerance, o.MaxIterations)
	}
	if o.Tolerance == 0 {
		o.Tolerance = 1e-14
	}
	if o.MaxIterations == 0 {
		o.MaxIterations = 200
	}
	return o, nil
}

func (o RootOptions) at(x float64) float64 { return o.Tolerance + 0x1p-50*math.Abs(x) }

// bracket is an interval at whose ends f has opposite signs.
type bracket struct {
	RootOptions
	method   string
	f        func(float64) float64
	lo, hi   float64
	flo, fhi float64
	atStart  float64 // the larger |f| of the two first ends
	n        int

	width float64 // when it was last seen to have halved
	since int     // steps from then on
}

// openBracket evaluates the ends; done says that one of them is the root r.
func openBracket(method string, f func(float64) float64, lo, hi float64, o RootOptions) (b *bracket, r Root, done bool, err error) {
	if o, err = o.normal(method); err != nil {
		return nil, r, true, err
	}
	if !finite(lo) || !finite(hi) || lo >= hi {
		return nil, r, true, fmt.Errorf("solve: %s: bracket [%v, %v]: two finite ends, the lower first, are needed", method, lo, hi)
	}
	b = &bracket{RootOptions: o, method: method, f: f, lo: lo, hi: hi, flo: f(lo), fhi: f(hi), width: hi - lo}
	b.atStart = max(math.Abs(b.flo), math.Abs(b.fhi))
	switch {
	case math.IsNaN(b.flo):
		return b, r, true, b.nan(lo)
	case math.IsNaN(b.fhi):
		return b, r, true, b.nan(hi)
	case b.flo == 0:
		return b, Root{X: lo, Lo: lo, Hi: lo}, true, nil
	case b.fhi == 0:
		return b, Root{X: hi, Lo: hi, Hi: hi}, true, nil
	case (b.flo > 0) == (b.fhi > 0):
		return b, r, true, fmt.Errorf("solve: %s on [%v, %v]: %w: f is %.6g and %.6g at the ends; choose ends where f has opposite signs",
			method, lo, hi, ErrNoSignChange, b.flo, b.fhi)
	}
	return b, r, false, nil
}

func (b *bracket) nan(x float64) error {
	return fmt.Errorf("solve: %s: %w: f(%v) is NaN; keep the bracket where f is defined", b.method, ErrNotFinite, x)
}

func (b *bracket) mid() float64 {
	m := b.lo/2 + b.hi/2
	if m < b.lo || m > b.hi { // halving two subnormals rounds
		return b.lo
	}
	return m
}

// best is the end with the smaller |f|, with f there, and the other end.
func (b *bracket) best() (x, fx, far float64) {
	if math.Abs(b.fhi) < math.Abs(b.flo) {
		return b.hi, b.fhi, b.lo
	}
	return b.lo, b.flo, b.hi
}

// reach is to, or, when that is hardly a step from x, the point towards far
// that closes the bracket if the root is as near as that.
func (b *bracket) reach(x, to, far float64) float64 {
	if step := b.at(x) / 2; math.Abs(to-x) < step {
		return x + math.Copysign(step, far-x)
	}
	return to
}

// slow counts a step, and says whether three have passed since the bracket halved.
func (b *bracket) slow() bool {
	if b.since++; b.hi-b.lo <= b.width/2 {
		b.width, b.since = b.hi-b.lo, 0
	}
	return b.since >= 3
}

// try evaluates f at x, inside the bracket, and keeps the part with the sign change.
func (b *bracket) try(x float64) (Root, error) {
	b.n++
	fx := b.f(x)
	switch {
	case math.IsNaN(fx):
		return Root{}, b.nan(x)
	case fx == 0:
		b.lo, b.hi, b.flo, b.fhi = x, x, fx, fx
	case (fx > 0) == (b.flo > 0):
		b.lo, b.flo = x, fx
	default:
		b.hi, b.fhi = x, fx
	}
	return Root{Iteration: b.n, X: x, F: fx, Lo: b.lo, Hi: b.hi}, nil
}

// done says whether r is near enough, with an error if it is no root.
func (b *bracket) done(r Root) (bool, error) {
	if r.F != 0 && b.hi-b.lo > b.at(r.X) && !b.closed() {
		return false, nil
	}
	if math.Abs(r.F) > 1e6*b.atStart {
		return true, fmt.Errorf("solve: %s: %w: |f| has grown to %.3g at x = %v", b.method, ErrPole, math.Abs(r.F), r.X)
	}
	return true, nil
}

// closed says that no number is left between the ends.
func (b *bracket) closed() bool { return math.Nextafter(b.lo, b.hi) >= b.hi }

func (b *bracket) exhausted() error {
	return fmt.Errorf("solve: %s: %w: after %d steps the root is in [%v, %v]; allow more, or start from a narrower bracket",
		b.method, ErrIterations, b.n, b.lo, b.hi)
}
