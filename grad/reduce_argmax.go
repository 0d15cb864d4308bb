package grad

import (
	"brick/device"
	"brick/kernel"
)

// ArgMax is the place of the greatest element along an axis, the first one on
// ties, as ids; it has no gradient. The axis is gone from its shape.
//
//	y = argmax x
func (x *Var) ArgMax(axis int) *Var {
	if axis < -x.rank || axis >= x.rank {
		mismatch("argmax", "no such axis", x)
	}
	axis = x.axis(axis)
	if x.dims[axis] == 0 {
		mismatch("argmax", "no element to choose along the axis", x)
	}
	shape := x.dims
	copy(shape[axis:], x.dims[axis+1:])
	return tapeOf("argmax", x).doIDs(argmax, shape[:x.rank-1], attr{i: [8]int{axis}}, x)
}

var argmax = newOp("argmax",
	func(y *Var) {
		x, dev := y.in[0], y.tape.dev()
		_, n, inner := x.around(y.attr.i[0])
		dev.Reduce(kernel.MaxAll, device.Dst{}, y.val, x.val, x.aligned(), 1<<(device.MaxRank-x.rank+y.attr.i[0]))
		y.ids = y.val.I
		if y.tape.onDevice() {
			y.ids = make([]int32, y.val.N)
			dev.ReadIDs(y.ids, y.val)
		}
		for i, at := range y.ids { // from offsets in x to places along the axis
			y.ids[i] = int32(int(at) / inner % n)
		}
		if y.tape.onDevice() {
			dev.WriteIDs(y.val, y.ids)
		}
	},
	func(*Var) {})
