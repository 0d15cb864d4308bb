package kernel

import "math"

// RoPEAngles fills cossin (positions, pairs, 2) with cos θ and sin θ of every position p and pair i
// (Su et al. 2021, "RoFormer"), times size, each computed in float64 and rounded once.
//
//	θ = p·frequency[i]
func RoPEAngles(cossin []Float, frequency []float64, size float64) {
	pairs := len(frequency)
	for j := range len(cossin) / 2 {
		p, i := j/pairs, j%pairs
		sin, cos := math.Sincos(float64(p) * frequency[i])
		cossin[2*j], cossin[2*j+1] = Float(size*cos), Float(size*sin)
	}
}

// RoPE rotates the pairs of one head x (d) by the angles of its position, cossin (d/2, 2); back if inverse.
// All levels give the same bits.
//
//	(u, v) → (u·cos − v·sin, v·cos + u·sin)    pairs (i, i+d/2), or (2i, 2i+1) if interleaved
func RoPE(y, x, cossin []Float, interleaved, inverse, add bool) {
	RoPEHeads(y, x, cossin, len(y), interleaved, inverse, add)
}

// RoPEHeads is RoPE of all heads x (h, d) of one position.
func RoPEHeads(y, x, cossin []Float, d int, interleaved, inverse, add bool) {
	if len(y) == 0 {
		return
	}
	x, cossin = x[:len(y)], cossin[:d]
	if ropeVector(y, x, cossin, interleaved, inverse, add) {
		return
	}
	for i := 0; i < len(y); i += d {
		ropeHead(y[i:i+d], x[i:i+d], cossin, interleaved, inverse, add)
	}
}

func ropeHead(y, x, cossin []Float, interleaved, inverse, add bool) {
	d := len(y)
	step, far := 1, d/2
	if interleaved {
		step, far = 2, 1
	}
	for i := range d / 2 {
		cos, sin := cossin[2*i], cossin[2*i+1]
		if inverse {
			sin = -sin
		}
		u, v := x[i*step], x[i*step+far]
		a, b := Float(u*cos)-Float(v*sin), Float(v*cos)+Float(u*sin)
		if add {
			a, b = a+y[i*step], b+y[i*step+far]
		}
		y[i*step], y[i*step+far] = a, b
	}
}
