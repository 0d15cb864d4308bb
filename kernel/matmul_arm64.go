//go:build arm64 && !purego && !f64

package kernel

// neonRows and neonCols are the tile of NEON: 24 of 32 registers hold its sums.
const (
	neonRows = 8
	neonCols = 12
)

func tileShape() (m, n int) {
	if level == Generic {
		return tileM, tileN
	}
	return neonRows, neonCols
}

// tilesVector is TilesPanels with vectors; it reports whether the level in use has them.
func tilesVector(y []Float, ld int, a, b []Float, m, n, k int, onto bool, first, last int) bool {
	if level == Generic {
		return false
	}
	s := splitRows(m, neonRows)
	for j := 0; j < n; j += neonCols {
		if j+neonCols <= n {
			if tall := min(last, s.tall); first < tall {
				tilesNEON(s.height, &y[s.row(first)*ld+j], &a[first*neonRows*k], &b[j*k], k, tall-first, 4*ld, onto)
			}
			if low := max(first, s.tall); low < last {
				tilesNEON(s.height-1, &y[s.row(low)*ld+j], &a[low*neonRows*k], &b[j*k], k, last-low, 4*ld, onto)
			}
			continue
		}
		for p := first; p < last; p++ {
			i := s.row(p)
			tileEdgeNEON(y[i*ld+j:], ld, a[p*neonRows*k:], b[j*k:], s.row(p+1)-i, n-j, k, onto)
		}
	}
	return true
}

// tileEdgeNEON is one tile of m rows that has only n columns in y: it is computed beside y.
func tileEdgeNEON(y []Float, ld int, a, b []Float, m, n, k int, onto bool) {
	var t [neonRows * neonCols]Float
	if onto {
		for i := range m {
			copy(t[i*neonCols:], y[i*ld:][:n])
		}
	}
	tilesNEON(m, &t[0], &a[0], &b[0], k, 1, 4*neonCols, onto)
	for i := range m {
		copy(y[i*ld:][:n], t[i*neonCols:])
	}
}

func tilesNEON(height int, y, a, b *float32, k, panels, ldy int, onto bool) {
	switch height {
	case 1:
		tile1NEON(y, a, b, k, panels, ldy, onto)
	case 2:
		tile2NEON(y, a, b, k, panels, ldy, onto)
	case 3:
		tile3NEON(y, a, b, k, panels, ldy, onto)
	case 4:
		tile4NEON(y, a, b, k, panels, ldy, onto)
	case 5:
		tile5NEON(y, a, b, k, panels, ldy, onto)
	case 6:
		tile6NEON(y, a, b, k, panels, ldy, onto)
	case 7:
		tile7NEON(y, a, b, k, panels, ldy, onto)
	case 8:
		tile8NEON(y, a, b, k, panels, ldy, onto)
	}
}

// packVector packs panels first to last of n lines, rows of a or columns of b, with vectors; it reports whether the level in use has them.
func packVector(dst, src []Float, ld, n, k int, rows, across bool, first, last int) bool {
	if level == Generic {
		return false
	}
	width := neonCols
	s := split{panels: panels(n, width), height: width}
	s.tall = s.panels
	if rows {
		width = neonRows
		s = splitRows(n, width)
	}
	for p := first; p < last; p++ {
		line := s.row(p)
		lines := min(s.row(p+1), n) - line
		to := dst[p*width*k:][:width*k]
		switch {
		case !across:
			packLines(to, src[line*ld:], ld, lines, k, width)
		case lines < width:
			for l := range k {
				copy(to[l*width:][:lines], src[l*ld+line:])
			}
		case rows:
			for l := range k {
				*(*[neonRows]Float)(to[l*neonRows:]) = *(*[neonRows]Float)(src[l*ld+line:])
			}
		default:
			for l := range k {
				*(*[neonCols]Float)(to[l*neonCols:]) = *(*[neonCols]Float)(src[l*ld+line:])
			}
		}
	}
	return true
}

// packLines packs a panel of lines that lie in rows, four at a time. The last line stands in for those that lack to a four.
func packLines(dst, src []Float, ld, lines, k, width int) {
	for i := 0; i < lines; i += 4 {
		last := lines - 1
		packRows4NEON(&dst[i], &src[i*ld], &src[min(i+1, last)*ld], &src[min(i+2, last)*ld], &src[min(i+3, last)*ld], k, 4*width)
	}
}

// rowDotsVector is RowDots with vectors; it reports whether the level in use has them.
func rowDotsVector(y, x, w []Float, ld int, onto bool) bool {
	if level == Generic || len(x) == 0 {
		return false
	}
	k, j := len(x), 0
	for ; j+16 <= len(y); j += 16 {
		rowDots16NEON(&y[j], &x[0], &w[j*ld], k, 4*ld, onto)
	}
	for ; j+4 <= len(y); j += 4 {
		rowDots4NEON(&y[j], &x[0], &w[j*ld], &w[(j+1)*ld], &w[(j+2)*ld], &w[(j+3)*ld], k, onto)
	}
	if j < len(y) { // the last row stands in for those that lack to a four
		var t [4]Float
		copy(t[:], y[j:])
		last := len(y) - 1
		rowDots4NEON(&t[0], &x[0], &w[j*ld], &w[min(j+1, last)*ld], &w[min(j+2, last)*ld], &w[last*ld], k, onto)
		copy(y[j:], t[:])
	}
	return true
}

// rowSumsVector is RowSums, adding to y, with vectors; it reports whether the level in use has them.
func rowSumsVector(y, x, w []Float, ld int) bool {
	if level == Generic {
		return false
	}
	if len(y) == 0 {
		return true
	}
	l := 0
	for ; l+4 <= len(x); l += 4 {
		rowSums4NEON(&y[0], &x[l], &w[l*ld], len(y), 4*ld)
	}
	for ; l < len(x); l++ {
		axpyNEON(&y[0], &w[l*ld], len(y), x[l])
	}
	return true
}
