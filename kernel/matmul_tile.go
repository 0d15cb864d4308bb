package kernel

// A tile is the TileM×TileN corner of a product that is summed in registers.
// Eight sums, six operands and a product are what 15 registers hold.
const (
	TileM = 2
	TileN = 4
)

// Tile is  y[i,j] (=|+=) Σ_l a[l,i]·b[l,j]  for i < TileM, j < TileN, from packed
// panels a (k, TileM) and b (k, TileN); see Pack. Its sums run in the order of l, as MatMul's.
func Tile(y []Float, ld int, a, b []Float, k int, onto bool) {
	y0 := (*[TileN]Float)(y)
	y1 := (*[TileN]Float)(y[ld:])
	var c00, c01, c02, c03, c10, c11, c12, c13 Float
	if onto {
		c00, c01, c02, c03 = y0[0], y0[1], y0[2], y0[3]
		c10, c11, c12, c13 = y1[0], y1[1], y1[2], y1[3]
	}
	for ; k >= 4; k -= 4 { // four steps at a time: one bounds check for all of them
		p, q := (*[4 * TileM]Float)(a), (*[4 * TileN]Float)(b)
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
		a, b = a[4*TileM:], b[4*TileN:]
	}
	for ; k > 0; k-- {
		p, q := (*[TileM]Float)(a), (*[TileN]Float)(b)
		a0, a1 := p[0], p[1]
		b0, b1, b2, b3 := q[0], q[1], q[2], q[3]
		c00, c01, c02, c03 = c00+Float(a0*b0), c01+Float(a0*b1), c02+Float(a0*b2), c03+Float(a0*b3)
		c10, c11, c12, c13 = c10+Float(a1*b0), c11+Float(a1*b1), c12+Float(a1*b2), c13+Float(a1*b3)
		a, b = a[TileM:], b[TileN:]
	}
	y0[0], y0[1], y0[2], y0[3] = c00, c01, c02, c03
	y1[0], y1[1], y1[2], y1[3] = c10, c11, c12, c13
}

// TileEdge is Tile where only the first m rows and n columns exist in y.
func TileEdge(y []Float, ld int, a, b []Float, k int, onto bool, m, n int) {
	var t [TileM * TileN]Float
	if onto {
		for i := range m {
			copy(t[i*TileN:], y[i*ld:][:n])
		}
	}
	Tile(t[:], TileN, a, b, k, onto)
	for i := range m {
		copy(y[i*ld:][:n], t[i*TileN:])
	}
}

// Tiles is a whole block, y (m×n) (=|+=) a·b, from the panels of a (k, m) and b (k, n).
// A panel of b stays in the nearest cache while those of a pass by.
func Tiles(y []Float, ld int, a, b []Float, m, n, k int, onto bool) {
	for j := 0; j < n; j += TileN {
		bp := b[j*k:]
		for i := 0; i < m; i += TileM {
			if i+TileM <= m && j+TileN <= n {
				Tile(y[i*ld+j:], ld, a[i*k:], bp, k, onto)
			} else {
				TileEdge(y[i*ld+j:], ld, a[i*k:], bp, k, onto, min(TileM, m-i), min(TileN, n-j))
			}
		}
	}
}

// Packed is the length of the panels of n lines of k numbers.
func Packed(n, k, width int) int { return (n + width - 1) / width * width * k }

// Pack copies n lines of k numbers to panels of width lines, in which the l-th
// numbers of the lines stand side by side; missing lines of the last panel are 0.
//
//	dst[(i/width·k + l)·width + i%width] = line i, number l
//
// Line i starts at src[i·ld] and goes on with step 1; if across, at src[i] with
// step ld. Rows of a and columns of b are lines: Pack is where transposes vanish.
func Pack(dst, src []Float, ld, n, k, width int, across bool) {
	for i := 0; i < n; i += width {
		panel := dst[i*k : (i+width)*k]
		w := min(width, n-i)
		switch {
		case w < width:
			packEdge(panel, src, ld, i, w, k, width, across)
		case across && width == TileN:
			for l := range k {
				*(*[TileN]Float)(panel[l*TileN:]) = *(*[TileN]Float)(src[l*ld+i:])
			}
		case across:
			for l := range k {
				*(*[TileM]Float)(panel[l*TileM:]) = *(*[TileM]Float)(src[l*ld+i:])
			}
		case width == TileN:
			s0, s1, s2, s3 := src[i*ld:][:k], src[(i+1)*ld:][:k], src[(i+2)*ld:][:k], src[(i+3)*ld:][:k]
			for l := range k {
				d := (*[TileN]Float)(panel[l*TileN:])
				d[0], d[1], d[2], d[3] = s0[l], s1[l], s2[l], s3[l]
			}
		default:
			s0, s1 := src[i*ld:][:k], src[(i+1)*ld:][:k]
			for l := range k {
				d := (*[TileM]Float)(panel[l*TileM:])
				d[0], d[1] = s0[l], s1[l]
			}
		}
	}
}

// packEdge packs a panel of which only w lines exist.
func packEdge(panel, src []Float, ld, i, w, k, width int, across bool) {
	line, step := ld, 1
	if across {
		line, step = 1, ld
	}
	clear(panel)
	for c := range w {
		for l := range k {
			panel[l*width+c] = src[(i+c)*line+l*step]
		}
	}
}
