package cpu

import (
	"math/rand/v2"
	"slices"
	"testing"

	"brick/device"
	"brick/kernel"
)

// Rotations and gates are split over workers without a trace, and allocate nothing.
func TestRoPEAndSwiGLUSplit(t *testing.T) {
	const B, T, H, D, pos = 3, 31, 4, 64, 5
	r := rand.New(rand.NewPCG(12, 1))
	x, up, dy, start := randoms(r, B*T*H*D), randoms(r, B*T*H*D), randoms(r, B*T*H*D), randoms(r, B*T*H*D)
	cossin := make([]kernel.Float, (pos+T)*D)
	frequency := make([]float64, D/2)
	for i := range frequency {
		frequency[i] = 1 / float64(1+i)
	}
	kernel.RoPEAngles(cossin, frequency, 1)
	h := device.Host
	var first [5][]kernel.Float
	for _, workers := range []int{1, 2, 3, 5} {
		d := New(workers)
		var got [5][]kernel.Float
		for i := range got {
			got[i] = slices.Clone(start)
		}
		run := func() {
			d.RoPE(device.Into(h(got[0])), h(x), h(cossin), B, T, H, D, pos, true, false)
			d.RoPE(device.Dst{Buf: h(got[1]), Mode: device.Add}, h(x), h(cossin), B, T, H, D, pos, false, true)
			d.SwiGLU(h(got[2]), h(x), h(up))
			d.SwiGLUBack(device.Onto(h(got[3])), device.Into(h(got[4])), h(x), h(up), h(dy))
		}
		run()
		for i := range got {
			if first[i] == nil {
				first[i] = slices.Clone(got[i])
			}
			if !slices.Equal(got[i], first[i]) {
				t.Errorf("result %d, %d workers: other bits", i, workers)
			}
		}
		if n := testing.AllocsPerRun(10, run); n != 0 {
			t.Errorf("%d workers: found %v allocations, want 0", workers, n)
		}
		d.Close()
	}
	d := New(1)
	defer d.Close()
	y, back := slices.Clone(start), slices.Clone(start)
	d.RoPE(device.Into(h(y)), h(x), h(cossin), B, T, H, D, pos, false, false)
	d.RoPE(device.Into(h(back)), h(y), h(cossin), B, T, H, D, pos, false, true)
	for i := range x {
		if e := back[i] - x[i]; e > 1e-5 || e < -1e-5 {
			t.Fatalf("element %d: rotated there and back it is %v, want %v", i, back[i], x[i])
		}
	}
}
