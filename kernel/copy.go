package kernel

// Copy is  y[i·sy] (=|+=) scale·x[i·sx]  for i < n.  sx may be 0, which repeats x[0].
func Copy(y, x []Float, sy, sx, n int, scale Float, add bool) {
	switch {
	case n == 0:
	case sy == 1 && sx == 1:
		copyRow(y[:n], x[:n], scale, add)
	case sy == 1 && sx == 0:
		v := [1]Float{scale * x[0]}
		if add {
			Zip(AddOf, y[:n], y[:n], v[:], 1, 0, false)
		} else {
			Fill(y[:n], v[0])
		}
	case add:
		for i := range n {
			y[i*sy] += Float(scale * x[i*sx])
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

// copyRow is  y[i] (=|+=) scale·x[i];  scale·x is added with one rounding where there are vectors.
func copyRow(y, x []Float, scale Float, add bool) {
	x = x[:len(y)]
	switch {
	case scale == 1 && !add:
		copy(y, x)
	case !add:
		r := [1]Float{scale}
		Zip(MulOf, y, x, r[:], 1, 0, false)
	case axpyVector(y, scale, x):
	case scale == 1:
		for i, v := range x {
			y[i] += v
		}
	default:
		for i, v := range x {
			y[i] += Float(scale * v)
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
	if len(y) > 0 {
		y[0] = v
	}
	for n := 1; n < len(y); { // what is filled is copied on, as fast as memory can be moved
		n += copy(y[n:], y[:min(n, fillBlock)])
	}
}

// fillBlock is what Fill copies at once, which stays in the first cache.
const fillBlock = 2048

// Axpy is  y[i] += a·x[i].
func Axpy(y []Float, a Float, x []Float) { copyRow(y, x, a, true) }
