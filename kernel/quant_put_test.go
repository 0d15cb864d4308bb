package kernel

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// Quantisers whose bytes are those of the format's reference: with scales that are powers of two every step is exact, and the
// bytes follow by hand.
func TestQuantPutByHand(t *testing.T) {
	nibbles := func(head string, code func(i int) int) []byte {
		b := []byte(head)
		for j := range 16 {
			b = append(b, byte(code(j)&15|code(j+16)&15<<4))
		}
		return b
	}
	for _, c := range []struct {
		q    Quant
		x    func(i int) Float
		want []byte
	}{
		// The farthest is −16: d = −16/−8 = 2, codes i − 16 over 2, plus 8, halves up, 15 at most.
		{Q4_0, func(i int) Float { return Float(i) - 16 }, nibbles("\x00\x40", func(i int) int { return min((i-16+17)/2, 15) })},
		// The farthest is 8, so d is −1 and codes are 8 − x; of two that are as far the first one counts.
		{Q4_0, func(i int) Float { return []Float{8, -8}[i%2] }, nibbles("\x00\xbc", func(i int) int { return []int{0, 15}[i%2] })},
		{Q4_1, func(i int) Float { return Float(i%16) + 2 }, nibbles("\x00\x3c\x00\x40", func(i int) int { return i % 16 })},
		// d = 1, codes from 0 to 31, of which those from 16 on have the fifth bit.
		{Q5_0, func(i int) Float { return Float(i) - 16 }, nibbles("\x00\x3c\x00\x00\xff\xff", func(i int) int { return i })},
		{Q5_1, func(i int) Float { return Float(31-i) * 2 }, nibbles("\x00\x40\x00\x00\xff\xff\x00\x00", func(i int) int { return 31 - i })},
		{Q8_0, func(i int) Float { return []Float{127, -127, 2.5, -2.5}[i%4] }, append([]byte("\x00\x3c"), bytes.Repeat([]byte{127, 0x81, 3, 0xfd}, 8)...)},
	} {
		x, b := make([]Float, 32), make([]byte, c.q.Bytes())
		for i := range x {
			x[i] = c.x(i)
		}
		PutQuant(c.q, b, x)
		if !bytes.Equal(b, c.want) {
			t.Errorf("%v: % x, want % x", c.q, b, c.want)
		}
	}
}

// Products allocate nothing.
func TestQuantAllocations(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const m, n, k = 20, 3, 512
	x, y, halves := make([]Float, n*k), make([]Float, n*m), make([]byte, 2*m*k)
	for _, q := range panelKinds {
		w := finiteBlocks(r, q, m*k/q.Block())
		panels, rounded := make([]byte, PackedQuant(q, m, k)), make([]byte, n*PackedQuantX(q, k))
		everyLevel(t, func(t *testing.T) {
			if got := testing.AllocsPerRun(5, func() {
				PackQuant(panels, q, w, m, k, 0, QuantPanels(m))
				PackQuantX(rounded, q, x)
				TilesQuant(y, m, q, panels, rounded, m, n, k, 0, QuantPanels(m))
				DotsF16(y, m, halves, x, m, n, k)
				DotsBF16(y, m, halves, x, m, n, k)
			}); got != 0 {
				t.Errorf("%v: %v allocations", q, got)
			}
		})
	}
}
