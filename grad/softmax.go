package grad

import "brick/device"

// Softmax turns scores along an axis into shares that sum to 1. Negative axes
// count from the end.
//
//	y_i = e^x_i / Σ_j e^x_j        x, y of one shape
//	∂x = y ⊙ (∂y − Σ_axis y ⊙ ∂y)
//
// The largest score is subtracted first, so large scores do not overflow.
func (x *Var) Softmax(axis int) *Var { return x.softmax(softmax, axis) }

// LogSoftmax is the logarithm of Softmax, without its underflow.
//
//	y_i = x_i − ln Σ_j e^x_j       x, y of one shape
//	∂x = ∂y − e^y·Σ_axis ∂y
func (x *Var) LogSoftmax(axis int) *Var { return x.softmax(logSoftmax, axis) }

func (x *Var) softmax(op *Op, axis int) *Var {
	if axis < -x.rank || axis >= x.rank {
		mismatch(op.Name, "no such axis", x)
	}
	return tapeOf(op.Name, x).do(op, x.Shape(), attr{i: [8]int{x.axis(axis)}}, x)
}

var softmax = newOp("softmax",
	func(y *Var) { y.softmaxForward(false) },
	func(y *Var) { y.softmaxBackward(false) }).reading(result)

var logSoftmax = newOp("log_softmax",
	func(y *Var) { y.softmaxForward(true) },
	func(y *Var) { y.softmaxBackward(true) }).reading(result)

func (y *Var) softmaxForward(log bool) {
	outer, n, inner := y.around(y.attr.i[0])
	y.tape.dev().Softmax(y.val, y.in[0].val, outer, n, inner, log)
}

func (y *Var) softmaxBackward(log bool) {
	dx := y.in[0].grad()
	if dx.Mode == device.Skip {
		return
	}
	outer, n, inner := y.around(y.attr.i[0])
	y.tape.dev().SoftmaxBack(dx, y.val, y.grd, outer, n, inner, log)
}

// around is v's shape seen from one axis: the elements before it, along it and after it.
func (v *Var) around(axis int) (outer, n, inner int) {
	outer, inner = 1, 1
	for _, d := range v.dims[:axis] {
		outer *= d
	}
	for _, d := range v.dims[axis+1 : v.rank] {
		inner *= d
	}
	return outer, v.dims[axis], inner
}
