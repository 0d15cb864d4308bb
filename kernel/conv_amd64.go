//go:build amd64 && !purego && !f64

package kernel

// convTilesVector is ConvTiles with vectors; it reports whether the level in use has them.
func convTilesVector(y []Float, ld int, a, x []Float, off []int, m, n int, onto bool) bool {
	if level == Generic || len(off) == 0 {
		return false
	}
	rows, cols := tileShape()
	s, k := splitRows(m, rows), len(off)
	_ = y[(m-1)*ld+n-1]
	for j := 0; j < n; j += cols {
		nn := min(cols, n-j)
		convTilesOf(s.height, &y[j], &a[0], &x[j], &off[0], k, s.tall, 4*ld, nn, onto)
		if s.tall < s.panels {
			convTilesOf(s.height-1, &y[s.row(s.tall)*ld+j], &a[s.tall*rows*k], &x[j], &off[0], k, s.panels-s.tall, 4*ld, nn, onto)
		}
	}
	return true
}

// convTilesOf is the tiles of some panels of height rows.
func convTilesOf(height int, y, a, x *float32, off *int, k, panels, ldy, n int, onto bool) {
	if level == AVX512 {
		convTilesAVX512(height, y, a, x, off, k, panels, ldy, n, onto)
	} else {
		convTilesAVX2(height, y, a, x, off, k, panels, ldy, n, onto)
	}
}

func convTilesAVX512(height int, y, a, x *float32, off *int, k, panels, ldy, n int, onto bool) {
	switch height {
	case 1:
		convTile1AVX512(y, a, x, off, k, panels, ldy, n, onto)
	case 2:
		convTile2AVX512(y, a, x, off, k, panels, ldy, n, onto)
	case 3:
		convTile3AVX512(y, a, x, off, k, panels, ldy, n, onto)
	case 4:
		convTile4AVX512(y, a, x, off, k, panels, ldy, n, onto)
	case 5:
		convTile5AVX512(y, a, x, off, k, panels, ldy, n, onto)
	case 6:
		convTile6AVX512(y, a, x, off, k, panels, ldy, n, onto)
	case 7:
		convTile7AVX512(y, a, x, off, k, panels, ldy, n, onto)
	case 8:
		convTile8AVX512(y, a, x, off, k, panels, ldy, n, onto)
	case 9:
		convTile9AVX512(y, a, x, off, k, panels, ldy, n, onto)
	case 10:
		convTile10AVX512(y, a, x, off, k, panels, ldy, n, onto)
	case 11:
		convTile11AVX512(y, a, x, off, k, panels, ldy, n, onto)
	case 12:
		convTile12AVX512(y, a, x, off, k, panels, ldy, n, onto)
	case 13:
		convTile13AVX512(y, a, x, off, k, panels, ldy, n, onto)
	case 14:
		convTile14AVX512(y, a, x, off, k, panels, ldy, n, onto)
	}
}

func convTilesAVX2(height int, y, a, x *float32, off *int, k, panels, ldy, n int, onto bool) {
	switch height {
	case 1:
		convTile1AVX2(y, a, x, off, k, panels, ldy, n, onto)
	case 2:
		convTile2AVX2(y, a, x, off, k, panels, ldy, n, onto)
	case 3:
		convTile3AVX2(y, a, x, off, k, panels, ldy, n, onto)
	case 4:
		convTile4AVX2(y, a, x, off, k, panels, ldy, n, onto)
	case 5:
		convTile5AVX2(y, a, x, off, k, panels, ldy, n, onto)
	case 6:
		convTile6AVX2(y, a, x, off, k, panels, ldy, n, onto)
	}
}

// sumTaps is SumTaps.
func sumTaps() int {
	if level == AVX512 {
		return 6
	}
	return 1
}

// convSumsVector is ConvSums with vectors; it reports whether the level in use has them.
func convSumsVector(p, dy, x []Float, off []int, s *SumSize) bool {
	if level == Generic {
		return false
	}
	n := s.Steps * SumLanes
	_ = dy[(s.Images-1)*s.ImageDy+(SumRows-1)*s.LdDy+n-1]
	_ = p[(len(off)-1)*s.LdP+SumRows-1]
	if level == AVX512 {
		convSumsAVX512(&p[0], &dy[0], &x[0], &off[0], len(off), s.Steps, s.Images, 4*s.LdDy, 4*(s.ImageDy-n), 4*(s.ImageX-n), 4*s.LdP)
	} else {
		convSumsAVX2(&p[0], &dy[0], &x[0], &off[0], len(off), s.Steps, s.Images, 4*s.LdDy, 4*(s.ImageDy-n), 4*(s.ImageX-n), 4*s.LdP)
	}
	return true
}

// copyRowsVector is CopyRows with vectors; it reports whether the level in use has them.
func copyRowsVector(dst, src []Float, n, rows, ldd, lds int) bool {
	if level == Generic {
		return false
	}
	_, _ = dst[(rows-1)*ldd+n-1], src[(rows-1)*lds+n-1]
	if level == AVX512 {
		copyRowsAVX512(&dst[0], &src[0], n, rows, 4*ldd, 4*lds)
	} else {
		copyRowsAVX2(&dst[0], &src[0], n, rows, 4*ldd, 4*lds)
	}
	return true
}

// partRowsVector is PartRows of every second number with vectors; it reports whether the level in use has them.
func partRowsVector(dst, src []Float, n, rows, ldd, lds int) bool {
	if level != AVX512 {
		return false
	}
	_, _ = dst[(rows-1)*ldd+n-1], src[(rows-1)*lds+2*n-2]
	partRowsAVX512(&dst[0], &src[0], n, rows, 4*ldd, 4*lds)
	return true
}

// joinRowsVector is JoinRows to every second number with vectors; it reports whether the level in use has them.
func joinRowsVector(dst, src []Float, n, rows, ldd, lds int) bool {
	if level != AVX512 {
		return false
	}
	_, _ = dst[(rows-1)*ldd+2*n-2], src[(rows-1)*lds+n-1]
	joinRowsAVX512(&dst[0], &src[0], n, rows, 4*ldd, 4*lds)
	return true
}
