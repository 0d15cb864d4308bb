package kernel

import (
	"encoding/binary"
	"math"
)

// Blocks of 32 numbers. Where q has four bits, byte j of the last 16 holds number j in its lower half and number j + 16 in its upper.

// d F16 | q 16 bytes
func getQ4_0(y []Float, b []byte) {
	d := f16(b)
	for j, q := range b[2:18] {
		y[j] = Float(d * float32(int(q&15)-8))
		y[j+16] = Float(d * float32(int(q>>4)-8))
	}
}

// d, m F16 | q 16 bytes
func getQ4_1(y []Float, b []byte) {
	d, m := f16(b), f16(b[2:])
	for j, q := range b[4:20] {
		y[j] = Float(float32(d*float32(q&15)) + m)
		y[j+16] = Float(float32(d*float32(q>>4)) + m)
	}
}

// d F16 | bit j: the fifth of number j | q 16 bytes
func getQ5_0(y []Float, b []byte) {
	d, high := f16(b), binary.LittleEndian.Uint32(b[2:])
	for j, q := range b[6:22] {
		y[j] = Float(d * float32(int(uint32(q&15)|high>>j&1<<4)-16))
		y[j+16] = Float(d * float32(int(uint32(q>>4)|high>>(j+16)&1<<4)-16))
	}
}

// d, m F16 | bit j: the fifth of number j | q 16 bytes
func getQ5_1(y []Float, b []byte) {
	d, m, high := f16(b), f16(b[2:]), binary.LittleEndian.Uint32(b[4:])
	for j, q := range b[8:24] {
		y[j] = Float(float32(d*float32(uint32(q&15)|high>>j&1<<4)) + m)
		y[j+16] = Float(float32(d*float32(uint32(q>>4)|high>>(j+16)&1<<4)) + m)
	}
}

// d F16 | q 32 bytes, signed
func getQ8_0(y []Float, b []byte) {
	d := f16(b)
	for j, q := range b[2:34] {
		y[j] = Float(d * float32(int8(q)))
	}
}

// tableIQ4 are the values of IQ4_NL's codes.
var tableIQ4 = [16]int8{-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113}

// d F16 | q 16 bytes
func getIQ4_NL(y []Float, b []byte) {
	d := f16(b)
	for j, q := range b[2:18] {
		y[j] = Float(d * float32(tableIQ4[q&15]))
		y[j+16] = Float(d * float32(tableIQ4[q>>4]))
	}
}

// tableFP4 are twice the values of floats of 4 bits: 1 sign, 2 exponent, 1 mantissa bit.
var tableFP4 = [16]int8{0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12}

// halfE8M0 is half of the scale 2^(e−127): it goes with tableFP4.
func halfE8M0(e byte) float32 {
	if e < 2 {
		return math.Float32frombits(0x00200000 << e) // below the least normal number
	}
	return math.Float32frombits(uint32(e-1) << 23)
}

// e byte | q 16 bytes
func getMXFP4(y []Float, b []byte) {
	d := halfE8M0(b[0])
	for j, q := range b[1:17] {
		y[j] = Float(d * float32(tableFP4[q&15]))
		y[j+16] = Float(d * float32(tableFP4[q>>4]))
	}
}
