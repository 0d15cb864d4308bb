package grad

// RMSNorm scales each row (x's last axis) to unit root mean square, then by w
// (Zhang & Sennrich 2019). w may be nil.
//
//	r = 1/√(mean x² + ε)    n = x·r    y = w ⊙ n          x, y (..., C)  w (C)
//	∂w = Σ_rows n ⊙ ∂y    ∂x = r·(g − n·mean(g ⊙ n)),  g = w ⊙ ∂y
func (x *Var) RMSNorm(w *Var, eps Float) *Var {
	if x.rank == 0 {
		mismatch("rms_norm", "want at least one axis", x)
	}
	if w != nil && w.Len() != x.Dim(-1) {
		mismatch("rms_norm", "w must have as many elements as x's last axis", x, w)
	}
	return tapeOf("rms_norm", x, w).do(rmsNorm, x.Shape(), attr{f: [3]Float{eps}}, x, w)
}

var rmsNorm = newOp("rms_norm",
	func(y *Var) {
		x, w := y.in[0], y.in[1]
		rows, c := x.rows(1)
		y.keep(0, rows)
		y.tape.dev().RMSNorm(y.val, y.aux[0], x.val, w.buf(), rows, c, y.attr.f[0])
		y.release()
	},
	func(y *Var) {
		x, w := y.in[0], y.in[1]
		rows, c := x.rows(1)
		y.tape.dev().RMSNormBack(x.grad(), w.grad(), x.val, w.buf(), y.aux[0], y.grd, rows, c)
	}).reading(in0 | in1).renewing(func(y *Var) {
	x, w := y.in[0], y.in[1]
	rows, c := x.rows(1)
	y.tape.dev().RMSNorm(y.val, y.aux[0], x.val, w.buf(), rows, c, y.attr.f[0])
})
