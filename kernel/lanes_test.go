package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// rowSizes are the sizes at which kernels on rows are tested: all up to three vectors, and some larger ones.
func rowSizes(r *rand.Rand) (n []int) {
	for i := range 49 {
		n = append(n, i)
	}
	return append(n, 64, 100+r.IntN(100), 768, 1000+r.IntN(3000))
}

// draws is n normal numbers at the end of a page, a few of them in special if there are any.
func draws(t testing.TB, r *rand.Rand, n int, special ...float64) []Float {
	x := guarded(t, n)
	for i := range x {
		x[i] = Float(r.NormFloat64())
		if len(special) > 0 && r.IntN(12) == 0 {
			x[i] = Float(special[r.IntN(len(special))])
		}
	}
	return x
}

// odd numbers must come through every kernel.
var odd = []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), 1e-42, 3e38}

// wantBits fails unless got is want, bit by bit; a NaN is any NaN.
func wantBits[T float32 | float64](t testing.TB, got, want []T, what string, args ...any) {
	t.Helper()
	for i, v := range want {
		g := got[i]
		if math.Float64bits(float64(g)) != math.Float64bits(float64(v)) && !(g != g && v != v) {
			t.Fatalf(what+": number %d of %d is %v, want %v", append(args, i, len(want), g, v)...)
		}
	}
}

// againstGeneric runs f at every level with the same random numbers, and compares what it returns with that of Generic.
func againstGeneric(t *testing.T, f func(t *testing.T, r *rand.Rand) [][]Float) {
	var want [][]Float
	everyLevel(t, func(t *testing.T) { // Generic comes first
		got := f(t, rand.New(rand.NewPCG(31, 32)))
		if level == Generic {
			for _, g := range got {
				want = append(want, append([]Float(nil), g...))
			}
			return
		}
		if len(got) != len(want) {
			t.Fatalf("%d results, want %d", len(got), len(want))
		}
		for i := range got {
			wantBits(t, got[i], want[i], "result %d", i)
		}
	})
}
