package cpu

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"brick/device"
	"brick/kernel"
)

// tiled is random convolutions of 3×3 places, with every padding that tiles are for, of images of one number and of several blocks.
func tiled(r *rand.Rand) (list []device.Conv) {
	for len(list) < 40 {
		c := device.Conv{N: 1 + r.IntN(5), C: 1 + r.IntN(9), H: 1 + r.IntN(19), W: 1 + r.IntN(35), K: 1 + r.IntN(18), R: 3, S: 3,
			StrideH: 1, StrideW: 1, DilH: 1, DilW: 1, Top: r.IntN(3), Left: r.IntN(3), G: 1}
		switch len(list) % 10 {
		case 0:
			c.H, c.W, c.Top, c.Left = 4*(1+r.IntN(4)), 8*(1+r.IntN(4)), 1, 1
		case 1:
			c.N, c.C, c.K, c.H, c.W = 9, 20+r.IntN(50), 20+r.IntN(50), 8, 8
		}
		c.OH, c.OW = c.H+c.Top+r.IntN(3)-2, c.W+c.Left+r.IntN(3)-2
		if c.OH > 0 && c.OW > 0 {
			list = append(list, c)
		}
	}
	return list
}

// Convolutions by tiles are the plain loops within 2⁻²⁰ of the largest sum of sizes of products, whatever the padding, with
// every epilogue, and the same bits on any number of workers and at all levels that have them.
func TestWinogradEqualsLoops(t *testing.T) {
	first := map[string][]kernel.Float{}
	everyLevel(t, func(t *testing.T) {
		if !kernel.HasWinograd() {
			t.Skip("no tiles at this level")
		}
		r := rand.New(rand.NewPCG(7, 8))
		for i, c := range tiled(r) {
			x, w, dy := normals(r, c.N*c.C*c.H*c.W), normals(r, c.K*c.C*9), normals(r, c.N*c.K*c.OH*c.OW)
			bias, before := normals(r, c.K), normals(r, max(len(x), len(dy)))
			for _, back := range []bool{false, true} {
				source, planes, area := x, c.N*c.K, c.OH*c.OW
				plane := func(to, x, w []kernel.Float, u int) {
					kernel.Conv(to, x[u/c.K*c.C*c.H*c.W:][:c.C*c.H*c.W], w, &c, u%c.K, false)
				}
				if back {
					source, planes, area = dy, c.N*c.C, c.H*c.W
					plane = func(to, dy, w []kernel.Float, u int) {
						kernel.ConvBackX(to, w, dy[u/c.C*c.K*c.OH*c.OW:][:c.K*c.OH*c.OW], &c, u%c.C, false)
					}
				}
				want, size := make([]kernel.Float, planes*area), make([]kernel.Float, planes*area)
				for u := range planes {
					plane(want[u*area:][:area], source, w, u)
					plane(size[u*area:][:area], sizes(source), sizes(w), u)
				}
				bound := 0x1p-20 * float64(slices.Max(size)+8)
				for _, workers := range []int{1, 2, 3, 5} {
					d := New(workers)
					y, e, mode := slices.Clone(before[:len(want)]), device.Epilogue{}, device.Set
					switch {
					case i%3 == 1:
						mode = device.Add
					case i%3 == 2 && !back:
						e = device.Epilogue{Bias: device.Host(bias), Pre: device.Host(make([]kernel.Float, len(y))), Act: kernel.ReLU}
					}
					if task := &d.tasks.winograd; !task.take(&c, back) {
						t.Fatalf("%+v has no tiles", c)
					} else {
						task.convolve(d, device.Dst{Buf: device.Host(y), Mode: mode}, source, w, e)
					}
					d.Close()
					name := fmt.Sprintf("%+v, back %v, mode %v, %d workers", c, back, mode, workers)
					for l, v := range y {
						z := want[l]
						if mode == device.Add {
							z += before[l]
						}
						if e.Bias.Present() {
							z += bias[l/area%c.K]
							if math.Abs(float64(e.Pre.F[l]-z)) > bound {
								t.Fatalf("%s: number %d before the activation is %v, want %v ± %.2g", name, l, e.Pre.F[l], z, bound)
							}
							z = max(z, 0)
						}
						if math.Abs(float64(v-z)) > bound {
							t.Fatalf("%s: number %d is %v, want %v ± %.2g", name, l, v, z, bound)
						}
					}
					key := fmt.Sprint(i, back)
					if first[key] == nil {
						first[key] = y
					}
					if !slices.Equal(first[key], y) {
						t.Fatalf("%s: other bits than on one worker or at another level", name)
					}
				}
			}
		}
	})
}

