//go:build amd64 && !purego && !f64

package kernel

// tileShape is the rows and columns of a tile: 28 of 32 registers hold sums with AVX-512, 12 of 16 with AVX2.
func tileShape() (m, n int) {
	switch level {
	case AVX512:
		return 14, 32
	case AVX2:
		return 6, 16
	}
	return tileM, tileN
}

// tilesVector is TilesPanels with vectors; it reports whether the level in use has them.
func tilesVector(y []Float, ld int, a, b []Float, m, n, k int, onto bool, first, last int) bool {
	if level == Generic {
		return false
	}
	rows, cols := tileShape()
	s := splitRows(m, rows)
	for j := 0; j < n; j += cols {
		nn := min(cols, n-j)
		if tall := min(last, s.tall); first < tall {
			tilesOf(s.height, &y[s.row(first)*ld+j], &a[first*rows*k], &b[j*k], k, tall-first, 4*ld, nn, onto)
		}
		if low := max(first, s.tall); low < last {
			tilesOf(s.height-1, &y[s.row(low)*ld+j], &a[low*rows*k], &b[j*k], k, last-low, 4*ld, nn, onto)
		}
	}
	return true
}

// tilesOf is the tiles of some panels of height rows, with one panel of b.
func tilesOf(height int, y, a, b *float32, k, panels, ldy, n int, onto bool) {
	if level == AVX512 {
		tilesAVX512(height, y, a, b, k, panels, ldy, n, onto)
	} else {
		tilesAVX2(height, y, a, b, k, panels, ldy, n, onto)
	}
}

func tilesAVX512(height int, y, a, b *float32, k, panels, ldy, n int, onto bool) {
	switch height {
	case 1:
		tile1AVX512(y, a, b, k, panels, ldy, n, onto)
	case 2:
		tile2AVX512(y, a, b, k, panels, ldy, n, onto)
	case 3:
		tile3AVX512(y, a, b, k, panels, ldy, n, onto)
	case 4:
		tile4AVX512(y, a, b, k, panels, ldy, n, onto)
	case 5:
		tile5AVX512(y, a, b, k, panels, ldy, n, onto)
	case 6:
		tile6AVX512(y, a, b, k, panels, ldy, n, onto)
	case 7:
		tile7AVX512(y, a, b, k, panels, ldy, n, onto)
	case 8:
		tile8AVX512(y, a, b, k, panels, ldy, n, onto)
	case 9:
		tile9AVX512(y, a, b, k, panels, ldy, n, onto)
	case 10:
		tile10AVX512(y, a, b, k, panels, ldy, n, onto)
	case 11:
		tile11AVX512(y, a, b, k, panels, ldy, n, onto)
	case 12:
		tile12AVX512(y, a, b, k, panels, ldy, n, onto)
	case 13:
		tile13AVX512(y, a, b, k, panels, ldy, n, onto)
	case 14:
		tile14AVX512(y, a, b, k, panels, ldy, n, onto)
	}
}

func tilesAVX2(height int, y, a, b *float32, k, panels, ldy, n int, onto bool) {
	switch height {
	case 1:
		tile1AVX2(y, a, b, k, panels, ldy, n, onto)
	case 2:
		tile2AVX2(y, a, b, k, panels, ldy, n, onto)
	case 3:
		tile3AVX2(y, a, b, k, panels, ldy, n, onto)
	case 4:
		tile4AVX2(y, a, b, k, panels, ldy, n, onto)
	case 5:
		tile5AVX2(y, a, b, k, panels, ldy, n, onto)
	case 6:
		tile6AVX2(y, a, b, k, panels, ldy, n, onto)
	}
}

// packVector packs panels first to last of n lines, rows of a or columns of b, with vectors; it reports whether the level in use has them.
func packVector(dst, src []Float, ld, n, k int, rows, across bool, first, last int) bool {
	if level == Generic {
		return false
	}
	width := tileCols()
	s := split{panels: panels(n, width), height: width}
	s.tall = s.panels
	if rows {
		width = tileRows()
		s = splitRows(n, width)
	}
	for p := first; p < last; p++ {
		line := s.row(p)
		lines := min(s.row(p+1), n) - line
		to := &dst[p*width*k]
		switch {
		case across && level == AVX512 && rows:
			packAcross14AVX512(to, &src[line], 4*ld, k, lines)
		case across && level == AVX512:
			packAcross32AVX512(to, &src[line], 4*ld, k, lines)
		case across && rows:
			packAcross6AVX2(to, &src[line], 4*ld, k, lines)
		case across:
			packAcross16AVX2(to, &src[line], 4*ld, k, lines)
		default:
			packLines(dst[p*width*k:], src[line*ld:], ld, lines, k, width)
		}
	}
	return true
}

// packLines packs a panel of lines that lie in rows, as many as a register has lanes at a time. Where a register has
// more lanes than there are lines, the last line is repeated.
func packLines(dst, src []Float, ld, lines, k, width int) {
	group := 8
	if level == AVX512 {
		group = 16
	}
	for i := 0; i < lines; i += group {
		var offsets [16]int
		for c := range group {
			offsets[c] = 4 * ld * min(i+c, lines-1)
		}
		switch {
		case level == AVX512 && width < 16:
			packRows14AVX512(&dst[i], &src[0], &offsets[0], k, 4*width)
		case level == AVX512:
			packRows16AVX512(&dst[i], &src[0], &offsets[0], k, 4*width)
		case width < 8:
			packRows6AVX2(&dst[i], &src[0], &offsets[0], k, 4*width)
		default:
			packRows8AVX2(&dst[i], &src[0], &offsets[0], k, 4*width)
		}
	}
}

// rowDotsVector is RowDots with vectors; it reports whether the level in use has them.
func rowDotsVector(y, x, w []Float, ld int, onto bool) bool {
	if level == Generic || len(x) == 0 {
		return false
	}
	group := 8
	if level == AVX512 {
		group = 16
	}
	k, j := len(x), 0
	for ; j+4*group <= len(y); j += 4 * group {
		if level == AVX512 {
			rowDots64AVX512(&y[j], &x[0], &w[j*ld], k, 4*ld, onto)
		} else {
			rowDots32AVX2(&y[j], &x[0], &w[j*ld], k, 4*ld, onto)
		}
	}
	for ; j+group <= len(y); j += group {
		if level == AVX512 {
			rowDots16AVX512(&y[j], &x[0], &w[j*ld], k, 4*ld, onto)
		} else {
			rowDots8AVX2(&y[j], &x[0], &w[j*ld], k, 4*ld, onto)
		}
	}
	if rest := len(y) - j; rest > 0 {
		var offsets [16]int
		for c := range group {
			offsets[c] = 4 * ld * min(c, rest-1)
		}
		if level == AVX512 {
			rowDotsLastAVX512(&y[j], &x[0], &w[j*ld], k, &offsets[0], rest, onto)
		} else {
			rowDotsLastAVX2(&y[j], &x[0], &w[j*ld], k, &offsets[0], rest, onto)
		}
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
	n, l := len(y), 0
	for ; l+4 <= len(x); l += 4 {
		if level == AVX512 {
			rowSums4AVX512(&y[0], &x[l], &w[l*ld], n, 4*ld)
		} else {
			rowSums4AVX2(&y[0], &x[l], &w[l*ld], n, 4*ld)
		}
	}
	for ; l < len(x); l++ {
		if level == AVX512 {
			rowSums1AVX512(&y[0], &x[l], &w[l*ld], n, 4*ld)
		} else {
			rowSums1AVX2(&y[0], &x[l], &w[l*ld], n, 4*ld)
		}
	}
	return true
}
