package cpu

import (
	"brick/device"
	"brick/kernel"
)

// planes is how many planes of pooling make a block.
func planes(p *device.Pool) int {
	window := max(p.R*p.S, 1)
	if p.Adaptive {
		window = 1
	}
	return expBlock() / max(p.OH*p.OW*window, p.H*p.W, 1)
}

type maxPoolTask struct {
	y   []kernel.Float
	arg []int32
	x   []kernel.Float
	p   device.Pool
	add bool
}

// MaxPool implements device.Device. One task element is one plane.
func (d *Device) MaxPool(y device.Dst, arg, x device.Buf, p device.Pool) {
	if y.Mode == device.Skip {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tasks.maxPool = maxPoolTask{y.F, arg.I, x.F, p, y.Mode == device.Add}
	d.run(p.Planes, planes(&p), &d.tasks.maxPool)
}

func (t *maxPoolTask) do(_, lo, hi int) {
	in, out := t.p.H*t.p.W, t.p.OH*t.p.OW
	for u := lo; u < hi; u++ {
		var arg []int32
		if t.arg != nil {
			arg = t.arg[u*out : (u+1)*out]
		}
		kernel.MaxPool(t.y[u*out:(u+1)*out], arg, t.x[u*in:(u+1)*in], &t.p, t.add)
	}
}

type maxPoolBackTask struct {
	dx  []kernel.Float
	arg []int32
	dy  []kernel.Float
	p   device.Pool
	add bool
}

// MaxPoolBack implements device.Device.
func (d *Device) MaxPoolBack(dx device.Dst, arg, dy device.Buf, p device.Pool) {
	if dx.Mode == device.Skip {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tasks.maxPoolBack = maxPoolBackTask{dx.F, arg.I, dy.F, p, dx.Mode == device.Add}
	d.run(p.Planes, planes(&p), &d.tasks.maxPoolBack)
}

func (t *maxPoolBackTask) do(_, lo, hi int) {
	in, out := t.p.H*t.p.W, t.p.OH*t.p.OW
	for u := lo; u < hi; u++ {
		kernel.MaxPoolBack(t.dx[u*in:(u+1)*in], t.arg[u*out:(u+1)*out], t.dy[u*out:(u+1)*out], t.add)
	}
}

type meanPoolTask struct {
	y, x []kernel.Float
	p    device.Pool
	add  bool
}

// MeanPool implements device.Device.
func (d *Device) MeanPool(y device.Dst, x device.Buf, p device.Pool) {
	if y.Mode == device.Skip {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tasks.meanPool = meanPoolTask{y.F, x.F, p, y.Mode == device.Add}
	d.run(p.Planes, planes(&p), &d.tasks.meanPool)
}

func (t *meanPoolTask) do(_, lo, hi int) {
	in, out := t.p.H*t.p.W, t.p.OH*t.p.OW
	for u := lo; u < hi; u++ {
		kernel.MeanPool(t.y[u*out:(u+1)*out], t.x[u*in:(u+1)*in], &t.p, t.add)
	}
}

type meanPoolBackTask struct {
	dx, dy []kernel.Float
	p      device.Pool
	add    bool
}

// MeanPoolBack implements device.Device.
func (d *Device) MeanPoolBack(dx device.Dst, dy device.Buf, p device.Pool) {
	if dx.Mode == device.Skip {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tasks.meanPoolBack = meanPoolBackTask{dx.F, dy.F, p, dx.Mode == device.Add}
	d.run(p.Planes, planes(&p), &d.tasks.meanPoolBack)
}

func (t *meanPoolBackTask) do(_, lo, hi int) {
	in, out := t.p.H*t.p.W, t.p.OH*t.p.OW
	for u := lo; u < hi; u++ {
		kernel.MeanPoolBack(t.dx[u*in:(u+1)*in], t.dy[u*out:(u+1)*out], &t.p, t.add)
	}
}
