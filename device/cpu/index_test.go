package cpu

import (
	"math/rand/v2"
	"slices"
	"testing"

	"brick/device"
	"brick/kernel"
)

// Index, Gather, their ways back and Dropout are the loops of their comments,
// for any team and without allocating.
func TestIndexIsTheLoop(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	for _, s := range []struct{ outer, n, inner, k int }{
		{1, 5, 3, 9}, {3, 4, 1, 7}, {2, 3, 4, 0}, {0, 3, 4, 2}, {1, 3000, 40, 700}, {30, 20, 9, 11}, {2, 7, 600, 5}, {4, 3, 0, 2},
	} {
		x, rows, each := noise(r, s.outer*s.n*s.inner), make([]int32, s.k), make([]int32, s.outer*s.k*s.inner)
		for i := range rows {
			rows[i] = int32(r.IntN(s.n))
		}
		for i := range each {
			each[i] = int32(r.IntN(s.n))
		}
		y := make([]kernel.Float, s.outer*s.k*s.inner)
		index, gather := slices.Clone(y), slices.Clone(y)
		dIndex, dGather := make([]kernel.Float, len(x)), make([]kernel.Float, len(x))
		for o := range s.outer {
			for j := range s.k {
				for i := range s.inner {
					at := (o*s.k+j)*s.inner + i
					a, b := (o*s.n+int(rows[j]))*s.inner+i, (o*s.n+int(each[at]))*s.inner+i
					index[at], gather[at] = x[a], x[b]
				}
			}
		}
		for o := range s.outer { // the order in which the sums are taken
			for j := range s.k {
				for i := range s.inner {
					at := (o*s.k+j)*s.inner + i
					dIndex[(o*s.n+int(rows[j]))*s.inner+i] += index[at]
					dGather[(o*s.n+int(each[at]))*s.inner+i] += gather[at]
				}
			}
		}
		want := slices.Concat(index, gather, dIndex, dGather)
		got := everyTeam(t, func(d *Device) []kernel.Float {
			yi, yg, di, dg := noise(r, len(y)), noise(r, len(y)), noise(r, len(x)), noise(r, len(x))
			if n := testing.AllocsPerRun(20, func() {
				d.Index(device.Into(device.Host(yi)), device.Host(x), device.HostIDs(rows), s.outer, s.n, s.inner, s.k)
				d.Gather(device.Into(device.Host(yg)), device.Host(x), device.HostIDs(each), s.outer, s.n, s.inner, s.k)
				d.IndexBack(device.Into(device.Host(di)), device.Host(yi), device.HostIDs(rows), s.outer, s.n, s.inner, s.k)
				d.GatherBack(device.Into(device.Host(dg)), device.Host(yg), device.HostIDs(each), s.outer, s.n, s.inner, s.k)
			}); n != 0 {
				t.Errorf("found %v allocations, want 0", n)
			}
			return slices.Concat(yi, yg, di, dg)
		})
		if !slices.Equal(got, want) {
			t.Errorf("%v: found %v, want %v", s, got, want)
		}
	}
}

func TestDropoutIsTheLoop(t *testing.T) {
	x := noise(rand.New(rand.NewPCG(17, 18)), 50_000)
	for _, p := range []kernel.Float{0, 0.1, 0.5, 1} {
		got := everyTeam(t, func(d *Device) []kernel.Float {
			y := make([]kernel.Float, len(x))
			d.Dropout(device.Into(device.Host(y)), device.Host(x), p, 7)
			return y
		})
		for i, v := range x {
			want := kernel.Float(0)
			if kernel.Uniform(7, i) >= p {
				want = v / (1 - p)
			}
			if e := got[i] - want; !(max(e, -e) <= 1e-6*max(1, want, -want)) {
				t.Fatalf("p = %v: element %d is %v, want %v", p, i, got[i], want)
			}
		}
	}
}
