package cpu

import (
	"brick/device"
	"brick/kernel"
)

// dropoutTask is  y = x/(1−p), or 0 with probability p.
type dropoutTask struct {
	y, x []kernel.Float
	p    kernel.Float
	key  uint64
	add  bool
}

func (t *dropoutTask) do(_, lo, hi int) {
	kernel.Dropout(t.y[lo:hi], t.x[lo:hi], lo, t.p, t.key, t.add)
}

// Dropout is  y[i] = x[i]/(1−p) where kernel.Uniform(key, i) ≥ p, else 0.
func (d *Device) Dropout(y device.Dst, x device.Buf, p kernel.Float, key uint64) {
	if y.Mode == device.Skip {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	t := &d.tasks.dropout
	t.y, t.x, t.p, t.key, t.add = y.F, x.F, p, key, y.Mode == device.Add
	d.run(y.N, rowElems, t)
}
