package cpu

import (
	"brick/device"
	"brick/kernel"
)

// attentionBackTask computes the gradients of whole key heads, numbered (b, key
// head): the keys of a head, and the queries that read it, belong to one worker.
type attentionBackTask struct {
	dev        *Device
	a          device.Attn
	dq, dk, dv device.Dst
	q, k, v    []kernel.Float
	y, stat    []kernel.Float
	dy         []kernel.Float
	mask       []int32
}

// AttentionBack implements device.Device. It computes the scores once more, a block at a time.
func (d *Device) AttentionBack(dq, dk, dv device.Dst, q, k, v, y, stat, dy, mask device.Buf, a device.Attn) {
	if a.B*a.K*a.D == 0 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	t := &d.tasks.attentionBack
	*t = attentionBackTask{d, a, dq, dk, dv, q.F, k.F, v.F, y.F, stat.F, dy.F, mask.I}
	block := attentionMACs / max(2*a.T*(a.H/a.K)*a.S*a.D, 1)
	if !overlap(dq, dk) && !overlap(dq, dv) && !overlap(dk, dv) {
		d.run(a.B*a.K, block, t)
		return
	}
	// Where results share memory the first must be whole before the next is added.
	none := device.Dst{}
	t.dk, t.dv = none, none
	d.run(a.B*a.K, block, t)
	t.dq, t.dk = none, dk
	d.run(a.B*a.K, block, t)
	t.dk, t.dv = none, dv
	d.run(a.B*a.K, block, t)
}

// overlap reports whether two results are wanted in the same memory.
func overlap(a, b device.Dst) bool {
	return a.Mode != device.Skip && b.Mode != device.Skip && len(a.F) > 0 && len(b.F) > 0 && &a.F[0] == &b.F[0]
}

func (t *attentionBackTask) do(w, lo, hi int) {
	a := &t.a
	d, ld, group := a.D, a.K*a.D, a.H/a.K
	for i := lo; i < hi; i++ {
		b, head := i/a.K, i%a.K
		dk, dv := t.keyGradient(&t.dk, b, head), t.keyGradient(&t.dv, b, head)
		n, at, mask := seen(a, t.mask, b, a.T-1, head)
		var keys kernel.AttentionKeys
		keys.LoadBack(t.dev.own(w, kernel.AttentionBackScratch(n, d)), t.k[at:], t.v[at:], ld, n, d, mask, a.Scale)
		for h := head * group; h < (head+1)*group; h++ {
			for j := 0; j < a.T; j += kernel.AttentionQueries {
				r := (b*a.T+j)*a.H + h
				var dq []kernel.Float
				if t.dq.Mode != device.Skip {
					dq = t.dq.F[r*d:]
				}
				keys.RowsBack(dq, dk, dv, t.q[r*d:], t.y[r*d:], t.dy[r*d:], t.stat[r:],
					a.H*d, a.H, ld, min(kernel.AttentionQueries, a.T-j), from(a, j), t.dq.Mode == device.Add)
			}
		}
	}
}

// keyGradient is where the gradient of a key head goes, cleared if it is not to
// be added to; nil if it is not wanted.
func (t *attentionBackTask) keyGradient(g *device.Dst, b, head int) []kernel.Float {
	a := &t.a
	if g.Mode == device.Skip || a.S == 0 {
		return nil
	}
	at := (b*a.S*a.K + head) * a.D
	if g.Mode == device.Set {
		for j := range a.S {
			clear(g.F[at+j*a.K*a.D:][:a.D])
		}
	}
	return g.F[at:]
}
