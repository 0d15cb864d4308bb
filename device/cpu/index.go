package cpu

import (
	"brick/device"
	"brick/kernel"
)

// indexTask is  y[o, j, i] = x[o, ids[j], i]  for rows (o, j).
type indexTask struct {
	dev         *Device
	y, x        []kernel.Float
	table       *device.Kept // x, if it is kept in another type
	ids         []int32
	n, inner, k int
	add         bool
}

// Index is  y[o, j, i] = x[o, ids[j], i].
func (d *Device) Index(y device.Dst, x, ids device.Buf, outer, n, inner, k int) {
	if y.Mode == device.Skip {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	t := &d.tasks.index
	t.y, t.x, t.table, t.ids, t.n, t.inner, t.k, t.add = y.F, x.F, x.Kept, ids.I, n, inner, k, y.Mode == device.Add
	t.dev = d
	d.run(outer*k, rowElems/max(inner, 1), t)
}

func (t *indexTask) do(w, lo, hi int) {
	if t.table != nil {
		row := t.dev.wide(w, t.inner)
		for r := lo; r < hi; r++ {
			widen(row, t.table, int(t.ids[r]), 0)
			kernel.Copy(t.y[r*t.inner:], row, 1, 1, t.inner, 1, t.add)
		}
		return
	}
	o, j := lo/t.k, lo%t.k
	for r := lo; r < hi; r++ {
		at := (o*t.n + int(t.ids[j])) * t.inner
		kernel.Copy(t.y[r*t.inner:], t.x[at:], 1, 1, t.inner, 1, t.add)
		if j++; j == t.k {
			o, j = o+1, 0
		}
	}
}

// indexBackTask adds rows of dy to the rows of dx that their ids name, for
// pieces of the table: each row of dx belongs to one worker, who takes its terms in the order of j.
type indexBackTask struct {
	dx, dy                    []kernel.Float
	ids                       []int32
	n, inner, k, rows, pieces int
	add                       bool
}

// IndexBack is  dx[o, ids[j], i] += dy[o, j, i].
func (d *Device) IndexBack(dx device.Dst, dy, ids device.Buf, outer, n, inner, k int) {
	if dx.Mode == device.Skip {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	t := &d.tasks.indexBack
	t.dx, t.dy, t.ids, t.n, t.inner, t.k, t.add = dx.F, dy.F, ids.I, n, inner, k, dx.Mode == device.Add
	t.rows = max(n/32, rowElems/max(inner, 1), 1) // every piece looks at all ids: there are at most 33
	t.pieces = (n + t.rows - 1) / t.rows
	work := t.rows*inner + k + k*inner/max(t.pieces, 1)
	d.run(outer*t.pieces, rowElems/max(work, 1), t)
}

func (t *indexBackTask) do(_, lo, hi int) {
	for u := lo; u < hi; u++ {
		o, first := u/t.pieces, u%t.pieces*t.rows
		end := min(first+t.rows, t.n)
		dx := t.dx[(o*t.n+first)*t.inner : (o*t.n+end)*t.inner]
		if !t.add {
			clear(dx)
		}
		kernel.AddRows(dx, t.dy[o*t.k*t.inner:], t.ids, first, end, t.inner)
	}
}
