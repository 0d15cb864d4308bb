package kernel

// The loops that LayerNorm and RMSNorm share, for one row; RMSNorm's mean is 0. All levels give the same bits: sums run
// in lanes, and squares and products of two float32 are exact in float64.
//
// A mean μ is rounded to a Float; what that lost is made good by a shift, the mean of x − μ, so that a mean far
// above the spread costs no digits.

// normMoments is  Σ d  and  Σ d²  of  d = x − mean.
func normMoments(x []Float, mean Float) (sd, sdd float64) {
	if sd, sdd, ok := normMomentsVector(x, mean); ok {
		return sd, sdd
	}
	var a, b lanes
	for i, v := range x {
		d := float64(v - mean)
		a[i%16] += d
		b[i%16] += d * d
	}
	return a.sum(), b.sum()
}

// normalise is  y = (x − mean − shift)·r·w + b.  w and b may be nil.
func normalise(y, x, w, b []Float, mean, shift, r Float) {
	if normaliseVector(y, x, w, b, mean, shift, r) {
		return
	}
	for j, v := range x {
		n := (v - mean - shift) * r
		if w != nil {
			n *= w[j]
		}
		if b != nil {
			n += b[j]
		}
		y[j] = n
	}
}

// normSums is  Σ g  and  Σ g·(x − mean)  of  g = w ⊙ dy.  w may be nil.
func normSums(x, w, dy []Float, mean Float) (sg, sgd float64) {
	if sg, sgd, ok := normSumsVector(x, w, dy, mean); ok {
		return sg, sgd
	}
	var a, b lanes
	for i, v := range x {
		d, g := float64(v-mean), float64(weighed(dy[i], w, i))
		a[i%16] += g
		b[i%16] += g * d
	}
	return a.sum(), b.sum()
}

// normBackX is  dx (=|+=) r·(g − mg − n·mgn)  of  n = (x − mean − shift)·r  and  g = w ⊙ dy.  w may be nil.
func normBackX(dx, x, w, dy []Float, mean, shift, r, mg, mgn Float, add bool) {
	if normBackXVector(dx, x, w, dy, mean, shift, r, mg, mgn, add) {
		return
	}
	for j, v := range x {
		n, g := (v-mean-shift)*r, weighed(dy[j], w, j)
		t := Float((g - mg - Float(n*mgn)) * r)
		if add {
			t += dx[j]
		}
		dx[j] = t
	}
}

// normBackW is  dw += n ⊙ dy  and  db += dy  of  n = (x − mean − shift)·r.  dw and db may be nil.
func normBackW(dw, db, x, dy []Float, mean, shift, r Float) {
	if normBackWVector(dw, db, x, dy, mean, shift, r) {
		return
	}
	if dw != nil {
		for j, v := range x {
			dw[j] += Float((v - mean - shift) * r * dy[j])
		}
	}
	if db != nil {
		addTo(db, dy)
	}
}

// weighed is w[i]·g, rounded; g where w is nil.
func weighed(g Float, w []Float, i int) Float {
	if w != nil {
		g *= w[i]
	}
	return g
}
