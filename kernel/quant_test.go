package kernel

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"
)

// A bitBlock is a block whose fields are told by the places of their bits, lowest bit of the first byte first: the layouts'
// definition in another form than the code's.
type bitBlock []byte

func (b bitBlock) at(bit, n int) (v int) {
	for i := range n {
		v |= int(b[(bit+i)/8]>>((bit+i)%8)&1) << i
	}
	return v
}

func (b bitBlock) half(bit int) float32 { return F16Value(uint16(b.at(bit, 16))) }

// quantValue is number i of a block by the definition of its kind.
func quantValue(q Quant, b bitBlock, i int) float32 {
	nibble := func(from int) int { return b.at(8*from+8*(i%16)+4*(i/16), 4) }
	switch q {
	case Q4_0:
		return b.half(0) * float32(nibble(2)-8)
	case Q4_1:
		return float32(b.half(0)*float32(nibble(4))) + b.half(16)
	case Q5_0:
		return b.half(0) * float32(nibble(6)+16*b.at(16+i, 1)-16)
	case Q5_1:
		return float32(b.half(0)*float32(nibble(8)+16*b.at(32+i, 1))) + b.half(16)
	case Q8_0:
		return b.half(0) * float32(int8(b[2+i]))
	case IQ4_NL:
		return b.half(0) * []float32{-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113}[nibble(2)]
	case MXFP4:
		return float32(math.Ldexp([]float64{0, 0.5, 1, 1.5, 2, 3, 4, 6, 0, -0.5, -1, -1.5, -2, -3, -4, -6}[nibble(1)], int(b[0])-127))
	}
	bits2 := func(from int) int { return b.at(8*(from+32*(i/128)+i%32)+2*(i%128/32), 2) }
	bits4 := func(from int) int { return b.at(8*(from+32*(i/64)+i%32)+4*(i%64/32), 4) }
	affine := func(d, m float32, s, t, q int) float32 {
		return float32(float32(d*float32(s))*float32(q)) - float32(m*float32(t))
	}
	pair := func() (s, t int) { // from byte 4 on
		p := i / 32
		if p < 4 {
			return b.at(32+8*p, 6), b.at(64+8*p, 6)
		}
		return b.at(64+8*p, 4) + 16*b.at(8*p+6, 2), b.at(68+8*p, 4) + 16*b.at(32+8*p+6, 2)
	}
	switch p := i / 16; q {
	case Q2_K:
		return affine(b.half(640), b.half(656), b.at(8*p, 4), b.at(8*p+4, 4), bits2(16))
	case Q3_K:
		s := b.at(8*(96+p%8)+4*(p/8), 4) + 16*b.at(8*(104+p%4)+2*(p/4), 2) - 32
		return float32(b.half(8*108)*float32(s)) * float32(bits2(32)+4*b.at(8*(i%32)+i/32, 1)-4)
	case Q4_K:
		s, t := pair()
		return affine(b.half(0), b.half(16), s, t, bits4(16))
	case Q5_K:
		s, t := pair()
		return affine(b.half(0), b.half(16), s, t, bits4(48)+16*b.at(8*(16+i%32)+i/32, 1))
	case Q6_K:
		low := b.at(8*(64*(i/128)+i%64)+4*(i%128/64), 4)
		high := b.at(8*(128+32*(i/128)+i%32)+2*(i%128/32), 2)
		return float32(b.half(8*208)*float32(int8(b[192+p]))) * float32(low+16*high-32)
	}
	panic("no kind " + q.String())
}

// Blocks of random bytes hold, bit by bit, what the definition says.
func TestQuantDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 7))
	for q := range NumQuants {
		const blocks = 200
		n, size := q.Block(), q.Bytes()
		b, y := randomBytes(r, blocks*size), make([]Float, blocks*n)
		GetQuant(q, y, b)
		for i, v := range y {
			block := bitBlock(b[i/n*size:][:size])
			if want := quantValue(q, block, i%n); float32(v) != want && (v == v || want == want) {
				t.Fatalf("%v: number %d of % x is %v, want %v", q, i%n, block, v, want)
			}
		}
	}
}

