package grad

import "brick/device"

// Index picks slices of x along an axis: ids (…) are their numbers, and ids' axes
// take the place of the axis. A slice may be picked more than once. An id out of
// range panics with a *RangeError.
//
//	y[o, j, i] = x[o, ids[j], i]    ∂x[o, n, i] = Σ ∂y[o, j, i] over the j with ids[j] = n
func (x *Var) Index(axis int, ids *Var) *Var {
	if axis < -x.rank || axis >= x.rank {
		mismatch("index", "no such axis", x, ids)
	}
	return x.index(index, x.axis(axis), ids)
}

var index = newOp("index", indexForward, indexBackward).reading(in1)

// index records op with the number of the axis in attr.i[0].
func (x *Var) index(op *Op, axis int, ids *Var) *Var {
	rank := x.rank - 1 + ids.rank
	if rank > device.MaxRank {
		mismatch(op.Name, "the result would have more than 6 axes", x, ids)
	}
	checkIDs(op.Name, x, ids, x.dims[axis])
	var shape [device.MaxRank]int
	copy(shape[:], x.dims[:axis])
	copy(shape[axis:], ids.Shape())
	copy(shape[axis+ids.rank:], x.dims[axis+1:x.rank])
	return tapeOf(op.Name, x, ids).do(op, shape[:rank], attr{i: [8]int{axis}}, x, ids)
}

func indexForward(y *Var) {
	x, ids := y.in[0], y.in[1]
	outer, n, inner := x.around(y.attr.i[0])
	y.tape.dev().Index(device.Into(y.val), x.val, ids.val, outer, n, inner, ids.Len())
}

func indexBackward(y *Var) {
	x, ids := y.in[0], y.in[1]
	outer, n, inner := x.around(y.attr.i[0])
	y.tape.dev().IndexBack(x.grad(), y.grd, ids.val, outer, n, inner, ids.Len())
}

// Gather picks one element of x along an axis for each of ids, whose other axes
// are x's. An id out of range panics with a *RangeError.
//
//	y[o, j, i] = x[o, ids[o, j, i], i]    ∂x[o, n, i] = Σ ∂y[o, j, i] over the j with ids[o, j, i] = n
func (x *Var) Gather(axis int, ids *Var) *Var {
	if axis < -x.rank || axis >= x.rank {
		mismatch("gather", "no such axis", x, ids)
	}
	axis = x.axis(axis)
	other := ids.dims
	other[axis] = x.dims[axis]
	if ids.rank != x.rank || other != x.dims {
		mismatch("gather", "all axes but the one gathered along must be equal", x, ids)
	}
	checkIDs("gather", x, ids, x.dims[axis])
	return tapeOf("gather", x, ids).do(gather, ids.Shape(), attr{i: [8]int{axis}}, x, ids)
}

var gather = newOp("gather",
	func(y *Var) {
		x, ids := y.in[0], y.in[1]
		outer, n, inner := x.around(y.attr.i[0])
		y.tape.dev().Gather(device.Into(y.val), x.val, ids.val, outer, n, inner, ids.dims[y.attr.i[0]])
	},
	func(y *Var) {
		x, ids := y.in[0], y.in[1]
		outer, n, inner := x.around(y.attr.i[0])
		y.tape.dev().GatherBack(x.grad(), y.grd, ids.val, outer, n, inner, ids.dims[y.attr.i[0]])
	}).reading(in1)