// Gradients of weights by tiles are the plain loops within 2⁻²⁰ of the largest sum of sizes of products, and the same bits on
// any number of workers and at all levels that have them.
func TestWinogradBackWEqualsLoops(t *testing.T) {
	first := map[int][]kernel.Float{}
	everyLevel(t, func(t *testing.T) {
		if !kernel.HasWinograd() {
			t.Skip("no tiles at this level")
		}
		r := rand.New(rand.NewPCG(9, 10))
		for i, c := range tiled(r) {
			x, dy, before := normals(r, c.N*c.C*c.H*c.W), normals(r, c.N*c.K*c.OH*c.OW), normals(r, c.K*c.C*9)
			want, size := slices.Clone(before), make([]kernel.Float, len(before))
			mode := device.Set
			if i%2 == 1 {
				mode = device.Add
			}
			for l := range c.K * c.C {
				kernel.ConvBackW(want[9*l:][:9], x, dy, &c, l/c.C, l%c.C, mode == device.Add)
				kernel.ConvBackW(size[9*l:][:9], sizes(x), sizes(dy), &c, l/c.C, l%c.C, false)
			}
			bound := 0x1p-20 * float64(slices.Max(size)+8)
			for _, workers := range []int{1, 2, 3, 5} {
				d, dw := New(workers), slices.Clone(before)
				task := &d.tasks.winogradBackW
				if !task.take(&c, false) {
					t.Fatalf("%+v has no tiles", c)
				}
				task.convolve(d, device.Dst{Buf: device.Host(dw), Mode: mode}, x, dy)
				d.Close()
				for l, v := range dw {
					if math.Abs(float64(v-want[l])) > bound {
						t.Fatalf("%+v, mode %v, %d workers: weight %d is %v, want %v ± %.2g", c, mode, workers, l, v, want[l], bound)
					}
				}
				if first[i] == nil {
					first[i] = dw
				}
				if !slices.Equal(first[i], dw) {
					t.Fatalf("%+v, mode %v, %d workers: other bits than on one worker or at another level", c, mode, workers)
				}
			}
		}
	})
}

func sizes(x []kernel.Float) []kernel.Float {
	y := slices.Clone(x)
	for i, v := range y {
		y[i] = kernel.Float(math.Abs(float64(v)))
	}
	return y
}

// Tiles are for convolutions and gradients where they pay, by their sizes; they allocate nothing once there is room.
func TestWinogradPays(t *testing.T) {
	d := New(2)
	defer d.Close()
	for _, s := range []struct {
		n, c, hw, k, stride int
		pays, weights       bool
	}{
		{64, 16, 32, 16, 1, true, true}, {64, 64, 8, 64, 1, true, true}, {1, 16, 32, 16, 1, true, false}, {8, 256, 14, 256, 1, true, true},
		{64, 3, 32, 16, 1, false, false}, {1, 64, 8, 64, 1, false, false}, {32, 4, 32, 4, 1, false, false}, {64, 16, 32, 32, 2, false, false}, {1, 64, 2, 64, 1, false, false},
	} {
		c := device.Conv{N: s.n, C: s.c, H: s.hw, W: s.hw, K: s.k, R: 3, S: 3, OH: s.hw / s.stride, OW: s.hw / s.stride,
			StrideH: s.stride, StrideW: s.stride, DilH: 1, DilW: 1, Top: 1, Left: 1, G: 1}
		if got := d.tasks.winograd.take(&c, false) && d.tasks.winograd.pays(); got != s.pays {
			t.Errorf("%+v: tiles pay: %v, want %v", c, got, s.pays)
		}
		if got := d.tasks.winogradBackW.take(&c, false) && d.tasks.winogradBackW.pays(); got != s.weights {
			t.Errorf("%+v: tiles pay for weights: %v, want %v", c, got, s.weights)
		}
	}
	c := device.Conv{N: 4, C: 16, H: 32, W: 32, K: 16, R: 3, S: 3, OH: 32, OW: 32, StrideH: 1, StrideW: 1, DilH: 1, DilW: 1, Top: 1, Left: 1, G: 1}
	x, w, y := device.Host(make([]kernel.Float, 4*16*1024)), device.Host(make([]kernel.Float, 16*16*9)), device.Host(make([]kernel.Float, 4*16*1024))
	if n := testing.AllocsPerRun(20, func() {
		d.Conv(device.Dst{Buf: y, Mode: device.Set}, x, w, c, device.Epilogue{})
		d.ConvBackX(device.Dst{Buf: x, Mode: device.Set}, w, y, c)
		d.ConvBackW(device.Dst{Buf: w, Mode: device.Set}, x, y, c)
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
