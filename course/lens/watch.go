package lens

import (
	"brick/device"
	"brick/kernel"
)

// watch is a device that computes as another one does and notes what passes by.
// One pass of a model runs on it at a time.
type watch struct {
	device.Device
	layer int   // the block of the chain that computes now
	keep  *Pass // where what passes by is copied to; nil to only count

	products int // multiplications of matrix products …
	attended int // … and of attention
	rows     int // of the last matrix product
	calls    int // of attention in this pass
	muted    map[int]bool
	mutedAt  int // the call of attention whose heads are muted
}

// RoPE keeps what is rotated, before and after.
func (d *watch) RoPE(y device.Dst, x, cossin device.Buf, b, t, h, w, pos int, interleaved, inverse bool) {
	d.Device.RoPE(y, x, cossin, b, t, h, w, pos, interleaved, inverse)
	if d.keep != nil {
		d.keep.Turns = append(d.keep.Turns, Turn{Layer: d.layer, Heads: h, Dim: w, Pos: pos, Interleaved: interleaved,
			Before: d.copied(x), After: d.copied(y.Buf), angles: cossin})
	}
}

// Attention keeps queries, keys, values and result, and silences the heads that are muted:  y[:, :, head] = 0.
//
//	a pass multiplies  2·D  a query, head and key that is seen
func (d *watch) Attention(y, stat, q, k, v, mask device.Buf, a device.Attn) {
	d.Device.Attention(y, stat, q, k, v, mask, a)
	seen := a.T * a.S
	if a.Causal {
		seen = seenKeys(a.T, a.S, a.Window)
	}
	d.attended += 2 * a.B * a.H * a.D * seen
	if d.calls == d.mutedAt {
		for head := range d.muted {
			for row := range a.B * a.T {
				d.Fill(y.Slice((row*a.H+head)*a.D, a.D), 0)
			}
		}
	}
	d.calls++
	if d.keep != nil {
		d.keep.Attentions = append(d.keep.Attentions, Attention{Layer: d.layer, Heads: a.H, KeyHeads: a.K, Dim: a.D, T: a.T, S: a.S, Scale: float64(a.Scale),
			Q: d.copied(q), K: d.copied(k), V: d.copied(v), Y: d.copied(y), options: a, dev: d.Device})
	}
}

// seenKeys is how many keys T queries see together where the last one sees all S, or a window of them:  Σ min(s, window).
func seenKeys(t, s, window int) (n int) {
	for i := range t {
		if see := s - i; window > 0 {
			n += min(see, window)
		} else {
			n += see
		}
	}
	return n
}

// SwiGLU keeps the gate and what it gates.
func (d *watch) SwiGLU(y, gate, up device.Buf) {
	g, u := d.copiedIf(gate), d.copiedIf(up) // y may take the place of either
	d.Device.SwiGLU(y, gate, up)
	if d.keep != nil {
		d.keep.Gates = append(d.keep.Gates, Gate{Layer: d.layer, Rows: d.rows, Gate: g, Up: u, Out: d.copied(y)})
	}
}

// MatMul counts, and keeps the result of a layer with an activation, the middle of a feed-forward branch.
func (d *watch) MatMul(y device.Dst, ym, a, b device.Mat, p device.Product, e device.Epilogue) {
	d.Device.MatMul(y, ym, a, b, p, e)
	if y.Mode == device.Skip {
		return
	}
	d.rows = p.M
	for _, batch := range p.Batch {
		d.rows *= batch
	}
	d.products += d.rows * p.N * p.K
	if d.keep != nil && e.Act != kernel.Identity {
		d.keep.Gates = append(d.keep.Gates, Gate{Layer: d.layer, Rows: d.rows, Out: d.copied(y.Buf)})
	}
}

func (d *watch) copied(b device.Buf) []kernel.Float {
	out := make([]kernel.Float, b.N)
	d.Read(out, b)
	return out
}

func (d *watch) copiedIf(b device.Buf) []kernel.Float {
	if d.keep == nil {
		return nil
	}
	return d.copied(b)
}
