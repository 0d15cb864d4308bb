package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Products of rounded operands have the bits of the reference on operands rounded before, whose terms go in pairs.
func TestTilesBF16(t *testing.T) {
	if !HasBF16() {
		t.Skip("this processor, or this build, does not multiply bfloat16")
	}
	r := rand.New(rand.NewPCG(1, 16))
	for range 300 {
		m, n, k := r.IntN(45), r.IntN(70), r.IntN(100)
		for trial := range 8 {
			ta, tb, onto := trial&1 != 0, trial&2 != 0, trial&4 != 0
			lda, ra, ldb, rb, ldy := k+r.IntN(3), m, n+r.IntN(3), k, n+r.IntN(3)
			if ta {
				lda, ra = m+r.IntN(3), k
			}
			if tb {
				ldb, rb = k+r.IntN(3), n
			}
			a, b, y := normal(r, ra*lda), normal(r, rb*ldb), normal(r, m*ldy)
			want := slices.Clone(y)
			for i := range m {
				for j := range n {
					var sum float32
					if onto {
						sum = float32(y[i*ldy+j])
					}
					term := func(l int) float32 {
						ia, ib := i*lda+l, l*ldb+j
						if ta {
							ia = l*lda + i
						}
						if tb {
							ib = j*ldb + l
						}
						return RoundBF16(float32(a[ia])) * RoundBF16(float32(b[ib])) // exact
					}
					for l := 0; l < k; l += 2 {
						if l+1 < k {
							sum += term(l + 1)
						}
						sum += term(l)
					}
					want[i*ldy+j] = Float(sum)
				}
			}
			pa, pb := normal(r, PackedBF16A(m, k)), normal(r, PackedBF16B(n, k))
			PackPanelsBF16A(pa, a, lda, m, k, ta, 0, PanelsA(m))
			PackPanelsBF16B(pb, b, ldb, n, k, tb, 0, PanelsB(n))
			TilesBF16(y, ldy, pa, pb, m, n, k, onto, 0, PanelsA(m))
			for i := range y {
				if math.Abs(float64(y[i]-want[i])) > 0 {
					t.Fatalf("%d×%d×%d ta %v tb %v onto %v: element %d is %v, want %v", m, n, k, ta, tb, onto, i, y[i], want[i])
				}
			}
		}
	}
}

func BenchmarkTilesBF16(b *testing.B) {
	if !HasBF16() {
		b.Skip("no bfloat16")
	}
	const m, n, k = 112, 128, 512
	pa, pb, y := make([]Float, PackedBF16A(m, k)), make([]Float, PackedBF16B(n, k)), make([]Float, m*n)
	for b.Loop() {
		TilesBF16(y, n, pa, pb, m, n, k, false, 0, PanelsA(m))
	}
	b.ReportMetric(2*m*n*k*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}
