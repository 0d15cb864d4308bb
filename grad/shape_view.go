package grad

import "brick/device"

// aligned is v's shape as a device sees it: its last axis last, 1 before its first.
func (v *Var) aligned() (d device.Dims) {
	first := device.MaxRank - v.rank
	for i := range d {
		if i < first {
			d[i] = 1
		} else {
			d[i] = v.dims[i-first]
		}
	}
	return d
}

// spread is the view of a contiguous array of shape d, repeated along the axes of size 1.
func spread(d device.Dims) device.View {
	v := device.Contiguous(d)
	for i, s := range d {
		if s == 1 {
			v.Stride[i] = 0
		}
	}
	return v
}

// repeated is the axes along which an array of shape d is repeated to make one
// of the given shape, as bits.
func repeated(d, shape device.Dims) (axes uint) {
	for i, s := range d {
		if s == 1 && shape[i] != 1 {
			axes |= 1 << i
		}
	}
	return axes
}

// broadcast is the shape that op's inputs have together: aligned at their last
// axes, each axis is of one size, or of size 1 and repeated (as in NumPy).
func broadcast(op string, vs ...*Var) (shape [device.MaxRank]int, rank int) {
	for _, v := range vs {
		rank = max(rank, v.rank)
	}
	for i := range rank {
		n := 1
		for _, v := range vs {
			if k := v.rank - rank + i; k >= 0 && v.dims[k] != 1 {
				if n != 1 && n != v.dims[k] {
					mismatch(op, "aligned at the last axis, sizes must be equal or 1", vs...)
				}
				n = v.dims[k]
			}
		}
		shape[i] = n
	}
	return shape, rank
}

// partial is where the gradient of input x in y's shape goes: to x's own, or to
// scratch that settle sums up over the axes along which x was repeated.
func (y *Var) partial(x *Var) device.Dst {
	switch {
	case !x.needs:
		return device.Dst{}
	case x.Len() == y.Len():
		return x.grad()
	}
	return device.Into(y.tape.arena.get(y.tape.dev(), y.Len()))
}

// settle finishes what partial began.
func (y *Var) settle(x *Var, d device.Dst) {
	if d.Mode == device.Skip || x.Len() == y.Len() {
		return
	}
	y.fold(x, d.Buf)
	y.tape.arena.put(d.Buf)
}

// fold adds g, of y's shape, to x's gradient, summed over the axes along which x was repeated.
func (y *Var) fold(x *Var, g device.Buf) {
	shape := y.aligned()
	y.tape.dev().Reduce(sumAll, x.grad(), device.Buf{}, g, shape, repeated(x.aligned(), shape))
}

// row is the view of elements one after the other.
var row = device.View{Stride: flat(1)}

// pass adds scale·∂y to x's gradient, summed over the axes along which x was repeated.
func (y *Var) pass(x *Var, scale Float) {
	switch {
	case !x.needs:
	case x.Len() == y.Len():
		n := y.Len()
		y.tape.dev().Copy(x.grad(), row, y.grd, row, flat(n), scale)
	case scale == 1:
		y.fold(x, y.grd)
	default:
		s, shape := y.tape.arena.get(y.tape.dev(), x.Len()), y.aligned()
		y.tape.dev().Reduce(sumAll, device.Into(s), device.Buf{}, y.grd, shape, repeated(x.aligned(), shape))
		y.tape.dev().Copy(x.grad(), row, s, row, flat(x.Len()), scale)
		y.tape.arena.put(s)
	}
}

// hand is pass with scale 1, the last thing a Backward does: where x has no
// gradient yet, y's becomes x's, without a copy.
func (y *Var) hand(x *Var) {
	if r := x.root(); x.needs && !r.kept && !y.held && !r.grd.Present() && r.val.N == y.grd.N {
		r.grd, y.grd = y.grd, device.Buf{}
		return
	}
	y.pass(x, 1)
}
