//go:build amd64 && !purego && !f64

package kernel

// rowsFewVector computes a panel for n xs, at least two and no more than a tile has rows; it reports whether the level in use has
// kernels for them.
func rowsFewVector(y []Float, ld int, t Number, w []byte, x []Float, n, k int) bool {
	switch {
	case level == Generic:
		return false
	case t == F16 && level == AVX512:
		rowsF16AVX512(n, &y[0], 4*ld, &w[0], &x[0], k)
	case t == F16:
		rowsF16AVX2(n, &y[0], 4*ld, &w[0], &x[0], k)
	case level == AVX512:
		rowsBF16AVX512(n, &y[0], 4*ld, &w[0], &x[0], k)
	default:
		rowsBF16AVX2(n, &y[0], 4*ld, &w[0], &x[0], k)
	}
	return true
}

func rowsF16AVX512(n int, y *float32, ldy int, w *byte, x *float32, k int) {
	switch n {
	case 2:
		rowsF16by2AVX512(y, ldy, w, x, k)
	case 3:
		rowsF16by3AVX512(y, ldy, w, x, k)
	case 4:
		rowsF16by4AVX512(y, ldy, w, x, k)
	case 5:
		rowsF16by5AVX512(y, ldy, w, x, k)
	case 6:
		rowsF16by6AVX512(y, ldy, w, x, k)
	case 7:
		rowsF16by7AVX512(y, ldy, w, x, k)
	case 8:
		rowsF16by8AVX512(y, ldy, w, x, k)
	case 9:
		rowsF16by9AVX512(y, ldy, w, x, k)
	case 10:
		rowsF16by10AVX512(y, ldy, w, x, k)
	case 11:
		rowsF16by11AVX512(y, ldy, w, x, k)
	case 12:
		rowsF16by12AVX512(y, ldy, w, x, k)
	case 13:
		rowsF16by13AVX512(y, ldy, w, x, k)
	case 14:
		rowsF16by14AVX512(y, ldy, w, x, k)
	}
}

func rowsF16AVX2(n int, y *float32, ldy int, w *byte, x *float32, k int) {
	switch n {
	case 2:
		rowsF16by2AVX2(y, ldy, w, x, k)
	case 3:
		rowsF16by3AVX2(y, ldy, w, x, k)
	case 4:
		rowsF16by4AVX2(y, ldy, w, x, k)
	case 5:
		rowsF16by5AVX2(y, ldy, w, x, k)
	case 6:
		rowsF16by6AVX2(y, ldy, w, x, k)
	}
}

func rowsBF16AVX512(n int, y *float32, ldy int, w *byte, x *float32, k int) {
	switch n {
	case 2:
		rowsBF16by2AVX512(y, ldy, w, x, k)
	case 3:
		rowsBF16by3AVX512(y, ldy, w, x, k)
	case 4:
		rowsBF16by4AVX512(y, ldy, w, x, k)
	case 5:
		rowsBF16by5AVX512(y, ldy, w, x, k)
	case 6:
		rowsBF16by6AVX512(y, ldy, w, x, k)
	case 7:
		rowsBF16by7AVX512(y, ldy, w, x, k)
	case 8:
		rowsBF16by8AVX512(y, ldy, w, x, k)
	case 9:
		rowsBF16by9AVX512(y, ldy, w, x, k)
	case 10:
		rowsBF16by10AVX512(y, ldy, w, x, k)
	case 11:
		rowsBF16by11AVX512(y, ldy, w, x, k)
	case 12:
		rowsBF16by12AVX512(y, ldy, w, x, k)
	case 13:
		rowsBF16by13AVX512(y, ldy, w, x, k)
	case 14:
		rowsBF16by14AVX512(y, ldy, w, x, k)
	}
}

func rowsBF16AVX2(n int, y *float32, ldy int, w *byte, x *float32, k int) {
	switch n {
	case 2:
		rowsBF16by2AVX2(y, ldy, w, x, k)
	case 3:
		rowsBF16by3AVX2(y, ldy, w, x, k)
	case 4:
		rowsBF16by4AVX2(y, ldy, w, x, k)
	case 5:
		rowsBF16by5AVX2(y, ldy, w, x, k)
	case 6:
		rowsBF16by6AVX2(y, ldy, w, x, k)
	}
}
