package cpu

import (
	"brick/device"
	"brick/kernel"
)

// ropeTask rotates all heads of positions of x, numbered (b, t).
type ropeTask struct {
	y                    device.Dst
	x, cossin            []kernel.Float
	t, h, d, pos         int
	interleaved, inverse bool
}

// RoPE implements device.Device.
func (dev *Device) RoPE(y device.Dst, x, cossin device.Buf, b, t, h, d, pos int, interleaved, inverse bool) {
	if y.Mode == device.Skip {
		return
	}
	dev.mu.Lock()
	defer dev.mu.Unlock()
	dev.tasks.rope = ropeTask{y, x.F, cossin.F, t, h, d, pos, interleaved, inverse}
	dev.run(b*t, rowElems/max(h*d, 1), &dev.tasks.rope)
}

func (t *ropeTask) do(_, lo, hi int) {
	for i := lo; i < hi; i++ {
		p, n := t.pos+i%t.t, t.h*t.d
		kernel.RoPEHeads(t.y.F[i*n:][:n], t.x[i*n:][:n], t.cossin[p*t.d:][:t.d], t.d, t.interleaved, t.inverse, t.y.Mode == device.Add)
	}
}
