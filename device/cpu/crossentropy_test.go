package cpu

import (
	"fmt"
	"testing"

	"brick/device"
	"brick/kernel"
)

// BenchmarkCrossEntropy times the loss of a language model, its way back, and its way back over the scores themselves.
func BenchmarkCrossEntropy(b *testing.B) {
	const n, c = 256, 50257
	x, dx, stat := make([]kernel.Float, n*c), make([]kernel.Float, n*c), make([]kernel.Float, n+1)
	target := make([]int32, n)
	for i := range x {
		x[i] = kernel.Float(i%61)/8 - 4
	}
	one, y, l := []kernel.Float{1}, make([]kernel.Float, 1), device.Loss{N: n, C: c, Ignore: -100}
	h := device.Host
	for _, workers := range []int{1, 2} {
		d := New(workers)
		for _, op := range []struct {
			name  string
			bytes float64
			do    func()
		}{
			{"forward", 4, func() { d.CrossEntropy(h(y), h(stat), h(x), device.HostIDs(target), device.Buf{}, l) }},
			{"back", 8, func() {
				d.CrossEntropyBack(device.Into(h(dx)), h(x), h(stat), device.HostIDs(target), device.Buf{}, h(one), l)
			}},
			{"back in place", 8, func() {
				d.CrossEntropyBack(device.Into(h(dx)), h(dx), h(stat), device.HostIDs(target), device.Buf{}, h(one), l)
			}},
		} {
			b.Run(fmt.Sprintf("%s/workers=%d", op.name, workers), func(b *testing.B) {
				for b.Loop() {
					op.do()
				}
				b.ReportMetric(op.bytes*n*c*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GB/s")
			})
		}
		d.Close()
	}
}
