package grad

import "brick/device"

// Dropout sets each element to 0 with probability p and scales the others so
// that the expectation stays (Srivastava et al. 2014). It is x itself unless
// the tape is Training. Which elements fall depends on the tape's Seed, its
// Step and the number of random ops before this one, and on nothing else.
//
//	y = m ⊙ x / (1 − p)    ∂x = m ⊙ ∂y / (1 − p)        m random, 0 or 1
func (x *Var) Dropout(p Float) *Var {
	if !(p >= 0 && p <= 1) {
		mismatch("dropout", "the probability must be from 0 to 1", x)
	}
	t := tapeOf("dropout", x)
	if !t.Training || p == 0 {
		return x
	}
	return t.do(dropout, x.Shape(), attr{f: [3]Float{p}, k: t.stream()}, x)
}

var dropout = newOp("dropout",
	func(y *Var) { y.tape.dev().Dropout(device.Into(y.val), y.in[0].val, y.attr.f[0], y.attr.k) },
	func(y *Var) { y.tape.dev().Dropout(y.in[0].grad(), y.grd, y.attr.f[0], y.attr.k) }).reading(nothing)
