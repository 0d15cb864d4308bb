package cpu

import (
	"brick/device"
	"brick/kernel"
)

type swiGLUTask struct{ y, gate, up []kernel.Float }

// SwiGLU implements device.Device.
func (d *Device) SwiGLU(y device.Buf, gate, up device.Buf) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tasks.swiGLU = swiGLUTask{y.F, gate.F, up.F}
	d.run(y.N, expBlock(), &d.tasks.swiGLU)
}

func (t *swiGLUTask) do(_, lo, hi int) {
	kernel.SwiGLU(t.y[lo:hi], t.gate[lo:hi], t.up[lo:hi])
}

type swiGLUBackTask struct {
	dgate, dup   device.Dst
	gate, up, dy []kernel.Float
}

// SwiGLUBack implements device.Device.
func (d *Device) SwiGLUBack(dgate, dup device.Dst, gate, up, dy device.Buf) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tasks.swiGLUBack = swiGLUBackTask{dgate, dup, gate.F, up.F, dy.F}
	d.run(dy.N, expBlock(), &d.tasks.swiGLUBack)
}

func (t *swiGLUBackTask) do(_, lo, hi int) {
	var dgate, dup []kernel.Float
	if t.dgate.Mode != device.Skip {
		dgate = t.dgate.F[lo:hi]
	}
	if t.dup.Mode != device.Skip {
		dup = t.dup.F[lo:hi]
	}
	kernel.SwiGLUBack(dgate, dup, t.gate[lo:hi], t.up[lo:hi], t.dy[lo:hi], t.dgate.Mode == device.Add, t.dup.Mode == device.Add)
}
