package kernel

import "encoding/binary"

// PackedRows is the bytes of the panels of m rows of k weights of type t. There are PanelsB(m) panels.
func PackedRows(t Number, m, k int) int { return PackedB(m, k) * t.Bytes() }

// PackRows writes panels first … last − 1 of m rows of k weights of type t: w has the rows one after the other.
func PackRows(dst []byte, t Number, w []byte, m, k, first, last int) {
	width, size := tileCols(), t.Bytes()
	for i := first; i < last; i++ {
		panel, rows := dst[i*width*k*size:][:width*k*size], min(width, m-i*width)
		if rows < width {
			clear(panel)
		}
		for from := 0; from < k; from += packStep { // what is written stays near while the rows pass
			to := panel[from*width*size : min(k, from+packStep)*width*size]
			row := func(c int) []byte { return w[((i*width+c)*k+from)*size:][:len(to)/width] }
			for c := 0; c < rows; c++ {
				switch {
				case size == 4:
					packColumn4(to[4*c:], row(c), 4*width)
				case c+1 < rows:
					packColumns2(to[2*c:], row(c), row(c+1), 2*width)
					c++
				default:
					packColumn2(to[2*c:], row(c), 2*width)
				}
			}
		}
	}
}

// packStep is how many columns of a panel are written for one row after the other.
const packStep = 64

// packColumn4 writes row, whose numbers take 4 bytes, step bytes apart; packColumn2 one whose numbers take 2.
func packColumn4(dst, row []byte, step int) {
	for at := 0; len(row) >= 4; at += step {
		binary.LittleEndian.PutUint32(dst[at:], binary.LittleEndian.Uint32(row))
		row = row[4:]
	}
}

func packColumn2(dst, row []byte, step int) {
	for at := 0; len(row) >= 2; at += step {
		binary.LittleEndian.PutUint16(dst[at:], binary.LittleEndian.Uint16(row))
		row = row[2:]
	}
}

// packColumns2 is packColumn2 of two rows side by side.
func packColumns2(dst, a, b []byte, step int) {
	at := 0
	for ; len(a) >= 4; at += 2 * step {
		u, v := binary.LittleEndian.Uint32(a), binary.LittleEndian.Uint32(b)
		binary.LittleEndian.PutUint32(dst[at:], u&0xffff|v<<16)
		binary.LittleEndian.PutUint32(dst[at+step:], u>>16|v&0xffff0000)
		a, b = a[4:], b[4:]
	}
	if len(a) > 0 {
		packColumn2(dst[at:], a, step)
		packColumn2(dst[at+2:], b, step)
	}
}

// RowFromPanels is y[l] = number col + l of row i of the weights of which PackRows made w, rows of k.
func RowFromPanels(y []Float, t Number, w []byte, k, i, col int) {
	width := tileCols()
	w = w[(i/width*k+col)*width*t.Bytes():]
	for l := range y {
		y[l] = t.value(w, l*width+i%width)
	}
}

// PackedRowsX is the length of n xs of k numbers, packed for TilesRows; they make PanelsA(n) panels.
func PackedRowsX(n, k int) int {
	if n == 1 {
		return k
	}
	return PackedA(n, k)
}

// PackRowsX writes panels first … last − 1 of n xs of k numbers, which begin ld apart: depth by depth those of PackA, and one x
// as it is.
func PackRowsX(dst, x []Float, ld, n, k, first, last int) {
	if n == 1 {
		copy(dst[:k], x)
		return
	}
	for l := 0; l < k; l += rowsDepth {
		depth := min(rowsDepth, k-l)
		PackPanelsA(dst[PackedA(n, l):], x[l:], ld, n, depth, false, first, last)
	}
}
