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
// to its codes; where it added nothing (Q4_K) the sums are Σc.

// PackedQuantX is the bytes that k numbers take for products with weights of kind q.
func PackedQuantX(q Quant, k int) int { return k / q.Block() * xBytes(q) }

// xBytes is the bytes of a block.
func xBytes(q Quant) int { return q.Block() + 4*packings[q].parts + 4 }

// PackQuantX rounds x, whose length is a multiple of the block of q, for products with weights of kind q. Numbers should be finite.
func PackQuantX(dst []byte, q Quant, x []Float) {
	p, size := packings[q], q.Block()
	per := size / p.parts
	sign := -p.zero
	if p.zero == 0 {
		sign = 1
	}
	for len(x) > 0 {
		block := dst[:xBytes(q):xBytes(q)]
		if !packQuantXVector(block, x[:size], per, sign) {
			packQuantX(block, x[:size], per, sign)
		}
		x, dst = x[size:], dst[len(block):]
	}
}

func packQuantX(dst []byte, x []Float, per int, sign int32) {
	far := float32(0)
	for _, v := range x {
		far = max(far, float32(math.Abs(float64(float32(v)))))
	}
	id := 127 * inverse(far)
	sums := dst[len(x):]
	for at := 0; at < len(x); at += per {
		sum := int32(0)
		for i, v := range x[at : at+per] {
			c := int32(code(float32(math.RoundToEven(float64(float32(v)*id))), -127, 127))
			dst[at+i] = byte(c)
			sum += c
		}
		binary.LittleEndian.PutUint32(sums, uint32(sign*sum))
		sums = sums[4:]
	}
	binary.LittleEndian.PutUint32(sums, math.Float32bits(far/127))
}
