package kernel

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"
)

// The rounded xs are the same bytes at every level, and within half a step of the numbers.
func TestQuantX(t *testing.T) {
	for _, q := range panelKinds {
		var plain []byte
		everyLevel(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(2, 3))
			n := q.Block()
			x := guarded(t, 40*n)
			for i := range x {
				x[i] = Float(float32(r.NormFloat64() * math.Exp2(float64(i/n%40-20))))
				if i/n == 3 { // codes that are halves
					x[i] = Float(i%255-127) / 2
				}
			}
			clear(x[:n])
			for i := range n {
				x[5*n+i], x[6*n+i] = Float(i%3-1)*0x1p-101, Float(i%3-1)*0x1p-100 // too small, and just not
			}
			x[7*n+1], x[8*n+2], x[9*n+3], x[9*n+4] = Float(math.NaN()), Float(math.Inf(1)), Float(math.Inf(-1)), 0x1p127
			b := guardedBytes(t, bytes.Repeat([]byte{0xa5}, PackedQuantX(q, len(x))))
			PackQuantX(b, q, x)
			if level == Generic {
				plain = bytes.Clone(b)
				for i := range len(x) / n {
					block := b[i*xBytes(q) : (i+1)*xBytes(q)]
					d := math.Float32frombits(binary.LittleEndian.Uint32(block[len(block)-4:]))
					if (d != d) != (i >= 7 && i <= 9) {
						t.Fatalf("%v: the scale of block %d is %v", q, i, d)
					}
					for j, v := range x[i*n : (i+1)*n] {
						if e := math.Abs(float64(v) - float64(d)*float64(int8(block[j]))); e > 0.5001*float64(d) && i != 5 && (i < 7 || i > 9) {
							t.Fatalf("%v: %v becomes %d times %v", q, v, int8(block[j]), d)
						}
					}
				}
			}
			if !bytes.Equal(b, plain) {
				at := 0
				for b[at] == plain[at] {
					at++
				}
				t.Errorf("%v: byte %d of %d is %d, want %d (block %d, byte %d)", q, at, len(b), b[at], plain[at], at/xBytes(q), at%xBytes(q))
			}
		})
	}
}

// A number that is not finite makes products NaN, whatever the weights.
func TestQuantTilesNotFinite(t *testing.T) {
	everyLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(5, 6))
		for _, q := range panelKinds {
			for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
				const m, n = QuantRows, 3
				k := 2 * q.Block()
				panels, rounded, y := make([]byte, PackedQuant(q, m, k)), make([]byte, n*PackedQuantX(q, k)), make([]Float, n*m)
				PackQuant(panels, q, finiteBlocks(r, q, 2*m), m, k, 0, 1)
				x := make([]Float, n*k)
				x[k+3] = Float(bad)
				PackQuantX(rounded, q, x)
				TilesQuant(y, m, q, panels, rounded, m, n, k, 0, 1)
				for i, v := range y {
					if (v != v) != (i/m == 1) {
						t.Fatalf("%v: with %v in the second of three xs, number %d is %v", q, bad, i, v)
					}
				}
			}
		}
	})
}
