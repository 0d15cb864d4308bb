package cpu

import (
	"brick/device"
	"brick/kernel"
)

type batchNormTask struct {
	y, mean, rstd, x, w, b []kernel.Float
	n, c, l                int
	eps                    kernel.Float
	act                    kernel.Fn
	add                    bool
}

// BatchNorm implements device.Device. One task element is one channel.
func (d *Device) BatchNorm(y device.Dst, mean, rstd, x, w, b device.Buf, n, c, l int, eps kernel.Float, act kernel.Fn) {
	if y.Mode == device.Skip {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tasks.batchNorm = batchNormTask{y.F, mean.F, rstd.F, x.F, w.F, b.F, n, c, l, eps, act, y.Mode == device.Add}
	d.run(c, rowElems/max(n*l, 1), &d.tasks.batchNorm)
}

func (t *batchNormTask) do(_, lo, hi int) {
	for ch := lo; ch < hi; ch++ {
		t.mean[ch], t.rstd[ch] = kernel.BatchNorm(t.y, t.x, t.w, t.b, t.n, t.c, t.l, ch, t.eps, t.act, t.add)
	}
}

type batchNormBackTask struct {
	dx, dw, db              device.Dst
	x, y, w, mean, rstd, dy []kernel.Float
	n, c, l                 int
	act                     kernel.Fn
}

// BatchNormBack implements device.Device.
func (d *Device) BatchNormBack(dx, dw, db device.Dst, x, y, w, mean, rstd, dy device.Buf, n, c, l int, act kernel.Fn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if dx.Mode == device.Skip {
		dx.F = nil
	}
	d.tasks.batchNormBack = batchNormBackTask{dx, dw, db, x.F, y.F, w.F, mean.F, rstd.F, dy.F, n, c, l, act}
	d.run(c, rowElems/max(n*l, 1), &d.tasks.batchNormBack)
}

func (t *batchNormBackTask) do(_, lo, hi int) {
	for ch := lo; ch < hi; ch++ {
		dw, db := kernel.BatchNormBack(t.dx.F, t.x, t.y, t.w, t.dy, t.mean[ch], t.rstd[ch], t.n, t.c, t.l, ch, t.act, t.dx.Mode == device.Add)
		put(t.dw, ch, dw)
		put(t.db, ch, db)
	}
}

// put sets or adds to number i of a result.
func put(y device.Dst, i int, v float64) {
	switch y.Mode {
	case device.Set:
		y.F[i] = kernel.Float(v)
	case device.Add:
		y.F[i] += kernel.Float(v)
	}
}
