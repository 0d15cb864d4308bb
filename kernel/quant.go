package kernel

import (
	"encoding/binary"
	"fmt"
	"math"
)

// A Quant is a way to store weights in blocks: integers of a few bits that share a scale, as GGUF files hold them. The
// numbers of a block are neighbours in a row. The names are the field's; the layouts are in the functions below.
type Quant uint8

// The kinds of blocks. In the first eight, 32 numbers share a scale d (and a least number m); in those with a K, 256 numbers are
// 8 or 16 parts whose own scales are integers of 4 to 8 bits.
const (
	Q4_0   Quant = iota // d·(q − 8)
	Q4_1                // d·q + m
	Q5_0                // d·(q − 16)
	Q5_1                // d·q + m
	Q8_0                // d·q
	IQ4_NL              // d·t[q], a table denser around 0
	MXFP4               // d·t[q], floats of 4 bits and a power of two (OCP Microscaling Formats 1.0)
	Q2_K                // d·s·q − m·t, s and t of 4 bits for each 16
	Q3_K                // d·s·(q − 4), s of 6 bits for each 16
	Q4_K                // d·s·q − m·t, s and t of 6 bits for each 32
	Q5_K                // d·s·q − m·t, s and t of 6 bits for each 32
	Q6_K                // d·s·(q − 32), s of 8 bits for each 16
	NumQuants
)

// quants says for each kind how many numbers a block has, how many bytes they take, and what reads and writes one.
var quants = [NumQuants]struct {
	name         string
	block, bytes int
	get          func(y []Float, b []byte)
	put          func(b []byte, x []float32)
}{
	Q4_0:   {"Q4_0", 32, 18, getQ4_0, putQ4_0},
	Q4_1:   {"Q4_1", 32, 20, getQ4_1, putQ4_1},
	Q5_0:   {"Q5_0", 32, 22, getQ5_0, putQ5_0},
	Q5_1:   {"Q5_1", 32, 24, getQ5_1, putQ5_1},
	Q8_0:   {"Q8_0", 32, 34, getQ8_0, putQ8_0},
	IQ4_NL: {"IQ4_NL", 32, 18, getIQ4_NL, putIQ4_NL},
	MXFP4:  {"MXFP4", 32, 17, getMXFP4, putMXFP4},
	Q2_K:   {"Q2_K", 256, 84, getQ2_K, putQ2_K},
	Q3_K:   {"Q3_K", 256, 110, getQ3_K, putQ3_K},
	Q4_K:   {"Q4_K", 256, 144, getQ4_K, putQ4_K},
	Q5_K:   {"Q5_K", 256, 176, getQ5_K, putQ5_K},
	Q6_K:   {"Q6_K", 256, 210, getQ6_K, putQ6_K},
}

// maxBlock is the most numbers a block has.
const maxBlock = 256

// String is the kind's name, such as "Q4_K".
func (q Quant) String() string {
	if q < NumQuants {
		return quants[q].name
	}
	return fmt.Sprintf("Quant(%d)", uint8(q))
}

// Block is how many numbers a block holds: 32 or 256.
func (q Quant) Block() int { return quants[q].block }

// Bytes is how many bytes a block takes.
func (q Quant) Bytes() int { return quants[q].bytes }

// GetQuant is y[i] = number i of b, which holds blocks of kind q; len(y) is a multiple of their size. Every product and sum is
// rounded to float32 on its own, so the numbers are the same on every machine.
func GetQuant(q Quant, y []Float, b []byte) {
	k := &quants[q]
	for len(y) > 0 {
		k.get(y[:k.block:k.block], b[:k.bytes:k.bytes])
		y, b = y[k.block:], b[k.bytes:]
	}
}

// PutQuant writes x as blocks of kind q to b; len(x) is a multiple of their size. Numbers are rounded to float32 first and
// should be finite: what a block with NaN or infinities holds means nothing.
func PutQuant(q Quant, b []byte, x []Float) {
	k := &quants[q]
	var v [maxBlock]float32
	for len(x) > 0 {
		for i, a := range x[:k.block] {
			v[i] = float32(a)
		}
		k.put(b[:k.bytes:k.bytes], v[:k.block])
		x, b = x[k.block:], b[k.bytes:]
	}
}

// f16 is the F16 at the start of b.
func f16(b []byte) float32 { return F16Value(binary.LittleEndian.Uint16(b)) }

// setF16 writes d, rounded to F16, to the start of b, and gives it as it is there.
func setF16(b []byte, d float32) float32 {
	h := toF16(math.Float32bits(d))
	binary.LittleEndian.PutUint16(b, h)
	return F16Value(h)
}

// code is v without its fraction, bounded to lo … hi, and lo of NaN.
func code(v float32, lo, hi int) int {
	switch {
	case !(v > float32(lo)):
		return lo
	case v >= float32(hi):
		return hi
	}
	return int(v)
}

// nearestCode is v to the nearest integer, halves away from zero, bounded to lo … hi, and lo of NaN.
func nearestCode(v float32, lo, hi int) int {
	switch {
	case !(v > float32(lo)):
		return lo
	case v >= float32(hi):
		return hi
	}
	return int(float64(v) + math.Copysign(0.5, float64(v))) // a sum that float64 holds
}

// inverse is 1/d, and 0 of 0.
func inverse(d float32) float32 {
	if d == 0 {
		return 0
	}
	return 1 / d
}

// farthest is the number of x with the largest magnitude, the first one of several.
func farthest(x []float32) (far float32) {
	size := float32(0)
	for _, v := range x {
		if a := max(v, -v); a > size {
			size, far = a, v
		}
	}
	return far
}
