package grad

import "brick/device"

// LayerNorm gives each row zero mean and unit variance, then scales it by w and
// shifts it by b (Ba, Kiros & Hinton 2016). A row is x's last axis. w and b may be nil.
//
//	μ = mean x    r = 1/√(mean (x−μ)² + ε)    n = (x−μ)·r    y = w ⊙ n + b    x, y (..., C)  w, b (C)
//	∂b = Σ_rows ∂y    ∂w = Σ_rows n ⊙ ∂y    ∂x = r·(g − mean g − n·mean(g ⊙ n)),  g = w ⊙ ∂y
func (x *Var) LayerNorm(w, b *Var, eps Float) *Var { return x.LayerNormOver(1, w, b, eps) }

// LayerNormOver is LayerNorm over rows of x's last axes, as many as axes says;
// w and b have as many elements as such a row.
func (x *Var) LayerNormOver(axes int, w, b *Var, eps Float) *Var {
	if axes < 1 || axes > x.rank {
		mismatch("layer_norm", "want from 1 to as many axes as x has", x)
	}
	_, c := x.rows(axes)
	if w != nil && w.Len() != c {
		mismatch("layer_norm", "w must have as many elements as a row of x", x, w)
	}
	if b != nil && b.Len() != c {
		mismatch("layer_norm", "b must have as many elements as a row of x", x, b)
	}
	return tapeOf("layer_norm", x, w, b).do(layerNorm, x.Shape(), attr{i: [8]int{axes}, f: [3]Float{eps}}, x, w, b)
}

var layerNorm = newOp("layer_norm",
	func(y *Var) {
		x, w, b, dev := y.in[0], y.in[1], y.in[2], y.tape.dev()
		rows, c := x.rows(y.attr.i[0])
		y.keep(0, rows)
		y.keep(1, rows)
		dev.LayerNorm(y.val, y.aux[0], y.aux[1], x.val, w.buf(), b.buf(), rows, c, y.attr.f[0])
		y.release()
	},
	func(y *Var) {
		x, w, b := y.in[0], y.in[1], y.in[2]
		rows, c := x.rows(y.attr.i[0])
		y.tape.dev().LayerNormBack(x.grad(), w.grad(), b.grad(), x.val, w.buf(), y.aux[0], y.aux[1], y.grd, rows, c)
	}).reading(in0 | in1).renewing(func(y *Var) {
	x, w, b := y.in[0], y.in[1], y.in[2]
	rows, c := x.rows(y.attr.i[0])
	y.tape.dev().LayerNorm(y.val, y.aux[0], y.aux[1], x.val, w.buf(), b.buf(), rows, c, y.attr.f[0])
})

// rows is v's shape as rows over its last axes: how many rows, of how many elements.
func (v *Var) rows(axes int) (rows, c int) {
	rows, c = 1, 1
	for _, d := range v.dims[:v.rank-axes] {
		rows *= d
	}
	for _, d := range v.dims[v.rank-axes : v.rank] {
		c *= d
	}
	return rows, c
}

// buf is v's value, absent if v is.
func (v *Var) buf() device.Buf {
	if v == nil {
		return device.Buf{}
	}
	return v.val
}

// keep makes aux[i] a buffer of n numbers, for Forward to fill and Backward to read.
func (y *Var) keep(i, n int) { y.aux[i] = y.tape.arena.get(y.tape.dev(), n) }

// release frees what was kept for Backward if there will be none.
func (y *Var) release() {
	if y.needs {
		return
	}
	for i, a := range y.aux {
		if a.Present() {
			y.tape.arena.put(a)
			y.aux[i] = device.Buf{}
		}
	}
}
