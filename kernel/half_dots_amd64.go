//go:build amd64 && !purego && !f64

package kernel

// Rows of whole vectors: these compute as many rows and xs as a kernel takes, and say how many.

func dotsF16Vector(y []Float, ld int, w []byte, x []Float, m, n, k int) (rows, xs int) {
	if level == Generic || k == 0 || k%16 != 0 {
		return 0, 0
	}
	rows, xs = halfTile(m, n)
	switch (halfKind{rows, xs, level}) {
	case halfKind{1, 1, AVX512}:
		dotsF16x1x1AVX512(&y[0], 4*ld, words(w), 2*k, &x[0], k)
	case halfKind{1, 2, AVX512}:
		dotsF16x1x2AVX512(&y[0], 4*ld, words(w), 2*k, &x[0], k)
	case halfKind{1, 4, AVX512}:
		dotsF16x1x4AVX512(&y[0], 4*ld, words(w), 2*k, &x[0], k)
	case halfKind{1, 1, AVX2}:
		dotsF16x1x1AVX2(&y[0], 4*ld, words(w), 2*k, &x[0], k)
	case halfKind{4, 1, AVX512}:
		dotsF16x4x1AVX512(&y[0], 4*ld, words(w), 2*k, &x[0], k)
	case halfKind{4, 2, AVX512}:
		dotsF16x4x2AVX512(&y[0], 4*ld, words(w), 2*k, &x[0], k)
	case halfKind{4, 4, AVX512}:
		dotsF16x4x4AVX512(&y[0], 4*ld, words(w), 2*k, &x[0], k)
	case halfKind{4, 1, AVX2}:
		dotsF16x4x1AVX2(&y[0], 4*ld, words(w), 2*k, &x[0], k)
	}
	return rows, xs
}

func dotsBF16Vector(y []Float, ld int, w []byte, x []Float, m, n, k int) (rows, xs int) {
	if level == Generic || k == 0 || k%16 != 0 {
		return 0, 0
	}
	rows, xs = halfTile(m, n)
	switch (halfKind{rows, xs, level}) {
	case halfKind{1, 1, AVX512}:
		dotsBF16x1x1AVX512(&y[0], 4*ld, words(w), 2*k, &x[0], k)
	case halfKind{1, 2, AVX512}:
		dotsBF16x1x2AVX512(&y[0], 4*ld, words(w), 2*k, &x[0], k)
	case halfKind{1, 4, AVX512}:
		dotsBF16x1x4AVX512(&y[0], 4*ld, words(w), 2*k, &x[0], k)
	case halfKind{1, 1, AVX2}:
		dotsBF16x1x1AVX2(&y[0], 4*ld, words(w), 2*k, &x[0], k)
	case halfKind{4, 1, AVX512}:
		dotsBF16x4x1AVX512(&y[0], 4*ld, words(w), 2*k, &x[0], k)
	case halfKind{4, 2, AVX512}:
		dotsBF16x4x2AVX512(&y[0], 4*ld, words(w), 2*k, &x[0], k)
	case halfKind{4, 4, AVX512}:
		dotsBF16x4x4AVX512(&y[0], 4*ld, words(w), 2*k, &x[0], k)
	case halfKind{4, 1, AVX2}:
		dotsBF16x4x1AVX2(&y[0], 4*ld, words(w), 2*k, &x[0], k)
	}
	return rows, xs
}

// A halfKind is the rows and xs of a kernel, and its level.
type halfKind struct {
	rows, xs int
	level    Level
}

// halfTile is the rows and xs to take of m and n.
func halfTile(m, n int) (rows, xs int) {
	rows, xs = 1, 1
	if m >= 4 {
		rows = 4
	}
	for level == AVX512 && xs < 4 && 2*xs <= n {
		xs *= 2
	}
	return rows, xs
}
