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

// Map and MapBack have the bits of the table, whatever loop computes them.
func TestMapIsTheTable(t *testing.T) {
	x := noise(rand.New(rand.NewPCG(9, 10)), 3000)
	x[0], x[1], x[2], x[3] = 0, kernel.Float(math.Inf(1)), kernel.Float(math.Inf(-1)), kernel.Float(math.NaN())
	p := kernel.Args{0.75, 1.5}
	for f := range kernel.Fn(len(kernel.Fns)) {
		def := &kernel.Fns[f]
		got := everyTeam(t, func(d *Device) []kernel.Float {
			y, sum, dx, dsum := make([]kernel.Float, len(x)), slices.Clone(x), make([]kernel.Float, len(x)), slices.Clone(x)
			if n := testing.AllocsPerRun(20, func() {
				d.Map(f, device.Into(device.Host(y)), device.Host(x), p)
				d.MapBack(f, device.Into(device.Host(dx)), device.Host(x), device.Host(y), device.Host(x), p)
			}); n != 0 {
				t.Errorf("%v: found %v allocations, want 0", f, n)
			}
			d.Map(f, device.Onto(device.Host(sum)), device.Host(x), p)
			d.MapBack(f, device.Onto(device.Host(dsum)), device.Host(x), device.Host(y), device.Host(x), p)
			return slices.Concat(y, sum, dx, dsum)
		})
		n := len(x)
		for i, v := range x {
			y := def.F(v, &p)
			dx := def.Slope(v, y, &p) * v
			for k, want := range []kernel.Float{y, v + y, dx, v + dx} {
				if g := got[k*n+i]; g != want && (g == g || want == want) {
					t.Fatalf("%v(%v): result %d is %v, want %v", f, v, k, g, want)
				}
			}
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
