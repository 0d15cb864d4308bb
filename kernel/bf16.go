package kernel

import "math"

// Products whose operands are rounded to bfloat16 while they are packed: 8 bits of mantissa, the range of a float32,
// sums in float32. Panels hold pairs of numbers along k, each pair in the place of one Float. Only where HasBF16.

// RoundBF16 is the bfloat16 nearest to x, ties to even; NaN stays NaN, numbers below 2⁻¹²⁶ become 0.
func RoundBF16(x float32) float32 {
	u := math.Float32bits(x)
	switch {
	case x != x:
		return x
	case u&0x7f800000 == 0:
		return math.Float32frombits(u & 0x80000000)
	}
	return math.Float32frombits((u + 0x7fff + u>>16&1) &^ 0xffff)
}

// PackedBF16A is the length, in Floats, of the panels of m rows of k numbers; PackedBF16B of n columns.
func PackedBF16A(m, k int) int { return PackedA(m, (k+1)/2) }
func PackedBF16B(n, k int) int { return PackedB(n, (k+1)/2) }

// PackPanelsBF16A is PackPanelsA that rounds.
func PackPanelsBF16A(dst, a []Float, ld, m, k int, t bool, first, last int) {
	if first < last && k > 0 {
		packBF16(dst, a, ld, m, k, true, t, first, last)
	}
}

// PackPanelsBF16B is PackPanelsB that rounds.
func PackPanelsBF16B(dst, b []Float, ld, n, k int, t bool, first, last int) {
	if first < last && k > 0 {
		packBF16(dst, b, ld, n, k, false, !t, first, last)
	}
}

// TilesBF16 is TilesPanels on panels that PackPanelsBF16A and PackPanelsBF16B made of k terms. Of each pair of terms the
// second is added first, and every sum is rounded to the nearest float32; results below 2⁻¹²⁶ become 0.
func TilesBF16(y []Float, ld int, a, b []Float, m, n, k int, onto bool, first, last int) {
	if m == 0 || n == 0 || k == 0 {
		TilesPanels(y, ld, a, b, m, n, k, onto, first, last)
		return
	}
	tilesBF16(y, ld, a, b, m, n, (k+1)/2, onto, first, last)
}
