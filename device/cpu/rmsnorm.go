package cpu

import (
	"brick/device"
	"brick/kernel"
)

// RMSNorm scales each of rows rows of c, see kernel.RMSNorm.
func (d *Device) RMSNorm(y, rstd, x, w device.Buf, rows, c int, eps kernel.Float) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tasks.rmsNorm = rmsNormTask{y.F, rstd.F, x.F, w.F, c, eps}
	d.run(rows, rowElems/max(c, 1), &d.tasks.rmsNorm)
}

type rmsNormTask struct {
	y, rstd, x, w []kernel.Float
	c             int
	eps           kernel.Float
}

func (t *rmsNormTask) do(_, lo, hi int) {
	for r := lo; r < hi; r++ {
		k := r * t.c
		t.rstd[r] = kernel.RMSNorm(t.y[k:k+t.c], t.x[k:k+t.c], t.w, t.eps)
	}
}

// RMSNormBack is the way back of RMSNorm; its sum over rows is taken as in LayerNormBack.
func (d *Device) RMSNormBack(dx, dw device.Dst, x, w, rstd, dy device.Buf, rows, c int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	block := rowBlock(c)
	blocks := (rows + block - 1) / block
	t := &d.tasks.rmsNormBack
	*t = rmsNormBackTask{x: x.F, w: w.F, rstd: rstd.F, dy: dy.F, c: c, block: block, add: dx.Mode == device.Add}
	if dx.Mode != device.Skip {
		t.dx = dx.F
	}
	sums := grown(&d.tasks.partials, blocks*c)
	if dw.Mode != device.Skip {
		t.dw = sums
	}
	d.run(rows, block, t)
	d.foldRows(dw, sums, blocks, c)
}

type rmsNormBackTask struct {
	dx, dw, x, w, rstd, dy []kernel.Float // dw (blocks, c)
	c, block               int
	add                    bool
}

func (t *rmsNormBackTask) do(_, lo, hi int) {
	dw := blockSum(t.dw, lo/t.block, t.c)
	for r := lo; r < hi; r++ {
		k := r * t.c
		var dx []kernel.Float
		if t.dx != nil {
			dx = t.dx[k : k+t.c]
		}
		kernel.RMSNormBack(dx, dw, t.x[k:k+t.c], t.w, t.dy[k:k+t.c], t.rstd[r], t.add)
	}
}
