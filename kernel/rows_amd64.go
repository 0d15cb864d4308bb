//go:build amd64 && !purego && !f64

package kernel

import "unsafe"

// floatsVector is b as float32 where it holds them: these instructions read them at any address.
func floatsVector(t Number, b []byte) ([]Float, bool) {
	if t != F32 || level == Generic || len(b) == 0 {
		return nil, false
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(&b[0])), len(b)/4), true
}

// rowsVector computes as many panels as a kernel takes at once and says how many; 0 without vectors.
func rowsVector(y []Float, t Number, w []byte, x []Float, panels int) (did int) {
	if level == Generic {
		return 0
	}
	did = min(panels, 2)
	to, from, k := &y[0], &w[0], len(x)
	switch (rowsKind{t, did, level}) {
	case rowsKind{F32, 1, AVX512}:
		rowsF32x1AVX512(to, from, &x[0], k)
	case rowsKind{F32, 2, AVX512}:
		rowsF32x2AVX512(to, from, &x[0], k)
	case rowsKind{F16, 1, AVX512}:
		rowsF16x1AVX512(to, from, &x[0], k)
	case rowsKind{F16, 2, AVX512}:
		rowsF16x2AVX512(to, from, &x[0], k)
	case rowsKind{BF16, 1, AVX512}:
		rowsBF16x1AVX512(to, from, &x[0], k)
	case rowsKind{BF16, 2, AVX512}:
		rowsBF16x2AVX512(to, from, &x[0], k)
	case rowsKind{F32, 1, AVX2}:
		rowsF32x1AVX2(to, from, &x[0], k)
	case rowsKind{F32, 2, AVX2}:
		rowsF32x2AVX2(to, from, &x[0], k)
	case rowsKind{F16, 1, AVX2}:
		rowsF16x1AVX2(to, from, &x[0], k)
	case rowsKind{F16, 2, AVX2}:
		rowsF16x2AVX2(to, from, &x[0], k)
	case rowsKind{BF16, 1, AVX2}:
		rowsBF16x1AVX2(to, from, &x[0], k)
	case rowsKind{BF16, 2, AVX2}:
		rowsBF16x2AVX2(to, from, &x[0], k)
	}
	return did
}

// A rowsKind is a type of weights, how many panels, and a level.
type rowsKind struct {
	t      Number
	panels int
	level  Level
}

// roundPairsVector makes pairs of as many of x as make whole vectors, and says how many.
func roundPairsVector(y, x []Float) int {
	n := len(x) &^ 31
	if n > 0 {
		roundPairsAVX512(&y[0], &x[0], n)
	}
	return n
}

// pairPanel is the pairs of k columns of a panel, rounded.
func pairPanel(y []Float, t Number, w []byte, k int) {
	switch t {
	case F32:
		pairsF32AVX512(&y[0], &w[0], k)
	case F16:
		pairsF16AVX512(&y[0], &w[0], k)
	case BF16:
		pairsBF16AVX512(&y[0], &w[0], k)
	}
}

// rowsBF16 computes as many panels as a kernel takes at once for the pairs x of k numbers, and says how many.
func rowsBF16(y []Float, t Number, w []byte, x []Float, panels, k int) (did int) {
	did = min(panels, 2)
	to, from := &y[0], &w[0]
	switch (rowsKind{t, did, AVX512}) {
	case rowsKind{F32, 1, AVX512}:
		rowsPairsF32x1AVX512(to, from, &x[0], k)
	case rowsKind{F32, 2, AVX512}:
		rowsPairsF32x2AVX512(to, from, &x[0], k)
	case rowsKind{F16, 1, AVX512}:
		rowsPairsF16x1AVX512(to, from, &x[0], k)
	case rowsKind{F16, 2, AVX512}:
		rowsPairsF16x2AVX512(to, from, &x[0], k)
	case rowsKind{BF16, 1, AVX512}:
		rowsPairsBF16x1AVX512(to, from, &x[0], k)
	case rowsKind{BF16, 2, AVX512}:
		rowsPairsBF16x2AVX512(to, from, &x[0], k)
	}
	return did
}
