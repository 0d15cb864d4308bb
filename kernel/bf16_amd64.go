//go:build amd64 && !purego && !f64

package kernel

func tilesBF16(y []Float, ld int, a, b []Float, m, n, k int, onto bool, first, last int) {
	rows, cols := tileShape()
	s := splitRows(m, rows)
	for j := 0; j < n; j += cols {
		nn := min(cols, n-j)
		if tall := min(last, s.tall); first < tall {
			tilesBF16Of(s.height, &y[s.row(first)*ld+j], &a[first*rows*k], &b[j*k], k, tall-first, 4*ld, nn, onto)
		}
		if low := max(first, s.tall); low < last {
			tilesBF16Of(s.height-1, &y[s.row(low)*ld+j], &a[low*rows*k], &b[j*k], k, last-low, 4*ld, nn, onto)
		}
	}
}

func tilesBF16Of(height int, y, a, b *float32, k, panels, ldy, n int, onto bool) {
	switch height {
	case 1:
		tileBF16x1AVX512(y, a, b, k, panels, ldy, n, onto)
	case 2:
		tileBF16x2AVX512(y, a, b, k, panels, ldy, n, onto)
	case 3:
		tileBF16x3AVX512(y, a, b, k, panels, ldy, n, onto)
	case 4:
		tileBF16x4AVX512(y, a, b, k, panels, ldy, n, onto)
	case 5:
		tileBF16x5AVX512(y, a, b, k, panels, ldy, n, onto)
	case 6:
		tileBF16x6AVX512(y, a, b, k, panels, ldy, n, onto)
	case 7:
		tileBF16x7AVX512(y, a, b, k, panels, ldy, n, onto)
	case 8:
		tileBF16x8AVX512(y, a, b, k, panels, ldy, n, onto)
	case 9:
		tileBF16x9AVX512(y, a, b, k, panels, ldy, n, onto)
	case 10:
		tileBF16x10AVX512(y, a, b, k, panels, ldy, n, onto)
	case 11:
		tileBF16x11AVX512(y, a, b, k, panels, ldy, n, onto)
	case 12:
		tileBF16x12AVX512(y, a, b, k, panels, ldy, n, onto)
	case 13:
		tileBF16x13AVX512(y, a, b, k, panels, ldy, n, onto)
	case 14:
		tileBF16x14AVX512(y, a, b, k, panels, ldy, n, onto)
	}
}

func packBF16(dst, src []Float, ld, n, k int, rows, across bool, first, last int) {
	width, pairs := tileCols(), (k+1)/2
	s := split{panels: panels(n, width), height: width}
	s.tall = s.panels
	if rows {
		width = tileRows()
		s = splitRows(n, width)
	}
	for p := first; p < last; p++ {
		line := s.row(p)
		lines := min(s.row(p+1), n) - line
		to := dst[p*width*pairs:]
		switch {
		case across && rows:
			packAcrossBF16x14AVX512(&to[0], &src[line], 4*ld, k, lines)
		case across:
			packAcrossBF16x32AVX512(&to[0], &src[line], 4*ld, k, lines)
		default:
			packLinesBF16(to, src[line*ld:], ld, lines, k, width)
		}
	}
}

// packLinesBF16 packs a panel of lines that lie in rows, 16 at a time; where there are fewer, the last one is repeated.
func packLinesBF16(dst, src []Float, ld, lines, k, width int) {
	for i := 0; i < lines; i += 16 {
		var offsets [16]int
		for c := range offsets {
			offsets[c] = 4 * ld * min(i+c, lines-1)
		}
		if width < 16 {
			packRowsBF16x14AVX512(&dst[i], &src[0], &offsets[0], k, 4*width)
		} else {
			packRowsBF16x16AVX512(&dst[i], &src[0], &offsets[0], k, 4*width)
		}
	}
}
