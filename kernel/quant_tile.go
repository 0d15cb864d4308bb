package kernel

import (
	"encoding/binary"
	"math"
)

// TilesQuant is y[j·ld + r] = row r of weights · x_j, for the rows of panels first … last − 1 of m and for n xs, of k numbers
// each: w is what PackQuant made of the weights, x what PackQuantX made of each x, one after the other. With W and c the
// integers of a block of both, s and t those of its parts, the blocks are added in their order,
//
//	y += (Σ W·c)·(d·dx)                                          blocks of 32
//	y += (Σ W·c)·(d·dx); y += (Σ c)·(m·dx)                       Q4_1, Q5_1
//	y += (Σ_parts s·Σ W·c)·(d·dx)                                Q3_K, Q6_K
//	y += (Σ_parts s·Σ W·c)·(d·dx); y −= (Σ_parts t·Σ c)·(m·dx)   Q2_K, Q4_K, Q5_K
//
// where sums in brackets are exact and every product and sum outside of them is rounded to float32: the bits of a row depend
// neither on the level of instructions nor on which rows and xs are computed with it. Of an x with numbers that are not finite, y is NaN.
func TilesQuant(y []Float, ld int, q Quant, w, x []byte, m, n, k, first, last int) {
	size, stride := panelBytes(q, k), PackedQuantX(q, k)
	var tile [QuantRows * maxTileX]Float
	for i := first; i < last; i++ {
		rows := min(QuantRows, m-i*QuantRows)
		for j := 0; j < n; {
			to, step := y[j*ld+i*QuantRows:], ld
			if rows < QuantRows {
				to, step = tile[:], QuantRows
			}
			did := tileQuantVector(to, step, packings[q].as, w[i*size:(i+1)*size], x[j*stride:], stride, n-j, k)
			if did == 0 {
				tileQuant(to[:QuantRows], packings[q].as, w[i*size:(i+1)*size], x[j*stride:(j+1)*stride], k)
				did = 1
			}
			if rows < QuantRows {
				for t := range did {
					copy(y[(j+t)*ld+i*QuantRows:][:rows], tile[t*QuantRows:])
				}
			}
			j += did
		}
	}
}

// maxTileX is the most xs that a kernel takes at once.
const maxTileX = 8

// tileQuant is TilesQuant of a panel and an x.
func tileQuant(y []Float, q Quant, w, x []byte, k int) {
	p, block := &packings[q], q.Block()
	per := block / p.parts / 4 // groups of four columns in a part
	var acc [QuantRows]float32
	var codes [4 * QuantRows]byte
	for range k / block {
		sums := x[block:]
		dx := math.Float32frombits(binary.LittleEndian.Uint32(sums[sumsBytes(q):]))
		var total, least [QuantRows]int32
		for part := range p.parts {
			of := partSum(q, sums, part) // −zero·Σc, or Σc
			var sum [QuantRows]int32
			for g := part * per; g < (part+1)*per; g++ {
				panelCodes(q, &codes, w, g)
				x0, x1, x2, x3 := int32(int8(x[4*g])), int32(int8(x[4*g+1])), int32(int8(x[4*g+2])), int32(int8(x[4*g+3]))
				for r := range sum {
					c := codes[4*r : 4*r+4 : 4*r+4]
					sum[r] += int32(c[0])*x0 + int32(c[1])*x1 + int32(c[2])*x2 + int32(c[3])*x3
				}
			}
			for r, v := range sum {
				s, u := partScales(q, w, part, r)
				if p.least {
					total[r] += s * v
					least[r] += u * of
				} else {
					total[r] += s * (v + of)
				}
			}
		}
		for r := range acc {
			d, m := scales(q, w, r)
			acc[r] += float32(float32(total[r]) * float32(d*dx))
			if p.least {
				acc[r] += float32(float32(least[r]) * float32(m*dx))
			}
		}
		w, x = w[p.bytes:], x[xBytes(q):]
	}
	for r, v := range acc {
		y[r] = Float(v)
	}
}

// partScales is s and t of a part of a row in a panel's block: 1 and 1 in blocks of 32.
func partScales(q Quant, w []byte, part, row int) (s, t int32) {
	switch at := part*QuantRows + row; q {
	case Q2_K:
		return int32(w[q2kScales+at] & 15), int32(w[q2kScales+at] >> 4)
	case Q4_K, Q5_K:
		return int32(w[q4kScales+at]), int32(w[q4kLeasts+at])
	case Q6_K:
		return int32(int8(w[q6kScales+at])), 0
	}
	return 1, 1
}

// scales is d of a row in a panel's block, and m, or −m where that is taken away.
func scales(q Quant, w []byte, row int) (d, m float32) {
	d, m = f16(w[2*row:]), f16(w[2*QuantRows+2*row:])
	switch q {
	case MXFP4:
		return BF16Value(binary.LittleEndian.Uint16(w[2*row:])), 0
	case Q2_K, Q4_K, Q5_K:
		return d, -m
	}
	return d, m
}

// panelCodes is the unsigned codes of columns 4g … 4g + 3 in a panel's block: four of each row.
func panelCodes(q Quant, c *[4 * QuantRows]byte, w []byte, g int) {
	words := func(from, group int) []byte { return w[from+group*len(c):][:len(c)] }
	nibbles := func(from int) {
		for i, b := range words(from, g%4) {
			c[i] = b >> (g / 4 * 4) & 15
		}
	}
	fifth := func(from, bit int) {
		for i, b := range words(from, 0) {
			c[i] |= b >> bit & 1 << 4
		}
	}
	table := func(values *[16]int8) {
		for i := range c {
			c[i] = byte(int32(values[c[i]]) + packings[q].zero)
		}
	}
	switch q {
	case Q8_0:
		copy(c[:], words(q8Codes, g))
	case Q4_0:
		nibbles(q8Codes)
	case IQ4_NL:
		nibbles(q8Codes)
		table(&tableIQ4)
	case MXFP4:
		nibbles(q8Codes)
		table(&tableFP4)
	case Q4_1:
		nibbles(q41Codes)
	case Q5_0:
		nibbles(q50Codes)
		fifth(q50High, g)
	case Q5_1:
		nibbles(q51Codes)
		fifth(q51High, g)
	case Q2_K:
		for i, b := range words(q2kCodes, g/32*8+g%8) {
			c[i] = b >> (g % 32 / 8 * 2) & 3
		}
	case Q4_K:
		for i, b := range words(q4kCodes, g/16*8+g%8) {
			c[i] = b >> (g % 16 / 8 * 4) & 15
		}
	case Q5_K:
		for i, b := range words(q5kCodes, g/16*8+g%8) {
			c[i] = b >> (g % 16 / 8 * 4) & 15
		}
		fifth(q5kHigh+g%8*len(c), g/8)
	case Q6_K:
		h, p, l := g/32, g%32/8, g%8
		high := words(q6kCodes, 3*(8*h+l))
		for i, b := range words(q6kCodes, 3*(8*h+l)+1+p%2) {
			c[i] = b>>(p/2*4)&15 | high[i]>>(2*p)&3<<4
		}
	}
}
