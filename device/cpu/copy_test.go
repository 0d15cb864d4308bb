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

// teams are the numbers of workers whose bits must agree.
var teams = []int{1, 2, 3, 5}

// noise is n normal random numbers.
func noise(r *rand.Rand, n int) []kernel.Float {
	x := make([]kernel.Float, n)
	for i := range x {
		x[i] = kernel.Float(r.NormFloat64())
	}
	return x
}

// everyTeam runs f on devices of 1, 2, 3 and 5 workers: what it gives must be
// the same bits, which are returned. Once warm it must not allocate.
func everyTeam(t *testing.T, f func(d *Device) []kernel.Float) []kernel.Float {
	t.Helper()
	var first []kernel.Float
	for _, w := range teams {
		d := New(w)
		got := slices.Clone(f(d))
		if first == nil {
			first = got
		}
		for i := range got {
			if math.Float64bits(float64(got[i])) != math.Float64bits(float64(first[i])) {
				t.Fatalf("element %d is %v with %d workers, %v with %d", i, got[i], w, first[i], teams[0])
			}
		}
		d.Close()
	}
	return first
}

// indices calls f with every index of shape.
func indices(shape device.Dims, f func(n int, at [device.MaxRank]int)) {
	var at [device.MaxRank]int
	for n := range shape.Len() {
		f(n, at)
		for i := device.MaxRank - 1; i >= 0; i-- {
			if at[i]++; at[i] < shape[i] {
				break
			}
			at[i] = 0
		}
	}
}

func whereIs(v device.View, at [device.MaxRank]int) int {
	o := v.Off
	for i, k := range at {
		o += k * v.Stride[i]
	}
	return o
}

// randomShape has sizes from 1 to 7, a few of them large, and seldom 0.
func randomShape(r *rand.Rand) device.Dims {
	d := device.Dims{1, 1, 1, 1, 1, 1}
	for i := range r.IntN(5) {
		d[5-i] = 1 + r.IntN(7)
	}
	switch r.IntN(8) {
	case 0:
		d[5] = 300
	case 1:
		d[5], d[4] = 65, 77
	case 2:
		d[r.IntN(6)] = 0
	}
	return d
}

// shuffledView is the view of a contiguous array whose axes lie in memory in random order.
func shuffledView(r *rand.Rand, d device.Dims) (v device.View) {
	n := 1
	for _, i := range r.Perm(device.MaxRank) {
		v.Stride[i] = n
		n *= max(d[i], 1)
	}
	return v
}

func TestCopyIsTheLoop(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	d := New(3)
	defer d.Close()
	for range 600 {
		shape := randomShape(r)
		yv, xv := shuffledView(r, shape), shuffledView(r, shape)
		if r.IntN(3) == 0 { // repeat an axis of x
			xv.Stride[r.IntN(6)] = 0
		}
		if r.IntN(3) == 0 { // every second element of y, from 3 on
			yv.Off = 3
			for i := range yv.Stride {
				yv.Stride[i] *= 2
			}
		}
		scale, mode := kernel.Float(1), device.Set
		if r.IntN(2) == 0 {
			scale = -0.5
		}
		if r.IntN(2) == 0 {
			mode = device.Add
		}
		n := max(shape.Len(), 1)
		x, y := noise(r, n), noise(r, 2*n+3)
		want := slices.Clone(y)
		indices(shape, func(_ int, at [device.MaxRank]int) {
			v := scale * x[whereIs(xv, at)]
			if mode == device.Add {
				v += want[whereIs(yv, at)]
			}
			want[whereIs(yv, at)] = v
		})
		d.Copy(device.Dst{Buf: device.Host(y), Mode: mode}, yv, device.Host(x), xv, shape, scale)
		if !slices.Equal(y, want) {
			t.Fatalf("shape %v, y by %v, x by %v, scale %v, mode %v: found %v, want %v", shape, yv, xv, scale, mode, y, want)
		}
	}
}

func TestCopyInAnyTeam(t *testing.T) {
	shape := device.Dims{1, 1, 3, 65, 4, 130}
	x := noise(rand.New(rand.NewPCG(3, 4)), shape.Len())
	for _, order := range [][6]int{{0, 1, 2, 4, 3, 5}, {0, 1, 5, 4, 3, 2}, {0, 1, 2, 3, 5, 4}} {
		var xv device.View
		c := device.Contiguous(device.Dims{1, 1, shape[order[2]], shape[order[3]], shape[order[4]], shape[order[5]]})
		for i, o := range order {
			xv.Stride[o] = c.Stride[i]
		}
		everyTeam(t, func(d *Device) []kernel.Float {
			y := make([]kernel.Float, len(x))
			step := func() {
				d.Copy(device.Into(device.Host(y)), device.Contiguous(shape), device.Host(x), xv, shape, 1)
			}
			if n := testing.AllocsPerRun(20, step); n != 0 {
				t.Errorf("found %v allocations, want 0", n)
			}
			return y
		})
	}
}

// The copies of a transformer: heads to the front (rows stay whole), a matrix transposed.
func BenchmarkCopy(b *testing.B) {
	for _, c := range []struct {
		name  string
		shape device.Dims
		xv    device.View
	}{
		{"row", device.Dims{1, 1, 1, 1, 1, 1 << 20}, device.Contiguous(device.Dims{1, 1, 1, 1, 1, 1 << 20})},
		{"heads", device.Dims{1, 1, 16, 8, 256, 32}, device.View{Stride: device.Dims{0, 0, 256 * 8 * 32, 32, 8 * 32, 1}}},
		{"transpose", device.Dims{1, 1, 1, 1, 1024, 1024}, device.View{Stride: device.Dims{0, 0, 0, 0, 1, 1024}}},
	} {
		b.Run(fmt.Sprintf("case=%s", c.name), func(b *testing.B) {
			n := c.shape.Len()
			x, y := make([]kernel.Float, n), make([]kernel.Float, n)
			d := Default()
			for b.Loop() {
				d.Copy(device.Into(device.Host(y)), device.Contiguous(c.shape), device.Host(x), c.xv, c.shape, 1)
			}
			b.ReportMetric(float64(2*n*kernel.FloatBits/8)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GB/s")
		})
	}
}
