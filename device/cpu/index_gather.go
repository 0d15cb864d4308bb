package cpu

import (
	"brick/device"
	"brick/kernel"
)

// gatherTask is  y[o, j, i] = x[o, ids[o, j, i], i]  for rows (o, j).
type gatherTask struct {
	y, x        []kernel.Float
	ids         []int32
	n, inner, k int
	add         bool
}

// Gather is  y[o, j, i] = x[o, ids[o, j, i], i].
func (d *Device) Gather(y device.Dst, x, ids device.Buf, outer, n, inner, k int) {
	if y.Mode == device.Skip {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	t := &d.tasks.gather
	t.y, t.x, t.ids, t.n, t.inner, t.k, t.add = y.F, x.F, ids.I, n, inner, k, y.Mode == device.Add
	d.run(outer*k, blockElems/max(inner, 1), t)
}

func (t *gatherTask) do(_, lo, hi int) {
	for r := lo; r < hi; r++ {
		x := t.x[r/t.k*t.n*t.inner:]
		y, ids := t.y[r*t.inner:][:t.inner], t.ids[r*t.inner:][:t.inner]
		for i, id := range ids {
			v := x[int(id)*t.inner+i]
			if t.add {
				v += y[i]
			}
			y[i] = v
		}
	}
}

// gatherBackTask adds dy to the elements of dx that the ids name, for bands of
// columns: nothing in one column is added to another.
type gatherBackTask struct {
	dx, dy             []kernel.Float
	ids                []int32
	n, inner, k, bands int
	add                bool
}

// GatherBack is  dx[o, ids[o, j, i], i] += dy[o, j, i].
func (d *Device) GatherBack(dx device.Dst, dy, ids device.Buf, outer, n, inner, k int) {
	if dx.Mode == device.Skip {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	t := &d.tasks.gatherBack
	t.dx, t.dy, t.ids, t.n, t.inner, t.k, t.add = dx.F, dy.F, ids.I, n, inner, k, dx.Mode == device.Add
	t.bands = (inner + band - 1) / band
	d.run(outer*t.bands, blockElems/max((n+k)*min(inner, band), 1), t)
}

func (t *gatherBackTask) do(_, lo, hi int) {
	for u := lo; u < hi; u++ {
		o, first := u/t.bands, u%t.bands*band
		w := min(band, t.inner-first)
		dx := t.dx[o*t.n*t.inner:][:t.n*t.inner]
		if !t.add {
			for r := range t.n {
				clear(dx[r*t.inner+first:][:w])
			}
		}
		for j := range t.k {
			at := (o*t.k+j)*t.inner + first
			ids := t.ids[at:][:w]
			for i, g := range t.dy[at:][:w] {
				dx[int(ids[i])*t.inner+first+i] += g
			}
		}
	}
}
