package grad

import "brick/device"

// Concat joins values along an axis; their other axes agree.
//
//	y[…, nₖ + i, …] = xₖ[…, i, …]    ∂xₖ = its piece of ∂y        nₖ = sizes of the x before xₖ
func Concat(axis int, vs ...*Var) *Var {
	if len(vs) == 0 || axis < -vs[0].rank || axis >= vs[0].rank {
		mismatch("concat", "want one value or more, and one of their axes", vs...)
	}
	axis = vs[0].axis(axis)
	shape, rank := vs[0].dims, vs[0].rank
	for _, v := range vs[1:] {
		other := v.dims
		other[axis] = shape[axis]
		if v.rank != rank || other != shape {
			mismatch("concat", "all axes but the joined one must be equal", vs...)
		}
	}
	shape[axis] = 0
	for _, v := range vs {
		shape[axis] += v.dims[axis]
	}
	return tapeOf("concat", vs...).do(concat, shape[:rank], attr{i: [8]int{axis}}, vs...)
}

var concat = newOp("concat", joinForward, joinBackward).reading(nothing)

// Stack joins values of one shape along a new axis, put before the given one; -1 puts it last.
//
//	y[…, k, …] = xₖ    ∂xₖ = ∂y[…, k, …]
func Stack(axis int, vs ...*Var) *Var {
	if len(vs) == 0 || vs[0].rank == device.MaxRank {
		mismatch("stack", "want one value or more, of fewer than 6 axes", vs...)
	}
	rank := vs[0].rank
	if axis < 0 {
		axis += rank + 1
	}
	if axis < 0 || axis > rank {
		mismatch("stack", "no place for the axis", vs...)
	}
	for _, v := range vs {
		if v.rank != rank || v.dims != vs[0].dims {
			mismatch("stack", "shapes must be equal", vs...)
		}
	}
	shape := vs[0].dims
	copy(shape[axis+1:], vs[0].dims[axis:])
	shape[axis] = len(vs)
	return tapeOf("stack", vs...).do(stack, shape[:rank+1], attr{i: [8]int{axis}}, vs...)
}

var stack = newOp("stack", joinForward, joinBackward).reading(nothing)

func joinForward(y *Var) {
	at := 0
	for _, x := range y.in {
		shape, v := y.piece(x, &at)
		y.tape.dev().Copy(device.Into(y.val), v, x.val, device.Contiguous(shape), shape, 1)
	}
}

func joinBackward(y *Var) {
	at := 0
	for _, x := range y.in {
		shape, v := y.piece(x, &at)
		y.tape.dev().Copy(x.grad(), device.Contiguous(shape), y.grd, v, shape, 1)
	}
}

// piece is input x as (before, from the axis on) and where that lies in y:
// at element *at of each row, which it moves on.
func (y *Var) piece(x *Var, at *int) (shape device.Dims, v device.View) {
	outer, n, inner := y.around(y.attr.i[0])
	width := x.Len() / max(outer, 1)
	v.Off = *at
	v.Stride[4], v.Stride[5] = n*inner, 1
	*at += width
	return device.Dims{1, 1, 1, 1, outer, width}, v
}
