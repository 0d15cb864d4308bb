package grad

import (
	"fmt"

	"brick/device"
	"brick/kernel"
)

// BatchNorm gives every channel zero mean and unit variance over the batch, scales it by w and shifts it by b (Ioffe &
// Szegedy 2015), and applies act, Identity or ReLU. w and b may be nil.
//
//	μ = mean x    r = 1/√(mean (x−μ)² + ε)    n = (x−μ)·r    y = act(w_c·n + b_c)    x, y (N, C, …)  w, b (C)
//	∂b = Σ h    ∂w = Σ n ⊙ h    ∂x = r·w_c·(h − mean h − n·mean(h ⊙ n)),  h = act′ ⊙ ∂y    sums and means over all axes but C
func (x *Var) BatchNorm(w, b *Var, eps Float, act kernel.Fn) *Var {
	if x.rank < 2 || x.Len() == 0 {
		mismatch("batch_norm", "want x (N, C, …) of one element at least", x, w, b)
	}
	c := x.dims[1]
	if w != nil && w.Len() != c || b != nil && b.Len() != c {
		mismatch("batch_norm", fmt.Sprintf("want w and b of %d elements, one a channel", c), x, w, b)
	}
	if act != kernel.Identity && act != kernel.ReLU {
		mismatch("batch_norm", act.String()+" cannot be fused: apply it to the result", x, w, b)
	}
	return tapeOf("batch_norm", x, w, b).do(batchNorm, x.Shape(), attr{i: [8]int{int(act)}, f: [3]Float{eps}}, x, w, b)
}

// Moments are the mean and 1/√(variance + ε) of every channel that BatchNorm, whose result y is, has normalised by.
func (y *Var) Moments() (mean, rstd device.Buf) {
	if y.op != batchNorm {
		mismatch("moments", "want the result of BatchNorm", y)
	}
	return y.aux[0], y.aux[1]
}

var batchNorm = newOp("batch_norm",
	func(y *Var) {
		c := y.dims[1]
		y.keep(0, c)
		y.keep(1, c)
		if y.attr.i[0] != int(kernel.Identity) { // its slope is found from y
			y.uses = (y.uses | result) &^ renews
		}
		y.batchNormForward()
	},
	func(y *Var) {
		x, w, b := y.in[0], y.in[1], y.in[2]
		y.tape.dev().BatchNormBack(x.grad(), w.grad(), b.grad(), x.val, y.val, w.buf(), y.aux[0], y.aux[1], y.grd,
			y.dims[0], y.dims[1], y.plane(), kernel.Fn(y.attr.i[0]))
	}).reading(in0 | in1).renewing((*Var).batchNormForward)

func (y *Var) batchNormForward() {
	y.tape.dev().BatchNorm(device.Into(y.val), y.aux[0], y.aux[1], y.in[0].val, y.in[1].buf(), y.in[2].buf(),
		y.dims[0], y.dims[1], y.plane(), y.attr.f[0], kernel.Fn(y.attr.i[0]))
}
