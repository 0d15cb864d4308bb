package cpu

import (
	"brick/device"
	"brick/kernel"
)

// bestTask finds the greatest or least number of each output, and its place.
type bestTask struct {
	folds
	r    kernel.Reducer
	x    []kernel.Float
	y    device.Dst
	args []int32
}

func (d *Device) best(r kernel.Reducer, y device.Dst, arg, x device.Buf, f *folds) {
	t := &d.tasks.best
	t.folds, t.r, t.x, t.y, t.args = *f, r, x.F, y, arg.I
	d.run(f.count(false), blockElems/max(f.count(true), 1), t)
}

func (t *bestTask) do(_, lo, hi int) {
	last := t.last()
	size, step, outer := 1, 1, 1
	if last >= 0 {
		size, step = t.size[last], t.step[last]
		outer = t.count(true) / max(size, 1)
	}
	for o := lo; o < hi; o++ {
		base, at := t.offset(o, t.rank, false), -1
		for i := range outer {
			if size == 0 {
				break
			}
			from := base + t.offset(i, last, true)
			k := from + step*kernel.Best(t.r, t.x[from:], step, size)
			if at < 0 || t.r.Beats(t.x[k], t.x[at]) {
				at = k
			}
		}
		v := kernel.Float(t.r.Empty())
		if at >= 0 {
			v = t.x[at]
		}
		t.args[o] = int32(at)
		switch t.y.Mode {
		case device.Set:
			t.y.F[o] = v
		case device.Add:
			t.y.F[o] += v
		}
	}
}
