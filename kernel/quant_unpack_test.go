package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// A row that is taken out of panels has the bits that its blocks had, all NaNs being one.
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
		want, got := make([]Float, k), make([]Float, k)
		for i := range m {
			GetQuant(q, want, w[i*row:(i+1)*row])
			for _, col := range []int{0, q.Block()} {
				UnpackQuant(got[col:], q, panels, k, i, col)
				for j := col; j < k; j++ {
					if math.Float64bits(float64(got[j])) != math.Float64bits(float64(want[j])) && (got[j] == got[j] || want[j] == want[j]) {
						t.Fatalf("%v: number %d of row %d is %v, want %v", q, j, i, got[j], want[j])
					}
				}
			}
		}
	}
}
