package kernel

import (
	"encoding/binary"
	"math"
)

// Numbers that are multiplied with weights in panels become integers of 8 bits: of each block of as many as the weights' has,
//
//	d = max |x| / 127    c = x/d to the nearest integer, ties to even
//
// and lie as  codes, a byte each | of each of the block's parts −zero·Σc as int32 | d float32,  zero being what the panel added
// to its codes; where weights have least numbers the sums are Σc, as int16 if there are several.

// PackedQuantX is the bytes that k numbers take for products with weights of kind q.
func PackedQuantX(q Quant, k int) int { return k / q.Block() * xBytes(q) }

// xBytes is the bytes of a block.
func xBytes(q Quant) int { return q.Block() + sumsBytes(q) + 4 }

// sumsBytes is the bytes of its sums.
func sumsBytes(q Quant) int { return packings[q].parts * sumBytes(q) }

func sumBytes(q Quant) int {
	if p := &packings[q]; p.least && p.parts > 1 {
		return 2
	}
	return 4
}

// partSum is the sum of a part.
func partSum(q Quant, sums []byte, part int) int32 {
	if sumBytes(q) == 2 {
		return int32(int16(binary.LittleEndian.Uint16(sums[2*part:])))
	}
	return int32(binary.LittleEndian.Uint32(sums[4*part:]))
}

// sumFactor is what the sums of codes are multiplied by.
func sumFactor(q Quant) int {
	if p := &packings[q]; !p.least {
		return -int(p.zero)
	}
	return 1
}

// PackQuantX rounds x, whose length is a multiple of the block of q, for products with weights of kind q. A block whose largest
// number is below 2⁻¹⁰⁰ becomes zeros; where one is not finite, d is NaN, and so are the products.
func PackQuantX(dst []byte, q Quant, x []Float) {
	if len(x) == 0 || packXVector(dst, q, x) {
		return
	}
	size, step := q.Block(), xBytes(q)
	for ; len(x) > 0; x = x[size:] {
		packBlockX(dst, q, x[:size])
		dst = dst[step:]
	}
}

// packBlockX is PackQuantX of a block.
func packBlockX(dst []byte, q Quant, x []Float) {
	far, id := scaleOf(x)
	parts, size := packings[q].parts, len(x)
	for part := range parts {
		sum, from := int32(0), part*size/parts
		for i, v := range x[from : from+size/parts] {
			c := int32(-128)
			if r := float32(v) * id; r == r {
				c = int32(code(float32(math.RoundToEven(float64(r))), -127, 127))
			}
			dst[from+i] = byte(c)
			sum += c
		}
		putSum(dst[size:], q, part, sum)
	}
	binary.LittleEndian.PutUint32(dst[size+sumsBytes(q):], math.Float32bits(far/127))
}

// putSum writes the sum of a part's codes.
func putSum(sums []byte, q Quant, part int, sum int32) {
	sum *= int32(sumFactor(q))
	if sumBytes(q) == 2 {
		binary.LittleEndian.PutUint16(sums[2*part:], uint16(sum))
	} else {
		binary.LittleEndian.PutUint32(sums[4*part:], uint32(sum))
	}
}

// scaleOf is the largest magnitude in x and what x is multiplied by: 0 and 0 where that is so small that its inverse might not be
// finite, NaN and 0 where it is not finite.
func scaleOf(x []Float) (far, id float32) {
	bits := uint32(0)
	for _, v := range x {
		bits = max(bits, math.Float32bits(float32(v))&math.MaxInt32) // infinity is above what is finite, NaN above that
	}
	return scaleFrom(bits)
}

// scaleFrom is scaleOf of numbers whose largest magnitude has these bits.
func scaleFrom(bits uint32) (far, id float32) {
	switch far = math.Float32frombits(bits); {
	case far < 0x1p-100:
		return 0, 0
	case far <= math.MaxFloat32:
		return far, 127 * (1 / far)
	}
	return math.Float32frombits(0x7fc00000), 0
}
