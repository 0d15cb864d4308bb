package cpu

import (
	"brick/device"
	"brick/kernel"
)

// A single key head is cut into units of attentionRows queries or more, for dq, and of as many keys, for dk and dv, which
// compute the scores twice. Sums take their terms in the same order either way.
const attentionCut = 2 // fewer key heads are cut

// attentionBackTask computes units of the gradients, numbered (b, key head, unit). Unless key heads are cut, all keys of
// one, and all queries that read it, are one unit.
type attentionBackTask struct {
	dev        *Device
	a          device.Attn
	dq, dk, dv device.Dst
	q, k, v    []kernel.Float
	y, stat    []kernel.Float
	dy         []kernel.Float
	mask       []int32
	cut        bool
	rows       int // queries, or keys, of a unit
	queryUnits int // come first, then those of keys
}

// AttentionBack implements device.Device. It computes the scores once more, a block at a time.
func (d *Device) AttentionBack(dq, dk, dv device.Dst, q, k, v, y, stat, dy, mask device.Buf, a device.Attn) {
	if a.B*a.K*a.D == 0 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	t := &d.tasks.attentionBack
	*t = attentionBackTask{d, a, dq, dk, dv, q.F, k.F, v.F, y.F, stat.F, dy.F, mask.I, a.B*a.K < attentionCut, 0, 1}
	units, rows := a.B*a.K, a.T
	if t.cut {
		t.rows = unitRows(&a)
		t.queryUnits = blocks(a.T, t.rows)
		units, rows = units*(t.queryUnits+blocks(a.S, t.rows)), t.rows
	}
	block := attentionMACs / max(2*rows*(a.H/a.K)*a.S*a.D, 1)
	if !overlap(dq, dk) && !overlap(dq, dv) && !overlap(dk, dv) {
		d.run(units, block, t)
		return
	}
	// Where results share memory the first must be whole before the next is added.
	none := device.Dst{}
	t.dk, t.dv = none, none
	d.run(units, block, t)
	t.dq, t.dk = none, dk
	d.run(units, block, t)
	t.dk, t.dv = none, dv
	d.run(units, block, t)
}

// overlap reports whether two results are wanted in the same memory.
func overlap(a, b device.Dst) bool {
	return a.Mode != device.Skip && b.Mode != device.Skip && len(a.F) > 0 && len(b.F) > 0 && &a.F[0] == &b.F[0]
}

func (t *attentionBackTask) do(w, lo, hi int) {
	a, none := &t.a, device.Dst{}
	for i := lo; i < hi; i++ {
		if !t.cut {
			t.unit(w, i, 0, a.T, 0, a.S, &t.dq, &t.dk, &t.dv)
			continue
		}
		units := t.queryUnits + blocks(a.S, t.rows)
		if u := i % units; u < t.queryUnits {
			t.unit(w, i/units, u*t.rows, min((u+1)*t.rows, a.T), 0, a.S, &t.dq, &none, &none)
		} else {
			u -= t.queryUnits
			t.unit(w, i/units, 0, a.T, u*t.rows, min((u+1)*t.rows, a.S), &none, &t.dk, &t.dv)
		}
	}
}

// unit computes the gradients of the queries and keys of a key head, numbered (b, key head), from the first of each up
// to the last.
func (t *attentionBackTask) unit(w, i, query, lastQuery, key, lastKey int, gq, gk, gv *device.Dst) {
	if gq.Mode == device.Skip && gk.Mode == device.Skip && gv.Mode == device.Skip {
		return
	}
	a := &t.a
	d, ld, group := a.D, a.K*a.D, a.H/a.K
	b, head := i/a.K, i%a.K
	at := (b*a.S+key)*ld + head*d
	dk, dv := t.keyGradient(gk, at, lastKey-key), t.keyGradient(gv, at, lastKey-key)
	n, _, mask := seen(a, t.mask, b, lastQuery-1, head)
	n = min(n, lastKey) - key
	var keys kernel.AttentionKeys
	if n > 0 {
		if mask != nil {
			mask = mask[key:]
		}
		keys.LoadBack(t.dev.own(w, kernel.AttentionBackScratch(n, d)), t.k[at:], t.v[at:], ld, n, d, mask, a.Scale, a.Cap)
	} else {
		keys.LoadBack(t.dev.own(w, kernel.AttentionBackScratch(0, d)), nil, nil, ld, 0, d, nil, a.Scale, a.Cap)
	}
	for h := head * group; h < (head+1)*group; h++ {
		for j := query; j < lastQuery; j += kernel.AttentionQueries {
			r := (b*a.T+j)*a.H + h
			var dq []kernel.Float
			if gq.Mode != device.Skip {
				dq = gq.F[r*d:]
			}
			see := from(a, j)
			see.First -= key
			keys.RowsBack(dq, dk, dv, t.q[r*d:], t.y[r*d:], t.dy[r*d:], t.stat[r:],
				a.H*d, a.H, ld, min(kernel.AttentionQueries, lastQuery-j), see, gq.Mode == device.Add)
		}
	}
}

// keyGradient is where the gradient of n keys goes, the first of which is at at, cleared if it is not to be added to;
// nil if it is not wanted.
func (t *attentionBackTask) keyGradient(g *device.Dst, at, n int) []kernel.Float {
	if g.Mode == device.Skip || n == 0 {
		return nil
	}
	if g.Mode == device.Set {
		for j := range n {
			clear(g.F[at+j*t.a.K*t.a.D:][:t.a.D])
		}
	}
	return g.F[at:]
}
