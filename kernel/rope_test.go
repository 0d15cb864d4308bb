package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func TestRoPELevels(t *testing.T) {
	againstGeneric(t, func(t *testing.T, r *rand.Rand) (out [][]Float) {
		for d := 2; d <= 100; d += 2 {
			for _, heads := range []int{1, 3} {
				cossin := draws(t, r, d)
				for k := range 8 {
					x, y := draws(t, r, heads*d, odd...), draws(t, r, heads*d)
					RoPEHeads(y, x, cossin, d, k&1 != 0, k&2 != 0, k&4 != 0)
					out = append(out, y)
				}
			}
		}
		return out
	})
}

func BenchmarkRoPE(b *testing.B) {
	const heads = 12
	for _, d := range []int{48, 64} {
		x, y, cossin := make([]Float, heads*d), make([]Float, heads*d), make([]Float, d)
		for _, interleaved := range []bool{false, true} {
			b.Run(fmt.Sprintf("d=%d/interleaved=%v", d, interleaved), func(b *testing.B) {
				b.SetBytes(2 * int64(len(x)) * FloatBits / 8)
				for b.Loop() {
					RoPEHeads(y, x, cossin, d, interleaved, false, false)
				}
			})
		}
	}
}
