package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// Rows that are taken out of panels have the bits that their blocks had, all NaNs being one.
func TestQuantUnpack(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for q := range NumQuants {
		const m = QuantRows + 5
		k := 3 * q.Block()
		row := k / q.Block() * q.Bytes()
		w := make([]byte, m*row)
		for i := range w {
			w[i] = byte(r.Uint32())
		}
		panels := make([]byte, PackedQuant(q, m, k))
		PackQuant(panels, q, w, m, k, 0, QuantPanels(m))
		want := make([]Float, m*k)
		for i := range m {
			GetQuant(q, want[i*k:(i+1)*k], w[i*row:(i+1)*row])
		}
		for _, part := range [][2]int{{0, m}, {0, 1}, {3, 1}, {2, 9}, {m - 1, 1}, {14, 4}} {
			for _, col := range []int{0, q.Block()} {
				first, rows, ld := part[0], part[1], k-col+3
				got := make([]Float, rows*ld)
				UnpackQuant(got, ld, q, panels, k, first, rows, col, k-col)
				for i := range rows {
					for j := col; j < k; j++ {
						a, b := got[i*ld+j-col], want[(first+i)*k+j]
						if math.Float64bits(float64(a)) != math.Float64bits(float64(b)) && (a == a || b == b) {
							t.Fatalf("%v, %d rows: number %d of row %d is %v, want %v", q, rows, j, first+i, a, b)
						}
					}
				}
			}
		}
	}
}

func BenchmarkUnpackQuant(b *testing.B) {
	for _, q := range []Quant{Q8_0, Q4_0, Q4_K, Q6_K} {
		const m, k, cols = 512, 2048, 256
		panels, y := make([]byte, PackedQuant(q, m, k)), make([]Float, m*cols)
		for _, rows := range []int{1, m} {
			b.Run(fmt.Sprintf("%v/%d rows", q, rows), func(b *testing.B) {
				b.SetBytes(int64(rows * cols * FloatBits / 8))
				for b.Loop() {
					UnpackQuant(y, cols, q, panels, k, 0, rows, 256, cols)
				}
			})
		}
	}
}
