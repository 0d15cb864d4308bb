package kernel

import "math"

// Products of the panels of PackRows whose operands are rounded to bfloat16, for one x as for many. Only where HasBF16.

// PackedRowsBF16X is the length, in Floats, of n xs of k numbers, packed for TilesRowsBF16; they make PanelsA(n) panels.
func PackedRowsBF16X(n, k int) int {
	if n == 1 {
		return (k + 1) / 2
	}
	return PackedBF16A(n, k)
}

// PackRowsBF16X is PackRowsX that rounds: pairs of numbers along k, each in the place of one Float.
func PackRowsBF16X(dst, x []Float, ld, n, k, first, last int) {
	if n == 1 {
		roundPairs(dst, x[:k])
		return
	}
	for l := 0; l < k; l += rowsDepth {
		PackPanelsBF16A(dst[PackedBF16A(n, l):], x[l:], ld, n, min(rowsDepth, k-l), false, first, last)
	}
}

// roundPairs is y[i] = the pair of x[2i] and x[2i + 1], or of x[2i] and 0 at the end.
func roundPairs(y, x []Float) {
	for i := roundPairsVector(y, x); i < len(x); i += 2 {
		pair := math.Float32bits(RoundBF16(float32(x[i]))) >> 16
		if i+1 < len(x) {
			pair |= math.Float32bits(RoundBF16(float32(x[i+1])))
		}
		y[i/2] = Float(math.Float32frombits(pair))
	}
}

// TilesRowsBF16 is TilesRows on operands rounded as RoundBF16 does, x by PackRowsBF16X and the weights while they are read. Sums
// take their terms as TilesBF16 does: its bits are those of TilesRowsBF16, whatever rows and xs are computed together.
func TilesRowsBF16(y []Float, ld int, t Number, w []byte, x []Float, m, n, k, first, last int) {
	width, size := tileCols(), tileCols()*t.Bytes()
	switch {
	case n == 0 || first >= last:
		return
	case n == 1 && k > 0:
		var part [maxTileCols]Float
		for i := first; i < last; {
			to, rows, whole := y[i*width:], min(width, m-i*width), min(last, m/width)-i
			if rows < width {
				to, whole = part[:], 1
			}
			did := rowsBF16(to, t, w[i*k*size:], x, whole, k)
			if rows < width {
				copy(y[i*width:], part[:rows])
			}
			i += did
		}
		return
	}
	var pairs [rowsDepth / 2 * maxTileCols]Float
	eachPiece(n, k, first, last, func(i, l, depth int) {
		if depth > 0 {
			pairPanel(pairs[:], t, w[(i*k+l)*size:], depth)
		}
		TilesBF16(y[i*width:], ld, x[PackedBF16A(n, l):], pairs[:], n, min(width, m-i*width), depth, l > 0, 0, PanelsA(n))
	})
}
