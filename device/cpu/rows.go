package cpu

import "brick/kernel"

// nearFloats is how many packed numbers of x stay in the second cache while panels of weights pass by.
const nearFloats = 1 << 17

// A rowsTask is a product with weights of 16 or 32 bits in panels (kernel.PackRows). The rows of x are packed first, some at a
// time; then pieces of panels are multiplied with them: no bit depends on the pieces, nor on which rows are multiplied
// together (kernel.TilesRows).
type rowsTask struct {
	keptProduct
	number  kernel.Number
	half    bool // operands are rounded to bfloat16
	first   int  // row of x from which on
	n       int  // rows are multiplied now
	packed  []kernel.Float
	packing bool
}

// multiply runs the task. d.mu is held.
func (t *rowsTask) multiply(d *Device) {
	packed := kernel.PackedRowsX
	if t.half {
		packed = kernel.PackedRowsBF16X
	}
	few := t.p.M
	if panel := kernel.PanelRows(); few > panel {
		few = max(nearFloats/max(t.p.K, 1)/panel, 1) * panel
	}
	for t.first = 0; t.first < t.p.M; t.first += few {
		t.n = min(few, t.p.M-t.first)
		t.packed = d.common(packed(t.n, t.p.K))
		t.packing = true
		d.run(kernel.PanelsA(t.n), packElems/max(t.p.K*kernel.PanelRows(), 1), t)
		t.packing = false
		width := kernel.PanelCols()
		block := streamBytes / max(width*t.p.K*t.number.Bytes(), 1)
		if t.n > 1 {
			block = pieceMACs / max(t.n*t.p.K*width, 1)
		}
		d.run(kernel.PanelsB(t.p.N), block, t)
	}
}

func (t *rowsTask) do(w, lo, hi int) {
	if t.packing {
		pack := kernel.PackRowsX
		if t.half {
			pack = kernel.PackRowsBF16X
		}
		pack(t.packed, t.x.F[t.first*t.x.LD:], t.x.LD, t.n, t.p.K, lo, hi)
		return
	}
	c := lo * kernel.PanelCols()
	n := min(t.p.N, hi*kernel.PanelCols()) - c
	part := t.keptProduct
	part.p.M = t.n
	part.y.Buf = part.y.Slice(t.first*t.ym.LD, part.y.N-t.first*t.ym.LD)
	if part.e.Pre.Present() {
		part.e.Pre = part.e.Pre.Slice(t.first*t.ym.LD, part.e.Pre.N-t.first*t.ym.LD)
	}
	y, ld := part.target(w, c, n)
	tiles := kernel.TilesRows
	if t.half {
		tiles = kernel.TilesRowsBF16
	}
	tiles(y, ld, t.number, t.w.Panels[c*t.p.K*t.number.Bytes():], t.packed, n, t.n, t.p.K, 0, hi-lo)
	part.finish(y, ld, c, n)
}
