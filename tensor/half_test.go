package tensor

import (
	"math"
	"math/rand/v2"
	"testing"
)

// nearest is rounding to 16 bits by its definition: of the two neighbours of
// |x| on the grid of finite values the nearer one, the even one in a tie; past
// the last by half a step, infinity.
func nearest(x float64, value func(uint16) float32, infinity uint16) uint16 {
	sign := uint16(0)
	if math.Signbit(x) {
		sign, x = 0x8000, -x
	}
	lo, hi := uint16(0), infinity // value(lo) ≤ x < value(hi); codes are ordered like values
	for hi-lo > 1 {
		if mid := lo + (hi-lo)/2; float64(value(mid)) <= x {
			lo = mid
		} else {
			hi = mid
		}
	}
	below, above := float64(value(lo)), float64(value(hi))
	if hi == infinity { // the grid continued by one more step
		above = below + (below - float64(value(lo-1)))
	}
	d := (x - below) - (above - x)
	if d > 0 || d == 0 && lo&1 == 1 {
		return sign | hi
	}
	return sign | lo
}

func TestHalfIsNearestEven(t *testing.T) {
	for _, f := range []struct {
		name     string
		to       func(uint32) uint16
		from     func(uint16) float32
		infinity uint16
	}{
		{"F16", toF16, fromF16, 0x7c00},
		{"BF16", toBF16, fromBF16, 0x7f80},
	} {
		t.Run(f.name, func(t *testing.T) {
			check := func(x float64) {
				if got, want := f.to(narrow(x)), nearest(x, f.from, f.infinity); got != want {
					t.Fatalf("%v (%x): got %#04x = %v, want %#04x = %v", x, x, got, f.from(got), want, f.from(want))
				}
			}
			for h := range 0x10000 { // every code comes back, and so do the middles between codes and what lies beside them
				v := f.from(uint16(h))
				got := f.to(math.Float32bits(v))
				if v != v {
					if g := f.from(got); g == g {
						t.Fatalf("%#04x: NaN became %v", h, g)
					}
					continue
				}
				if got != uint16(h) {
					t.Fatalf("%#04x = %v came back as %#04x", h, v, got)
				}
				if math.IsInf(float64(v), 0) {
					continue
				}
				mid := float64(v)/2 + float64(f.from(uint16(h)+1))/2
				if math.IsInf(mid, 0) || math.IsNaN(mid) {
					continue
				}
				for _, x := range []float64{mid, math.Nextafter(mid, math.Inf(1)), math.Nextafter(mid, math.Inf(-1))} {
					check(x) // Nextafter in float64: a double rounding by way of float32 would show
				}
			}
			r := rand.New(rand.NewPCG(1, 2))
			for range 200000 {
				x := math.Float64frombits(r.Uint64())
				if !math.IsNaN(x) && !math.IsInf(x, 0) {
					check(x)
				}
				check(r.NormFloat64())
				check(r.NormFloat64() * 1e-6)
			}
			for _, x := range []float64{65504, 65519.99, 65520, 65520.01, 1e300, math.MaxFloat32, math.MaxFloat64, 5e-324, 0x1p-25, 0x1.0000001p-25} {
				check(x)
				check(-x)
			}
			if f.to(narrow(math.Inf(1))) != f.infinity || f.to(narrow(math.Inf(-1))) != f.infinity|0x8000 || f.to(1<<31) != 0x8000 {
				t.Error("infinities or minus zero are not kept")
			}
		})
	}
}
