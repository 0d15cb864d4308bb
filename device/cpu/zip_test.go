package cpu

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"brick/device"
	"brick/kernel"
)

// broadcastView is the view of an array that is repeated along random axes of shape.
func broadcastView(r *rand.Rand, shape device.Dims) (v device.View) {
	d := shape
	for i := range d {
		if r.IntN(4) == 0 {
			d[i] = 1
		}
	}
	v = device.Contiguous(d)
	for i := range d {
		if d[i] == 1 {
			v.Stride[i] = 0
		}
	}
	return v
}

// Zip and ZipBack are the loops of their comments, on any broadcast, and are
// right when a and b have one gradient, set and then added to.
func TestZipIsTheLoop(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	d := New(2)
	defer d.Close()
	for k := range 800 {
		f := kernel.Fn2(k % len(kernel.Fn2s))
		if f == kernel.PowOf2 {
			continue // NaN of negative numbers; its gradient check is in gradtest
		}
		def, shape := kernel.Fn2s[f], randomShape(r)
		av, bv := broadcastView(r, shape), broadcastView(r, shape)
		n := shape.Len()
		a, b, dy := noise(r, max(n, 1)), noise(r, max(n, 1)), noise(r, n)
		for i := range a {
			if r.IntN(3) == 0 {
				a[i] = 0
			}
		}
		y, want := noise(r, n), make([]kernel.Float, n)
		add := r.IntN(2) == 0
		mode := device.Set
		if add {
			mode = device.Add
			copy(want, y)
		}
		da, wantDa := make([]kernel.Float, n), make([]kernel.Float, n)
		db, wantDb := noise(r, n), make([]kernel.Float, n)
		copy(wantDb, db)
		indices(shape, func(i int, at [device.MaxRank]int) {
			p, q := a[whereIs(av, at)], b[whereIs(bv, at)]
			want[i] += def.F(p, q)
			wantDa[i] = def.SlopeA(p, q) * dy[i]
			wantDb[i] += def.SlopeB(p, q) * dy[i]
		})
		d.Zip(f, device.Dst{Buf: device.Host(y), Mode: mode}, device.Host(a), av, device.Host(b), bv, shape)
		d.ZipBack(f, device.Into(device.Host(da)), device.Onto(device.Host(db)), device.Host(a), av, device.Host(b), bv, device.Host(dy), shape)
		near(t, fmt.Sprintf("%v: y", f), y, want)
		near(t, fmt.Sprintf("%v: da", f), da, wantDa)
		near(t, fmt.Sprintf("%v: db", f), db, wantDb)

		both := noise(r, n)
		d.ZipBack(f, device.Into(device.Host(both)), device.Onto(device.Host(both)), device.Host(a), av, device.Host(b), bv, device.Host(dy), shape)
		d.ZipBack(f, device.Dst{}, device.Into(device.Host(db)), device.Host(a), av, device.Host(b), bv, device.Host(dy), shape)
		for i := range wantDa {
			wantDa[i] += db[i]
		}
		near(t, fmt.Sprintf("%v: da and db in one buffer", f), both, wantDa)
	}
}

// near compares up to rounding.
func near(t *testing.T, what string, got, want []kernel.Float) {
	t.Helper()
	for i, w := range want {
		if e := got[i] - w; !(max(e, -e) <= 1e-5*max(1, w, -w)) {
			t.Fatalf("%s: element %d is %v, want %v", what, i, got[i], w)
		}
	}
}

func TestZipInAnyTeam(t *testing.T) {
	shape := device.Dims{1, 1, 1, 40, 33, 50}
	r := rand.New(rand.NewPCG(7, 8))
	a, b := noise(r, shape.Len()), noise(r, 33)
	bv := device.View{Stride: device.Dims{0, 0, 0, 0, 1, 0}}
	everyTeam(t, func(d *Device) []kernel.Float {
		y, da, db := make([]kernel.Float, len(a)), make([]kernel.Float, len(a)), make([]kernel.Float, len(a))
		if n := testing.AllocsPerRun(20, func() {
			d.Zip(kernel.MulOf, device.Into(device.Host(y)), device.Host(a), device.Contiguous(shape), device.Host(b), bv, shape)
			d.ZipBack(kernel.DivOf, device.Into(device.Host(da)), device.Into(device.Host(db)), device.Host(a), device.Contiguous(shape), device.Host(b), bv, device.Host(y), shape)
		}); n != 0 {
			t.Errorf("found %v allocations, want 0", n)
		}
		return slices.Concat(y, da, db)
	})
}

func BenchmarkZip(b *testing.B) {
	shape := device.Dims{1, 1, 1, 1, 1024, 512}
	n := shape.Len()
	x, y := make([]kernel.Float, n), make([]kernel.Float, n)
	for _, c := range []struct {
		name string
		bv   device.View
	}{
		{"same", device.Contiguous(shape)},
		{"row", device.View{Stride: device.Dims{0, 0, 0, 0, 0, 1}}},
		{"column", device.View{Stride: device.Dims{0, 0, 0, 0, 1, 0}}},
	} {
		for _, f := range []kernel.Fn2{kernel.AddOf, kernel.MulOf, kernel.DivOf, kernel.MaxOf} {
			b.Run(fmt.Sprintf("f=%v/b=%s", f, c.name), func(b *testing.B) {
				for b.Loop() {
					Default().Zip(f, device.Into(device.Host(y)), device.Host(x), device.Contiguous(shape), device.Host(x), c.bv, shape)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/element")
			})
		}
	}
}
