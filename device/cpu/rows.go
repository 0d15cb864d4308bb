package cpu

import (
	"brick/device"
	"brick/kernel"
)

// numbers are the types that have panels of numbers on their own.
var numbers = map[device.Type]kernel.Number{device.F32: kernel.F32, device.F16: kernel.F16, device.BF16: kernel.BF16}

// A rowsTask is a product with weights of 32 or 16 bits in panels,  y = act(x·Wᵀ + bias).  The rows of x are packed first,
// then pieces of panels are multiplied with all of them: the bits are those of the product of the widened weights, or, at
// precision bf16, of both rounded, for one row as for many (kernel.TilesRows, kernel.TilesRowsBF16).
type rowsTask struct {
	keptProduct
	t       kernel.Number
	half    bool
	xs      []kernel.Float
	packing bool
}

// multiply runs the task. d.mu is held.
func (t *rowsTask) multiply(d *Device) {
	n := kernel.PackedRowsX(t.p.M, t.p.K)
	if t.half {
		n = kernel.PackedRowsBF16X(t.p.M, t.p.K)
	}
	t.dev, t.xs = d, d.common(n)
	panels := kernel.PanelsA(t.p.M)
	t.packing = true
	d.run(panels, packElems*panels/max(t.p.M*t.p.K, 1), t)
	t.packing = false
	size := kernel.PackedRows(t.t, kernel.PanelCols(), t.p.K)
	block := streamBytes / max(size, 1)
	if t.p.M > 1 {
		block = pieceMACs / max(t.p.M*t.p.K*kernel.PanelCols(), 1)
	}
	d.run(kernel.PanelsB(t.p.N), block, t)
}

func (t *rowsTask) do(w, lo, hi int) {
	switch {
	case t.packing && t.half:
		kernel.PackRowsBF16X(t.xs, t.x.F, t.x.LD, t.p.M, t.p.K, lo, hi)
		return
	case t.packing:
		kernel.PackRowsX(t.xs, t.x.F, t.x.LD, t.p.M, t.p.K, lo, hi)
		return
	}
	width := kernel.PanelCols()
	c := lo * width
	n := min(t.p.N, hi*width) - c
	panels := t.w.Panels[kernel.PackedRows(t.t, c, t.p.K):]
	y, ld := t.into(w, c, n)
	if t.half {
		kernel.TilesRowsBF16(y, ld, t.t, panels, t.xs, n, t.p.M, t.p.K, 0, hi-lo)
	} else {
		kernel.TilesRows(y, ld, t.t, panels, t.xs, n, t.p.M, t.p.K, 0, hi-lo)
	}
	t.finish(y, ld, c, n)
}
