package cpu

import (
	"brick/device"
	"brick/kernel"
)

// attentionRows is the queries of a head that are one piece of work: enough to
// repay the packing of the keys.
const attentionRows = 4 * kernel.AttentionTile

// attentionTask computes pieces of y, numbered (b, h, piece).
type attentionTask struct {
	dev     *Device
	a       device.Attn
	pieces  int // of a head
	y, stat []kernel.Float
	q, k, v []kernel.Float
	mask    []int32
}

// Attention implements device.Device. No more than a tile of scores a worker is in memory at a time.
func (d *Device) Attention(y, stat, q, k, v, mask device.Buf, a device.Attn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := &d.tasks.attention
	*t = attentionTask{d, a, blocks(a.T, attentionRows), y.F, stat.F, q.F, k.F, v.F, mask.I}
	d.run(a.B*a.H*t.pieces, blockMACs/max(2*min(a.T, attentionRows)*a.S*a.D, 1), t)
}

func (t *attentionTask) do(w, lo, hi int) {
	a := &t.a
	for i := lo; i < hi; i++ {
		b, h := i/(a.H*t.pieces), i/t.pieces%a.H
		first := i % t.pieces * attentionRows
		last := min(first+attentionRows, a.T)
		if a.T <= fewRows { // too few rows to pack the keys for
			t.single(w, b, h)
			continue
		}
		n, at, mask := seen(a, t.mask, b, last-1, h)
		var keys kernel.AttentionKeys
		keys.Load(t.dev.own(w, kernel.AttentionScratch(n, a.D, false)), t.k[at:], t.v[at:], a.K*a.D, n, a.D, false, mask, a.Scale)
		for j := first; j < last; j += kernel.AttentionTile {
			r := (b*a.T+j)*a.H + h
			keys.Rows(t.y[r*a.D:], t.stat[r:], t.q[r*a.D:], a.H*a.D, a.H, min(kernel.AttentionTile, last-j), from(a, j))
		}
	}
}

// single does the queries of a head one by one, where the keys lie.
func (t *attentionTask) single(w, b, h int) {
	a, d := &t.a, t.a.D
	scores := t.dev.own(w, a.S)
	for j := range a.T {
		r := (b*a.T+j)*a.H + h
		n, at, mask := seen(a, t.mask, b, j, h)
		t.stat[r] = kernel.AttentionRow(t.y[r*d:][:d], scores[:n], t.q[r*d:][:d], t.k[at:], t.v[at:], a.K*d, mask, a.Scale)
	}
}

// from says how many keys the queries from i on see.
func from(a *device.Attn, i int) kernel.Seen {
	if a.Causal {
		return kernel.Seen{First: i + 1 + a.S - a.T, Step: 1}
	}
	return kernel.Seen{First: a.S}
}

// seen says which keys query (b, i, h) may see: how many, where in k and v the
// first is, and their mask.
func seen(a *device.Attn, mask []int32, b, i, h int) (n, at int, m []int32) {
	n = a.S
	if a.Causal {
		n = min(max(i+1+a.S-a.T, 0), a.S)
	}
	if n == 0 {
		return 0, 0, nil
	}
	if mask != nil {
		m = mask[b*a.S:][:n]
	}
	return n, (b*a.S*a.K + h*a.K/a.H) * a.D, m
}

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

// AttentionBack implements device.Device. It computes the scores once more, a row at a time.
func (d *Device) AttentionBack(dq, dk, dv device.Dst, q, k, v, y, stat, dy, mask device.Buf, a device.Attn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := &d.tasks.attentionBack
	*t = attentionBackTask{d, a, dq, dk, dv, q.F, k.F, v.F, y.F, stat.F, dy.F, mask.I}
	block := blockMACs / max(5*a.T*(a.H/max(a.K, 1))*a.S*a.D, 1)
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
		n, at, mask := seen(a, t.mask, b, a.T-1, head*group)
		dk, dv := t.keyGradient(&t.dk, b, head), t.keyGradient(&t.dv, b, head)
		if a.T <= fewRows {
			t.single(w, b, head, dk, dv)
			continue
		}
		var keys kernel.AttentionKeys
		keys.Load(t.dev.own(w, kernel.AttentionScratch(n, d, true)), t.k[at:], t.v[at:], ld, n, d, true, mask, a.Scale)
		for j := 0; j < a.T; j += kernel.AttentionTile {
			for h := head * group; h < (head+1)*group; h++ {
				r := (b*a.T+j)*a.H + h
				var dq []kernel.Float
				if t.dq.Mode != device.Skip {
					dq = t.dq.F[r*d:]
				}
				keys.RowsBack(dq, dk, dv, t.q[r*d:], t.y[r*d:], t.dy[r*d:], t.stat[r:],
					a.H*d, a.H, ld, min(kernel.AttentionTile, a.T-j), from(a, j), t.dq.Mode == device.Add)
			}
		}
	}
}

// single does the queries of a key head one by one, where the keys lie.
func (t *attentionBackTask) single(w, b, head int, dk, dv []kernel.Float) {
	a, d, group := &t.a, t.a.D, t.a.H/t.a.K
	scratch := t.dev.own(w, 2*a.S)
	for j := range a.T {
		for h := head * group; h < (head+1)*group; h++ {
			r := (b*a.T+j)*a.H + h
			n, at, mask := seen(a, t.mask, b, j, h)
			var dq []kernel.Float
			if t.dq.Mode != device.Skip {
				dq = t.dq.F[r*d:][:d]
			}
			kernel.AttentionRowBack(dq, dk, dv, scratch[:n], scratch[a.S:][:n],
				t.q[r*d:][:d], t.k[at:], t.v[at:], t.y[r*d:][:d], t.dy[r*d:][:d],
				a.K*d, mask, a.Scale, t.stat[r], t.dq.Mode == device.Add)
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
