package kernel

// Scales of a part of a block, found by trying some and keeping the best. A scale that maps the largest number to the last
// code wastes codes when that number is an outlier, so scales around it are tried; for the codes that each gives, the scale
// with the least weighted square error follows in closed form.

// The last code stands for the largest number, or for up to one code less or more: so many tries, so far apart.
const (
	fitSteps = 20
	fitStep  = 0.1
)

// fitAffine finds scale ≥ 0 and least ≥ 0 of x ≈ scale·q − least with codes q from 0 to top, for weights w of the square errors.
func fitAffine(x, w []float32, top int) (scale, least float32) {
	lo, hi := bounds(x)
	lo = min(lo, 0)
	if hi <= lo {
		return 0, -lo
	}
	var sw, sx float32
	for i, v := range x {
		sw += w[i]
		sx += float32(w[i] * v)
	}
	scale, m := (hi-lo)/float32(top), lo
	best := errorOf(x, w, scale, m, lo, 1/scale, top)
	for step := range fitSteps + 1 {
		id := (float32(top) - 1 + fitStep*float32(step)) / (hi - lo)
		var sq, sqq, sxq float32
		for i, v := range x {
			q := float32(nearestCode((v-lo)*id, 0, top))
			sq += float32(w[i] * q)
			sqq += float32(w[i] * q * q)
			sxq += float32(w[i] * q * v)
		}
		det := float32(sw*sqq) - float32(sq*sq)
		if det <= 0 {
			continue
		}
		s, t := (float32(sw*sxq)-float32(sx*sq))/det, (float32(sqq*sx)-float32(sq*sxq))/det
		if t > 0 {
			s, t = sxq/sqq, 0
		}
		if e := errorOf(x, w, s, t, lo, id, top); e < best {
			best, scale, m = e, s, t
		}
	}
	return scale, -m
}

// errorOf is Σ w·(s·q + m − x)², q being the codes of x that lo and id give.
func errorOf(x, w []float32, s, m, lo, id float32, top int) (sum float32) {
	for i, v := range x {
		q := float32(nearestCode((v-lo)*id, 0, top))
		d := float32(s*q) + m - v
		sum += float32(w[i] * d * d)
	}
	return sum
}

// fitSymmetric finds the scale of x ≈ scale·(q − half) with codes q from 0 to 2·half − 1, for weights x² of the square errors:
// with c = q − half, scale = Σx²·xc / Σx²·c² leaves Σx²·x² − (Σx²·xc)²/Σx²·c². It has the sign that puts the number farthest from 0 at −half.
func fitSymmetric(x []float32, half int) (scale float32) {
	far := farthest(x)
	if far == 0 {
		return 0
	}
	best := 0.0
	for try := -9; try <= 9; try++ {
		id := -(float64(half) + fitStep*float64(try)) / float64(far)
		var xc, cc float64
		for _, v := range x {
			c, u := float64(nearestCode(float32(float64(v)*id), -half, half-1)), float64(v)
			xc += float64(u * u * u * c)
			cc += float64(u * u * c * c)
		}
		if cc > 0 && float64(xc*xc) > best*cc {
			best, scale = xc*xc/cc, float32(xc/cc)
		}
	}
	return scale
}
