package kernel

import (
	"math/rand/v2"
	"testing"
)

// Products of rounded operands have the bits of sums in pairs on operands rounded before, whatever is computed together.
func TestTilesRowsBF16(t *testing.T) {
	if !HasBF16() {
		t.Skip("this processor, or this build, does not multiply bfloat16")
	}
	for _, kind := range numbers {
		r := rand.New(rand.NewPCG(3, uint64(kind)))
		for _, c := range []struct{ m, n, k int }{{1, 1, 1}, {32, 1, 5}, {33, 1, 64}, {97, 1, 301}, {130, 3, 17}, {64, 2, 256}, {31, 15, 257}, {70, 30, 530}, {5, 4, 0}, {5, 1, 0}, {3, 0, 4}} {
			w, wide := putNumbers(kind, draws(t, r, c.m*c.k))
			x := draws(t, r, c.n*(c.k+3))
			count, ld := PanelsB(c.m), c.m+2
			panels := make([]byte, PackedRows(kind, c.m, c.k))
			PackRows(panels, kind, w, c.m, c.k, 0, count)
			panels = guardedBytes(t, panels)
			want, y := make([]Float, c.n*ld), guarded(t, c.n*ld)
			for j := range c.n {
				for i := range c.m {
					var sum float32
					term := func(l int) float32 {
						return RoundBF16(float32(wide[i*c.k+l])) * RoundBF16(float32(x[j*(c.k+3)+l])) // exact
					}
					for l := 0; l < c.k; l += 2 {
						if l+1 < c.k {
							sum += term(l + 1)
						}
						sum += term(l)
					}
					want[j*ld+i] = Float(sum)
				}
			}
			packed := guarded(t, PackedRowsBF16X(c.n, c.k))
			PackRowsBF16X(packed, x, c.k+3, c.n, c.k, 0, PanelsA(c.n))
			TilesRowsBF16(y, ld, kind, panels, packed, c.m, c.n, c.k, count/2, count)
			TilesRowsBF16(y, ld, kind, panels, packed, c.m, c.n, c.k, 0, count/2)
			wantBits(t, y, want, "%v %v", kind, c)
			for j := range c.n { // one x, one panel after the other
				clear(y)
				one := guarded(t, PackedRowsBF16X(1, c.k))
				PackRowsBF16X(one, x[j*(c.k+3):], c.k, 1, c.k, 0, 1)
				for i := range count {
					TilesRowsBF16(y, ld, kind, panels, one, c.m, 1, c.k, i, i+1)
				}
				wantBits(t, y[:c.m], want[j*ld:][:c.m], "%v %v, row %d alone", kind, c, j)
			}
		}
	}
}
