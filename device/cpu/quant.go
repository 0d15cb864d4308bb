package cpu

import (
	"brick/device"
	"brick/kernel"
)

// Gates of products with weights in blocks.
const (
	roundElems  = 1 << 16 // numbers rounded to codes, 20 to 40 µs
	streamBytes = 1 << 17 // bytes of panels that one row is multiplied by, 5 µs of memory
	quantMACs   = 1 << 21 // multiply-adds where there are more rows, 10 µs
	nearBytes   = 1 << 18 // bytes of codes of x that stay in the second cache while panels pass by
)

// A quantTask is a product with weights in blocks that have panels,  y = act(x·Wᵀ + bias).  The rows of x are rounded to
// codes first, each once. Then pieces of panels are multiplied with all of them: no bit depends on the pieces, nor on which
// rows are multiplied together (kernel.TilesQuant).
type quantTask struct {
	keptProduct
	q        kernel.Quant
	stride   int    // bytes of a row's codes
	codes    []byte // of all rows
	rounding bool
}

// A keptProduct is a product of rows of x and a kept matrix that is read as its transpose.
type keptProduct struct {
	dev   *Device
	y     device.Dst
	ym, x device.Mat
	w     *device.Kept
	p     device.Product
	e     device.Epilogue
}

// keptMatMul is MatMul where b is kept and there are kernels for it; it reports whether there are.
func (d *Device) keptMatMul(k *keptProduct, t bool) bool {
	q, blocks := k.w.Type.Quant()
	if t == k.w.Turned || k.p.K == 0 || !blocks && k.w.Panels == nil {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if blocks {
		d.tasks.quant.keptProduct, d.tasks.quant.q = *k, q
		d.tasks.quant.multiply(d)
	} else {
		d.tasks.rows.keptProduct, d.tasks.rows.t, d.tasks.rows.half = *k, numbers[k.w.Type], d.half
		d.tasks.rows.multiply(d)
	}
	return true
}

// into is where columns c … c + n − 1 are computed: in y, or aside where they are added to it.
func (t *keptProduct) into(w, c, n int) (y []kernel.Float, ld int) {
	if t.y.Mode == device.Add {
		return t.dev.own(w, t.p.M*n), n
	}
	return t.y.F[c:], t.ym.LD
}

// multiply runs the task. d.mu is held.
func (t *quantTask) multiply(d *Device) {
	t.dev, t.stride = d, kernel.PackedQuantX(t.q, t.p.K)
	if n := t.p.M * t.stride; len(d.codes) < n {
		d.codes = make([]byte, n)
	}
	t.codes = d.codes
	t.rounding = true
	d.run(t.p.M, roundElems/max(t.p.K, 1), t)
	t.rounding = false
	size := kernel.PackedQuant(t.q, kernel.QuantRows, t.p.K)
	block := streamBytes / max(size, 1)
	if t.p.M > 1 {
		block = quantMACs / max(t.p.M*t.p.K*kernel.QuantRows, 1)
	}
	d.run(kernel.QuantPanels(t.p.N), block, t)
}

func (t *quantTask) do(w, lo, hi int) {
	if t.rounding {
		for i := lo; i < hi; i++ {
			kernel.PackQuantX(t.codes[i*t.stride:], t.q, t.x.F[i*t.x.LD:][:t.p.K])
		}
		return
	}
	c := lo * kernel.QuantRows
	n := min(t.p.N, hi*kernel.QuantRows) - c
	panels := t.w.Panels
	if panels == nil {
		panels = t.dev.ownBytes(w, kernel.PackedQuant(t.q, n, t.p.K))
		kernel.PackQuant(panels, t.q, t.w.Data[c*t.w.RowBytes():], n, t.p.K, 0, hi-lo)
	} else {
		panels = panels[kernel.PackedQuant(t.q, c, t.p.K):]
	}
	y, ld := t.into(w, c, n)
	few := max(nearBytes/max(t.stride, 1)&^7, 8)
	for j := 0; j < t.p.M; j += few {
		kernel.TilesQuant(y[j*ld:], ld, t.q, panels, t.codes[j*t.stride:], n, min(few, t.p.M-j), t.p.K, 0, hi-lo)
	}
	t.finish(y, ld, c, n)
}

// finish applies the epilogue to columns c … c + n − 1 and, if they were computed aside, adds them to y.
func (t *keptProduct) finish(z []kernel.Float, ld, c, n int) {
	aside := t.y.Mode == device.Add
	if !aside && plain(&t.e) {
		return
	}
	for i := range t.p.M {
		row, at := z[i*ld:][:n], i*t.ym.LD+c
		var bias, pre []kernel.Float
		if t.e.Bias.Present() {
			bias = t.e.Bias.F[c:][:n]
		}
		if t.e.Pre.Present() {
			pre = t.e.Pre.F[at:][:n]
		}
		kernel.Finish(row, bias, pre, t.e.Act, &none)
		if aside {
			kernel.Axpy(t.y.F[at:][:n], 1, row)
		}
	}
}
