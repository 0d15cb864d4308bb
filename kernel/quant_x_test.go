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
			b := guardedBytes(t, bytes.Repeat([]byte{0xa5}, PackedQuantX(q, len(x))))
			PackQuantX(b, q, x)
			if level == Generic {
				plain = bytes.Clone(b)
				for i := range len(x) / n {
					block := b[i*xBytes(q) : (i+1)*xBytes(q)]
					d := math.Float32frombits(binary.LittleEndian.Uint32(block[len(block)-4:]))
					for j, v := range x[i*n : (i+1)*n] {
						if e := math.Abs(float64(v) - float64(d)*float64(int8(block[j]))); e > 0.5001*float64(d) && i != 5 {
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
