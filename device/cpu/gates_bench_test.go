package cpu

import (
	"fmt"
	"testing"
	"time"

	"brick/device"
	"brick/kernel"
)

// BenchmarkGates compares kernels on two workers and on one, at sizes around those from which work is spread. ratio is the time
// on two workers over that on one: 1 where work stays on the caller's core, towards 0.5 beyond, and never above 1 but for noise.
func BenchmarkGates(b *testing.B) {
	one, two := New(1), New(2)
	defer one.Close()
	defer two.Close()
	const most = 1 << 20
	x, y, z, g := ramp(most), ramp(most), ramp(most), ramp(most)
	into := func(n int) device.Dst { return device.Into(z.Slice(0, n)) }
	square := [4]int{1, 1, 1, 1}
	flat := func(n int) device.Dims { return device.Dims{1, 1, 1, 1, 1, n} }
	row := device.View{Stride: flat(1)}
	for _, k := range []struct {
		name  string
		sizes []int
		run   func(d *Device, n int)
	}{
		{"matmul", []int{16, 24, 32, 48, 64, 96, 128, 192}, func(d *Device, n int) {
			d.MatMul(into(n*n), device.Mat{LD: n}, device.Mat{Buf: x, LD: n}, device.Mat{Buf: y, LD: n}, device.Product{M: n, N: n, K: n, Batch: square}, device.Epilogue{})
		}},
		{"matvec", []int{64, 128, 256, 512, 1024}, func(d *Device, n int) {
			d.MatMul(into(n), device.Mat{LD: n}, device.Mat{Buf: x, LD: n}, device.Mat{Buf: y, LD: n, T: true}, device.Product{M: 1, N: n, K: n, Batch: square}, device.Epilogue{})
		}},
		{"map", []int{1 << 10, 1 << 12, 1<<12 + 1, 1 << 13, 1 << 14, 1 << 15, 1 << 17}, func(d *Device, n int) {
			d.Map(kernel.GELU, into(n), x, kernel.Args{})
		}},
		{"zip", []int{1 << 13, 1 << 14, 1<<14 + 1, 1 << 15, 1 << 16, 1 << 18}, func(d *Device, n int) {
			d.Zip(kernel.AddOf, into(n), x, row, y, row, flat(n))
		}},
		{"softmax", []int{8, 32, 33, 64, 128, 512}, func(d *Device, n int) { d.Softmax(z, x, n, 128, 1, false) }},
		{"layernorm", []int{8, 64, 65, 128, 256, 1024}, func(d *Device, n int) {
			d.LayerNorm(z, g.Slice(0, n), g.Slice(n, n), x, y.Slice(0, 128), y.Slice(128, 128), n, 128, 1e-5)
		}},
		{"update", []int{1 << 13, 1 << 14, 1<<14 + 1, 1 << 15, 1 << 16, 1 << 18}, func(d *Device, n int) {
			d.Update(kernel.StepAdam, z.Slice(0, n), x.Slice(0, n), [3]device.Buf{g.Slice(0, n), y.Slice(0, n)}, &adamArgs)
		}},
	} {
		for _, n := range k.sizes {
			b.Run(fmt.Sprintf("%s/n=%d", k.name, n), func(b *testing.B) {
				var alone, both time.Duration
				for b.Loop() {
					alone += quickest(func() { k.run(one, n) })
					both += quickest(func() { k.run(two, n) })
				}
				b.ReportMetric(float64(alone.Nanoseconds())/float64(b.N), "ns/alone")
				b.ReportMetric(float64(both)/float64(alone), "ratio")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

var adamArgs = kernel.RuleArgs{1e-9, 0, 1e-8, 0.9, 0.1, 0.999, 0.001, 1, 1}

// ramp is n numbers from 0 to 1.
func ramp(n int) device.Buf {
	x := make([]kernel.Float, n)
	for i := range x {
		x[i] = kernel.Float(i%1009) / 1009
	}
	return device.Host(x)
}

// quickest is the least time of a call, among runs of calls that together take a fifth of a millisecond or more.
func quickest(f func()) time.Duration {
	calls := 1
	for ; ; calls *= 2 {
		start := time.Now()
		for range calls {
			f()
		}
		if time.Since(start) > 200*time.Microsecond {
			break
		}
	}
	least := time.Hour
	for range 8 {
		start := time.Now()
		for range calls {
			f()
		}
		least = min(least, time.Since(start)/time.Duration(calls))
	}
	return least
}
