package kernel

import (
	"encoding/binary"
	"math"
)

// Weights of 32 or 16 bits in panels, for products of few rows as well as of many: as many rows as a tile has columns, see
// PanelCols, lie side by side, so that a vector holds the same column of several rows and each of its lanes sums one row. Panels
// have the order of those of PackB, with the weights' own bytes:
//
//	number l of row i   at  (i/width·k + l)·width + i%width    rows beyond the last are zeros
//
// The width is that of the level in use: panels of one level mean nothing at another.

// A Number is a type of numbers in which weights are stored, the lowest byte first.
type Number uint8

// The types of numbers.
const (
	F32  Number = iota // float32
	F16                // IEEE 754-2008 binary16
	BF16               // the upper half of a float32
)

// Bytes is how many bytes a number takes: 4 or 2.
func (t Number) Bytes() int {
	if t == F32 {
		return 4
	}
	return 2
}

// String is the type's name, such as "BF16".
func (t Number) String() string { return [...]string{"F32", "F16", "BF16"}[t] }

// value is number i of b.
func (t Number) value(b []byte, i int) Float {
	switch t {
	case F32:
		return Float(math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:])))
	case F16:
		return Float(F16Value(binary.LittleEndian.Uint16(b[2*i:])))
	}
	return Float(BF16Value(binary.LittleEndian.Uint16(b[2*i:])))
}

// widen is y[i] = number i of b.
func (t Number) widen(y []Float, b []byte) {
	switch t {
	case F16:
		GetF16(y, b)
	case BF16:
		GetBF16(y, b)
	default:
		for i := range y {
			y[i] = t.value(b, i)
		}
	}
}

// rowsDepth is how many columns of a panel are widened at a time: what stays near the multipliers.
const rowsDepth = 256

// maxTileRows and maxTileCols are the most rows and columns that a tile has at any level.
const (
	maxTileRows = 14
	maxTileCols = 32
)

// TilesRows is y[j·ld + r] = Σ_l w[r, l]·x[j, l]  for the rows of panels first … last − 1 of m and for n xs of k numbers: w is
// what PackRows made of the weights, x what PackRowsX made of the xs. A sum starts at 0 and takes its terms as MatMul does, one by
// one in the order of l: the bits are those of MatMul on the widened weights, whatever rows and xs are computed together, and
// NaN and infinities go where they go there.
func TilesRows(y []Float, ld int, t Number, w []byte, x []Float, m, n, k, first, last int) {
	width, size := tileCols(), tileCols()*t.Bytes()
	switch {
	case n == 0 || first >= last:
		return
	case n == 1 && k > 0:
		rowsOfOne(y, t, w, x, m, k, first, last)
		return
	case n <= tileRows() && t != F32 && k > 0 && rowsOfFew(y, ld, t, w, x, m, n, k, first, last):
		return
	}
	var wide [rowsDepth * maxTileCols]Float
	eachPiece(n, k, first, last, func(i, l, depth int) {
		b := floats(wide[:depth*width], t, w[(i*k+l)*size:][:depth*size])
		Tiles(y[i*width:], ld, x[PackedA(n, l):], b, n, min(width, m-i*width), depth, l > 0)
	})
}

// eachPiece is the pieces of a product of n xs with panels first … last − 1: depth columns from l on of panel i. Few xs stay near while
// weights pass in the order they lie in; else the columns' own numbers of the xs do.
func eachPiece(n, k, first, last int, do func(i, l, depth int)) {
	if PanelsA(n) == 1 {
		for i := first; i < last; i++ {
			for l := 0; l < max(k, 1); l += rowsDepth {
				do(i, l, min(rowsDepth, k-l))
			}
		}
		return
	}
	for l := 0; l < max(k, 1); l += rowsDepth {
		for i := first; i < last; i++ {
			do(i, l, min(rowsDepth, k-l))
		}
	}
}

// floats is the numbers in b: wide, which they are widened to, or b itself where it can be read as it is.
func floats(wide []Float, t Number, b []byte) []Float {
	if f, ok := floatsVector(t, b); ok {
		return f
	}
	t.widen(wide, b)
	return wide
}

// rowsOfOne is TilesRows for one x, which reads panels as memory gives them.
func rowsOfOne(y []Float, t Number, w []byte, x []Float, m, k, first, last int) {
	width := tileCols()
	size := k * width * t.Bytes()
	var part [maxTileCols]Float
	for i := first; i < last; {
		to, rows, whole := y[i*width:], min(width, m-i*width), min(last, m/width)-i
		if rows < width {
			to, whole = part[:width], 1
		}
		did := rowsVector(to, t, w[i*size:], x[:k], whole)
		if did == 0 {
			rowsPanel(to[:width], t, w[i*size:], x[:k])
			did = 1
		}
		if rows < width {
			copy(y[i*width:], part[:rows])
		}
		i += did
	}
}

// rowsOfFew is TilesRows for xs that make one panel, whose weights are read once as well; it reports whether there are kernels for that.
func rowsOfFew(y []Float, ld int, t Number, w []byte, x []Float, m, n, k, first, last int) bool {
	width := tileCols()
	size := k * width * t.Bytes()
	var part [maxTileRows * maxTileCols]Float
	for i := first; i < last; i++ {
		to, step, rows := y[i*width:], ld, min(width, m-i*width)
		if rows < width {
			to, step = part[:], width
		}
		if !rowsFewVector(to, step, t, w[i*size:], x, n, k) {
			return false
		}
		if rows < width {
			for j := range n {
				copy(y[j*ld+i*width:][:rows], part[j*width:])
			}
		}
	}
	return true
}

// rowsPanel is a panel times an x.
func rowsPanel(y []Float, t Number, w []byte, x []Float) {
	clear(y)
	for l, v := range x {
		for c := range y {
			y[c] = mulAdd(t.value(w, l*len(y)+c), v, y[c])
		}
	}
}
