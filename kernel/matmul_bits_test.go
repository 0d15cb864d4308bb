//go:build !f64

package kernel

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"
)

// Levels that fuse give the same bits on every kind of processor: those of this hash.
func TestFusedBits(t *testing.T) {
	const want = 0xc386e0620ba0b692
	everyLevel(t, func(t *testing.T) {
		if !level.Fused() {
			t.Skip("rounds products and sums apart")
		}
		h := fnv.New64a()
		r := rand.New(rand.NewPCG(3, 1))
		for _, s := range [][3]int{{1, 1, 1}, {5, 7, 3}, {8, 12, 16}, {14, 32, 9}, {23, 45, 67}, {64, 50, 129}} {
			m, n, k := s[0], s[1], s[2]
			a, b, y := exact(r, m*k), exact(r, n*k), exact(r, m*n)
			pa, pb := make([]Float, PackedA(m, k)), make([]Float, PackedB(n, k))
			for _, across := range []bool{false, true} {
				lda, ldb := k, n
				if across {
					lda, ldb = m, k
				}
				PackA(pa, a, lda, m, k, across)
				PackB(pb, b, ldb, n, k, across)
				Tiles(y, n, pa, pb, m, n, k, across)
				binary.Write(h, binary.LittleEndian, y)
			}
			RowDots(y[:n], a[:k], b, k, true)
			binary.Write(h, binary.LittleEndian, y[:n])
			RowSums(y[:n], a[:k], b, n, true)
			binary.Write(h, binary.LittleEndian, y[:n])
			Axpy(y[:n], a[0], b[:n])
			binary.Write(h, binary.LittleEndian, y[:n])
		}
		if got := h.Sum64(); got != want {
			t.Errorf("bits hash to %#x, want %#x", got, uint64(want))
		}
	})
}

// exact is n numbers of 24 random bits from −½ to ½, made without rounding, so that they are the same everywhere.
func exact(r *rand.Rand, n int) []Float {
	x := make([]Float, n)
	for i := range x {
		x[i] = Float(math.Ldexp(float64(int32(r.Uint32())>>8), -24))
	}
	return x
}
