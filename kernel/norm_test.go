package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func TestNormLevels(t *testing.T) {
	for _, special := range [][]float64{nil, odd} {
		againstGeneric(t, func(t *testing.T, r *rand.Rand) (out [][]Float) {
			for _, n := range rowSizes(r) {
				if n == 0 {
					continue
				}
				x, dy := draws(t, r, n, special...), draws(t, r, n, special...)
				if n%3 == 0 {
					for i := range x {
						x[i] += 1000
					}
				}
				for k := range 8 {
					w, b, db, add := draws(t, r, n), draws(t, r, n), draws(t, r, n), k&4 != 0
					if k&1 != 0 {
						w = nil
					}
					if k&2 != 0 {
						b, db = nil, nil
					}
					y, dx, dw := draws(t, r, n), draws(t, r, n), draws(t, r, n)
					mean, rstd := LayerNorm(y, x, w, b, 1e-5)
					LayerNormBack(dx, dw, db, x, w, dy, mean, rstd, add)
					out = append(out, y, dx, dw, db, []Float{mean, rstd})

					y, dx, dw = draws(t, r, n), draws(t, r, n), draws(t, r, n)
					rstd = RMSNorm(y, x, w, 1e-5)
					RMSNormBack(dx, dw, x, w, dy, rstd, add)
					out = append(out, y, dx, dw, []Float{rstd})
				}
			}
			return out
		})
	}
}

// Each number of a normalised row is within a few units of what float64 gives, far from 0 too.
func TestLayerNormIsExact(t *testing.T) {
	everyLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 9))
		for _, far := range []float64{0, 1, 1e3, 1e6} {
			const n = 768
			x, y := make([]Float, n), make([]Float, n)
			sum, sq := 0.0, 0.0
			for i := range x {
				x[i] = Float(far + r.NormFloat64())
				sum += float64(x[i])
			}
			for _, v := range x {
				sq += (float64(v) - sum/n) * (float64(v) - sum/n)
			}
			LayerNorm(y, x, nil, nil, 1e-5)
			for i, v := range x {
				want := (float64(v) - sum/n) / math.Sqrt(sq/n+float64(Float(1e-5)))
				if e := math.Abs(float64(y[i]) - want); e > 3e-7*(math.Abs(want)+0.1) {
					t.Fatalf("mean %v: number %d is %v, want %v", far, i, y[i], want)
				}
			}
		}
	})
}

func BenchmarkNorm(b *testing.B) {
	const n, rows = 768, 64 // in the second cache
	r := rand.New(rand.NewPCG(1, 2))
	x, y, dy, dx := draws(b, r, n*rows), draws(b, r, n*rows), draws(b, r, n*rows), draws(b, r, n*rows)
	w, bias, dw, db := draws(b, r, n), draws(b, r, n), draws(b, r, n), draws(b, r, n)
	for name, f := range map[string]func(k int){
		"layer":     func(k int) { LayerNorm(y[k:k+n], x[k:k+n], w, bias, 1e-5) },
		"layerBack": func(k int) { LayerNormBack(dx[k:k+n], dw, db, x[k:k+n], w, dy[k:k+n], 0.1, 0.9, false) },
		"rms":       func(k int) { RMSNorm(y[k:k+n], x[k:k+n], w, 1e-5) },
		"rmsBack":   func(k int) { RMSNormBack(dx[k:k+n], dw, x[k:k+n], w, dy[k:k+n], 0.9, false) },
	} {
		b.Run(fmt.Sprintf("%s/c=%d", name, n), func(b *testing.B) {
			k := 0
			for b.Loop() {
				f(k)
				if k += n; k == n*rows {
					k = 0
				}
			}
		})
	}
}
