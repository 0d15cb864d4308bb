package kernel

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"
)

// Products of rows of 16-bit numbers equal 16 lanes that are added in halves, bit by bit, whatever is computed with them.
func TestDotsHalf(t *testing.T) {
	for _, f := range []struct {
		name  string
		dots  func(y []Float, ld int, w []byte, x []Float, m, n, k int)
		put   func(b []byte, x []Float)
		value func(uint16) float32
	}{{"F16", DotsF16, PutF16, F16Value}, {"BF16", DotsBF16, PutBF16, BF16Value}} {
		everyLevel(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(4, 4))
			for _, c := range [][3]int{{1, 1, 16}, {4, 1, 64}, {7, 3, 160}, {9, 7, 48}, {5, 4, 172}, {3, 2, 5}, {8, 9, 256}, {2, 2, 0}} {
				m, n, k := c[0], c[1], c[2]
				numbers, x, y := draws(t, r, m*k), draws(t, r, n*k), guarded(t, n*m)
				w := make([]byte, 2*m*k)
				f.put(w, numbers)
				w = guardedBytes(t, w)
				f.dots(y, m, w, x, m, n, k)
				want := make([]Float, n*m)
				for j := range n {
					for i := range m {
						var acc [16]Float
						for l := range k {
							v := Float(f.value(binary.LittleEndian.Uint16(w[2*(i*k+l):])))
							acc[l%16] = mulAdd(v, x[j*k+l], acc[l%16])
						}
						var four [4]Float
						for l := range four {
							four[l] = (acc[l] + acc[l+8]) + (acc[l+4] + acc[l+12])
						}
						want[j*m+i] = (four[0] + four[2]) + (four[1] + four[3])
					}
				}
				wantBits(t, y, want, "%s %v", f.name, c)
			}
		})
	}
}

func BenchmarkDotsHalf(b *testing.B) {
	const k = 2048
	for _, m := range []int{128, 16384} {
		for name, dots := range map[string]func(y []Float, ld int, w []byte, x []Float, m, n, k int){"F16": DotsF16, "BF16": DotsBF16} {
			b.Run(fmt.Sprintf("kind=%s/m=%d", name, m), func(b *testing.B) {
				w, x, y := make([]byte, 2*m*k), make([]Float, k), make([]Float, m)
				b.SetBytes(int64(len(w)))
				for b.Loop() {
					dots(y, m, w, x, m, 1, k)
				}
			})
		}
	}
}
