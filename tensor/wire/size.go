package wire

import "math/bits"

// Caps that hold for every format. They are far above what real models need
// (the largest published checkpoints have some 60,000 tensors in all of their
// files) and low enough that a hostile file cannot exhaust memory with them.
const (
	MaxString   = 16 << 20 // bytes of one string
	MaxTensors  = 65536    // tensors in one file
	MaxMetadata = 65536    // metadata keys in one file
	MaxDims     = 8        // dimensions of one tensor
	MaxAlign    = 65536    // alignment of data, a power of two
)

// Step is how much is allocated at once on the word of a file: memory grows
// with the bytes that really arrive, not with the number that was promised.
const Step = 1 << 20

// Mul is a·b, and whether the product fits.
func Mul(a, b uint64) (uint64, bool) {
	hi, lo := bits.Mul64(a, b)
	return lo, hi == 0
}

// Add is a+b, and whether the sum fits.
func Add(a, b uint64) (uint64, bool) {
	s, carry := bits.Add64(a, b, 0)
	return s, carry == 0
}

// Product multiplies the dimensions of a shape, and says whether the product of
// the non-zero ones fits an int64: with a dimension of zero the result is 0, but
// the rest must still be a size that could exist.
func Product(dims ...uint64) (uint64, bool) {
	p, zero, ok := uint64(1), false, true
	for _, d := range dims {
		if d == 0 {
			zero = true
			continue
		}
		if p, ok = Mul(p, d); !ok || p > 1<<63-1 {
			return 0, false
		}
	}
	if zero {
		return 0, true
	}
	return p, true
}
