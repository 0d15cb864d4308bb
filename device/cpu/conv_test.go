package cpu

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"brick/device"
	"brick/kernel"
)

// convolutions is random geometries, with strides, dilation, padding, groups and more images than are summed at a time.
func convolutions(r *rand.Rand) (list []device.Conv) {
	for len(list) < 60 {
		g := 1 + r.IntN(2)
		c := device.Conv{N: 1 + r.IntN(3), C: g * (1 + r.IntN(6)), H: 1 + r.IntN(20), W: 1 + r.IntN(40), K: g * (1 + r.IntN(17)), R: 1 + r.IntN(4), S: 1 + r.IntN(4),
			StrideH: 1 + r.IntN(3), StrideW: 1 + r.IntN(3), DilH: 1 + r.IntN(2), DilW: 1 + r.IntN(2), Top: r.IntN(3), Left: r.IntN(3), G: g}
		if len(list)%10 == 0 {
			c.N = sumImages + 3
		}
		if len(list)%3 == 0 {
			c.StrideH, c.StrideW = 1, 1
		}
		h, w := c.H+c.Top+r.IntN(3)-c.DilH*(c.R-1)-1, c.W+c.Left+r.IntN(3)-c.DilW*(c.S-1)-1
		if h < 0 || w < 0 {
			continue
		}
		c.OH, c.OW = h/c.StrideH+1, w/c.StrideW+1
		list = append(list, c)
	}
	return list
}

// Convolutions and their gradients are the plain loops: of the outputs and the inputs the same bits at every level, unless tiles
// are transformed, of the weights, whose sums run otherwise, within rounding.
func TestConvEqualsLoops(t *testing.T) {
	everyLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(5, 6))
		for _, workers := range []int{1, 3} {
			d := New(workers)
			defer d.Close()
			for _, c := range convolutions(r) {
				x, w, dy := normals(r, c.N*c.C*c.H*c.W), normals(r, c.K*c.C/c.G*c.R*c.S), normals(r, c.N*c.K*c.OH*c.OW)
				for _, mode := range []device.Mode{device.Set, device.Add} {
					name := fmt.Sprintf("%+v, mode %v, %d workers", c, mode, workers)
					y, dx, dw := normals(r, len(dy)), normals(r, len(x)), normals(r, len(w))
					wantY, wantX, wantW := append([]kernel.Float{}, y...), append([]kernel.Float{}, dx...), append([]kernel.Float{}, dw...)
					add := mode == device.Add
					for u := range c.N * c.K {
						kernel.Conv(wantY[u*c.OH*c.OW:][:c.OH*c.OW], x[u/c.K*c.C*c.H*c.W:][:c.C*c.H*c.W], w, &c, u%c.K, add)
					}
					for u := range c.N * c.C {
						kernel.ConvBackX(wantX[u*c.H*c.W:][:c.H*c.W], w, dy[u/c.C*c.K*c.OH*c.OW:][:c.K*c.OH*c.OW], &c, u%c.C, add)
					}
					for k := range c.K {
						for ch := range c.C / c.G {
							kernel.ConvBackW(wantW[(k*c.C/c.G+ch)*c.R*c.S:][:c.R*c.S], x, dy, &c, k, ch, add)
						}
					}
					d.Conv(device.Dst{Buf: device.Host(y), Mode: mode}, device.Host(x), device.Host(w), c, device.Epilogue{})
					d.ConvBackX(device.Dst{Buf: device.Host(dx), Mode: mode}, device.Host(w), device.Host(dy), c)
					d.ConvBackW(device.Dst{Buf: device.Host(dw), Mode: mode}, device.Host(x), device.Host(dy), c)
					for what, v := range map[string][2][]kernel.Float{"y": {y, wantY}, "dx": {dx, wantX}} {
						tiles := kernel.HasWinograd() && d.tasks.winograd.take(&c, what == "dx") && d.tasks.winograd.pays()
						for i := range v[0] {
							if add || tiles {
								if math.Abs(float64(v[0][i]-v[1][i])) > 1e-4 {
									t.Fatalf("%s: %s[%d] is %v, want %v", name, what, i, v[0][i], v[1][i])
								}
							} else if v[0][i] != v[1][i] {
								t.Fatalf("%s: %s[%d] is %v, want %v", name, what, i, v[0][i], v[1][i])
							}
						}
					}
					for i := range dw {
						if math.Abs(float64(dw[i]-wantW[i])) > 1e-4*float64(1+c.N*c.OH*c.OW/50) {
							t.Fatalf("%s: dw[%d] is %v, want %v", name, i, dw[i], wantW[i])
						}
					}
				}
			}
		}
	})
}

func normals(r *rand.Rand, n int) []kernel.Float {
	x := make([]kernel.Float, n)
	for i := range x {
		x[i] = kernel.Float(r.NormFloat64())
	}
	return x
}
