package cpu

import (
	"brick/device"
	"brick/kernel"
)

// A recurrentTask goes over whole sequences. Sequences do not depend on each other: a worker runs all steps of some of
// them and waits for nobody in between. The panels of w are packed once, for everybody.
type recurrentTask struct {
	dev *Device
	device.Recurrent
	panels
	y, gates, kept, prev, h0, c0, w, bn, dy, dcn []kernel.Float
	dh0, dc0                                     device.Dst
	lengths                                      []int32
	back                                         bool

	n, k   int            // a step multiplies rows of k numbers by a matrix (k, n)
	few    bool           // so few that w is read where it lies
	shared []kernel.Float // panels of w, depth by depth; what is packed while packing
	phase  phase
	zeros  []kernel.Float // H
}

const (
	seqRows  = 42      // the most sequences that a worker takes at a time
	fewSteps = 4       // steps of sequences that are not worth packing w
	seqMACs  = 1 << 17 // multiply-adds of sequences that are worth a worker
)

// Recurrent implements device.Device. One task element is one sequence.
func (d *Device) Recurrent(y, gates, kept, h0, c0, w, bn, lengths device.Buf, r device.Recurrent) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := &d.tasks.recurrent
	*t = recurrentTask{dev: d, Recurrent: r, panels: panels{d.half}, y: y.F, gates: gates.F, kept: kept.F, h0: h0.F, c0: c0.F, w: w.F, bn: bn.F,
		lengths: lengths.I, n: r.Cell.Gates() * r.H, k: r.H}
	t.run()
}

// RecurrentBack implements device.Device.
func (d *Device) RecurrentBack(dh0, dc0 device.Dst, gates, kept, prev, y, h0, c0, w, dy, dcn, lengths device.Buf, r device.Recurrent) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := &d.tasks.recurrent
	*t = recurrentTask{dev: d, Recurrent: r, panels: panels{d.half}, y: y.F, gates: gates.F, kept: kept.F, prev: prev.F, h0: h0.F, c0: c0.F, w: w.F, dy: dy.F, dcn: dcn.F,
		dh0: dh0, dc0: dc0, lengths: lengths.I, n: r.H, k: r.Cell.Gates() * r.H, back: true}
	t.run()
}

func (t *recurrentTask) run() {
	if t.B == 0 || t.H == 0 {
		return
	}
	d := t.dev
	rows := t.rows()
	t.few = !t.half && min(rows, t.B)*t.T <= fewSteps
	deep := t.depth(t.k)
	size := 0
	if !t.few {
		size = t.packedB(t.n, deep) * blocks(t.k, deep)
	}
	mem := d.common(size + t.H)
	t.shared, t.zeros = mem[:size], mem[size:]
	clear(t.zeros)
	if !t.few {
		t.phase = packPhase
		d.run(kernel.PanelsB(t.n), packElems/max(kernel.PanelCols()*t.k, 1), t)
	}
	t.phase = piecePhase
	d.run(t.B, rows, t)
}

// rows is how many sequences a worker takes at a time: a sum does not depend on those computed with it, so that the
// number of workers may decide.
func (t *recurrentTask) rows() int {
	worth := blocks(seqMACs, max(t.T*t.n*t.k, 1))
	rounds := blocks(t.B, t.dev.workers*seqRows)
	return max(blocks(t.B, t.dev.workers*rounds), worth)
}

func (t *recurrentTask) do(w, lo, hi int) {
	switch {
	case t.phase == packPhase:
		t.pack(lo, hi)
	case t.back:
		for ; lo < hi; lo += seqRows {
			t.backward(w, lo, min(lo+seqRows, hi))
		}
	default:
		for ; lo < hi; lo += seqRows {
			t.forward(w, lo, min(lo+seqRows, hi))
		}
	}
}

// pack packs panels first to last of the columns of the matrix that steps multiply by, w turned or w.
func (t *recurrentTask) pack(first, last int) {
	deep := t.depth(t.k)
	for l := 0; l < t.k; l += deep {
		from := l
		if t.back {
			from *= t.H
		}
		t.packB(t.shared[t.packedB(t.n, l):], t.w[from:], t.H, t.n, min(deep, t.k-l), !t.back, first, last)
	}
}

// multiply is  u (m, n) (=|+=) x (m, k)·w,  with rows of x ld apart. pa is room for the panels of x.
func (t *recurrentTask) multiply(u, x, pa []kernel.Float, m, ld int, onto bool) {
	if t.few {
		for i := range m {
			if t.back {
				kernel.RowSums(u[i*t.n:][:t.n], x[i*ld:][:t.k], t.w, t.H, onto)
			} else {
				kernel.RowDots(u[i*t.n:][:t.n], x[i*ld:][:t.k], t.w, t.H, onto)
			}
		}
		return
	}
	deep := t.depth(t.k)
	for l := 0; l < t.k; l += deep {
		k := min(deep, t.k-l)
		t.packA(pa, x[l:], ld, m, k, false, 0, kernel.PanelsA(m))
		t.tiles(u, t.n, pa, t.shared[t.packedB(t.n, l):], m, t.n, k, onto || l > 0, 0, kernel.PanelsA(m))
	}
}

