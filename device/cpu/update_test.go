package cpu

import (
	"fmt"
	"testing"

	"brick/device"
	"brick/kernel"
)

// BenchmarkUpdate steps more numbers than any cache holds. Bytes are those that are read and written.
func BenchmarkUpdate(b *testing.B) {
	const n = 1 << 25
	buf := func() device.Buf {
		x := make([]kernel.Float, n)
		kernel.Fill(x, 0.1)
		return device.Host(x)
	}
	w, g, first, second := buf(), buf(), buf(), buf()
	c := kernel.RuleArgs{1e-9, 0, 1e-8, 0.9, 0.1, 0.999, 0.001, 1, 1}
	for _, u := range []struct {
		rule  kernel.Rule
		state [3]device.Buf
		bytes int
	}{
		{kernel.StepSGD, [3]device.Buf{}, 12},
		{kernel.StepLion, [3]device.Buf{first}, 20},
		{kernel.StepAdam, [3]device.Buf{first, second}, 28},
	} {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%v/workers=%d", u.rule, workers), func(b *testing.B) {
				d := New(workers)
				defer d.Close()
				b.SetBytes(int64(u.bytes) * n * kernel.FloatBits / 32)
				for b.Loop() {
					d.Update(u.rule, w, g, u.state, &c)
				}
			})
		}
	}
	for _, workers := range []int{1, 2} { // what memory gives, to compare with
		b.Run(fmt.Sprintf("triad/workers=%d", workers), func(b *testing.B) {
			d := New(workers)
			defer d.Close()
			b.SetBytes(12 * n * kernel.FloatBits / 32)
			for b.Loop() {
				d.Axpy(w, 1e-9, g)
			}
		})
		b.Run(fmt.Sprintf("read/workers=%d", workers), func(b *testing.B) {
			d := New(workers)
			defer d.Close()
			b.SetBytes(4 * n * kernel.FloatBits / 32)
			for b.Loop() {
				d.Reduce(kernel.SumSquare, device.Into(first), device.Buf{}, g, device.Dims{1, 1, 1, 1, 1, n}, 1<<5)
			}
		})
	}
}
