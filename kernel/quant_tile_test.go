package kernel

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"
)

var panelKinds = []Quant{Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, IQ4_NL, MXFP4, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K}

// dotByDefinition is the product of a row of blocks and x, told from the blocks' bits.
func dotByDefinition(q Quant, w []byte, x []Float) float32 {
	n, acc := q.Block(), float32(0)
	for len(x) > 0 {
		far := float32(0)
		for _, v := range x[:n] {
			far = max(far, float32(math.Abs(float64(v))))
		}
		dx, id := far/127, float32(0)
		if far != 0 {
			id = 127 * (1 / far)
		}
		c := make([]int, n)
		for i := range c {
			c[i] = int(math.RoundToEven(float64(float32(x[i]) * id)))
		}
		b := bitBlock(w[:q.Bytes()])
		unit := make(bitBlock, len(b)) // the same block with scales of 1: its values are integers
		copy(unit, b)
		const one = 0x3c00 // 1 as F16
		dAt, mAt := map[Quant]int{Q2_K: 80, Q6_K: 208, Q3_K: 108}[q], map[Quant]int{Q4_1: 2, Q5_1: 2, Q2_K: 82, Q4_K: 2, Q5_K: 2}[q]
		d := b.half(8 * dAt)
		if q == MXFP4 {
			unit[0] = 128
			d = float32(math.Ldexp(1, int(b[0])-128))
		} else {
			binary.LittleEndian.PutUint16(unit[dAt:], one)
		}
		if mAt > 0 {
			binary.LittleEndian.PutUint16(unit[mAt:], 0)
		}
		codes, total, least := make([]int, n), 0, 0
		for i := range c {
			codes[i] = int(quantValue(q, unit, i))
			total += codes[i] * c[i]
		}
		acc += float32(float32(total) * float32(d*dx))
		if mAt > 0 {
			binary.LittleEndian.PutUint16(unit[mAt:], one)
			for i := range c {
				least += (int(quantValue(q, unit, i)) - codes[i]) * c[i]
			}
			acc += float32(float32(least) * float32(b.half(8*mAt)*dx))
		}
		w, x = w[q.Bytes():], x[n:]
	}
	return acc
}

// finiteBlocks is random blocks whose scales are finite.
func finiteBlocks(r *rand.Rand, q Quant, n int) []byte {
	b := randomBytes(r, n*q.Bytes())
	setScales(r, q, b)
	return b
}

// setScales writes random finite scales over those of blocks.
func setScales(r *rand.Rand, q Quant, b []byte) {
	for i := 0; i < len(b); i += q.Bytes() {
		at := []int{i, i + 2}
		switch q {
		case MXFP4:
			b[i] = byte(118 + r.IntN(12))
			at = nil
		case Q2_K:
			at = []int{i + 80, i + 82}
		case Q3_K:
			at = []int{i + 108}
		case Q6_K:
			at = []int{i + 208}
		case Q4_1, Q5_1, Q4_K, Q5_K:
		default:
			at = at[:1]
		}
		for _, at := range at {
			setF16(b[at:], float32(r.NormFloat64()))
		}
	}
}

// guardedBytes is a copy of b that ends at forbidden memory; its start is aligned to nothing.
func guardedBytes(t testing.TB, b []byte) []byte {
	const size = FloatBits / 8
	f := guarded(t, len(b)/size+1)
	raw := unsafe.Slice((*byte)(unsafe.Pointer(&f[0])), len(f)*size)
	g := raw[len(raw)-len(b):]
	copy(g, b)
	return g
}

