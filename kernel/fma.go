package kernel

import "math"

// mulAdd is  a·b + c  as the level in use computes it: rounded once where that is fused, else twice.
func mulAdd(a, b, c Float) Float {
	if FloatBits == 32 && level.Fused() {
		return Float(fma32(float32(a), float32(b), float32(c)))
	}
	return Float(a*b) + c // the conversion forbids a fused multiply-add
}

// fma32 is  a·b + c  rounded once. The product is exact in float64; the sum is rounded to odd there, so that rounding
// it again to float32 is as rounding it once (Boldo & Melquiond 2008, "Emulation of FMA and correctly rounded sums").
func fma32(a, b, c float32) float32 {
	p, q := float64(a)*float64(b), float64(c)
	s := p + q
	if bits := math.Float64bits(s); bits&1 == 0 && s-s == 0 { // finite, last bit even
		t := s - p
		if e := (p - (s - t)) + (q - t); e != 0 { // what the sum lost: move to the odd neighbour on that side
			if (e > 0) == (s > 0) {
				bits++
			} else {
				bits--
			}
			s = math.Float64frombits(bits)
		}
	}
	return float32(s)
}
