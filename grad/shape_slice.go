package grad

import (
	"brick/device"
)

// Slice takes every step-th element along an axis from lo up to, but not with, hi.
//
//	y[…, i, …] = x[…, lo + i·step, …]    ∂x = ∂y there, else 0
func (x *Var) Slice(axis, lo, hi, step int) *Var {
	if axis < -x.rank || axis >= x.rank {
		mismatch("slice", "no such axis", x)
	}
	axis = x.axis(axis)
	if lo < 0 || lo > hi || hi > x.dims[axis] || step < 1 {
		mismatch("slice", "want 0 ≤ lo ≤ hi ≤ size of the axis, and a step of 1 or more", x)
	}
	shape := x.dims
	shape[axis] = (hi - lo + step - 1) / step
	return tapeOf("slice", x).do(slice, shape[:x.rank], attr{i: [8]int{axis, lo, step}}, x)
}

var slice = newOp("slice",
	func(y *Var) {
		shape, at := y.sliced()
		y.tape.dev().Copy(device.Into(y.val), device.Contiguous(shape), y.in[0].val, at, shape, 1)
	},
	func(y *Var) {
		shape, at := y.sliced()
		y.tape.dev().Copy(y.cleared(), at, y.grd, device.Contiguous(shape), shape, 1)
	}).reading(nothing)

// sliced is y as (before, along, after the axis) and where that lies in x.
func (y *Var) sliced() (shape device.Dims, at device.View) {
	axis, lo, step := y.attr.i[0], y.attr.i[1], y.attr.i[2]
	outer, n, inner := y.around(axis)
	all := y.in[0].dims[axis]
	at.Off = lo * inner
	at.Stride[3], at.Stride[4], at.Stride[5] = all*inner, step*inner, 1
	return device.Dims{1, 1, 1, outer, n, inner}, at
}

// cleared is where the gradient of y's input is added, whose other elements are 0.
func (y *Var) cleared() device.Dst {
	d := y.in[0].grad()
	if d.Mode == device.Set {
		y.tape.dev().Fill(d.Buf, 0)
		d.Mode = device.Add
	}
	return d
}

// Split cuts x into pieces of the given sizes along an axis. The list lies on the
// tape and is valid until its Reset; like all on it, it is not made anew each pass.
//
//	yₖ = the k-th piece of x    ∂x = the ∂yₖ, joined
func (x *Var) Split(axis int, sizes ...int) []*Var {
	if axis < -x.rank || axis >= x.rank {
		mismatch("split", "no such axis", x)
	}
	sum := 0
	for _, s := range sizes {
		if s < 0 {
			mismatch("split", "sizes must be 0 or more", x)
		}
		sum += s
	}
	if sum != x.Dim(axis) {
		mismatch("split", "the sizes must add up to that of the axis", x)
	}
	t := tapeOf("split", x)
	n := len(t.inputs) // room for the pieces, which record inputs of their own behind it
	for range sizes {
		t.inputs = append(t.inputs, nil)
	}
	lo := 0
	for i, s := range sizes {
		y := x.Slice(axis, lo, lo+s, 1)
		t.inputs[n+i] = y
		lo += s
	}
	return t.inputs[n : n+len(sizes) : n+len(sizes)]
}

// Pad surrounds x with a value: pads[i] elements before and after axis i.
//
//	y = value, but x in the middle    ∂x = ∂y there
func (x *Var) Pad(pads [][2]int, value Float) *Var {
	if len(pads) != x.rank {
		mismatch("pad", "want one pair of pads an axis", x)
	}
	shape := x.dims
	a := attr{f: [3]Float{value}}
	for i, p := range pads {
		if p[0] < 0 || p[1] < 0 {
			mismatch("pad", "pads must be 0 or more", x)
		}
		shape[i] += p[0] + p[1]
		a.i[device.MaxRank-x.rank+i] = p[0]
	}
	return tapeOf("pad", x).do(pad, shape[:x.rank], a, x)
}

var pad = newOp("pad",
	func(y *Var) {
		x := y.in[0]
		y.tape.dev().Fill(y.val, y.attr.f[0])
		y.tape.dev().Copy(device.Into(y.val), y.padded(), x.val, device.Contiguous(x.aligned()), x.aligned(), 1)
	},
	func(y *Var) {
		x := y.in[0]
		y.tape.dev().Copy(x.grad(), device.Contiguous(x.aligned()), y.grd, y.padded(), x.aligned(), 1)
	}).reading(nothing)

// padded is where the elements of x lie in y.
func (y *Var) padded() device.View {
	v := device.Contiguous(y.aligned())
	for i := range v.Stride {
		v.Off += y.attr.i[i] * v.Stride[i]
	}
	return v
}
