package grad

import (
	"brick/device"
	"brick/kernel"
)

// Where picks from a where cond is not 0, else from b; all three are broadcast.
// cond gets no gradient.
//
//	y = a where c ≠ 0, else b    ∂a = ∂y where c ≠ 0, else 0    ∂b = ∂y where c = 0, else 0
func Where(cond, a, b *Var) *Var {
	shape, rank := broadcast("where", cond, a, b)
	return tapeOf("where", a, b, cond).do(where, shape[:rank], attr{}, a, b, cond)
}

var where = newOp("where",
	func(y *Var) {
		a, b, c, shape := y.in[0], y.in[1], y.in[2], y.aligned()
		dev, cv := y.tape.dev(), spread(c.aligned())
		dev.Zip(kernel.KeepOf, device.Into(y.val), c.val, cv, a.val, spread(a.aligned()), shape)
		dev.Zip(kernel.DropOf, device.Onto(y.val), c.val, cv, b.val, spread(b.aligned()), shape)
	},
	func(y *Var) {
		y.pick(y.in[0], kernel.KeepOf)
		y.pick(y.in[1], kernel.DropOf)
	}).reading(in2)

// pick passes the part of ∂y that f lets through on to x.
func (y *Var) pick(x *Var, f kernel.Fn2) {
	c, shape := y.in[2], y.aligned()
	d := y.partial(x)
	y.tape.dev().Zip(f, d, c.val, spread(c.aligned()), y.grd, device.Contiguous(shape), shape)
	y.settle(x, d)
}
