package solve

import "math"

// LibraryULP is how far, in units in the last place, math.Log and math.Exp are
// taken to be from the real value. Their sources promise less than 1; package
// math does not promise correct rounding on every processor, so 4 are allowed.
// The tests compare both with 200-bit arithmetic.
const LibraryULP = 4

// widen moves x by LibraryULP numbers towards side.
func widen(x, side float64) float64 {
	for range LibraryULP {
		x = math.Nextafter(x, side)
	}
	return x
}

// Log is the natural logarithm, a ≥ 0: unbounded below when a reaches 0.
func (a Interval) Log() Interval {
	if !a.ok() || a.Lo < 0 || a.Hi == 0 {
		return undefined
	}
	r := Interval{math.Inf(-1), math.Inf(1)}
	if a.Lo > 0 {
		r.Lo = logNear(a.Lo).Lo
	}
	if !math.IsInf(a.Hi, 1) {
		r.Hi = logNear(a.Hi).Hi
	}
	return r
}

// logNear encloses ln x, 0 < x < ∞. Go 1.26's assembly of math.Log on amd64 is
// wrong for subnormal x (ln 5e-324 is −744.4, it gives −709.1), so those are
// scaled first: ln x = ln(2⁵⁴·x) − 54·ln 2.
func logNear(x float64) Interval {
	if x < 0x1p-1022 {
		return logNear(x * 0x1p54).Sub(At(54).Mul(logNear(2)))
	}
	l := math.Log(x)
	return Interval{widen(l, math.Inf(-1)), widen(l, math.Inf(1))}
}

// Exp is eᵃ.
func (a Interval) Exp() Interval {
	if !a.ok() {
		return undefined
	}
	return Interval{
		max(0, widen(math.Exp(a.Lo), math.Inf(-1))),
		widen(math.Exp(a.Hi), math.Inf(1)),
	}
}
