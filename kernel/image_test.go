package kernel

import (
	"math/rand/v2"
	"testing"
)

func TestBatchNormLevels(t *testing.T) {
	for _, special := range [][]float64{nil, odd} {
		againstGeneric(t, func(t *testing.T, r *rand.Rand) (out [][]Float) {
			for _, l := range rowSizes(r) {
				if l == 0 || l > 1000 {
					continue
				}
				n, c := 1+r.IntN(3), 1+r.IntN(3)
				ch, size := r.IntN(c), n*c*l
				for k := range 8 {
					act, add := []Fn{Identity, ReLU}[k&1], k&2 != 0
					x, dy, y, dx := draws(t, r, size, special...), draws(t, r, size, special...), draws(t, r, size), draws(t, r, size)
					w, b := draws(t, r, c), draws(t, r, c)
					if k&4 != 0 {
						w, b = nil, nil
					}
					mean, rstd := BatchNorm(y, x, w, b, n, c, l, ch, 1e-5, act, add)
					dw, db := BatchNormBack(dx, x, y, w, dy, mean, rstd, n, c, l, ch, act, add)
					out = append(out, y, dx, []Float{mean, rstd, Float(dw), Float(db)})
				}
			}
			return out
		})
	}
}

// Windows of 2×2 have vectors of their own.
func TestMaxPool2Levels(t *testing.T) {
	for _, special := range [][]float64{nil, odd} {
		againstGeneric(t, func(t *testing.T, r *rand.Rand) (out [][]Float) {
			for ow := 1; ow < 70; ow++ {
				p := PoolSize{Planes: 1, OH: 1 + r.IntN(4), OW: ow, R: 2, S: 2, StrideH: 2, StrideW: 2, DilH: 1, DilW: 1}
				p.H, p.W = 2*p.OH+r.IntN(2), 2*p.OW+r.IntN(2)
				x := draws(t, r, p.H*p.W, special...)
				for i := range x {
					if r.IntN(3) == 0 {
						x[i] = x[0] // ties
					}
				}
				y, alone, arg, places := draws(t, r, p.OH*p.OW), draws(t, r, p.OH*p.OW), make([]int32, p.OH*p.OW), []Float{}
				MaxPool(y, arg, x, &p, false)
				MaxPool(alone, nil, x, &p, false)
				for _, at := range arg {
					places = append(places, Float(at))
				}
				out = append(out, y, alone, places)
			}
			return out
		})
	}
}
