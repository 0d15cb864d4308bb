package kernel

// RowDots is  y[j] (=|+=) Σ_l x[l]·w[j,l]:  a row times a transposed matrix whose rows are ld apart.
// Eight rows of w are read at once, because the terms of one sum have to wait for each other.
func RowDots(y, x, w []Float, ld int, onto bool) {
	if rowDotsVector(y, x, w, ld, onto) {
		return
	}
	k := len(x)
	j := 0
	for ; j+8 <= len(y); j += 8 {
		var c [8]Float
		out := (*[8]Float)(y[j:])
		if onto {
			c = *out
		}
		c0, c1, c2, c3, c4, c5, c6, c7 := c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]
		w0, w1, w2, w3 := w[j*ld:][:k], w[(j+1)*ld:][:k], w[(j+2)*ld:][:k], w[(j+3)*ld:][:k]
		w4, w5, w6, w7 := w[(j+4)*ld:][:k], w[(j+5)*ld:][:k], w[(j+6)*ld:][:k], w[(j+7)*ld:][:k]
		for l, v := range x {
			c0 += Float(v * w0[l])
			c1 += Float(v * w1[l])
			c2 += Float(v * w2[l])
			c3 += Float(v * w3[l])
			c4 += Float(v * w4[l])
			c5 += Float(v * w5[l])
			c6 += Float(v * w6[l])
			c7 += Float(v * w7[l])
		}
		*out = [8]Float{c0, c1, c2, c3, c4, c5, c6, c7}
	}
	for ; j < len(y); j++ {
		var c Float
		if onto {
			c = y[j]
		}
		wj := w[j*ld:][:k]
		for l, v := range x {
			c += Float(v * wj[l])
		}
		y[j] = c
	}
}

// RowSums is  y[j] (=|+=) Σ_l x[l]·w[l,j]:  a row times a matrix whose rows are ld apart.
// Four rows of w are added at once, in their order, to spare three of four visits to y.
func RowSums(y, x, w []Float, ld int, onto bool) {
	n := len(y)
	if !onto {
		clear(y)
	}
	if rowSumsVector(y, x, w, ld) {
		return
	}
	l := 0
	for ; l+4 <= len(x); l += 4 {
		x0, x1, x2, x3 := x[l], x[l+1], x[l+2], x[l+3]
		w0, w1, w2, w3 := w[l*ld:][:n], w[(l+1)*ld:][:n], w[(l+2)*ld:][:n], w[(l+3)*ld:][:n]
		for j, c := range y {
			c += Float(x0 * w0[j])
			c += Float(x1 * w1[j])
			c += Float(x2 * w2[j])
			c += Float(x3 * w3[j])
			y[j] = c
		}
	}
	for ; l < len(x); l++ {
		v, wl := x[l], w[l*ld:][:n]
		for j := range y {
			y[j] += Float(v * wl[j])
		}
	}
}
