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
// to its codes; where weights have least numbers (Q4_K, Q5_K) the sums are Σc as int16.

// PackedQuantX is the bytes that k numbers take for products with weights of kind q.
func PackedQuantX(q Quant, k int) int { return k / q.Block() * xBytes(q) }

// xBytes is the bytes of a block.
func xBytes(q Quant) int { return q.Block() + sumsBytes(q) + 4 }

// sumsBytes is the bytes of its sums.
func sumsBytes(q Quant) int {
	if p := packings[q]; !p.least {
		return 4 * p.parts
	}
	return 2 * packings[q].parts
}

// partSum is the sum of a part.
func partSum(q Quant, sums []byte, part int) int32 {
	if packings[q].least {
		return int32(int16(binary.LittleEndian.Uint16(sums[2*part:])))
	}
	return int32(binary.LittleEndian.Uint32(sums[4*part:]))
}

// PackQuantX rounds x, whose length is a multiple of the block of q, for products with weights of kind q. Numbers should be
// finite; a block whose largest is below 2⁻¹⁰⁰ becomes zeros.
func PackQuantX(dst []byte, q Quant, x []Float) {
	p, size, sums := packings[q], q.Block(), sumsBytes(q)
	per := size / p.parts / roundStep // sums of 16 in that of a part
	var sixteens [maxBlock / roundStep]int32
	for len(x) > 0 {
		far := farthestOf(x[:size])
		roundX(dst[:size], sixteens[:], x[:size], 127*inverse(far))
		rest := dst[size:]
		for part := range p.parts {
			sum := int32(0)
			for _, s := range sixteens[part*per : (part+1)*per] {
				sum += s
			}
			if p.least {
				binary.LittleEndian.PutUint16(rest[2*part:], uint16(sum))
			} else {
				binary.LittleEndian.PutUint32(rest[4*part:], uint32(-p.zero*sum))
			}
		}
		rest = rest[sums:]
		binary.LittleEndian.PutUint32(rest, math.Float32bits(far/127))
		x, dst = x[size:], rest[4:]
	}
}

// farthestOf is the largest magnitude in x, or 0 where that is so small that its inverse might not be finite.
func farthestOf(x []Float) float32 {
	far := float32(0)
	if v, ok := farthestVector(x); ok {
		far = float32(v)
	} else {
		for _, v := range x {
			far = max(far, float32(math.Abs(float64(float32(v)))))
		}
	}
	if far < 0x1p-100 {
		return 0
	}
	return far
}

// roundStep is how many codes share a sum of roundX.
const roundStep = 16

// roundX makes codes of id·x and sums of 16 of them each.
func roundX(dst []byte, sums []int32, x []Float, id float32) {
	if roundVector(dst, sums, x, Float(id)) {
		return
	}
	for at := 0; at < len(x); at += roundStep {
		sum := int32(0)
		for i, v := range x[at : at+roundStep] {
			c := int32(code(float32(math.RoundToEven(float64(float32(v)*id))), -127, 127))
			dst[at+i] = byte(c)
			sum += c
		}
		sums[at/roundStep] = sum
	}
}
