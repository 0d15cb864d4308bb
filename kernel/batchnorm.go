package kernel

import "math"

// BatchNorm normalises one channel ch over a batch x (n, c, l) and returns its mean μ and r = 1/σ:
//
//	μ = mean x    r = 1/√(mean (x−μ)² + ε)    y = act((x−μ)·r·w + b)      means over n and l
//
// act is Identity or ReLU. w and b (c) may be nil, for 1 and 0. Sums are taken in float64, and the variance is that of
// centred values, so that a mean far above the spread costs no digits.
func BatchNorm(y, x, w, b []Float, n, c, l, ch int, eps Float, act Fn, add bool) (mean, rstd Float) {
	if n*l == 0 {
		return 0, Float(1 / math.Sqrt(float64(eps)))
	}
	count, pivot := float64(n*l), x[ch*l] // near the mean, as far as the spread goes
	var sd, sdd float64
	for i := range n {
		d, dd := normMoments(x[(i*c+ch)*l:][:l], pivot)
		sd, sdd = sd+d, sdd+dd
	}
	δ := sd / count
	rstd = Float(1 / math.Sqrt(max(sdd/count-float64(δ*δ), 0)+float64(eps)))
	mean = Float(float64(pivot) + δ)
	δ = float64(pivot) + δ - float64(mean)
	scale, shift := rstd, Float(0)
	if w != nil {
		scale *= w[ch]
	}
	if b != nil {
		shift = b[ch]
	}
	least := Float(math.Inf(-1))
	if act == ReLU {
		least = 0
	}
	for i := range n {
		k := (i*c + ch) * l
		batchApply(y[k:k+l], x[k:k+l], mean, Float(δ), scale, shift, least, add)
	}
	return mean, rstd
}

// BatchNormBack is the way back of one channel. With n = (x−μ)·r and h = act′·dy, where act′ is found from y,
//
//	dx (=|+=) r·w·(h − mean h − n·mean(h ⊙ n))    dw = Σ h ⊙ n    db = Σ h
//
// dx and w may be nil. The mean comes rounded to a Float; what it lost is found again as δ = mean(x−μ).
func BatchNormBack(dx, x, y, w, dy []Float, mean, rstd Float, n, c, l, ch int, act Fn, add bool) (dw, db float64) {
	count := float64(n * l)
	var sd, sh, shd float64
	for i := range n {
		k := (i*c + ch) * l
		d, h, hd := batchSums(x[k:k+l], out(y, act, k, l), dy[k:k+l], mean)
		sd, sh, shd = sd+d, sh+h, shd+hd
	}
	δ := sd / count
	db = sh
	dw = float64(rstd) * (shd - float64(δ*sh))
	if dx == nil {
		return dw, db
	}
	scale := rstd
	if w != nil {
		scale *= w[ch]
	}
	for i := range n {
		k := (i*c + ch) * l
		batchBackX(dx[k:k+l], x[k:k+l], out(y, act, k, l), dy[k:k+l], mean, Float(δ), rstd, Float(db/count), Float(dw/count), scale, add)
	}
	return dw, db
}

// out is the row of y that says where act passes a gradient: nil where it is the identity.
func out(y []Float, act Fn, k, l int) []Float {
	if act != ReLU {
		return nil
	}
	return y[k : k+l]
}

// batchApply is  y (=|+=) max((x − mean − shift)·scale + b, least).
func batchApply(y, x []Float, mean, shift, scale, b, least Float, add bool) {
	if batchApplyVector(y, x, mean, shift, scale, b, least, add) {
		return
	}
	for j, v := range x {
		v = Float((v-mean-shift)*scale) + b
		if v < least {
			v = least
		}
		if add {
			v += y[j]
		}
		y[j] = v
	}
}

// batchSums is  Σ d, Σ h  and  Σ h·d  of  d = x − mean  and the h that are dy where y is above 0, all of them if y is nil.
func batchSums(x, y, dy []Float, mean Float) (sd, sh, shd float64) {
	if sd, sh, shd, ok := batchSumsVector(x, y, dy, mean); ok {
		return sd, sh, shd
	}
	var c, a, b lanes
	for j, v := range x {
		d, h := float64(v-mean), float64(passing(dy[j], y, j))
		c[j%16] += d
		a[j%16] += h
		b[j%16] += h * d
	}
	return c.sum(), a.sum(), b.sum()
}

// batchBackX is  dx (=|+=) (h − mh − (x − mean − shift)·r·mhn)·scale  of the h of batchSums.
func batchBackX(dx, x, y, dy []Float, mean, shift, r, mh, mhn, scale Float, add bool) {
	if batchBackXVector(dx, x, y, dy, mean, shift, r, mh, mhn, scale, add) {
		return
	}
	for j, v := range x {
		v = Float((passing(dy[j], y, j) - mh - Float((v-mean-shift)*r*mhn)) * scale)
		if add {
			v += dx[j]
		}
		dx[j] = v
	}
}

// passing is g, but 0 where there is a y that is not above 0.
func passing(g Float, y []Float, j int) Float {
	if y != nil && !(y[j] > 0) {
		return 0
	}
	return g
}
