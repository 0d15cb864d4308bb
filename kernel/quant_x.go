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

// PackQuantX rounds x, whose length is a multiple of the block of q, for products with weights of kind q. Numbers should be
// finite; a block whose largest is below 2⁻¹⁰⁰ becomes zeros.
func PackQuantX(dst []byte, q Quant, x []Float) {
	if len(x) == 0 || packXVector(dst, q, x) {
		return
	}
	p, size, sums := &packings[q], q.Block(), sumsBytes(q)
	for ; len(x) > 0; x = x[size:] {
		far := farthestOf(x[:size])
		id := 127 * inverse(far)
		for part := range p.parts {
			sum, from := int32(0), part*size/p.parts
			for i, v := range x[from : from+size/p.parts] {
				c := int32(code(float32(math.RoundToEven(float64(float32(v)*id))), -127, 127))
				dst[from+i] = byte(c)
				sum += c
			}
			sum *= int32(sumFactor(q))
			if sumBytes(q) == 2 {
				binary.LittleEndian.PutUint16(dst[size+2*part:], uint16(sum))
			} else {
				binary.LittleEndian.PutUint32(dst[size+4*part:], uint32(sum))
			}
		}
		binary.LittleEndian.PutUint32(dst[size+sums:], math.Float32bits(far/127))
		dst = dst[size+sums+4:]
	}
}

// farthestOf is the largest magnitude in x, or 0 where that is so small that its inverse might not be finite.
func farthestOf(x []Float) float32 {
	far := float32(0)
	for _, v := range x {
		far = max(far, float32(math.Abs(float64(float32(v)))))
	}
	if far < 0x1p-100 {
		return 0
	}
	return far
}
