package cpu

import (
	"brick/device"
	"brick/kernel"
)

// A keptProduct is a product with kept weights,  y = act(x·Wᵀ + bias).
type keptProduct struct {
	dev   *Device
	y     device.Dst
	ym, x device.Mat
	w     *device.Kept
	p     device.Product
	e     device.Epilogue
}

// byKept computes a product with kept weights from their panels, and reports whether it is one of those. d.mu is not held.
func (d *Device) byKept(y device.Dst, ym, a, b device.Mat, p device.Product, e device.Epilogue) bool {
	if b.Kept == nil || b.T == b.Kept.Turned || p.K == 0 {
		return false
	}
	product := keptProduct{d, y, ym, a, b.Kept, p, e}
	if q, ok := b.Kept.Type.Quant(); ok {
		if !kernel.HasPanels(q) {
			return false
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		t := &d.tasks.quant
		t.keptProduct, t.q = product, q
		t.multiply(d)
		return true
	}
	if b.Kept.Panels == nil {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	t := &d.tasks.rows
	t.keptProduct, t.number, t.half = product, number(b.Kept.Type), d.half
	t.multiply(d)
	return true
}

// number is the type of numbers of a kept matrix that stores no blocks.
func number(t device.Type) kernel.Number {
	switch t {
	case device.F16:
		return kernel.F16
	case device.BF16:
		return kernel.BF16
	}
	return kernel.F32
}

// target is where columns c … c + n − 1 of the product are computed: in y, or aside if they will be added to it.
func (t *keptProduct) target(w, c, n int) (y []kernel.Float, ld int) {
	if t.y.Mode == device.Add {
		return t.dev.own(w, t.p.M*n), n
	}
	return t.y.F[c:], t.ym.LD
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
