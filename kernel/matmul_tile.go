package kernel

// A tile is the corner of a product that is summed in registers. In plain Go eight sums, six operands and a product are
// what 15 registers hold.
const (
	tileM = 2
	tileN = 4
)

// tile is  y[i,j] (=|+=) Σ_l a[l,i]·b[l,j]  for i < tileM, j < tileN, from packed
// panels a (k, tileM) and b (k, tileN); see Pack. Its sums run in the order of l, as MatMul's.
func tile(y []Float, ld int, a, b []Float, k int, onto bool) {
	y0 := (*[tileN]Float)(y)
	y1 := (*[tileN]Float)(y[ld:])
	var c00, c01, c02, c03, c10, c11, c12, c13 Float
	if onto {
		c00, c01, c02, c03 = y0[0], y0[1], y0[2], y0[3]
		c10, c11, c12, c13 = y1[0], y1[1], y1[2], y1[3]
	}
	for ; k >= 4; k -= 4 { // four steps at a time: one bounds check for all of them
		p, q := (*[4 * tileM]Float)(a), (*[4 * tileN]Float)(b)
		a0, a1 := p[0], p[1]
		b0, b1, b2, b3 := q[0], q[1], q[2], q[3]
		c00, c01, c02, c03 = c00+Float(a0*b0), c01+Float(a0*b1), c02+Float(a0*b2), c03+Float(a0*b3)
		c10, c11, c12, c13 = c10+Float(a1*b0), c11+Float(a1*b1), c12+Float(a1*b2), c13+Float(a1*b3)
		a0, a1 = p[2], p[3]
		b0, b1, b2, b3 = q[4], q[5], q[6], q[7]
		c00, c01, c02, c03 = c00+Float(a0*b0), c01+Float(a0*b1), c02+Float(a0*b2), c03+Float(a0*b3)
		c10, c11, c12, c13 = c10+Float(a1*b0), c11+Float(a1*b1), c12+Float(a1*b2), c13+Float(a1*b3)
		a0, a1 = p[4], p[5]
		b0, b1, b2, b3 = q[8], q[9], q[10], q[11]
		c00, c01, c02, c03 = c00+Float(a0*b0), c01+Float(a0*b1), c02+Float(a0*b2), c03+Float(a0*b3)
		c10, c11, c12, c13 = c10+Float(a1*b0), c11+Float(a1*b1), c12+Float(a1*b2), c13+Float(a1*b3)
		a0, a1 = p[6], p[7]
		b0, b1, b2, b3 = q[12], q[13], q[14], q[15]
		c00, c01, c02, c03 = c00+Float(a0*b0), c01+Float(a0*b1), c02+Float(a0*b2), c03+Float(a0*b3)
		c10, c11, c12, c13 = c10+Float(a1*b0), c11+Float(a1*b1), c12+Float(a1*b2), c13+Float(a1*b3)
		a, b = a[4*tileM:], b[4*tileN:]
	}
	for ; k > 0; k-- {
		p, q := (*[tileM]Float)(a), (*[tileN]Float)(b)
		a0, a1 := p[0], p[1]
		b0, b1, b2, b3 := q[0], q[1], q[2], q[3]
		c00, c01, c02, c03 = c00+Float(a0*b0), c01+Float(a0*b1), c02+Float(a0*b2), c03+Float(a0*b3)
		c10, c11, c12, c13 = c10+Float(a1*b0), c11+Float(a1*b1), c12+Float(a1*b2), c13+Float(a1*b3)
		a, b = a[tileM:], b[tileN:]
	}
	y0[0], y0[1], y0[2], y0[3] = c00, c01, c02, c03
	y1[0], y1[1], y1[2], y1[3] = c10, c11, c12, c13
}

// tileEdge is tile where only the first m rows and n columns exist in y.
func tileEdge(y []Float, ld int, a, b []Float, k int, onto bool, m, n int) {
	var t [tileM * tileN]Float
	if onto {
		for i := range m {
			copy(t[i*tileN:], y[i*ld:][:n])
		}
	}
	tile(t[:], tileN, a, b, k, onto)
	for i := range m {
		copy(y[i*ld:][:n], t[i*tileN:])
	}
}

// tileRows and tileCols are the size of a tile at the level in use.
func tileRows() int { m, _ := tileShape(); return m }
func tileCols() int { _, n := tileShape(); return n }

// panels is how many panels rows or columns of a block need.
func panels(n, width int) int { return (n + width - 1) / width }

// A split is how the rows of a block are shared out to panels, as evenly as can be: the first tall ones have height
// rows, the others one less. No panel has few rows, which would keep the multipliers waiting for each other.
type split struct{ panels, height, tall int }

