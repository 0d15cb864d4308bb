package kernel

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

func normal(r *rand.Rand, n int) []Float {
	x := make([]Float, n)
	for i := range x {
		x[i] = Float(r.NormFloat64())
	}
	return x
}

// Panels and tiles keep the order of the reference's sums, so their bits agree.
func TestTilesEqualReference(t *testing.T) { everyLevel(t, testTiles) }

func testTiles(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 300 {
		m, n, k := r.IntN(45), r.IntN(70), r.IntN(40)
		for _, ta := range []bool{false, true} {
			for _, tb := range []bool{false, true} {
				for _, onto := range []bool{false, true} {
					lda, ldb, ldy := k+r.IntN(3), n+r.IntN(3), n+r.IntN(3)
					ra, rb := m, k
					if ta {
						lda, ra = m+r.IntN(3), k
					}
					if tb {
						ldb, rb = k+r.IntN(3), n
					}
					a, b, y := normal(r, ra*lda), normal(r, rb*ldb), normal(r, m*ldy)
					want := slices.Clone(y)
					MatMul(want, a, b, m, n, k, ldy, lda, ldb, ta, tb, onto)

					pa, pb := normal(r, PackedA(m, k)), normal(r, PackedB(n, k))
					PackA(pa, a, lda, m, k, ta)
					PackB(pb, b, ldb, n, k, tb)
					cut := r.IntN(PanelsA(m) + 1) // in two parts
					TilesPanels(y, ldy, pa, pb, m, n, k, onto, cut, PanelsA(m))
					TilesPanels(y, ldy, pa, pb, m, n, k, onto, 0, cut)
					if !slices.Equal(y, want) {
						t.Fatalf("%d×%d×%d ta %v tb %v onto %v: not the reference's bits", m, n, k, ta, tb, onto)
					}
				}
			}
		}
	}
}

// A row computed alone has the bits it has among others.
func TestRowsEqualReference(t *testing.T) { everyLevel(t, testRows) }

func testRows(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	for range 300 {
		n, k := r.IntN(40), r.IntN(20)
		for _, onto := range []bool{false, true} {
			x, start := normal(r, k), normal(r, n)
			w, ld := normal(r, n*(k+2)), k+2
			y, want := slices.Clone(start), slices.Clone(start)
			RowDots(y, x, w, ld, onto)
			MatMul(want, x, w, 1, n, k, n, k, ld, false, true, onto)
			if !slices.Equal(y, want) {
				t.Fatalf("RowDots %d×%d onto %v: found %v, want %v", n, k, onto, y, want)
			}
			w, ld = normal(r, k*(n+2)), n+2
			y, want = slices.Clone(start), slices.Clone(start)
			RowSums(y, x, w, ld, onto)
			MatMul(want, x, w, 1, n, k, n, k, ld, false, false, onto)
			if !slices.Equal(y, want) {
				t.Fatalf("RowSums %d×%d onto %v: found %v, want %v", n, k, onto, y, want)
			}
		}
	}
}

func BenchmarkTiles(b *testing.B) {
	const m, n, k = 112, 128, 256
	for _, l := range Levels() {
		b.Run("level="+l.String(), func(b *testing.B) {
			defer SetLevel(l)()
			pa, pb, y := make([]Float, PackedA(m, k)), make([]Float, PackedB(n, k)), make([]Float, m*n)
			for b.Loop() {
				Tiles(y, n, pa, pb, m, n, k, false)
			}
			b.ReportMetric(2*m*n*k*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}

func BenchmarkPack(b *testing.B) {
	const n, k = 224, 256
	for _, l := range Levels() {
		defer SetLevel(l)()
		src, dst := make([]Float, (n+8)*(k+8)), make([]Float, 2*n*k)
		for _, t := range []bool{false, true} {
			ld := k + 8
			if t {
				ld = n + 8
			}
			for name, f := range map[string]func(){"a": func() { PackA(dst, src, ld, n, k, t) }, "b": func() { PackB(dst, src, ld, n, k, !t) }} {
				b.Run(fmt.Sprintf("level=%v/%s/across=%v", l, name, t), func(b *testing.B) {
					for b.Loop() {
						f()
					}
					b.ReportMetric(4*n*k*float64(b.N)/b.Elapsed().Seconds()/1e9, "GB/s")
				})
			}
		}
	}
}

func BenchmarkRow(b *testing.B) {
	const n, k = 64, 512
	x, w, y := make([]Float, n+k), make([]Float, n*k), make([]Float, n+k)
	for _, f := range []struct {
		name string
		do   func()
	}{{"Dots", func() { RowDots(y[:n], x[:k], w, k, false) }}, {"Sums", func() { RowSums(y[:k], x[:n], w, k, false) }}} {
		b.Run(fmt.Sprintf("%s/n=%d/k=%d", f.name, n, k), func(b *testing.B) {
			for b.Loop() {
				f.do()
			}
			b.ReportMetric(2*n*k*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}

func ExampleMatMul() {
	a := []Float{1, 2, 3, 4}       // (2, 2)
	x := []Float{1, 0, 0, 1, 1, 1} // (2, 3)
	y := make([]Float, 6)
	MatMul(y, a, x, 2, 3, 2, 3, 2, 3, false, false, false)
	fmt.Println(y[:3], y[3:])
	// Output: [3 2 2] [7 4 4]
}
