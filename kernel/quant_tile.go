package kernel

import (
	"encoding/binary"
	"math"
)

// TilesQuant is y[j·ld + r] = row r of weights · x_j, for the rows of panels first … last − 1 of m and for n xs, of k numbers
// each: w is what PackQuant made of the weights, x what PackQuantX made of each x, one after the other. With W and c the
// integers of a block of both, s and t those of its parts, the blocks are added in their order,
//
//	y += (Σ W·c)·(d·dx)                                  blocks of 32
//	y += (Σ_parts s·Σ W·c)·(d·dx)                        Q6_K
//	y += (Σ_parts s·Σ W·c)·(d·dx); y −= (Σ_parts t·Σ c)·(m·dx)   Q4_K
//
// where sums in brackets are exact and every product and sum outside of them is rounded to float32: the bits of a row depend
// neither on the level of instructions nor on which rows and xs are computed with it.
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
	p, block := packings[q], q.Block()
	for r := range QuantRows {
		acc, w, x := float32(0), w, x
		for range k / block {
			codes, sums := x[:block], x[block:]
			dx := math.Float32frombits(binary.LittleEndian.Uint32(sums[4*p.parts:]))
			d := float32(f16(w[2*r:]) * dx)
			switch q {
			case Q8_0, Q4_0:
				sum := int32(binary.LittleEndian.Uint32(sums))
				for i, c := range codes {
					sum += panelCode(q, w, r, i) * int32(int8(c))
				}
				acc += float32(float32(sum) * d)
			case Q4_K:
				total, least := int32(0), int32(0)
				for part := range 8 {
					sum := int32(0)
					for i := 32 * part; i < 32*part+32; i++ {
						sum += panelCode(q, w, r, i) * int32(int8(codes[i]))
					}
					total += int32(w[q4kScales+part*QuantRows+r]) * sum
					least += int32(w[q4kLeasts+part*QuantRows+r]) * int32(binary.LittleEndian.Uint32(sums[4*part:]))
				}
				acc += float32(float32(total) * d)
				acc -= float32(float32(least) * float32(f16(w[2*QuantRows+2*r:])*dx))
			case Q6_K:
				total := int32(0)
				for part := range 16 {
					sum := int32(binary.LittleEndian.Uint32(sums[4*part:]))
					for i := 16 * part; i < 16*part+16; i++ {
						sum += panelCode(q, w, r, i) * int32(int8(codes[i]))
					}
					total += int32(int8(w[q6kScales+part*QuantRows+r])) * sum
				}
				acc += float32(float32(total) * d)
			}
			w, x = w[p.bytes:], x[xBytes(q):]
		}
		y[r] = Float(acc)
	}
}

// panelCode is the unsigned code in row r and column i of a panel's block.
func panelCode(q Quant, w []byte, r, i int) int32 {
	word := func(from, byteOf int) byte { return w[from+byteOf/4*4*QuantRows+4*r+byteOf%4] }
	switch q {
	case Q8_0:
		return int32(word(2*QuantRows, i))
	case Q4_0:
		return int32(word(2*QuantRows, i%16) >> (i / 16 * 4) & 15)
	case Q4_K:
		return int32(word(q4kCodes, i/64*32+i%32) >> (i % 64 / 32 * 4) & 15)
	}
	h, p, l := i/128, i%128/32, i%32
	low, high := word(q6kLow, 64*h+32*(p%2)+l), word(q6kHigh, 32*h+l)
	return int32(low>>(p/2*4)&15 | high>>(2*p)&3<<4)
}
