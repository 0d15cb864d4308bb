package kernel

import "math"

// LayerNorm normalises one row and returns its mean μ and r = 1/σ:
//
//	μ = mean x    r = 1/√(mean (x−μ)² + ε)    y[j] = (x[j]−μ)·r·w[j] + b[j]
//
// w and b may be nil, for 1 and 0. The variance is that of centred values, so
// that a mean far above the spread costs no digits.
func LayerNorm(y, x, w, b []Float, eps Float) (mean, rstd Float) {
	n := float64(len(x))
	sum := 0.0
	for _, v := range x {
		sum += float64(v)
	}
	μ, sq := sum/n, 0.0
	for _, v := range x {
		d := float64(v) - μ
		sq += d * d
	}
	r := 1 / math.Sqrt(sq/n+float64(eps))
	for j, v := range x {
		n := Float((float64(v) - μ) * r)
		if w != nil {
			n *= w[j]
		}
		if b != nil {
			n += b[j]
		}
		y[j] = n
	}
	return Float(μ), Float(r)
}

// LayerNormBack is the way back of one row. With n = (x−μ)·r and g = w ⊙ dy
//
//	dx (=|+=) r·(g − mean g − n·mean(g ⊙ n))    dw += n ⊙ dy    db += dy
//
// dx, w, dw, db may be nil. The mean comes rounded to a Float; what it lost is
// found again as δ = mean(x−μ).
func LayerNormBack(dx, dw, db, x, w, dy []Float, mean, rstd Float, add bool) {
	n := float64(len(x))
	r, μ := float64(rstd), float64(mean)
	var sd, sg, sgd float64 // Σ d, Σ g, Σ g·d  of  d = x−μ
	for j, v := range x {
		g, d := float64(dy[j]), float64(v)-μ
		if w != nil {
			g *= float64(w[j])
		}
		sd += d
		sg += g
		sgd += g * d
	}
	μ += sd / n
	mg, mgn := sg/n, r*(sgd-sd/n*sg)/n
	if dx != nil {
		for j, v := range x {
			g, d := float64(dy[j]), float64(v)-μ
			if w != nil {
				g *= float64(w[j])
			}
			t := Float(r * (g - mg - d*r*mgn))
			if add {
				t += dx[j]
			}
			dx[j] = t
		}
	}
	if dw != nil {
		for j, v := range x {
			dw[j] += Float((float64(v)-μ)*r) * dy[j]
		}
	}
	if db != nil {
		for j, g := range dy {
			db[j] += g
		}
	}
}
