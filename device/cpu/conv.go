package cpu

import (
	"brick/device"
	"brick/kernel"
)

// imageTasks are the tasks of the kernels that work on images.
type imageTasks struct {
	conv          convTask
	convBackX     convBackXTask
	convBackW     convBackWTask
	maxPool       maxPoolTask
	maxPoolBack   maxPoolBackTask
	meanPool      meanPoolTask
	meanPoolBack  meanPoolBackTask
	batchNorm     batchNormTask
	batchNormBack batchNormBackTask
}

// convBlock is how many products are worth a block.
const convBlock = 1 << 15

type convTask struct {
	y, x, w []kernel.Float
	c       device.Conv
	e       device.Epilogue
	add     bool
	args    kernel.Args // none
}

// Conv implements device.Device. One task element is one plane of y.
func (d *Device) Conv(y device.Dst, x, w device.Buf, c device.Conv, e device.Epilogue) {
	if y.Mode == device.Skip {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tasks.conv = convTask{y: y.F, x: x.F, w: w.F, c: c, e: e, add: y.Mode == device.Add}
	d.run(c.N*c.K, convBlock/max(c.OH*c.OW*(c.C/c.G)*c.R*c.S, 1), &d.tasks.conv)
}

func (t *convTask) do(_, lo, hi int) {
	c := &t.c
	area, image := c.OH*c.OW, c.C*c.H*c.W
	for u := lo; u < hi; u++ {
		n, k := u/c.K, u%c.K
		y := t.y[u*area : (u+1)*area]
		kernel.Conv(y, t.x[n*image:(n+1)*image], t.w, c, k, t.add)
		if t.e.Bias.Present() {
			b := t.e.Bias.F[k]
			for i := range y {
				y[i] += b
			}
		}
		if t.e.Pre.Present() {
			copy(t.e.Pre.F[u*area:], y)
		}
		if t.e.Act != kernel.Identity {
			kernel.Map(t.e.Act, y, y, &t.args)
		}
	}
}

type convBackXTask struct {
	dx, w, dy []kernel.Float
	c         device.Conv
	add       bool
}

// ConvBackX implements device.Device. One task element is one plane of dx.
func (d *Device) ConvBackX(dx device.Dst, w, dy device.Buf, c device.Conv) {
	if dx.Mode == device.Skip {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tasks.convBackX = convBackXTask{dx.F, w.F, dy.F, c, dx.Mode == device.Add}
	d.run(c.N*c.C, convBlock/max(c.OH*c.OW*(c.K/c.G)*c.R*c.S, 1), &d.tasks.convBackX)
}

func (t *convBackXTask) do(_, lo, hi int) {
	area, image := t.c.H*t.c.W, t.c.K*t.c.OH*t.c.OW
	for u := lo; u < hi; u++ {
		n := u / t.c.C
		kernel.ConvBackX(t.dx[u*area:(u+1)*area], t.w, t.dy[n*image:(n+1)*image], &t.c, u%t.c.C, t.add)
	}
}

type convBackWTask struct {
	dw, x, dy []kernel.Float
	c         device.Conv
	add       bool
}

// ConvBackW implements device.Device. One task element is one kernel: of an output channel and an input channel.
func (d *Device) ConvBackW(dw device.Dst, x, dy device.Buf, c device.Conv) {
	if dw.Mode == device.Skip {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tasks.convBackW = convBackWTask{dw.F, x.F, dy.F, c, dw.Mode == device.Add}
	d.run(c.K*(c.C/c.G), convBlock/max(c.N*c.OH*c.OW*c.R*c.S, 1), &d.tasks.convBackW)
}

func (t *convBackWTask) do(_, lo, hi int) {
	cg, size := t.c.C/t.c.G, t.c.R*t.c.S
	for u := lo; u < hi; u++ {
		kernel.ConvBackW(t.dw[u*size:(u+1)*size], t.x, t.dy, &t.c, u/cg, u%cg, t.add)
	}
}
