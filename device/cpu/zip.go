package cpu

import (
	"brick/device"
	"brick/kernel"
)

// zipTask is  y = f(a, b)  by rows: arrays 0, 1 and 2 of the nest are y, a and b.
type zipTask struct {
	nest
	f       kernel.Fn2
	y, a, b []kernel.Float
	add     bool
}

// Zip is  y[i] = f(a[av(i)], b[bv(i)]).
func (d *Device) Zip(f kernel.Fn2, y device.Dst, a device.Buf, av device.View, b device.Buf, bv device.View, shape device.Dims) {
	n := shape.Len()
	if y.Mode == device.Skip || n == 0 {
		return
	}
	if shape[device.MaxRank-1] == n && n <= moveElems { // a short row
		kernel.Zip(f, y.F[:n], a.F[av.Off:], b.F[bv.Off:], av.Stride[device.MaxRank-1], bv.Stride[device.MaxRank-1], y.Mode == device.Add)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	t := &d.tasks.zip
	t.f, t.y, t.a, t.b, t.add = f, y.F, a.F, b.F, y.Mode == device.Add
	yv := device.Contiguous(shape)
	t.set(shape, inOrder, &yv, &av, &bv)
	d.run(n, moveElems, t)
}

func (t *zipTask) do(_, lo, hi int) {
	last := t.rank - 1
	row, col := lo/t.size[last], lo%t.size[last]
	sa, sb := t.step[1][last], t.step[2][last]
	var p place
	t.seek(&p, row, last)
	for lo < hi {
		n := min(t.size[last]-col, hi-lo)
		kernel.Zip(t.f, t.y[lo:lo+n], t.a[p.off[1]+col*sa:], t.b[p.off[2]+col*sb:], sa, sb, t.add)
		lo, col = lo+n, 0
		t.next(&p, last)
	}
}

// zipBackTask is the way back of a zip, by rows as there.
type zipBackTask struct {
	nest
	f      kernel.Fn2
	da, db device.Dst
	a, b   []kernel.Float
	dy     []kernel.Float
}

// ZipBack is  da = ∂f/∂a·dy,  db = ∂f/∂b·dy.
func (d *Device) ZipBack(f kernel.Fn2, da, db device.Dst, a device.Buf, av device.View, b device.Buf, bv device.View, dy device.Buf, shape device.Dims) {
	n := shape.Len()
	if da.Mode == device.Skip && db.Mode == device.Skip || n == 0 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	t := &d.tasks.zipBack
	t.f, t.da, t.db, t.a, t.b, t.dy = f, da, db, a.F, b.F, dy.F
	yv := device.Contiguous(shape)
	t.set(shape, inOrder, &yv, &av, &bv)
	d.run(n, moveElems, t)
}

// do writes da before it adds db: they are one buffer where a and b are one value.
func (t *zipBackTask) do(_, lo, hi int) {
	last := t.rank - 1
	row, col := lo/t.size[last], lo%t.size[last]
	sa, sb := t.step[1][last], t.step[2][last]
	var p place
	t.seek(&p, row, last)
	for lo < hi {
		n := min(t.size[last]-col, hi-lo)
		a, b, dy := t.a[p.off[1]+col*sa:], t.b[p.off[2]+col*sb:], t.dy[lo:lo+n]
		if t.da.Mode != device.Skip {
			kernel.ZipBackA(t.f, t.da.F[lo:lo+n], a, b, dy, sa, sb, t.da.Mode == device.Add)
		}
		if t.db.Mode != device.Skip {
			kernel.ZipBackB(t.f, t.db.F[lo:lo+n], a, b, dy, sa, sb, t.db.Mode == device.Add)
		}
		lo, col = lo+n, 0
		t.next(&p, last)
	}
}
