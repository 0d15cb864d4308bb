package devicetest

import (
	"fmt"
	"math"

	"brick/device"
	"brick/kernel"
)

// convs are geometries: every option alone and all of them together, windows that lie beyond the edge, kernels larger
// than the image, images of one number, none at all; then some of the sizes of real layers.
func convs() []device.Conv {
	one := device.Conv{N: 2, C: 3, H: 6, W: 7, K: 4, R: 3, S: 3, StrideH: 1, StrideW: 1, DilH: 1, DilW: 1, G: 1}
	var list []device.Conv
	// add fits the output to what the padding after the image leaves.
	add := func(change func(c *device.Conv), after [2]int) {
		c := one
		change(&c)
		c.OH = (c.H+c.Top+after[0]-c.DilH*(c.R-1)-1)/c.StrideH + 1
		c.OW = (c.W+c.Left+after[1]-c.DilW*(c.S-1)-1)/c.StrideW + 1
		list = append(list, c)
	}
	pad := func(c *device.Conv, n int) { c.Top, c.Left = n, n }
	add(func(c *device.Conv) {}, [2]int{})
	add(func(c *device.Conv) { pad(c, 1) }, [2]int{1, 1})
	add(func(c *device.Conv) { pad(c, 1); c.StrideH, c.StrideW = 2, 2 }, [2]int{1, 1})
	add(func(c *device.Conv) { c.StrideH, c.StrideW, c.W = 3, 2, 10 }, [2]int{})
	add(func(c *device.Conv) { c.DilH, c.DilW, c.Top, c.Left = 2, 3, 2, 1 }, [2]int{1, 4})
	add(func(c *device.Conv) { c.C, c.K, c.G = 4, 6, 2; pad(c, 1) }, [2]int{1, 1})
	add(func(c *device.Conv) { c.C, c.K, c.G = 5, 5, 5; pad(c, 1) }, [2]int{1, 1})
	add(func(c *device.Conv) { c.C, c.K, c.G = 3, 6, 3 }, [2]int{})
	add(func(c *device.Conv) { c.R, c.S = 1, 1 }, [2]int{})
	add(func(c *device.Conv) { c.R, c.S, c.StrideH, c.StrideW = 1, 1, 2, 2 }, [2]int{})
	add(func(c *device.Conv) { c.R, c.S = 6, 7 }, [2]int{})
	add(func(c *device.Conv) { c.R, c.S, c.Top, c.Left = 2, 4, 1, 2 }, [2]int{0, 1})
	add(func(c *device.Conv) { c.H, c.R, c.W, c.Left = 1, 1, 19, 1 }, [2]int{0, 1}) // 1-D
	add(func(c *device.Conv) { c.H, c.R, c.W, c.Left, c.DilW = 1, 1, 12, 4, 2 }, [2]int{})
	add(func(c *device.Conv) { pad(c, 5); c.StrideH, c.StrideW = 2, 3 }, [2]int{5, 5}) // windows of nothing but padding
	add(func(c *device.Conv) { c.H, c.W, c.R, c.S = 1, 1, 5, 5; pad(c, 2) }, [2]int{2, 2})
	add(func(c *device.Conv) { c.Top, c.Left = -1, -2 }, [2]int{})                                // what lies at the edge is not seen
	add(func(c *device.Conv) { c.StrideH, c.StrideW, c.Top, c.Left = 2, 2, 1, 1 }, [2]int{-1, 0}) // as an output padding leaves it
	add(func(c *device.Conv) { c.N, c.C, c.K, c.H, c.W, c.R, c.S = 1, 1, 1, 1, 1, 1, 1 }, [2]int{})
	add(func(c *device.Conv) { c.N = 0 }, [2]int{})
	add(func(c *device.Conv) {
		c.C, c.K, c.G = 4, 6, 2
		c.DilH, c.DilW, c.StrideH, c.StrideW, c.Top, c.Left, c.H, c.W = 2, 3, 2, 1, 1, 2, 11, 10
	}, [2]int{1, 2})
	for _, s := range []struct{ n, c, hw, k, rs, stride, pad, g int }{
		{3, 1, 28, 6, 5, 1, 2, 1}, {2, 6, 14, 16, 5, 1, 0, 1}, {2, 16, 32, 16, 3, 1, 1, 1}, {3, 16, 17, 33, 3, 2, 1, 1},
		{1, 64, 9, 70, 3, 1, 1, 1}, {2, 64, 8, 65, 1, 1, 0, 1}, {1, 3, 40, 20, 7, 2, 3, 1}, {2, 40, 15, 40, 3, 1, 1, 40}, {1, 40, 15, 40, 5, 2, 2, 40},
	} {
		add(func(c *device.Conv) {
			c.N, c.C, c.H, c.W, c.K, c.R, c.S, c.StrideH, c.StrideW, c.G = s.n, s.c, s.hw, s.hw+1, s.k, s.rs, s.rs, s.stride, s.stride, s.g
			pad(c, s.pad)
		}, [2]int{s.pad, s.pad})
	}
	return list
}

