package cpu

import (
	"brick/device"
	"brick/kernel"
)

// Softmax is  y = softmax x  along n, or its logarithm. One task element is one line of n.
func (d *Device) Softmax(y device.Buf, x device.Buf, outer, n, inner int, log bool) {
	if n == 0 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tasks.softmax = softmaxTask{y: y.F, x: x.F, n: n, inner: inner, log: log}
	d.run(outer*inner, expBlock()/n, &d.tasks.softmax)
}

// SoftmaxBack is the way back of Softmax.
func (d *Device) SoftmaxBack(dx device.Dst, y, dy device.Buf, outer, n, inner int, log bool) {
	if dx.Mode == device.Skip || n == 0 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tasks.softmaxBack = softmaxBackTask{dx: dx.F, y: y.F, dy: dy.F, n: n, inner: inner, log: log, add: dx.Mode == device.Add}
	d.run(outer*inner, expBlock()/n, &d.tasks.softmaxBack)
}

type softmaxTask struct {
	y, x     []kernel.Float
	n, inner int
	log      bool
}

func (t *softmaxTask) do(_, lo, hi int) {
	for lo < hi {
		at, lines := sideBySide(lo, hi, t.n, t.inner)
		y, x := t.y[at:], t.x[at:]
		switch {
		case t.inner > 1:
			kernel.SoftmaxLines(y, x, t.n, t.inner, lines, t.log)
		case t.log:
			kernel.LogSoftmax(y[:t.n], x)
		default:
			kernel.Softmax(y[:t.n], x)
		}
		lo += lines
	}
}

// sideBySide is where the first element of line lo is, and how many of the lines to hi lie beside it.
func sideBySide(lo, hi, n, inner int) (at, lines int) {
	o, i := lo/inner, lo%inner
	return o*n*inner + i, min(inner-i, hi-lo)
}

type softmaxBackTask struct {
	dx, y, dy []kernel.Float
	n, inner  int
	log, add  bool
}

func (t *softmaxBackTask) do(_, lo, hi int) {
	for lo < hi {
		at, lines := sideBySide(lo, hi, t.n, t.inner)
		dx, y, dy := t.dx[at:], t.y[at:], t.dy[at:]
		switch {
		case t.inner > 1:
			kernel.SoftmaxLinesBack(dx, y, dy, t.n, t.inner, lines, t.log, t.add)
		case t.log:
			kernel.LogSoftmaxBack(dx[:t.n], y, dy, t.add)
		default:
			kernel.SoftmaxBack(dx[:t.n], y, dy, t.add)
		}
		lo += lines
	}
}