// Products equal their definition in blocks bit by bit: at every level, for any number of rows and xs, alone or together.
func TestQuantTiles(t *testing.T) {
	for _, q := range panelKinds {
		t.Run(q.String(), func(t *testing.T) {
			r := rand.New(rand.NewPCG(uint64(q), 9))
			for _, c := range []struct{ m, n, blocks int }{{1, 1, 1}, {16, 1, 3}, {17, 2, 2}, {31, 3, 1}, {48, 5, 2}, {33, 13, 1}, {16, 16, 4}, {5, 9, 0}} {
				k := c.blocks * q.Block()
				w := finiteBlocks(r, q, c.m*c.blocks)
				x, want := make([]Float, c.n*k), make([]Float, c.n*c.m)
				for i := range x {
					x[i] = Float(float32(r.NormFloat64()))
				}
				if k > 0 {
					clear(x[:min(k, q.Block())])
				}
				for j := range c.n {
					for i := range c.m {
						row := c.blocks * q.Bytes()
						want[j*c.m+i] = Float(dotByDefinition(q, w[i*row:(i+1)*row], x[j*k:(j+1)*k]))
					}
				}
				everyLevel(t, func(t *testing.T) {
					panels, rounded := make([]byte, PackedQuant(q, c.m, k)), make([]byte, c.n*PackedQuantX(q, k))
					count := QuantPanels(c.m)
					PackQuant(panels, q, w, c.m, k, 0, count/2)
					PackQuant(panels, q, w, c.m, k, count/2, count)
					for j := range c.n {
						PackQuantX(rounded[j*PackedQuantX(q, k):], q, x[j*k:(j+1)*k])
					}
					panels, rounded = guardedBytes(t, panels), guardedBytes(t, rounded)
					y := guarded(t, c.n*c.m)
					TilesQuant(y, c.m, q, panels, rounded, c.m, c.n, k, 0, count)
					wantBits(t, y, want, "%v %v", q, c)
					clear(y)
					for j := range c.n { // one x, one panel after the other
						for i := range count {
							TilesQuant(y[j*c.m:], c.m, q, panels, rounded[j*PackedQuantX(q, k):], c.m, 1, k, i, i+1)
						}
					}
					wantBits(t, y, want, "%v %v, one by one", q, c)
				})
			}
		})
	}
}

// Sums stay exact where all codes are the largest or the least, and so are those of x.
func TestQuantTilesExtremes(t *testing.T) {
	for _, q := range panelKinds {
		r := rand.New(rand.NewPCG(uint64(q), 10))
		for _, fill := range []byte{0xff, 0x80, 0x77, 0} {
			const m, n = QuantRows, 3
			k := 2 * q.Block()
			w := bytes.Repeat([]byte{fill}, m*2*q.Bytes())
			setScales(r, q, w)
			x, want := make([]Float, n*k), make([]Float, n*m)
			for j := range n {
				for i := range k {
					x[j*k+i] = []Float{1, -1, Float(i%2*2 - 1)}[j]
				}
				for i := range m {
					want[j*m+i] = Float(dotByDefinition(q, w[i*2*q.Bytes():][:2*q.Bytes()], x[j*k:(j+1)*k]))
				}
			}
			everyLevel(t, func(t *testing.T) {
				panels, rounded, y := make([]byte, PackedQuant(q, m, k)), make([]byte, n*PackedQuantX(q, k)), make([]Float, n*m)
				PackQuant(panels, q, w, m, k, 0, 1)
				PackQuantX(rounded, q, x)
				TilesQuant(y, m, q, panels, rounded, m, n, k, 0, 1)
				wantBits(t, y, want, "%v of bytes %#x", q, fill)
			})
		}
	}
}

// A product by integers is near that of the numbers: what is lost is the rounding of x.
func TestQuantTilesNearFloats(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	const m, k = 16, 2048
	w, x := make([]Float, m*k), make([]Float, k)
	for i := range w {
		w[i] = Float(r.NormFloat64())
	}
	for i := range x {
		x[i] = Float(r.NormFloat64())
	}
	for _, q := range panelKinds {
		b, v := make([]byte, len(w)/q.Block()*q.Bytes()), make([]Float, len(w))
		PutQuant(q, b, w)
		GetQuant(q, v, b)
		panels, rounded, y := make([]byte, PackedQuant(q, m, k)), make([]byte, PackedQuantX(q, k)), make([]Float, m)
		PackQuant(panels, q, b, m, k, 0, 1)
		PackQuantX(rounded, q, x)
		TilesQuant(y, m, q, panels, rounded, m, 1, k, 0, 1)
		for i := range y {
			sum := 0.0
			for j := range x {
				sum += float64(v[i*k+j]) * float64(x[j])
			}
			if e := math.Abs(float64(y[i])-sum) / math.Sqrt(k); e > 0.03 {
				t.Errorf("%v: row %d is %v, want %v: off by %.3f standard deviations", q, i, y[i], sum, e)
			}
		}
	}
}