func splitRows(m, most int) split {
	p := max(panels(m, most), 1)
	h := (m + p - 1) / p
	return split{p, h, m - p*(h-1)}
}

// row is the first row of panel p.
func (s split) row(p int) int { return p*s.height - max(p-s.tall, 0) }

// Tiles is a whole block, y (m×n) (=|+=) a·b, from the panels of a (PackA) and b (PackB). A panel of b stays in the
// nearest cache while those of a pass by.
func Tiles(y []Float, ld int, a, b []Float, m, n, k int, onto bool) {
	TilesPanels(y, ld, a, b, m, n, k, onto, 0, PanelsA(m))
}

// TilesPanels is the rows of Tiles that the panels of a from first up to last hold, so that panels can stay in a cache
// while several of b pass by.
func TilesPanels(y []Float, ld int, a, b []Float, m, n, k int, onto bool, first, last int) {
	if m == 0 || n == 0 {
		return
	}
	if k == 0 {
		if !onto {
			for i := range m {
				clear(y[i*ld:][:n])
			}
		}
		return
	}
	if tilesVector(y, ld, a, b, m, n, k, onto, first, last) {
		return
	}
	for j := 0; j < n; j += tileN {
		bp := b[j*k:]
		for i := first * tileM; i < min(m, last*tileM); i += tileM {
			if i+tileM <= m && j+tileN <= n {
				tile(y[i*ld+j:], ld, a[i*k:], bp, k, onto)
			} else {
				tileEdge(y[i*ld+j:], ld, a[i*k:], bp, k, onto, min(tileM, m-i), min(tileN, n-j))
			}
		}
	}
}

// PackedA is the length of the panels of m rows of k numbers, PackedB of n columns.
func PackedA(m, k int) int { return PanelsA(m) * tileRows() * k }
func PackedB(n, k int) int { return PanelsB(n) * tileCols() * k }

// PanelRows is how many rows a panel of a has at the level in use, PanelCols how many columns one of b.
func PanelRows() int { return tileRows() }
func PanelCols() int { return tileCols() }

// PanelsA is the number of panels of m rows, PanelsB of n columns.
func PanelsA(m int) int { return panels(m, tileRows()) }
func PanelsB(n int) int { return panels(n, tileCols()) }

// PackA copies op(a) (m×k) to panels of as many rows as a tile has, in which the l-th numbers of the rows stand side by
// side; the last rows and, see split, the last row of other panels may be missing and are arbitrary there.
// Row i of op(a) starts at a[i·ld] and goes on with step 1; if t, at a[i] with step ld: here transposes vanish.
func PackA(dst, a []Float, ld, m, k int, t bool) { PackPanelsA(dst, a, ld, m, k, t, 0, PanelsA(m)) }

// PackB is PackA for the columns of op(b) (k×n), in panels of as many columns as a tile has. Number l of column j is
// b[l·ld + j], or b[j·ld + l] if t.
func PackB(dst, b []Float, ld, n, k int, t bool) { PackPanelsB(dst, b, ld, n, k, t, 0, PanelsB(n)) }

// PackPanelsA does only the panels from first up to last of those that PackA makes, so that several can share the work.
func PackPanelsA(dst, a []Float, ld, m, k int, t bool, first, last int) {
	if first >= last || k == 0 || packVector(dst, a, ld, m, k, true, t, first, last) {
		return
	}
	pack(dst, a, ld, m, k, tileM, t, first, last)
}

// PackPanelsB is PackPanelsA for PackB.
func PackPanelsB(dst, b []Float, ld, n, k int, t bool, first, last int) {
	if first >= last || k == 0 || packVector(dst, b, ld, n, k, false, !t, first, last) {
		return
	}
	pack(dst, b, ld, n, k, tileN, !t, first, last)
}

// pack copies n lines of k numbers to panels of width lines. Line i starts at src[i·ld] and goes on with step 1; if
// across, at src[i] with step ld.
//
//	dst[(i/width·k + l)·width + i%width] = line i, number l
func pack(dst, src []Float, ld, n, k, width int, across bool, first, last int) {
	line, step := ld, 1
	if across {
		line, step = 1, ld
	}
	for i := first * width; i < min(n, last*width); i += width {
		panel := dst[i*k : (i+width)*k]
		w := min(width, n-i)
		if w < width {
			clear(panel)
		}
		for c := range w {
			at := (i + c) * line
			for l := range k {
				panel[l*width+c] = src[at]
				at += step
			}
		}
	}
}
