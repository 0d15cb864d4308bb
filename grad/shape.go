package grad

import (
	"slices"

	"brick/device"
)

// Reshape reads x's elements, in their order, as an array of another shape.
// One size may be −1: what is left. It is a view and costs nothing.
//
//	y = x    ∂x = ∂y
func (x *Var) Reshape(shape ...int) *Var {
	if len(shape) > device.MaxRank {
		mismatch("reshape", "more than 6 axes", x)
	}
	var dims [device.MaxRank]int
	n, open := 1, -1
	for i, s := range shape {
		switch {
		case s == -1 && open < 0:
			open = i
			continue
		case s < 0:
			mismatch("reshape", "sizes must be 0 or more, and one of them may be -1", x)
		}
		dims[i] = s
		n *= s
	}
	if open >= 0 && n > 0 { // beside an axis of size 0, -1 would be of any size
		dims[open] = x.Len() / n
		n *= dims[open]
		open = -1
	}
	if n != x.Len() || open >= 0 {
		misfit("reshape", shape, x.Len())
	}
	return x.view("reshape", dims[:len(shape)])
}

// Flatten makes one axis of x's axes from the given one on: (B, …) from 1 becomes (B, n). It is a view.
func (x *Var) Flatten(from int) *Var {
	if from < 0 {
		from += x.rank
	}
	if from < 0 || from > x.rank || from == device.MaxRank {
		mismatch("flatten", "no such axis", x)
	}
	shape := x.dims
	n := 1
	for _, s := range x.dims[from:x.rank] {
		n *= s
	}
	shape[from] = n
	return x.view("flatten", shape[:from+1])
}

// Unsqueeze puts an axis of size 1 before the given one; -1 puts it last. It is a view.
func (x *Var) Unsqueeze(axis int) *Var {
	if axis < 0 {
		axis += x.rank + 1
	}
	if axis < 0 || axis > x.rank || x.rank == device.MaxRank {
		mismatch("unsqueeze", "no place for the axis", x)
	}
	shape := x.dims
	copy(shape[axis+1:], x.dims[axis:])
	shape[axis] = 1
	return x.view("unsqueeze", shape[:x.rank+1])
}

// Squeeze removes an axis of size 1. It is a view.
func (x *Var) Squeeze(axis int) *Var {
	if axis < -x.rank || axis >= x.rank || x.Dim(axis) != 1 {
		mismatch("squeeze", "want an axis of size 1", x)
	}
	axis = x.axis(axis)
	shape := x.dims
	copy(shape[axis:], x.dims[axis+1:])
	return x.view("squeeze", shape[:x.rank-1])
}

// Detach is x's value as a constant: no gradient flows back through it. It is a view.
func (x *Var) Detach() *Var {
	y := x.view("detach", x.Shape())
	y.needs = false
	return y
}

// view is x's memory under another shape of as many elements.
func (x *Var) view(op string, shape []int) *Var {
	t := tapeOf(op, x)
	x.present(op)
	y := t.vars.next()
	y.tape, y.base, y.needs = t, x.root(), x.needs
	y.val, y.ids, y.rank = x.val, x.ids, copy(y.dims[:], shape)
	return y
}

// Transpose exchanges axes i and j.
//
//	y[…, b, …, a, …] = x[…, a, …, b, …]    ∂x = ∂y, exchanged back
func (x *Var) Transpose(i, j int) *Var {
	if i < -x.rank || i >= x.rank || j < -x.rank || j >= x.rank {
		mismatch("transpose", "no such axis", x)
	}
	dims := [device.MaxRank]int{0, 1, 2, 3, 4, 5}
	i, j = x.axis(i), x.axis(j)
	dims[i], dims[j] = j, i
	return x.permute(dims[:x.rank])
}

// Permute orders the axes anew: axis i of y is axis dims[i] of x. It is a view
// if only axes of size 1 move.
//
//	y.Shape()[i] = x.Shape()[dims[i]]    ∂x = ∂y, ordered back
func (x *Var) Permute(dims ...int) *Var {
	seen := 0
	if len(dims) == x.rank {
		for _, d := range dims {
			if d >= -x.rank && d < x.rank {
				seen |= 1 << x.axis(d)
			}
		}
	}
	if seen != 1<<x.rank-1 {
		mismatch("permute", "want each axis once", x)
	}
	return x.permute(dims)
}

// permute records the device's axes in attr.i: axis i of y is axis attr.i[i] of x.
func (x *Var) permute(dims []int) *Var {
	var shape [device.MaxRank]int
	var a attr
	first := device.MaxRank - x.rank
	for i := range first {
		a.i[i] = i
	}
	last, moved := -1, false
	for i, d := range dims {
		d = x.axis(d)
		shape[i] = x.dims[d]
		a.i[first+i] = first + d
		if shape[i] != 1 {
			moved = moved || d < last
			last = d
		}
	}
	if !moved {
		return x.view("permute", shape[:x.rank])
	}
	return tapeOf("permute", x).do(permute, shape[:x.rank], a, x)
}

var permute = newOp("permute",
	func(y *Var) {
		shape := y.aligned()
		y.tape.dev().Copy(device.Into(y.val), device.Contiguous(shape), y.in[0].val, y.permuted(), shape, 1)
	},
	func(y *Var) {
		shape := y.aligned()
		y.tape.dev().Copy(y.in[0].grad(), y.permuted(), y.grd, device.Contiguous(shape), shape, 1)
	}).reading(nothing)

// permuted is where the elements of y lie in x.
func (y *Var) permuted() (v device.View) {
	x := device.Contiguous(y.in[0].aligned())
	for i := range v.Stride {
		v.Stride[i] = x.Stride[y.attr.i[i]]
	}
	return v
}

// Expand repeats x along axes of size 1, and along new leading axes, until it has the given shape.
//
//	y = x, repeated    ∂x = Σ ∂y over the repetitions
func (x *Var) Expand(shape ...int) *Var {
	if len(shape) == x.rank && slices.Equal(shape, x.Shape()) {
		return x
	}
	fits := len(shape) <= device.MaxRank && len(shape) >= x.rank
	for i, s := range shape {
		if k := x.rank - len(shape) + i; fits {
			fits = s >= 0 && (k < 0 || x.dims[k] == 1 || x.dims[k] == s)
		}
	}
	if !fits {
		mismatch("expand", "aligned at the last axis, sizes must be those wanted, or 1", x)
	}
	return tapeOf("expand", x).do(expand, shape, attr{}, x)
}

var expand = newOp("expand",
	func(y *Var) {
		shape := y.aligned()
		y.tape.dev().Copy(device.Into(y.val), device.Contiguous(shape), y.in[0].val, spread(y.in[0].aligned()), shape, 1)
	},
	func(y *Var) { y.pass(y.in[0], 1) }).reading(nothing)
