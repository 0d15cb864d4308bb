package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// tileOfImage is Bᵀ·d·B of the 6×6 numbers that begin at row and col of x (h, w), zero beyond it, columns outermost.
func tileOfImage(x []Float, h, w, row, col int, slopes bool) (v [36]Float) {
	var t [6][6]Float
	for j := range 6 {
		var d [6]Float
		for i := range d {
			if r, c := row+i, col+j; r >= 0 && r < h && c >= 0 && c < w {
				d[i] = x[r*w+c]
			}
		}
		for i, u := range winogradTransform(d, slopes) {
			t[i][j] = u
		}
	}
	for i := range t {
		for j, u := range winogradTransform(t[i], slopes) {
			v[6*i+j] = u
		}
	}
	return v
}

// The rows and columns of tiles are those of the formula, tile by tile, bit by bit, whatever begins where.
func TestWinogradTiles(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	everyLevel(t, func(t *testing.T) {
		for _, w := range []int{1, 3, 7, 8, 9, 15, 16, 17, 30, 32, 33} {
			for range 4 {
				left, pairs := r.IntN(3), (w+7)/8
				s := WinogradSize{Channels: 1 + r.IntN(3), Tiles: 1 + r.IntN(4), H: 1 + r.IntN(20), W: w, First: r.IntN(9) - 2, Slopes: r.IntN(2) == 0}
				s.Ld = max(left+(w+15)/16*16, 8*pairs+4) + r.IntN(3)
				s.Room = 6*s.Ld*s.Tiles + r.IntN(5)
				x, zero := draws(t, r, s.Channels*s.H*w), make([]Float, w)
				rows := guarded(t, s.Channels*s.Room)
				WinogradRows(rows[left:], x, zero, &s)
				var off [winogradPairs]int
				var at [winogradPairs][2]int
				whole := r.IntN(2) == 0
				for h := range off {
					at[h] = [2]int{r.IntN(s.Tiles), r.IntN(pairs)}
					if whole && pairs > 1 && h%2 == 1 {
						at[h-1][1] = min(at[h-1][1], pairs-2)
						at[h] = [2]int{at[h-1][0], at[h-1][1] + 1}
						off[h-1] = at[h-1][0]*6*s.Ld + 8*at[h-1][1]
					}
					off[h] = at[h][0]*6*s.Ld + 8*at[h][1]
				}
				next := WinogradLanes + r.IntN(2)*16
				step := s.Channels*next + r.IntN(4)
				v := guarded(t, 35*step+(s.Channels-1)*next+WinogradLanes)
				WinogradColumns(v, rows, &off, s.Channels, s.Ld, s.Room, step, next, s.Slopes)
				for c := range s.Channels {
					for l := range WinogradLanes {
						pair := at[l%4*2+l/8]
						want := tileOfImage(x[c*s.H*w:], s.H, w, s.First+4*pair[0], 8*pair[1]+4*(l/4%2)-left, s.Slopes)
						for i, u := range want {
							if got := v[i*step+c*next+l]; got != u {
								t.Fatalf("%+v, left %d: number %d of lane %d of channel %d is %v, want %v", s, left, i, l, c, got, u)
							}
						}
					}
				}
			}
		}
	})
}

// Outputs are those of the formula, bit by bit, and nothing else is written.
func TestWinogradOut(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	everyLevel(t, func(t *testing.T) {
		for n := range 40 {
			channels, step, across := 1+r.IntN(3), 0, 1+r.IntN(4)
			ldm := WinogradLanes + r.IntN(2)*16
			step = channels*ldm + r.IntN(4)
			ldy := 8*across + r.IntN(3)
			plane := 8/across*4*ldy + 4*ldy + r.IntN(3)
			var off [winogradPairs]int
			for h := range off {
				off[h] = h/across*4*ldy + h%across*8
			}
			m := draws(t, r, 35*step+(channels-1)*ldm+WinogradLanes)
			y := draws(t, r, (channels-1)*plane+slices.Max(off[:])+3*ldy+8)
			want := slices.Clone(y)
			onto := n%2 == 0
			for k := range channels {
				for l := range WinogradLanes {
					var u [4][6]Float
					for j := range 6 {
						var d [6]Float
						for i := range d {
							d[i] = m[(6*i+j)*step+k*ldm+l]
						}
						for i, v := range winogradBackward(d) {
							u[i][j] = v
						}
					}
					for i := range u {
						for c, v := range winogradBackward(u[i]) {
							at := &want[k*plane+off[l%4*2+l/8]+4*(l/4%2)+i*ldy+c]
							if onto {
								v += *at
							}
							*at = v
						}
					}
				}
			}
			WinogradOut(y, m, &off, channels, step, ldm, ldy, plane, onto)
			if d := difference(y, want); d != "" {
				t.Fatalf("%d channels, onto %v, off %v: %s", channels, onto, off, d)
			}
		}
	})
}

// Weights are those of the formula, bit by bit, turned or not.
func TestWinogradWeights(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	everyLevel(t, func(t *testing.T) {
		for n := 1; n < 50; n++ {
			turned, w := n%2 == 0, draws(t, r, 9*n)
			ld := (n + WinogradLanes - 1) / WinogradLanes * WinogradLanes
			u := guarded(t, WinogradPlaces*ld)
			WinogradWeights(u, w, n, ld, turned)
			for l := range n {
				g := slices.Clone(w[9*l:][:9])
				if turned {
					slices.Reverse(g)
				}
				var t1 [6][3]Float
				for c := range 3 {
					for i, v := range winogradWeight([3]Float{g[c], g[3+c], g[6+c]}) {
						t1[i][c] = v
					}
				}
				for i := range t1 {
					for j, v := range winogradWeight(t1[i]) {
						if got := u[(6*i+j)*ld+l]; got != v {
							t.Fatalf("%d of 3×3, turned %v: number %d, %d of %d is %v, want %v", n, turned, i, j, l, got, v)
						}
					}
				}
			}
		}
	})
}

// Sums of products of tiles become the gradient of weights: of all products of one number of dy and one of x the place between.
func TestWinogradSums(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	everyLevel(t, func(t *testing.T) {
		for n := 1; n < 40; n += 3 {
			s, want := guarded(t, 36*n), make([]float64, 9*n)
			for l := range n {
				x, dy := draws(t, r, 36), draws(t, r, 16)
				v, w := tileOfImage(x, 6, 6, 0, 0, false), tileOfImage(dy, 4, 4, 0, 0, true)
				for i := range v {
					s[i*n+l] = v[i] * w[i]
				}
				for i := range 4 {
					for j := range 4 {
						for p := range 9 {
							want[p*n+l] += float64(x[6*(i+p/3)+j+p%3]) * float64(dy[4*i+j])
						}
					}
				}
			}
			y := guarded(t, 9*n)
			WinogradSums(y, s, n)
			for i, v := range want {
				if math.Abs(float64(y[i])-v) > 1e-4 {
					t.Fatalf("%d weights: number %d is %v, want %v", n, i, y[i], v)
				}
			}
		}
	})
}
