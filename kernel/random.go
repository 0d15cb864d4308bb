package kernel

import "math"

// Random is number i of the stream named key: 64 random bits that depend on
// nothing else, so any worker can draw any element. It is the finaliser of
// SplitMix64 (Steele, Lea & Flood 2014) over key and counter, applied twice.
func Random(key uint64, i int) uint64 {
	return mix(mix(key+golden*uint64(i+1)) ^ key)
}

const golden = 0x9e3779b97f4a7c15 // 2⁶⁴ divided by the golden ratio

func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Uniform is number i of the stream named key, uniform in [0, 1).
func Uniform(key uint64, i int) Float { return Float(Random(key, i)>>40) * (1.0 / (1 << 24)) }

// Dropout is  y[i] (=|+=) x[i]/(1−p)  where Uniform(key, first+i) ≥ p, else 0: inverted
// dropout (Srivastava et al. 2014), whose expectation is x. All levels give the same bits.
func Dropout(y, x []Float, first int, p Float, key uint64, add bool) {
	x = x[:len(y)]
	bar := uint64(math.Ceil(float64(p) * (1 << 24))) // Uniform ≥ p, in whole numbers
	scale := Float(0)
	if p < 1 {
		scale = 1 / (1 - p)
	}
	if dropoutVector(y, x, key+golden*uint64(first+1), key, bar-1, scale, add) {
		return
	}
	for i, v := range x {
		v = Float(v * (scale * when(Random(key, first+i)>>40 >= bar)))
		if add {
			v += y[i]
		}
		y[i] = v
	}
}
