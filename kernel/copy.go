package kernel

// Copy is  y[i·sy] (=|+=) scale·x[i·sx]  for i < n.  sx may be 0, which repeats x[0].
func Copy(y, x []Float, sy, sx, n int, scale Float, add bool) {
	switch {
	case n == 0:
	case sy == 1 && sx == 1:
		copyRow(y[:n], x[:n], scale, add)
	case sy == 1 && sx == 0 && !add:
		Fill(y[:n], scale*x[0])
	case add:
		for i := range n {
			y[i*sy] += scale * x[i*sx]
		}
	case scale == 1:
		for i := range n {
			y[i*sy] = x[i*sx]
		}
	default:
		for i := range n {
			y[i*sy] = scale * x[i*sx]
		}
	}
}

func copyRow(y, x []Float, scale Float, add bool) {
	x = x[:len(y)]
	switch {
	case add && scale == 1:
		for i, v := range x {
			y[i] += v
		}
	case add:
		for i, v := range x {
			y[i] += scale * v
		}
	case scale == 1:
		copy(y, x)
	default:
		for i, v := range x {
			y[i] = scale * v
		}
	}
}

// TransposeSide is the largest number of rows and columns of a Transpose.
const TransposeSide = 32

// Transpose is  y[i·ldy + j] (=|+=) scale·x[j·ldx + i]  for i < rows, j < cols.
//
// It turns the square in memory of its own, so that x is read and y is written
// by rows: a power of two for ldx would let columns drive each other out of the cache.
func Transpose(y, x []Float, ldy, ldx, rows, cols int, scale Float, add bool) {
	const ld = TransposeSide + 1
	var t [TransposeSide * ld]Float
	for j := range cols {
		for i, v := range x[j*ldx:][:rows] {
			t[i*ld+j] = v
		}
	}
	for i := range rows {
		copyRow(y[i*ldy:][:cols], t[i*ld:][:cols], scale, add)
	}
}

// Fill is  y[i] = v.
func Fill(y []Float, v Float) {
	if v == 0 {
		clear(y) // −0 becomes 0
		return
	}
	for i := range y {
		y[i] = v
	}
}

// Axpy is  y[i] += a·x[i].
func Axpy(y []Float, a Float, x []Float) {
	if !axpyVector(y, a, x) {
		copyRow(y, x, a, true)
	}
}
