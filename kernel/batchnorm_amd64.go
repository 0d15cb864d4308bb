//go:build amd64 && !purego && !f64

package kernel

// The loops of batchnorm.go with vectors; each reports whether the level in use has them.

func batchApplyVector(y, x []Float, mean, shift, scale, b, least Float, add bool) bool {
	if level == Generic || len(x) == 0 {
		return false
	}
	y = y[:len(x)]
	if level == AVX512 {
		batchApplyAVX512(&y[0], &x[0], len(x), mean, shift, scale, b, least, oneIf(add))
	} else {
		batchApplyAVX2(&y[0], &x[0], len(x), mean, shift, scale, b, least, oneIf(add))
	}
	return true
}

func batchSumsVector(x, y, dy []Float, mean Float) (sd, sh, shd float64, ok bool) {
	if level == Generic || len(x) == 0 {
		return 0, 0, 0, false
	}
	dy = dy[:len(x)]
	if level == AVX512 {
		sd, sh, shd = batchSumsAVX512(&x[0], first(y, len(x)), &dy[0], len(x), mean)
	} else {
		sd, _ = normMomentsAVX2(&x[0], len(x), mean)
		sh, shd = batchSumsAVX2(&x[0], first(y, len(x)), &dy[0], len(x), mean)
	}
	return sd, sh, shd, true
}

func batchBackXVector(dx, x, y, dy []Float, mean, shift, r, mh, mhn, scale Float, add bool) bool {
	if level == Generic || len(x) == 0 {
		return false
	}
	dx, dy = dx[:len(x)], dy[:len(x)]
	if level == AVX512 {
		batchBackXAVX512(&dx[0], &x[0], first(y, len(x)), &dy[0], len(x), mean, shift, r, mh, mhn, scale, oneIf(add))
	} else {
		batchBackXAVX2(&dx[0], &x[0], first(y, len(x)), &dy[0], len(x), mean, shift, r, mh, mhn, scale, oneIf(add))
	}
	return true
}
