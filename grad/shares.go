package grad

// Shares are the weights with which t places make the mean of sequences of these lengths, out of the steps of them there
// is room for; places beyond the end have none. Where a convolution left fewer places than steps, the end moves along.
//
//	y[b, i, 0] = 1/n_b for i < n_b, else 0    n_b = ⌈x[b]·t/steps⌉     lengths as ids x (B) → y (B, t, 1), without gradient
func (x *Var) Shares(t, steps int) *Var {
	if x.rank != 1 || x.ids == nil && x.Len() > 0 || t < 1 || steps < 1 {
		mismatch("shares", "want lengths as ids (B), and at least one place and step", x)
	}
	return tapeOf("shares", x).do(shares, []int{x.dims[0], t, 1}, attr{i: [8]int{t, steps}}, x)
}

var shares = newOp("shares",
	func(y *Var) {
		x, t, steps := y.in[0], y.attr.i[0], y.attr.i[1]
		w := y.val.F
		if y.tape.onDevice() {
			w = make([]Float, y.Len())
		}
		clear(w)
		for b, n := range x.ids {
			n := min((int(n)*t+steps-1)/steps, t)
			for i := range n {
				w[b*t+i] = 1 / Float(n)
			}
		}
		if y.tape.onDevice() {
			y.tape.dev().Write(y.val, w)
		}
	},
	func(*Var) {}).reading(nothing)
