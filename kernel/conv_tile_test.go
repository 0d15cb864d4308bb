package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// convTiles at every level are the products, one by one in the order of the table; nothing else is written.
func TestConvTiles(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	everyLevel(t, func(t *testing.T) {
		for _, m := range []int{1, 2, 3, 5, 6, 7, 12, 13, 14, 15, 16, 29, 33} {
			for _, n := range []int{1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 48, 50, 70} {
				k := 1 + r.IntN(20)
				span := 40 + r.IntN(40)
				x := draws(t, r, span+n+ConvSlack)
				off := make([]int, k)
				for l := range off {
					off[l] = r.IntN(span + 1)
				}
				w := draws(t, r, m*k)
				a := make([]Float, PackedA(m, k))
				PackA(a, w, k, m, k, false)
				ld := n + r.IntN(5)
				for _, onto := range []bool{false, true} {
					y := draws(t, r, (m-1)*ld+n)
					want := slices.Clone(y)
					for i := range m {
						for j := range n {
							sum := want[i*ld+j]
							if !onto {
								sum = 0
							}
							for l := range k {
								sum = mulAdd(w[i*k+l], x[off[l]+j], sum)
							}
							want[i*ld+j] = sum
						}
					}
					ConvTiles(y, ld, a, x, off, m, n, onto)
					if d := difference(y, want); d != "" {
						t.Fatalf("m %d, n %d, k %d, onto %v: %s", m, n, k, onto, d)
					}
				}
			}
		}
	})
}

func difference(got, want []Float) string {
	for i := range got {
		if math.Float64bits(float64(got[i])) != math.Float64bits(float64(want[i])) {
			return fmt.Sprintf("element %d is %v, want %v", i, got[i], want[i])
		}
	}
	return ""
}

// convSums at every level are within rounding of sums in float64, and at all levels that fuse products the same bits.
func TestConvSums(t *testing.T) {
	first := map[string][]Float{}
	everyLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(3, 4))
		for c := range 60 {
			s := SumSize{Steps: 1 + r.IntN(5), Images: 1 + r.IntN(4)}
			n := s.Steps * SumLanes
			taps := 6 * (1 + r.IntN(3))
			s.LdDy, s.LdP = n+r.IntN(9), SumRows+r.IntN(3)
			s.ImageDy, s.ImageX = SumRows*s.LdDy+r.IntN(7), n+30+r.IntN(9)
			dy, x := draws(t, r, (s.Images-1)*s.ImageDy+(SumRows-1)*s.LdDy+n), draws(t, r, (s.Images-1)*s.ImageX+30+n)
			off := make([]int, taps)
			for i := range off {
				off[i] = r.IntN(31)
			}
			p := draws(t, r, (taps-1)*s.LdP+SumRows)
			want := make([]float64, len(p))
			size := make([]float64, len(p))
			for i := range p {
				want[i] = float64(p[i])
			}
			for i := range taps {
				for row := range SumRows {
					for m := range s.Images {
						for j := range n {
							v := float64(dy[m*s.ImageDy+row*s.LdDy+j]) * float64(x[m*s.ImageX+off[i]+j])
							want[i*s.LdP+row] += v
							size[i*s.LdP+row] += math.Abs(v)
						}
					}
				}
			}
			ConvSums(p, dy, x, off, &s)
			for i := range p {
				if math.Abs(float64(p[i])-want[i]) > 1e-6*(1+size[i]) {
					t.Fatalf("%+v: element %d is %v, want %v", s, i, p[i], want[i])
				}
			}
			if level.Fused() {
				key := fmt.Sprint(c)
				if first[key] == nil {
					first[key] = slices.Clone(p)
				}
				if d := difference(p, first[key]); d != "" {
					t.Fatalf("%+v: %s at another level", s, d)
				}
			}
		}
	})
}

func TestPartRows(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 6))
	everyLevel(t, func(t *testing.T) {
		for n := 1; n < 70; n++ {
			for step := 1; step < 4; step++ {
				rows, wide := 1+r.IntN(4), (n-1)*step+1
				ldd, lds := n+r.IntN(5), wide+r.IntN(5)
				dst, src := draws(t, r, (rows-1)*ldd+n), draws(t, r, (rows-1)*lds+wide)
				want := slices.Clone(dst)
				back := draws(t, r, len(src))
				wantBack := slices.Clone(back)
				for i := range rows {
					for j := range n {
						want[i*ldd+j] = src[i*lds+j*step]
						wantBack[i*lds+j*step] = src[i*lds+j*step]
					}
				}
				PartRows(dst, src, n, rows, ldd, lds, step)
				JoinRows(back, dst, n, rows, lds, ldd, step)
				if d, e := difference(dst, want), difference(back, wantBack); d+e != "" {
					t.Fatalf("%d rows of %d by %d: %s %s", rows, n, step, d, e)
				}
			}
		}
	})
}

func TestCopyRows(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	everyLevel(t, func(t *testing.T) {
		for n := range 70 {
			rows, ldd, lds := 1+r.IntN(4), n+r.IntN(5), n+r.IntN(5)
			dst, src := draws(t, r, (rows-1)*ldd+n), draws(t, r, (rows-1)*lds+n)
			want := slices.Clone(dst)
			for i := range rows {
				copy(want[i*ldd:][:n], src[i*lds:])
			}
			CopyRows(dst, src, n, rows, ldd, lds)
			if d := difference(dst, want); d != "" {
				t.Fatalf("%d rows of %d: %s", rows, n, d)
			}
		}
	})
}
