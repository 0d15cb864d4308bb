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

// Map and MapBack have the bits of the kernel at every level, however they are split, and of the table where there are no vectors.
func TestMapIsTheTable(t *testing.T) {
	x := noise(rand.New(rand.NewPCG(9, 10)), 3000)
	x[0], x[1], x[2], x[3] = 0, kernel.Float(math.Inf(1)), kernel.Float(math.Inf(-1)), kernel.Float(math.NaN())
	for _, l := range kernel.Levels() {
		restore := kernel.SetLevel(l)
		for f := range kernel.Fn(len(kernel.Fns)) {
			mapIsTheTable(t, f, x, l)
		}
		restore()
	}
}

func mapIsTheTable(t *testing.T, f kernel.Fn, x []kernel.Float, l kernel.Level) {
	n, p, def := len(x), kernel.Args{0.75, 1.5}, &kernel.Fns[f]
	got := everyTeam(t, func(d *Device) []kernel.Float {
		y, sum, dx, dsum := make([]kernel.Float, n), slices.Clone(x), make([]kernel.Float, n), slices.Clone(x)
		if n := testing.AllocsPerRun(20, func() {
			d.Map(f, device.Into(device.Host(y)), device.Host(x), p)
			d.MapBack(f, device.Into(device.Host(dx)), device.Host(x), device.Host(y), device.Host(x), p)
		}); n != 0 {
			t.Errorf("%v at %v: found %v allocations, want 0", f, l, n)
		}
		d.Map(f, device.Onto(device.Host(sum)), device.Host(x), p)
		d.MapBack(f, device.Onto(device.Host(dsum)), device.Host(x), device.Host(y), device.Host(x), p)
		return slices.Concat(y, sum, dx, dsum)
	})
	y, sum, dx, dsum := make([]kernel.Float, n), slices.Clone(x), make([]kernel.Float, n), slices.Clone(x)
	kernel.Map(f, y, x, &p)
	kernel.MapAdd(f, sum, x, &p)
	kernel.MapBack(f, dx, x, y, x, &p, false)
	kernel.MapBack(f, dsum, x, y, x, &p, true)
	if l == kernel.Generic {
		for i, v := range x {
			y[i] = def.F(v, &p)
			dx[i] = kernel.Float(def.Slope(v, y[i], &p) * v) // the conversion forbids a fused multiply-add
			sum[i], dsum[i] = v+y[i], v+dx[i]
		}
	}
	for i, want := range slices.Concat(y, sum, dx, dsum) {
		if g := got[i]; g != want && (g == g || want == want) {
			t.Fatalf("%v(%v) at %v: result %d is %v, want %v", f, x[i%n], l, i/n, g, want)
		}
	}
}

func BenchmarkMap(b *testing.B) {
	n := 1 << 18
	x := noise(rand.New(rand.NewPCG(1, 1)), n)
	y, d := make([]kernel.Float, n), New(1)
	defer d.Close()
	for _, f := range []kernel.Fn{kernel.ReLU, kernel.Affine, kernel.Exp, kernel.Sigmoid, kernel.SiLU, kernel.Tanh, kernel.GELU, kernel.GELUTanh} {
		b.Run(fmt.Sprintf("f=%v/forward", f), func(b *testing.B) {
			for b.Loop() {
				d.Map(f, device.Into(device.Host(y)), device.Host(x), kernel.Args{})
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/element")
		})
		b.Run(fmt.Sprintf("f=%v/back", f), func(b *testing.B) {
			for b.Loop() {
				d.MapBack(f, device.Onto(device.Host(y)), device.Host(x), device.Host(x), device.Host(x), kernel.Args{})
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/element")
		})
	}
}
