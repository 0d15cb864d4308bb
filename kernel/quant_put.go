package kernel

import (
	"encoding/binary"
	"math"
)

// Quantisers of blocks of 32 numbers. Those of Q4_0, Q4_1, Q5_0, Q5_1 and Q8_0 give the bytes of the format's reference: one
// scale by the number that is farthest from 0, or by the range, then codes to the nearest.

// putHalves writes the lower four bits of 32 codes: number j in the lower half of byte j, number j + 16 in the upper.
func putHalves(b []byte, codes *[32]int) {
	for j := range 16 {
		b[j] = byte(codes[j]&15 | codes[j+16]&15<<4)
	}
}

// putFifths writes the fifth bit of code j to bit j.
func putFifths(b []byte, codes *[32]int) {
	bits := uint32(0)
	for j, q := range codes {
		bits |= uint32(q>>4&1) << j
	}
	binary.LittleEndian.PutUint32(b, bits)
}

// aroundZero are the codes q of x ≈ d·(q − half), the number farthest from 0 becoming 0, and d, as stored in b.
func aroundZero(b []byte, x []float32, half int) (codes [32]int) {
	d := farthest(x) / float32(-half)
	setF16(b, d)
	id := inverse(d)
	for j, v := range x {
		codes[j] = code(float32(v*id)+(float32(half)+0.5), 0, 2*half-1)
	}
	return codes
}

// overRange are the codes q of x ≈ d·q + m, from 0 to top, and d and m, as stored in b.
func overRange(b []byte, x []float32, top int) (codes [32]int) {
	lo, hi := bounds(x)
	d := (hi - lo) / float32(top)
	setF16(b, d)
	setF16(b[2:], lo)
	id := inverse(d)
	for j, v := range x {
		codes[j] = code(float32((v-lo)*id)+0.5, 0, top)
	}
	return codes
}

func bounds(x []float32) (lo, hi float32) {
	lo, hi = x[0], x[0]
	for _, v := range x {
		lo, hi = min(lo, v), max(hi, v)
	}
	return lo, hi
}

func putQ4_0(b []byte, x []float32) {
	codes := aroundZero(b, x, 8)
	putHalves(b[2:], &codes)
}

func putQ4_1(b []byte, x []float32) {
	codes := overRange(b, x, 15)
	putHalves(b[4:], &codes)
}

func putQ5_0(b []byte, x []float32) {
	codes := aroundZero(b, x, 16)
	putFifths(b[2:], &codes)
	putHalves(b[6:], &codes)
}

func putQ5_1(b []byte, x []float32) {
	codes := overRange(b, x, 31)
	putFifths(b[4:], &codes)
	putHalves(b[8:], &codes)
}

func putQ8_0(b []byte, x []float32) {
	far := uint32(0) // as magnitudes of float32, their bits are in order
	for _, v := range x {
		far = max(far, math.Float32bits(v)&^(1<<31))
	}
	d := math.Float32frombits(far) / 127
	setF16(b, d)
	id := inverse(d)
	for j, v := range x {
		b[2+j] = byte(nearestCode(v*id, -127, 127))
	}
}

// inTable is the code of the value of t that is nearest to v, the first one of two.
func inTable(t *[16]int8, v float32) (best int) {
	gap := float32(math.Inf(1))
	for q, a := range t {
		if d := v - float32(a); max(d, -d) < gap {
			best, gap = q, max(d, -d)
		}
	}
	return best
}

// putIQ4_NL tries scales that bring the number farthest from 0 near the table's first value, and keeps the one whose codes
// fit best: with t the values of the codes and weights x², d = Σx²·xt / Σx²·t² leaves Σx²·x² − (Σx²·xt)²/Σx²·t².
func putIQ4_NL(b []byte, x []float32) {
	var codes [32]int
	best, d := 0.0, float32(0)
	far := farthest(x)
	for try := -7; far != 0 && try <= 7; try++ {
		id := float32((float64(try) + float64(tableIQ4[0])) / float64(far))
		var xt, tt float64
		for _, v := range x {
			t, u := float64(tableIQ4[inTable(&tableIQ4, v*id)]), float64(v)
			xt += float64(u * u * u * t)
			tt += float64(u * u * t * t)
		}
		if tt > 0 && float64(xt*xt) > best*tt {
			best, d = xt*xt/tt, float32(xt/tt)
		}
	}
	id := inverse(setF16(b, d))
	for j, v := range x {
		codes[j] = inTable(&tableIQ4, v*id)
	}
	putHalves(b[2:], &codes)
}

// putMXFP4 takes the power of two that puts the largest magnitude into the table's last binade, 4 to 8 of 6 at most.
func putMXFP4(b []byte, x []float32) {
	var codes [32]int
	b[0] = 0
	if f, e := math.Frexp(float64(farthest(x))); f != 0 {
		b[0] = byte(min(max(e-3+127, 0), 254))
	}
	id := 1 / float64(halfE8M0(b[0]))
	for j, v := range x {
		codes[j] = inTable(&tableFP4, float32(float64(v)*id))
	}
	putHalves(b[1:], &codes)
}
