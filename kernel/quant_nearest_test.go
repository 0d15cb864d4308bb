package kernel

import (
	"math"
	"testing"
)

// The nearest code is math.Round's, bounded.
func TestNearestCode(t *testing.T) {
	for _, lo := range []int{-127, -8, 0} {
		for i := range 4000 {
			for _, by := range []float32{-1, 0, 1} {
				v := float32(i-2000) / 8
				v = math.Nextafter32(v, v+by)
				if got, want := nearestCode(v, lo, 127), max(lo, min(127, int(math.Round(float64(v))))); got != want {
					t.Fatalf("%v from %d to 127 is %d, want %d", v, lo, got, want)
				}
			}
		}
	}
	if got := nearestCode(float32(math.NaN()), -8, 7); got != -8 {
		t.Errorf("NaN is %d", got)
	}
}
