package cpu

import (
	"brick/device"
	"brick/kernel"
)

// Softmax is  y = softmax x  along n, or its logarithm. One task element is one line of n.
func (d *Device) Softmax(y device.Buf, x device.Buf, outer, n, inner int, log bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tasks.softmax = softmaxTask{y: y.F, x: x.F, n: n, inner: inner, log: log}
	d.run(outer*inner, blockElems/4/max(n, 1), &d.tasks.softmax)
}

// SoftmaxBack is the way back of Softmax.
func (d *Device) SoftmaxBack(dx device.Dst, y, dy device.Buf, outer, n, inner int, log bool) {
	if dx.Mode == device.Skip {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tasks.softmaxBack = softmaxBackTask{dx: dx.F, y: y.F, dy: dy.F, n: n, inner: inner, log: log, add: dx.Mode == device.Add}
	d.run(outer*inner, blockElems/4/max(n, 1), &d.tasks.softmaxBack)
}

type softmaxTask struct {
	y, x     []kernel.Float
	n, inner int
	log      bool
}

func (t *softmaxTask) do(_, lo, hi int) {
	if t.n == 0 {
		return
	}
	f := kernel.Softmax
	if t.log {
		f = kernel.LogSoftmax
	}
	for i := lo; i < hi; i++ {
		at := i/t.inner*t.n*t.inner + i%t.inner
		f(t.y[at:], t.x[at:], t.n, t.inner)
	}
}

type softmaxBackTask struct {
	dx, y, dy []kernel.Float
	n, inner  int
	log, add  bool
}

func (t *softmaxBackTask) do(_, lo, hi int) {
	if t.n == 0 {
		return
	}
	f := kernel.SoftmaxBack
	if t.log {
		f = kernel.LogSoftmaxBack
	}
	for i := lo; i < hi; i++ {
		at := i/t.inner*t.n*t.inner + i%t.inner
		f(t.dx[at:], t.y[at:], t.dy[at:], t.n, t.inner, t.add)
	}
}