// length is the number of steps of sequence b.
func (t *recurrentTask) length(b int) int {
	if t.lengths == nil {
		return t.T
	}
	return int(t.lengths[b])
}

// step is the step that is computed s-th.
func (t *recurrentTask) step(s int) int {
	if t.Reverse {
		return t.T - 1 - s
	}
	return s
}

// row is step at of sequence b in x (B, T, H), or if at is negative what x began with.
func (t *recurrentTask) row(x, first []kernel.Float, b, at int) []kernel.Float {
	switch {
	case at >= 0:
		return x[(b*t.T+at)*t.H:][:t.H]
	case first != nil:
		return first[b*t.H:][:t.H]
	}
	return t.zeros
}

// forward runs sequences lo to hi.
func (t *recurrentTask) forward(w, lo, hi int) {
	m, H, G := hi-lo, t.H, t.n
	mem := t.dev.own(w, m*(H+G)+H+t.packedA(m, t.depth(t.k)))
	h, u, tmp, pa := mem[:m*H], mem[m*H:m*(H+G)], mem[m*(H+G):m*(H+G)+H], mem[m*(H+G)+H:]
	for i := range m {
		copy(h[i*H:][:H], t.row(nil, t.h0, lo+i, -1))
	}
	for s := range t.T {
		at := t.step(s)
		if s == 0 && t.h0 == nil {
			clear(u)
		} else {
			t.multiply(u, h, pa, m, H, false)
		}
		for i := range m {
			b := lo + i
			n, y := t.length(b), t.row(t.y, nil, b, at)
			var kept, c []kernel.Float
			if t.Cell.Keeps() {
				kept, c = t.row(t.kept, nil, b, at), t.bn
			}
			if t.Cell == kernel.LSTMCell {
				c = t.row(t.kept, t.c0, b, t.Before(at, n))
			}
			if at >= n {
				clear(y)
				if t.Cell == kernel.LSTMCell {
					copy(kept, c)
				}
				continue
			}
			hb := h[i*H:][:H]
			t.Cell.Step(hb, t.gates[(b*t.T+at)*G:][:G], u[i*G:][:G], c, kept, tmp)
			copy(y, hb)
		}
	}
}

// backward runs sequences lo to hi back.
func (t *recurrentTask) backward(w, lo, hi int) {
	m, H, G := hi-lo, t.H, t.k
	gru := t.Cell == kernel.GRUCell
	mem := t.dev.own(w, m*(2*H+G)+2*H+t.packedA(m, t.depth(t.k)))
	dh, dc, du, tmp, pa := mem[:m*H], mem[m*H:2*m*H], mem[2*m*H:m*(2*H+G)], mem[m*(2*H+G):m*(2*H+G)+2*H], mem[m*(2*H+G)+2*H:]
	clear(dh)
	if t.dcn != nil {
		copy(dc, t.dcn[lo*H:])
	} else {
		clear(dc)
	}
	for s := t.T - 1; s >= 0; s-- {
		at := t.step(s)
		for i := range m {
			b := lo + i
			n, gates := t.length(b), t.gates[(b*t.T+at)*G:][:G]
			before := t.Before(at, n)
			h := t.row(t.y, t.h0, b, before)
			copy(t.row(t.prev, nil, b, at), h)
			var kept, c []kernel.Float
			if t.Cell.Keeps() {
				kept = t.row(t.kept, nil, b, at)
			}
			if at >= n {
				clear(gates)
				if gru {
					clear(kept)
					clear(du[i*G:][:G])
				}
				continue
			}
			if t.Cell == kernel.LSTMCell {
				c = t.row(t.kept, t.c0, b, before)
			}
			dhb := dh[i*H:][:H]
			kernel.Zip(kernel.AddOf, dhb, dhb, t.row(t.dy, nil, b, at), 1, 1, false)
			t.Cell.StepBack(dhb, dc[i*H:][:H], gates, kept, h, c, tmp)
			if gru {
				copy(du[i*G:], gates[:2*H])
				copy(du[i*G+2*H:], kept)
			}
		}
		switch {
		case s == 0 && t.dh0.Mode == device.Skip:
		case gru:
			t.multiply(dh, du, pa, m, G, true)
		default:
			t.multiply(dh, t.gates[(lo*t.T+at)*G:], pa, m, t.T*G, true)
		}
	}
	give(t.dh0, dh, lo*H)
	give(t.dc0, dc, lo*H)
}

// give stores x in a result, from number at on.
func give(y device.Dst, x []kernel.Float, at int) {
	switch y.Mode {
	case device.Set:
		copy(y.F[at:], x)
	case device.Add:
		kernel.Axpy(y.F[at:][:len(x)], 1, x)
	}
}
