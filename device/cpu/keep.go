package cpu

import (
	"encoding/binary"
	"math"

	"brick/device"
	"brick/kernel"
)

// packBytes is how many bytes of panels are worth a block, 50 µs.
const packBytes = 1 << 17

// Keep implements device.Device.
func (d *Device) Keep(m device.Matrix, pack bool) device.Buf {
	k := &device.Kept{Matrix: m}
	q, blocks := m.Type.Quant()
	switch {
	case !pack:
	case blocks:
		k.Data, k.Panels = nil, d.still(kernel.PackedQuant(q, m.Rows, m.Cols))
		d.pack(kernel.QuantPanels(m.Rows), &packTask{q, 0, m, k.Panels})
	default:
		t := numbers[m.Type]
		k.Data, k.Panels = nil, d.still(kernel.PackedRows(t, m.Rows, m.Cols))
		d.pack(kernel.PanelsB(m.Rows), &packTask{kernel.NumQuants, t, m, k.Panels})
	}
	return device.Buf{Kept: k, N: m.Rows * m.Cols, Type: m.Type}
}

// pack makes a number of panels.
func (d *Device) pack(panels int, t *packTask) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.run(panels, packBytes*panels/max(len(t.dst), 1), t)
}

// packTask makes panels of weights.
type packTask struct {
	q   kernel.Quant // NumQuants for numbers on their own
	t   kernel.Number
	m   device.Matrix
	dst []byte
}

func (t *packTask) do(_, lo, hi int) {
	if t.q == kernel.NumQuants {
		kernel.PackRows(t.dst, t.t, t.m.Data, t.m.Rows, t.m.Cols, lo, hi)
		return
	}
	kernel.PackQuant(t.dst, t.q, t.m.Data, t.m.Rows, t.m.Cols, lo, hi)
}

// widenRows is y[i·ld + j] = number col + j of row row + i of k, i < rows and j < cols. col and cols are multiples of the type's block.
func widenRows(y []kernel.Float, ld int, k *device.Kept, row, rows, col, cols int) {
	if q, blocks := k.Type.Quant(); blocks && k.Panels != nil {
		kernel.UnpackQuant(y, ld, q, k.Panels, k.Cols, row, rows, col, cols)
		return
	}
	for i := range rows {
		widen(y[i*ld:][:cols], k, row+i, col)
	}
}

// widen is widenRows of a row.
func widen(y []kernel.Float, k *device.Kept, row, col int) {
	q, blocks := k.Type.Quant()
	if k.Panels != nil && !blocks {
		kernel.RowFromPanels(y, numbers[k.Type], k.Panels, k.Cols, row, col)
		return
	}
	if k.Panels != nil {
		kernel.UnpackQuant(y, len(y), q, k.Panels, k.Cols, row, 1, col, len(y))
		return
	}
	b := k.Data[row*k.RowBytes()+col/k.Type.Block()*k.Type.BlockSize():]
	switch {
	case blocks:
		kernel.GetQuant(q, y, b)
	case k.Type == device.F16:
		kernel.GetF16(y, b)
	case k.Type == device.BF16:
		kernel.GetBF16(y, b)
	default:
		for i := range y {
			y[i] = kernel.Float(math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:])))
		}
	}
}

// readKept copies all numbers to dst.
func readKept(dst []kernel.Float, k *device.Kept) {
	if !k.Turned {
		widenRows(dst, k.Cols, k, 0, k.Rows, 0, k.Cols)
		return
	}
	rows := make([]kernel.Float, kernel.QuantRows*k.Cols)
	for r := 0; r < k.Rows; r += kernel.QuantRows {
		n := min(kernel.QuantRows, k.Rows-r)
		widenRows(rows, k.Cols, k, r, n, 0, k.Cols)
		for i := range n {
			for c, v := range rows[i*k.Cols:][:k.Cols] {
				dst[c*k.Rows+r+i] = v
			}
		}
	}
}

// region is the numbers of a part of a kept operand of a product, n columns of k terms from (l, c) on, in mem, which has
// regionLen of room. They lie ld apart, as those of an operand that is read as its transpose, or not, as turned says.
func region(mem []kernel.Float, w *device.Kept, l, c, k, n int, turned bool) (x []kernel.Float, ld int) {
	row, rows, col, cols := l, k, c, n
	if turned {
		row, rows, col, cols = c, n, l, k
	}
	block := w.Type.Block()
	first := col / block * block
	ld = min(blocks(col+cols, block)*block, w.Cols) - first
	widenRows(mem, ld, w, row, rows, first, ld)
	return mem[col-first:], ld
}

// regionLen is the most numbers that a region of k terms and n columns takes.
func regionLen(w *device.Kept, k, n int, turned bool) int {
	if turned {
		return n * (k + 2*w.Type.Block())
	}
	return k * (n + 2*w.Type.Block())
}