// eachTap calls f for every product of a convolution, with the places in y, w and x of its factors.
func eachTap(c device.Conv, f func(y, w, x int)) {
	cg, kg := c.C/c.G, c.K/c.G
	for n := range c.N {
		for k := range c.K {
			for i := range c.OH {
				for j := range c.OW {
					for ch := range cg {
						for r := range c.R {
							for s := range c.S {
								h, w := i*c.StrideH+r*c.DilH-c.Top, j*c.StrideW+s*c.DilW-c.Left
								if h >= 0 && h < c.H && w >= 0 && w < c.W {
									f(((n*c.K+k)*c.OH+i)*c.OW+j, ((k*cg+ch)*c.R+r)*c.S+s, ((n*c.C+k/kg*cg+ch)*c.H+h)*c.W+w)
								}
							}
						}
					}
				}
			}
		}
	}
}

// sums adds up products, and their sizes.
type sums struct{ sum, size []float64 }

func newSums(n int) sums { return sums{make([]float64, n), make([]float64, n)} }

func (s sums) add(i int, v float64) {
	s.sum[i] += v
	s.size[i] += math.Abs(v)
}

func (s sums) put(y result) {
	for i, v := range s.sum {
		y.put(i, v, s.size[i])
	}
}

func convSizes(c device.Conv) (x, w, y int) {
	return c.N * c.C * c.H * c.W, c.K * (c.C / c.G) * c.R * c.S, c.N * c.K * c.OH * c.OW
}

func conv(m *maker) {
	for _, c := range convs() {
		nx, nw, ny := convSizes(c)
		try := func(mode device.Mode, bias, pre bool, act kernel.Fn) {
			y, x, w, b := m.result("y", ny, mode), m.normal("x", nx), m.normal("w", nw), m.perhaps(bias, "bias", c.K)
			z := result{}
			if pre {
				z = m.stored("pre", ny)
			}
			m.call(fmt.Sprintf("%+v, %s, bias %v, pre %v, %s", c, modeName(mode), bias, pre, act),
				func(d device.Device) {
					d.Conv(y.dst(), x.buf, w.buf, c, device.Epilogue{Bias: b.mem(), Pre: z.mem(), Act: act})
				},
				func() {
					total := newSums(ny)
					eachTap(c, func(o, k, i int) { total.add(o, w.at(k)*x.at(i)) })
					for o := range ny {
						if b != nil {
							total.add(o, b.at(o/(c.OH*c.OW)%c.K))
						}
						if pre {
							z.put(o, total.sum[o], total.size[o])
						}
						y.put(o, functionOf(act).y(total.sum[o], [2]float64{}), total.size[o])
					}
				})
		}
		try(device.Set, false, false, kernel.Identity)
		try(device.Set, true, false, kernel.ReLU)
		try(device.Set, true, true, kernel.SiLU)
		try(device.Add, false, false, kernel.Identity)
		try(device.Skip, false, false, kernel.Identity)
	}
}

func convBackX(m *maker) {
	for _, c := range convs() {
		for _, mode := range modes(1) {
			nx, nw, ny := convSizes(c)
			dx, w, dy := m.result("dx", nx, mode[0]), m.normal("w", nw), m.normal("dy", ny)
			m.call(fmt.Sprintf("%+v, %s", c, modeName(mode...)),
				func(d device.Device) { d.ConvBackX(dx.dst(), w.buf, dy.buf, c) },
				func() {
					total := newSums(nx)
					eachTap(c, func(o, k, i int) { total.add(i, w.at(k)*dy.at(o)) })
					total.put(dx)
				})
		}
	}
}

func convBackW(m *maker) {
	for _, c := range convs() {
		for _, mode := range modes(1) {
			nx, nw, ny := convSizes(c)
			dw, x, dy := m.result("dw", nw, mode[0]), m.normal("x", nx), m.normal("dy", ny)
			m.call(fmt.Sprintf("%+v, %s", c, modeName(mode...)),
				func(d device.Device) { d.ConvBackW(dw.dst(), x.buf, dy.buf, c) },
				func() {
					total := newSums(nw)
					eachTap(c, func(o, k, i int) { total.add(k, x.at(i)*dy.at(o)) })
					total.put(dw)
				})
		}
	}
}
