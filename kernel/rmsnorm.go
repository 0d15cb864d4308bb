package kernel

import "math"

// RMSNorm scales one row to unit root mean square and returns r:
//
//	r = 1/√(mean x² + ε)    y[j] = x[j]·r·w[j]
//
// w may be nil, for 1.
func RMSNorm(y, x, w []Float, eps Float) (rstd Float) {
	mean := Fold(SumSquare, 0, x) / float64(len(x))
	rstd = Float(1 / math.Sqrt(mean+float64(eps)))
	normalise(y, x, w, nil, 0, 0, rstd)
	return rstd
}

// RMSNormBack is the way back of one row. With n = x·r and g = w ⊙ dy
//
//	dx (=|+=) r·(g − n·mean(g ⊙ n))    dw += n ⊙ dy
//
// dx, w, dw may be nil.
func RMSNormBack(dx, dw, x, w, dy []Float, rstd Float, add bool) {
	if dx != nil {
		_, sgd := normSums(x, w, dy, 0)
		mgn := float64(rstd) * sgd / float64(len(x))
		normBackX(dx, x, w, dy, 0, 0, rstd, 0, Float(mgn), add)
	}
	normBackW(dw, nil, x, dy, 0, 0, rstd)
}