func randomBytes(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// Blocks made by hand: all zeros but for a few bytes.
func TestQuantByHand(t *testing.T) {
	const one, half = 0x3c, 0x38 // the upper bytes of 1 and ½ as F16
	for _, c := range []struct {
		q    Quant
		set  map[int]byte
		want map[int]float32
	}{
		{Q4_0, map[int]byte{1: one, 2: 0xf9}, map[int]float32{0: 1, 16: 7, 1: -8, 31: -8}},
		{Q4_1, map[int]byte{1: half, 3: one, 19: 0x21}, map[int]float32{15: 1.5, 31: 2, 0: 1}},
		{Q5_0, map[int]byte{1: one, 3: 1, 6: 0xf3}, map[int]float32{0: -13, 16: -1, 8: 0, 1: -16}},
		{Q5_1, map[int]byte{1: one, 7: 0x80, 23: 0xf0}, map[int]float32{31: 31, 15: 0}},
		{Q8_0, map[int]byte{1: half, 2: 0x80, 33: 0x7f}, map[int]float32{0: -64, 31: 63.5, 1: 0}},
		{IQ4_NL, map[int]byte{1: one, 2: 0x8f}, map[int]float32{0: 113, 16: 1, 1: -127}},
		{MXFP4, map[int]byte{0: 128, 1: 0xf1}, map[int]float32{0: 1, 16: -12, 1: 0}},
		{MXFP4, map[int]byte{0: 0, 1: 0x02}, map[int]float32{0: 0x1p-127}},
		{Q2_K, map[int]byte{81: one, 83: half, 2: 0x42, 16: 0b1100}, map[int]float32{32: 2*3 - 2, 33: -2, 0: 0}},
		{Q3_K, map[int]byte{109: one, 96: 0x01, 104: 0x02, 32: 3, 0: 1}, map[int]float32{0: 3, 1: -4, 16: 128}},
		{Q4_K, map[int]byte{1: one, 3: one, 4: 0x05, 8: 0x03, 16: 0x0f}, map[int]float32{0: 5*15 - 3, 31: -3, 32: 0}},
		{Q4_K, map[int]byte{1: one, 12: 0x21, 4: 0xc0, 8: 0x40, 80: 0x01}, map[int]float32{128: 49, 129: 0}},
		{Q5_K, map[int]byte{1: one, 5: 1, 16: 2, 48: 0x30}, map[int]float32{32: 19, 0: 0}},
		{Q6_K, map[int]byte{209: one, 192: 0xff, 194: 2, 0: 0xf1, 128: 0x03}, map[int]float32{0: -(1 + 48 - 32), 1: 32, 32: -64, 64: 0}},
	} {
		b, y := make([]byte, c.q.Bytes()), make([]Float, c.q.Block())
		for at, v := range c.set {
			b[at] = v
		}
		GetQuant(c.q, y, b)
		for i, want := range c.want {
			if float32(y[i]) != want {
				t.Errorf("%v: number %d of % x is %v, want %v", c.q, i, b, y[i], want)
			}
		}
	}
}

// The error on the numbers, and in the measure √Σd²/n, with which ggml's test-quantize-fns judges its quantisers.
func TestQuantError(t *testing.T) {
	for q := range NumQuants {
		limit := 0.002
		switch q {
		case Q2_K:
			limit = 0.0075
		case Q3_K:
			limit = 0.004
		}
		for _, offset := range []float64{0, 1} {
			x := make([]Float, 32*128)
			for i := range x {
				x[i] = Float(0.1 + 2*math.Cos(float64(i)+offset))
			}
			square := squareError(q, x)
			if e := math.Sqrt(square) / float64(len(x)); !(e <= limit) {
				t.Errorf("%v: √Σd²/n is %.5f, want at most %v", q, e, limit)
			} else {
				t.Logf("%v: √Σd²/n is %.5f, within %v; the root mean square is %.4f", q, e, limit, math.Sqrt(square/float64(len(x))))
			}
		}
	}
}

// squareError is Σ (y − x)², y being x stored and read again.
func squareError(q Quant, x []Float) (sum float64) {
	b, y := make([]byte, len(x)/q.Block()*q.Bytes()), make([]Float, len(x))
	PutQuant(q, b, x)
	GetQuant(q, y, b)
	for i := range x {
		d := float64(y[i]) - float64(x[i])
		sum += d * d
	}
	return sum
}

// The search for scales is worth its time: rounding with the scale of the range alone leaves larger errors.
func TestQuantSearch(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	x := make([]Float, 256*64)
	for i := range x {
		x[i] = Float(r.NormFloat64() * 0.02)
	}
	plain := func(part, top int, symmetric bool) (sum float64) {
		for at := 0; at < len(x); at += part {
			lo, hi := 0.0, 0.0
			for _, v := range x[at : at+part] {
				lo, hi = min(lo, float64(v)), max(hi, float64(v))
			}
			if symmetric {
				hi = max(hi, -lo)
				lo = -hi
			}
			scale := (hi - lo) / float64(top)
			for _, v := range x[at : at+part] {
				d := math.Round((float64(v)-lo)/scale)*scale + lo - float64(v)
				sum += d * d
			}
		}
		return sum
	}
	for _, c := range []struct {
		q         Quant
		part, top int
		symmetric bool
		share     float64 // of the plain error that may remain, the rounding of scales included
	}{{Q2_K, 16, 3, false, 0.95}, {Q3_K, 16, 7, true, 0.95}, {Q4_K, 32, 15, false, 0.98}, {Q5_K, 32, 31, false, 1.02}, {Q6_K, 16, 63, true, 1.02}} {
		if got, base := squareError(c.q, x), plain(c.part, c.top, c.symmetric); got > c.share*base {
			t.Errorf("%v leaves %.3f of the error of plain rounding, want at most %v", c.q, got/base, c.share)
		} else {
			t.Logf("%v leaves %.3f of the error of plain rounding", c.q, got/base)
		}
	}
}

// Extreme blocks: zeros stay zeros, one outlier, tiny and large numbers keep their size, and nothing panics at the rest.
func TestQuantExtremes(t *testing.T) {
	for q := range NumQuants {
		n := q.Block()
		b, y := bytes.Repeat([]byte{0xff}, q.Bytes()), make([]Float, n)
		x := make([]Float, n)
		PutQuant(q, b, x)
		GetQuant(q, y, b)
		for i, v := range y {
			if v != 0 {
				t.Fatalf("%v: zeros read as %v at %d", q, v, i)
			}
		}
		for _, far := range []Float{1, -1, 1000, -1000, 1e-3, -1e-3} {
			clear(x)
			x[n/3] = far
			PutQuant(q, b, x)
			GetQuant(q, y, b)
			for i, v := range y {
				if d := (v - x[i]) / far; !(max(d, -d) < 0.34) { // MXFP4 cuts off at ¾ of a binade
					t.Errorf("%v: %v at %d reads as %v", q, x[i], i, v)
				}
			}
		}
		for i := range x { // one value in all places
			x[i] = -0.75
		}
		PutQuant(q, b, x)
		GetQuant(q, y, b)
		for i, v := range y {
			if d := v + 0.75; !(max(d, -d) < 0.02) {
				t.Errorf("%v: −0.75 reads as %v at %d", q, v, i)
			}
		}
		for _, special := range odd {
			x[n/2] = Float(special)
			PutQuant(q, b, x)
			GetQuant(q, y, b)
		}
	}
}
