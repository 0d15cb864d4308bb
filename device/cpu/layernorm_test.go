package cpu

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"brick/device"
	"brick/kernel"
)

// rowKernels are the kernels that work row by row, on rows of c numbers; each
// returns everything it wrote.
func rowKernels(rows, c int) map[string]func(d *Device) [][]kernel.Float {
	r := rand.New(rand.NewPCG(1, 2))
	draw := func(n int) device.Buf {
		x := make([]kernel.Float, n)
		for i := range x {
			x[i] = kernel.Float(r.NormFloat64())
		}
		return device.Host(x)
	}
	x, dy, w, b, mean, rstd := draw(rows*c), draw(rows*c), draw(c), draw(c), draw(rows), draw(rows)
	one := draw(1)
	ids := make([]int32, rows)
	for i := range ids {
		ids[i] = int32(r.IntN(c))
	}
	target := device.HostIDs(ids)
	loss := device.Loss{N: rows, C: c, Ignore: ids[0], Smoothing: 0.1}
	stat, stat2 := draw(rows+1), draw(rows+1)
	y, da, db, dc := draw(rows*c), draw(rows*c), draw(c), draw(c)
	init := slices.Clone(y.F)
	out := [][]kernel.Float{y.F, da.F, db.F, dc.F, mean.F, rstd.F, stat.F, one.F}
	var args kernel.RuleArgs
	for i := range args {
		args[i] = kernel.Float(i+1) / 16
	}
	run := func(f func(d *Device)) func(d *Device) [][]kernel.Float {
		return func(d *Device) [][]kernel.Float {
			copy(y.F, init)
			f(d)
			return out
		}
	}
	ks := map[string]func(d *Device) [][]kernel.Float{
		"softmax":           run(func(d *Device) { d.Softmax(y, x, rows, c, 1, false) }),
		"log softmax first": run(func(d *Device) { d.Softmax(y, x, 1, rows, c, true) }),
		"softmax back":      run(func(d *Device) { d.SoftmaxBack(device.Onto(y), x, dy, rows, c, 1, false) }),
		"log softmax back":  run(func(d *Device) { d.SoftmaxBack(device.Into(y), x, dy, 1, rows, c, true) }),
		"layer norm":        run(func(d *Device) { d.LayerNorm(y, mean, rstd, x, w, b, rows, c, 1e-5) }),
		"layer norm back": run(func(d *Device) {
			d.LayerNormBack(device.Onto(y), device.Into(db), device.Into(dc), x, w, stat, stat2, dy, rows, c)
		}),
		"rms norm": run(func(d *Device) { d.RMSNorm(y, rstd, x, w, rows, c, 1e-5) }),
		"rms norm back": run(func(d *Device) {
			d.RMSNormBack(device.Into(y), device.Into(db), x, w, stat2, dy, rows, c)
		}),
		"cross entropy":      run(func(d *Device) { d.CrossEntropy(one, stat, x, target, w, loss) }),
		"cross entropy back": run(func(d *Device) { d.CrossEntropyBack(device.Into(y), x, stat2, target, w, b, loss) }),
	}
	for rule := range kernel.Rules {
		ks["update "+kernel.Rules[rule].Name] = run(func(d *Device) {
			clear(da.F)
			d.Update(kernel.Rule(rule), y, dy, [3]device.Buf{da, device.Host(slices.Clone(da.F)), {}}, &args)
		})
	}
	return ks
}

func TestRowKernelsSameBitsForAnyWorkers(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {3, 70_000}, {5000, 33}, {257, 129}} {
		for name, k := range rowKernels(size[0], size[1]) {
			var want [][]kernel.Float
			for _, workers := range []int{1, 2, 3, 5, 8} {
				d := New(workers)
				got := k(d)
				if want == nil {
					for _, g := range got {
						want = append(want, slices.Clone(g))
					}
				}
				for i := range got {
					if !slices.Equal(got[i], want[i]) && !hasNaN(got[i]) {
						t.Errorf("%s of %v: result %d differs between 1 and %d workers", name, size, i, workers)
					}
				}
				d.Close()
			}
		}
	}
}

func hasNaN(x []kernel.Float) bool {
	return slices.ContainsFunc(x, func(v kernel.Float) bool { return v != v })
}

func TestRowKernelsAllocateNothing(t *testing.T) {
	d := New(2)
	defer d.Close()
	for name, k := range rowKernels(257, 129) {
		want := 0.0
		if len(name) > 6 && name[:6] == "update" {
			want = 1 // the clone in the test
		}
		if n := testing.AllocsPerRun(5, func() { k(d) }); n > want {
			t.Errorf("%s: %v allocations, want %v", name, n, want)
		}
	}
}

func BenchmarkRows(b *testing.B) {
	for _, size := range [][2]int{{2048, 256}, {1024, 4096}} {
		for name, k := range rowKernels(size[0], size[1]) {
			b.Run(fmt.Sprintf("%s/rows=%d/c=%d", name, size[0], size[1]), func(b *testing.B) {
				d := New(0)
				defer d.Close()
				for b.Loop() {
					k(d)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(size[0]*size[1]), "ns/elem")
			})
		}
	}
}
