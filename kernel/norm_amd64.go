//go:build amd64 && !purego && !f64

package kernel

// The loops of norm.go with vectors; each reports whether the level in use has them.

func normMomentsVector(x []Float, mean Float) (sd, sdd float64, ok bool) {
	if level == Generic || len(x) == 0 {
		return 0, 0, false
	}
	if level == AVX512 {
		sd, sdd = normMomentsAVX512(&x[0], len(x), mean)
	} else {
		sd, sdd = normMomentsAVX2(&x[0], len(x), mean)
	}
	return sd, sdd, true
}

func normaliseVector(y, x, w, b []Float, mean, shift, r Float) bool {
	if level == Generic || len(x) == 0 {
		return false
	}
	y = y[:len(x)]
	if level == AVX512 {
		normaliseAVX512(&y[0], &x[0], first(w, len(x)), first(b, len(x)), len(x), mean, shift, r)
	} else {
		normaliseAVX2(&y[0], &x[0], first(w, len(x)), first(b, len(x)), len(x), mean, shift, r)
	}
	return true
}

func normSumsVector(x, w, dy []Float, mean Float) (sg, sgd float64, ok bool) {
	if level == Generic || len(x) == 0 {
		return 0, 0, false
	}
	dy = dy[:len(x)]
	if level == AVX512 {
		sg, sgd = normSumsAVX512(&x[0], first(w, len(x)), &dy[0], len(x), mean)
	} else {
		sg, sgd = normSumsAVX2(&x[0], first(w, len(x)), &dy[0], len(x), mean)
	}
	return sg, sgd, true
}

func normBackXVector(dx, x, w, dy []Float, mean, shift, r, mg, mgn Float, add bool) bool {
	if level == Generic || len(x) == 0 {
		return false
	}
	dx, dy = dx[:len(x)], dy[:len(x)]
	if level == AVX512 {
		normBackXAVX512(&dx[0], &x[0], first(w, len(x)), &dy[0], len(x), mean, shift, r, mg, mgn, oneIf(add))
	} else {
		normBackXAVX2(&dx[0], &x[0], first(w, len(x)), &dy[0], len(x), mean, shift, r, mg, mgn, oneIf(add))
	}
	return true
}

func normBackWVector(dw, db, x, dy []Float, mean, shift, r Float) bool {
	if level == Generic || len(x) == 0 {
		return false
	}
	dy = dy[:len(x)]
	if level == AVX512 {
		normBackWAVX512(first(dw, len(x)), first(db, len(x)), &x[0], &dy[0], len(x), mean, shift, r)
	} else {
		normBackWAVX2(first(dw, len(x)), first(db, len(x)), &x[0], &dy[0], len(x), mean, shift, r)
	}
	return true
}

// first points to the first of n > 0 numbers; it is nil if x is.
func first(x []Float, n int) *Float {
	if x == nil {
		return nil
	}
	return &x[:n][0]
}

// oneIf is 1 for true.
func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
}
