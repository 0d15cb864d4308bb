package kernel

import "math"

// LayerNorm normalises one row and returns its mean μ and r = 1/σ:
//
//	μ = mean x    r = 1/√(mean (x−μ)² + ε)    y[j] = (x[j]−μ)·r·w[j] + b[j]
//
// w and b may be nil, for 1 and 0. Sums are taken in float64, and the variance is that of centred
// values, so that a mean far above the spread costs no digits.
func LayerNorm(y, x, w, b []Float, eps Float) (mean, rstd Float) {
	n := float64(len(x))
	μ := Fold(SumAll, 0, x) / n
	mean = Float(μ)
	sd, sdd := normMoments(x, mean)
	δ := sd / n
	rstd = Float(1 / math.Sqrt(max(sdd/n-float64(δ*δ), 0)+float64(eps)))
	normalise(y, x, w, b, mean, Float(δ), rstd)
	return mean, rstd
}

// LayerNormBack is the way back of one row. With n = (x−μ)·r and g = w ⊙ dy
//
//	dx (=|+=) r·(g − mean g − n·mean(g ⊙ n))    dw += n ⊙ dy    db += dy
//
// dx, w, dw, db may be nil. The mean comes rounded to a Float; what it lost is
// found again as δ = mean(x−μ).
func LayerNormBack(dx, dw, db, x, w, dy []Float, mean, rstd Float, add bool) {
	n := float64(len(x))
	sd, _ := normMoments(x, mean)
	δ := sd / n
	if dx != nil {
		sg, sgd := normSums(x, w, dy, mean)
		mgn := float64(rstd) * (sgd - float64(δ*sg)) / n
		normBackX(dx, x, w, dy, mean, Float(δ), rstd, Float(sg/n), Float(mgn), add)
	}
	normBackW(dw, db, x, dy, mean, Float(δ), rstd)
}
