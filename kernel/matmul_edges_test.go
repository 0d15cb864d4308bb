//go:build unix

package kernel

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Packing, tiles and rows touch nothing outside their slices, on either side, and give the reference's bits there.
func TestMatMulEdges(t *testing.T) {
	everyLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(4, 1))
		shapes := [][3]int{{1, 1, 1}, {1, 16, 5}, {2, 3, 4}, {7, 11, 8}, {8, 12, 17}, {9, 13, 3}, {14, 32, 6}, {15, 33, 7}, {30, 47, 33}}
		for _, s := range shapes {
			m, n, k := s[0], s[1], s[2]
			a, b, start := normal(r, m*k), normal(r, k*n), normal(r, m*n)
			for _, place := range []func(testing.TB, int) []Float{guarded, guardedBelow} {
				at := func(x []Float) []Float {
					y := place(t, len(x))
					copy(y, x)
					return y
				}
				for turn := range 4 {
					ta, tb := turn&1 != 0, turn&2 != 0
					lda, ldb := k, n
					if ta {
						lda = m
					}
					if tb {
						ldb = k
					}
					for _, onto := range []bool{false, true} {
						want := slices.Clone(start)
						MatMul(want, a, b, m, n, k, n, lda, ldb, ta, tb, onto)
						pa, pb, y := place(t, PackedA(m, k)), place(t, PackedB(n, k)), at(start)
						PackA(pa, at(a), lda, m, k, ta)
						PackB(pb, at(b), ldb, n, k, tb)
						Tiles(y, n, pa, pb, m, n, k, onto)
						if !slices.Equal(y, want) {
							t.Fatalf("%v ta %v tb %v onto %v: not the reference's bits", s, ta, tb, onto)
						}
						if m > 1 || ta {
							continue
						}
						y = at(start)
						if tb {
							RowDots(y, at(a), at(b), ldb, onto)
						} else {
							RowSums(y, at(a), at(b), ldb, onto)
						}
						if !slices.Equal(y, want) {
							t.Fatalf("%v tb %v onto %v: a row is not the reference's bits", s, tb, onto)
						}
					}
				}
			}
		}
		for _, k := range []int{1, 4, 7, 40} { // rows of every number of columns
			for n := 1; n < 40; n++ {
				x, w := guardedCopy(t, normal(r, k)), guardedCopy(t, normal(r, n*k))
				y, z, want := guarded(t, n), guarded(t, n), make([]Float, n)
				RowDots(y, x, w, k, false)
				MatMul(want, x, w, 1, n, k, n, k, k, false, true, false)
				if !slices.Equal(y, want) {
					t.Fatalf("RowDots of %d×%d: not the reference's bits", n, k)
				}
				RowSums(z, x, w, n, false)
				MatMul(want, x, w, 1, n, k, n, k, n, false, false, false)
				if !slices.Equal(z, want) {
					t.Fatalf("RowSums of %d×%d: not the reference's bits", n, k)
				}
			}
		}
	})
}
