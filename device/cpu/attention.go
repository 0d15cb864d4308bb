package cpu

import (
	"brick/device"
	"brick/kernel"
)

// Where there are few key heads their queries are cut into units of work of their own, at the price of packing the keys
// for each: as many as make attentionUnits in all, of attentionRows queries or more.
const (
	attentionUnits = 16
	attentionRows  = 256
	attentionMACs  = 1 << 19 // of a product: fewer multiply-adds, about 4 µs with AVX-512, stay on the caller's core
)

// attentionTask computes units of y, numbered (b, key head, unit).
type attentionTask struct {
	dev     *Device
	a       device.Attn
	units   int // of a key head
	rows    int // queries of a unit
	y, stat []kernel.Float
	q       []kernel.Float
	k, v    kernel.Stored
	mask    []int32
	parts   int // units that the heads of a key head are split into, where few
}

// Attention implements device.Device. A worker has one tile of scores in memory at a time.
func (d *Device) Attention(y, stat, q, k, v, mask device.Buf, a device.Attn) {
	if a.B*a.T*a.H*a.D == 0 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	rows := unitRows(&a)
	t := &d.tasks.attention
	*t = attentionTask{d, a, blocks(a.T, rows), rows, y.F, stat.F, q.F, stored(k), stored(v), mask.I, 1}
	if few(&a) { // heads do not meet: to read the keys once more costs less than to leave cores idle
		t.parts = min(blocks(d.workers, a.B*a.K*t.units), a.H/a.K)
	}
	d.run(a.B*a.K*t.units*t.parts, attentionMACs/max(rows*(a.H/a.K/t.parts)*a.S*a.D, 1), t)
}

// stored is b as attention reads it.
func stored(b device.Buf) kernel.Stored {
	switch b.Type {
	case device.F16:
		return kernel.Stored{B: b.B, As: kernel.StoredF16}
	case device.Q8_0:
		return kernel.Stored{B: b.B, As: kernel.StoredQ8_0}
	}
	return kernel.Stored{F: b.F}
}

// unitRows is how many queries of each head make a unit of work.
func unitRows(a *device.Attn) int {
	units := max(attentionUnits/(a.B*a.K), 1)
	return max(blocks(blocks(a.T, units), 32)*32, attentionRows)
}

func (t *attentionTask) do(w, lo, hi int) {
	a := &t.a
	for i := lo; i < hi; i++ {
		if few(a) {
			t.single(w, i/t.parts/(a.K*t.units), i/t.parts/t.units%a.K, i%t.parts)
			continue
		}
		b, head := i/(a.K*t.units), i/t.units%a.K
		first := i % t.units * t.rows
		last := min(first+t.rows, a.T)
		n, at, mask := seen(a, t.mask, b, last-1, head)
		var keys kernel.AttentionKeys
		keys.Load(t.dev.own(w, kernel.AttentionScratch(n, a.D, max(t.k.As, t.v.As))), t.k.From(at), t.v.From(at), a.KeyRow(), n, a.D, mask, a.Scale, a.Cap)
		group, tile := a.H/a.K, kernel.AttentionTile()
		if a.T < group { // the heads of a position make a tile
			for j := first; j < last; j++ {
				for h := 0; h < group; h += tile {
					r := (b*a.T+j)*a.H + head*group + h
					keys.Rows(t.y[r*a.D:], t.stat[r:], t.q[r*a.D:], a.D, 1, min(tile, group-h), kernel.Seen{First: from(a, j).First, Window: a.Window})
				}
			}
			continue
		}
		for h := head * group; h < (head+1)*group; h++ {
			for j := first; j < last; j += tile {
				r := (b*a.T+j)*a.H + h
				keys.Rows(t.y[r*a.D:], t.stat[r:], t.q[r*a.D:], a.H*a.D, a.H, min(tile, last-j), from(a, j))
			}
		}
	}
}

// few reports whether attention goes through the keys block by block for each position, whose queries share them, in place of
// packing them all. To pack them takes as long as two queries do so, and a tile as long as three.
func few(a *device.Attn) bool {
	group := a.H / a.K
	return a.T == 1 || a.T*group <= 2+3*min(a.T, group)
}

// single does a part of the queries that read a key head, one position at a time.
func (t *attentionTask) single(w, b, head, part int) {
	a, d, group := &t.a, t.a.D, t.a.H/t.a.K
	first, last := group*part/t.parts, group*(part+1)/t.parts
	group, first = last-first, head*group+first
	mem := t.dev.own(w, kernel.AttentionRowScratch(group, d, max(t.k.As, t.v.As)))
	for j := range a.T {
		r := (b*a.T+j)*a.H + first
		n, at, mask := seen(a, t.mask, b, j, head)
		kernel.AttentionRow(t.y[r*d:][:group*d], t.stat[r:][:group], t.q[r*d:][:group*d], t.k.From(at), t.v.From(at), mem, a.KeyRow(), from(a, j).Before(0), n, mask, a.Scale, a.Cap)
	}
}

// from says how many keys the queries from i on see.
func from(a *device.Attn, i int) kernel.Seen {
	if a.Causal {
		return kernel.Seen{First: i + 1 + a.S - a.T, Step: 1, Window: a.Window}
	}
	return kernel.Seen{First: a.S}
}

// seen says which keys query i of example b may see: how many, where in k and v the first of a head is, and their mask.
func seen(a *device.Attn, mask []int32, b, i, head int) (n, at int, m []int32) {
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
	return n, a.KeyAt(b, head), m
}
