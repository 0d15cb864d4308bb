package kernel

import "math"

// RMSNorm scales one row to unit root mean square and returns r:
//
//	r = 1/√(mean x² + ε)    y[j] = x[j]·r·w[j]
//
// w may be nil, for 1.
func RMSNorm(y, x, w []Float, eps Float) (rstd Float) {
	sq := 0.0
	for _, v := range x {
		sq += float64(v) * float64(v)
	}
	r := Float(1 / math.Sqrt(sq/float64(len(x))+float64(eps)))
	if w == nil {
		for j, v := range x {
			y[j] = v * r
		}
		return r
	}
	for j, v := range x {
		y[j] = v * r * w[j]
	}
	return r
}

// RMSNormBack is the way back of one row. With n = x·r and g = w ⊙ dy
//
//	dx (=|+=) r·(g − n·mean(g ⊙ n))    dw += n ⊙ dy
//
// dx, w, dw may be nil.
func RMSNormBack(dx, dw, x, w, dy []Float, rstd Float, add bool) {
	r, sum := float64(rstd), 0.0
	if dx != nil {
		for j, v := range x {
			g := float64(dy[j])
			if w != nil {
				g *= float64(w[j])
			}
			sum += g * float64(v)
		}
		k := r * r * r * sum / float64(len(x)) // r·n·mean(g ⊙ n) = k·x
		for j, v := range x {
			g := dy[j]
			if w != nil {
				g *= w[j]
			}
			t := rstd*g - Float(k*float64(v))
			if add {
				t += dx[j]
			}
			dx[j] = t
		}
	}
	if dw != nil {
		for j, v := range x {
			dw[j] += v * rstd * dy[j]
		}
	}
}
