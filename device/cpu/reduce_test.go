package cpu

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"brick/device"
	"brick/kernel"
)

// reduced is Reduce by the plainest loop.
func reduced(r kernel.Reducer, x []kernel.Float, shape device.Dims, axes uint) (y []float64, args []int32) {
	kept := shape
	for i := range kept {
		if axes>>i&1 != 0 {
			kept[i] = 1
		}
	}
	y, args = make([]float64, kept.Len()), make([]int32, kept.Len())
	for i := range y {
		y[i], args[i] = r.Empty(), -1
	}
	v := device.Contiguous(kept)
	indices(shape, func(i int, at [device.MaxRank]int) {
		for k := range at {
			at[k] %= kept[k]
		}
		o, n := whereIs(v, at), float64(x[i])
		switch r {
		case kernel.SumAll, kernel.MeanAll:
			y[o] += n
		case kernel.SumSquare:
			y[o] += n * n
		case kernel.SumAbs:
			y[o] += math.Abs(n)
		case kernel.MaxAbs:
			y[o] = max(y[o], math.Abs(n))
		default:
			if args[o] < 0 || r == kernel.MaxAll && n > y[o] || r == kernel.MinAll && n < y[o] {
				y[o], args[o] = n, int32(i)
			}
		}
	})
	if r == kernel.MeanAll {
		for o := range y {
			y[o] /= float64(shape.Len() / len(y))
		}
	}
	return y, args
}

func TestReduceIsTheLoop(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	d := New(3)
	defer d.Close()
	for k := range 700 {
		f, shape, axes := kernel.Reducer(k%7), randomShape(r), uint(r.IntN(64))
		x := noise(r, shape.Len())
		for i := range x {
			x[i] = kernel.Float(math.Round(float64(x[i])*4) / 4) // with ties
		}
		want, args := reduced(f, x, shape, axes)
		if len(x) == 0 && (f == kernel.MeanAll || len(want) > 0) {
			continue // see TestReduceOfNothing
		}
		y := noise(r, len(want))
		d.Reduce(f, device.Into(device.Host(y)), device.Buf{}, device.Host(x), shape, axes)
		for i, w := range want {
			if e := math.Abs(float64(y[i]) - w); !(e <= 1e-6*max(1, math.Abs(w))) {
				t.Fatalf("reducer %d of %v over %06b: element %d is %v, want %v", f, shape, axes, i, y[i], w)
			}
		}
		d.Reduce(f, device.Onto(device.Host(y)), device.Buf{}, device.Host(x), shape, axes)
		for i, w := range want {
			if e := math.Abs(float64(y[i]) - 2*w); !(e <= 3e-6*max(1, math.Abs(w))) {
				t.Fatalf("reducer %d of %v over %06b, added: element %d is %v, want %v", f, shape, axes, i, y[i], 2*w)
			}
		}
		if f == kernel.MaxAll || f == kernel.MinAll {
			got := make([]int32, len(want))
			d.Reduce(f, device.Into(device.Host(y)), device.HostIDs(got), device.Host(x), shape, axes)
			for i := range got {
				if got[i] != args[i] || float64(y[i]) != want[i] {
					t.Fatalf("reducer %d of %v over %06b: place %d is %d (%v), want %d (%v)", f, shape, axes, i, got[i], y[i], args[i], want[i])
				}
			}
		}
	}
}

func TestReduceOfNothing(t *testing.T) {
	d := New(1)
	defer d.Close()
	for r, want := range []float64{0, math.NaN(), math.Inf(-1), math.Inf(1), 0, 0, 0} {
		for _, axes := range []uint{1 << 4, 1 << 5} {
			shape := device.Dims{1, 1, 1, 1, 3, 0}
			if axes == 1<<4 {
				shape = device.Dims{1, 1, 1, 1, 0, 3}
			}
			y := []kernel.Float{5, 5, 5}
			d.Reduce(kernel.Reducer(r), device.Into(device.Host(y)), device.Buf{}, device.Host([]kernel.Float{}), shape, axes)
			for _, v := range y {
				if float64(v) != want && (v == v || want == want) {
					t.Errorf("reducer %d of nothing is %v, want %v", r, v, want)
				}
			}
		}
	}
}

// shapes that are cut into parts, by rows, by columns and both.
var largeReductions = []struct {
	shape device.Dims
	axes  uint
}{
	{device.Dims{1, 1, 1, 1, 1, 300_000}, 1 << 5},
	{device.Dims{1, 1, 1, 1, 3, 100_001}, 1 << 5},
	{device.Dims{1, 1, 1, 1, 3000, 129}, 1 << 4},
	{device.Dims{1, 1, 1, 40, 70, 91}, 1<<3 | 1<<5},
	{device.Dims{1, 1, 1, 1, 20_000, 3}, 1 << 4},
	{device.Dims{1, 1, 1, 1, 20, 20_000}, 1 << 4},
}

func TestReduceInAnyTeam(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for _, c := range largeReductions {
		x := noise(r, c.shape.Len())
		for _, f := range []kernel.Reducer{kernel.SumAll, kernel.SumSquare, kernel.MaxAbs} {
			want, _ := reduced(f, x, c.shape, c.axes)
			got := everyTeam(t, func(d *Device) []kernel.Float {
				y := make([]kernel.Float, len(want))
				step := func() {
					d.Reduce(f, device.Into(device.Host(y)), device.Buf{}, device.Host(x), c.shape, c.axes)
				}
				if n := testing.AllocsPerRun(20, step); n != 0 {
					t.Errorf("found %v allocations, want 0", n)
				}
				return y
			})
			for i, w := range want {
				if e := math.Abs(float64(got[i]) - w); !(e <= 1e-6*max(1, math.Abs(w))) {
					t.Fatalf("reducer %d of %v: element %d is %v, want %v", f, c.shape, i, got[i], w)
				}
			}
		}
	}
}

func BenchmarkReduce(b *testing.B) {
	for _, c := range largeReductions {
		b.Run(fmt.Sprintf("shape=%v/axes=%06b", c.shape, c.axes), func(b *testing.B) {
			n := c.shape.Len()
			x, y := make([]kernel.Float, n), make([]kernel.Float, n)
			for b.Loop() {
				Default().Reduce(kernel.SumAll, device.Into(device.Host(y)), device.Buf{}, device.Host(x), c.shape, c.axes)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/element")
		})
	}
}
