package kernel

import "math"

// BatchNorm normalises one channel ch over a batch x (n, c, l) and returns its mean μ and r = 1/σ:
//
//	μ = mean x    r = 1/√(mean (x−μ)² + ε)    y = act((x−μ)·r·w + b)      means over n and l
//
// act is Identity or ReLU. w and b (c) may be nil, for 1 and 0. Sums are taken in float64, and the variance is that of
// centred values, so that a mean far above the spread costs no digits.
func BatchNorm(y, x, w, b []Float, n, c, l, ch int, eps Float, act Fn, add bool) (mean, rstd Float) {
	count, μ := float64(n*l), 0.0
	for i := range n {
		μ = Fold(SumAll, μ, x[(i*c+ch)*l:][:l])
	}
	mean = Float(μ / count)
	var sd, sdd float64
	for i := range n {
		d, dd := normMoments(x[(i*c+ch)*l:][:l], mean)
		sd, sdd = sd+d, sdd+dd
	}
	δ := sd / count
	rstd = Float(1 / math.Sqrt(max(sdd/count-float64(δ*δ), 0)+float64(eps)))
	scale, shift := rstd, Float(0)
	if w != nil {
		scale *= w[ch]
	}
	if b != nil {
		shift = b[ch]
	}
	for i := range n {
		k := (i*c + ch) * l
		for j, v := range x[k : k+l] {
			v = Float((v-mean-Float(δ))*scale) + shift
			if act == ReLU {
				v = max(v, 0)
			}
			if add {
				v += y[k+j]
			}
			y[k+j] = v
		}
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
		for j, v := range x[k : k+l] {
			d := float64(v - mean)
			sd += d
			if act == ReLU && !(y[k+j] > 0) {
				continue
			}
			sh += float64(dy[k+j])
			shd += float64(float64(dy[k+j]) * d)
		}
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
	mh, mhn := Float(db/count), Float(dw/count)
	for i := range n {
		k := (i*c + ch) * l
		for j, v := range x[k : k+l] {
			h := dy[k+j]
			if act == ReLU && !(y[k+j] > 0) {
				h = 0
			}
			v = Float((h - mh - Float((v-mean-Float(δ))*rstd*mhn)) * scale)
			if add {
				v += dx[k+j]
			}
			dx[k+j] = v
		}
	}
	return dw, db
}
