package kernel

import (
	"encoding/binary"
	"math"
)

// Halves: numbers of 16 bits, in bytes with the lowest first. F16 is IEEE 754-2008 binary16 (1 sign, 5 exponent, 10 mantissa bits, bias 15);
// BF16 is the upper half of a float32 (1, 8, 7). Both narrow by rounding to
// nearest, ties to even.

// narrow returns the float32 from which a further rounding to 16 bits gives the
// same result as rounding x directly: it rounds to odd (Boldo and Melquiond,
// "Emulation of FMA and correctly rounded sums", 2008), so that no tie arises
// which x was not. Exact when x is a float32, so it costs nothing there.
func narrow(x float64) uint32 {
	f := float32(x)
	b := math.Float32bits(f)
	if float64(f) == x || x != x || b&1 == 1 {
		return b
	}
	if math.IsInf(float64(f), 0) { // x is finite but beyond float32: the largest float32 is odd
		return b - 1
	}
	if math.Abs(float64(f)) > math.Abs(x) {
		return b - 1 // magnitude-wise predecessor
	}
	return b + 1
}

// toBF16 rounds the float32 with bits b.
func toBF16(b uint32) uint16 {
	if b&0x7fffffff > 0x7f800000 {
		return uint16(b>>16) | 0x40 // keep a NaN whose payload lies in the lower half a NaN
	}
	return uint16((b + 0x7fff + b>>16&1) >> 16)
}

// BF16Value is the number that h stands for.
func BF16Value(h uint16) float32 { return math.Float32frombits(uint32(h) << 16) }

// toF16 rounds the float32 with bits b.
func toF16(b uint32) uint16 {
	sign := uint16(b >> 16 & 0x8000)
	b &= 0x7fffffff
	switch {
	case b > 0x7f800000:
		return sign | 0x7e00 | uint16(b>>13&0x3ff) // quiet NaN
	case b >= 0x477ff000: // 65520, halfway past the largest finite 65504
		return sign | 0x7c00
	case b >= 0x38800000: // 2⁻¹⁴, the smallest normal
		b += 0xfff + b>>13&1
		return sign | uint16((b-0x38000000)>>13)
	case b < 0x33000000: // below 2⁻²⁵, half the smallest subnormal
		return sign
	}
	// Subnormal: the value is m·2⁻²⁴ with m rounded. Its float32 mantissa is shifted
	// right until the last bit counts 2⁻²⁴.
	shift := 126 - b>>23
	m := b&0x7fffff | 0x800000
	half := uint32(1) << (shift - 1)
	return sign | uint16((m+half-1+m>>shift&1)>>shift)
}

// F16Value is the number that h stands for.
func F16Value(h uint16) float32 {
	sign := uint32(h&0x8000) << 16
	e, m := uint32(h>>10&31), uint32(h&0x3ff)
	switch e {
	case 31:
		return math.Float32frombits(sign | 0x7f800000 | m<<13)
	case 0:
		f := float32(m) * (1.0 / (1 << 24))
		return math.Float32frombits(sign | math.Float32bits(f))
	}
	return math.Float32frombits(sign | (e+112)<<23 | m<<13)
}

// PutF16 writes x, rounded to F16, to the first 2·len(x) bytes of b.
func PutF16(b []byte, x []Float) {
	done := putF16Vector(b[:2*len(x)], x)
	for i := done; i < len(x); i++ {
		binary.LittleEndian.PutUint16(b[2*i:], toF16(narrow(float64(x[i]))))
	}
}

// PutBF16 writes x, rounded to BF16, to the first 2·len(x) bytes of b.
func PutBF16(b []byte, x []Float) {
	done := putBF16Vector(b[:2*len(x)], x)
	for i := done; i < len(x); i++ {
		binary.LittleEndian.PutUint16(b[2*i:], toBF16(narrow(float64(x[i]))))
	}
}

// GetF16 is y[i] = number i of b, which holds F16.
func GetF16(y []Float, b []byte) {
	done := getF16Vector(y, b[:2*len(y)])
	for i := done; i < len(y); i++ {
		y[i] = Float(F16Value(binary.LittleEndian.Uint16(b[2*i:])))
	}
}

// GetBF16 is y[i] = number i of b, which holds BF16.
func GetBF16(y []Float, b []byte) {
	done := getBF16Vector(y, b[:2*len(y)])
	for i := done; i < len(y); i++ {
		y[i] = Float(BF16Value(binary.LittleEndian.Uint16(b[2*i:])))
	}
}
