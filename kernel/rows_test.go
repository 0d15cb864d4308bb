package kernel

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

var numbers = []Number{F32, F16, BF16}

// putNumbers is x as numbers of type t, and what these are as Floats.
func putNumbers(t Number, x []Float) (b []byte, wide []Float) {
	b, wide = make([]byte, len(x)*t.Bytes()), make([]Float, len(x))
	switch t {
	case F16:
		PutF16(b, x)
	case BF16:
		PutBF16(b, x)
	default:
		for i, v := range x {
			binary.LittleEndian.PutUint32(b[4*i:], math.Float32bits(float32(v)))
		}
	}
	for i := range wide {
		wide[i] = t.value(b, i)
	}
	return b, wide
}

// Products of panels have the bits of MatMul on the widened weights, whatever is computed together; rows come back from panels.
func TestTilesRows(t *testing.T) {
	for _, kind := range numbers {
		t.Run(kind.String(), func(t *testing.T) {
			everyLevel(t, func(t *testing.T) {
				r := rand.New(rand.NewPCG(7, uint64(kind)))
				for _, c := range []struct{ m, n, k int }{{1, 1, 1}, {32, 1, 5}, {33, 1, 64}, {97, 1, 300}, {130, 3, 17}, {64, 2, 256}, {40, 4, 30}, {40, 5, 31}, {33, 6, 20}, {45, 7, 20}, {100, 8, 300}, {50, 9, 11}, {50, 10, 11}, {50, 11, 11}, {50, 12, 11}, {33, 13, 11}, {65, 14, 12}, {31, 15, 257}, {70, 30, 530}, {5, 4, 0}, {5, 1, 0}, {3, 0, 4}} {
					w, wide := putNumbers(kind, draws(t, r, c.m*c.k))
					x := draws(t, r, c.n*(c.k+3))
					count, ld := PanelsB(c.m), c.m+2
					panels := make([]byte, PackedRows(kind, c.m, c.k))
					PackRows(panels, kind, w, c.m, c.k, count/2, count)
					PackRows(panels, kind, w, c.m, c.k, 0, count/2)
					panels = guardedBytes(t, panels)
					want, y := make([]Float, c.n*ld), guarded(t, c.n*ld)
					MatMul(want, x, wide, c.n, c.m, c.k, ld, c.k+3, c.k, false, true, false)
					packed := guarded(t, PackedRowsX(c.n, c.k))
					PackRowsX(packed, x, c.k+3, c.n, c.k, 0, PanelsA(c.n))
					TilesRows(y, ld, kind, panels, packed, c.m, c.n, c.k, 0, count/2)
					TilesRows(y, ld, kind, panels, packed, c.m, c.n, c.k, count/2, count)
					wantBits(t, y, want, "%v", c)
					for j := range c.n { // one x, one panel after the other
						clear(y)
						one := guarded(t, c.k)
						copy(one, x[j*(c.k+3):])
						for i := range count {
							TilesRows(y, ld, kind, panels, one, c.m, 1, c.k, i, i+1)
						}
						wantBits(t, y[:c.m], want[j*ld:][:c.m], "%v, row %d alone", c, j)
					}
					row := make([]Float, c.k)
					for i := range c.m {
						RowFromPanels(row, kind, panels, len(row), i, 0)
						wantBits(t, row, wide[i*c.k:][:c.k], "row %d of %v", i, c)
					}
				}
			})
		})
	}
}

// What is not finite goes where it goes in MatMul.
func TestTilesRowsNotFinite(t *testing.T) {
	inf, nan := Float(math.Inf(1)), Float(math.NaN())
	everyLevel(t, func(t *testing.T) {
		for _, kind := range numbers {
			const m, k = 40, 9
			w, x := make([]Float, m*k), make([]Float, k)
			for i := range w {
				w[i] = Float(i%7) - 3
			}
			w[2], w[5*k], w[39*k+8], x[4] = inf, nan, -inf, inf
			b, wide := putNumbers(kind, w)
			want, y, panels := make([]Float, 2*m), make([]Float, 2*m), make([]byte, PackedRows(kind, m, k))
			both := append(x, x...)
			MatMul(want, both, wide, 2, m, k, m, k, k, false, true, false)
			PackRows(panels, kind, b, m, k, 0, PanelsB(m))
			packed := make([]Float, PackedRowsX(2, k))
			PackRowsX(packed, both, k, 2, k, 0, PanelsA(2))
			for n := 2; n >= 1; n-- {
				TilesRows(y, m, kind, panels, packed, m, n, k, 0, PanelsB(m))
				for i, v := range want {
					if got := y[i]; got != v && (got == got || v == v) {
						t.Errorf("%v, %d xs: y[%d] is %v, want %v", kind, n, i, got, v)
					}
				}
				packed = both
			}
		}
	})
}

// Products allocate nothing.
func TestTilesRowsAllocate(t *testing.T) {
	everyLevel(t, func(t *testing.T) {
		const m, k = 70, 300
		for _, kind := range numbers {
			for _, n := range []int{1, 3, 30} {
				w, x, y := make([]byte, PackedRows(kind, m, k)), make([]Float, PackedRowsX(n, k)), make([]Float, n*m)
				if a := testing.AllocsPerRun(3, func() {
					TilesRows(y, m, kind, w, x, m, n, k, 0, PanelsB(m))
					if HasBF16() {
						TilesRowsBF16(y, m, kind, w, x, m, n, k, 0, PanelsB(m))
					}
				}); a > 0 {
					t.Errorf("%v: %d xs: %v allocations", kind, n, a)
				}
			}
		}
		for _, q := range panelKinds {
			const n = 3
			w, x, rounded, y := make([]byte, PackedQuant(q, m, 512)), make([]Float, 512), make([]byte, n*PackedQuantX(q, 512)), make([]Float, n*m)
			if a := testing.AllocsPerRun(3, func() {
				PackQuantX(rounded, q, x)
				TilesQuant(y, m, q, w, rounded, m, n, 512, 0, QuantPanels(m))
			}); a > 0 {
				t.Errorf("%v: %v allocations", q, a)
			}
		}
	})
}

func BenchmarkTilesRows(b *testing.B) {
	const k = 2048
	for _, kind := range numbers {
		for _, c := range [][2]int{{128, 1}, {128, 2}, {128, 8}, {16384, 2}, {16384, 8}, {512, 512}} {
			m, n := c[0], c[1]
			w, x, y := make([]byte, PackedRows(kind, m, k)), make([]Float, PackedRowsX(n, k)), make([]Float, n*m)
			for i := range w {
				w[i] = byte(i % 64) // ordinary numbers, and memory of one's own
			}
			bench := func(name string, do func()) {
				b.Run(fmt.Sprintf("kind=%v%s/m=%d/n=%d", kind, name, m, n), func(b *testing.B) {
					for b.Loop() {
						do()
					}
					seconds := b.Elapsed().Seconds() / float64(b.N)
					b.ReportMetric(float64(len(w))/seconds/1e9, "GB/s")
					b.ReportMetric(2*float64(m)*float64(n)*k/seconds/1e9, "GFLOP/s")
				})
			}
			bench("", func() { TilesRows(y, m, kind, w, x, m, n, k, 0, PanelsB(m)) })
			if HasBF16() {
				bench("dot", func() { TilesRowsBF16(y, m, kind, w, x, m, n, k, 0, PanelsB(m)) })
			}
		}
	}
}
