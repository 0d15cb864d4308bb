package kernel

import (
	"math/rand/v2"
	"testing"
)

func TestDropoutLevels(t *testing.T) {
	againstGeneric(t, func(t *testing.T, r *rand.Rand) (out [][]Float) {
		for _, n := range rowSizes(r) {
			for _, p := range []Float{0, 0.1, 0.5, 0.9, 1, Uniform(77, n/2)} {
				for _, add := range []bool{false, true} {
					x, y := draws(t, r, n, odd...), draws(t, r, n)
					Dropout(y, x, r.IntN(1000), p, 77+r.Uint64N(2)<<63, add)
					out = append(out, y)
				}
			}
		}
		return out
	})
}

func BenchmarkDropout(b *testing.B) {
	x, y := make([]Float, 1<<13), make([]Float, 1<<13)
	b.SetBytes(2 * int64(len(x)) * FloatBits / 8)
	for b.Loop() {
		Dropout(y, x, 0, 0.1, 1, false)
	}
}
