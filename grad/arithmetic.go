package grad

import (
	"brick/device"
	"brick/kernel"
)

const sumAll = kernel.SumAll

// In this file a and b are of shapes that broadcast (as in NumPy): aligned at
// the last axis, each axis of y has the size of a and b, or of the one whose
// size is not 1. Gradients are summed over the axes along which an input was repeated.

// Add is the sum of a and b, broadcast.
//
//	y = a + b    ∂a = ∂y    ∂b = ∂y
func (a *Var) Add(b *Var) *Var { return a.zip(add, b) }

var add = newOp("add",
	func(y *Var) { y.zipForward(kernel.AddOf) },
	func(y *Var) {
		y.pass(y.in[1], 1)
		y.hand(y.in[0])
	}).reading(nothing)

// Sub is the difference of a and b, broadcast.
//
//	y = a − b    ∂a = ∂y    ∂b = −∂y
func (a *Var) Sub(b *Var) *Var { return a.zip(sub, b) }

var sub = newOp("sub",
	func(y *Var) { y.zipForward(kernel.SubOf) },
	func(y *Var) {
		y.pass(y.in[1], -1)
		y.hand(y.in[0])
	}).reading(nothing)

// Mul is the product of a and b element by element, broadcast.
//
//	y = a ⊙ b    ∂a = b ⊙ ∂y    ∂b = a ⊙ ∂y
func (a *Var) Mul(b *Var) *Var { return a.zip(mul, b) }

var mul = newOp("mul",
	func(y *Var) { y.zipForward(kernel.MulOf) },
	func(y *Var) { y.zipBackward(kernel.MulOf) }).reading(in0 | in1).renewing(func(y *Var) { y.zipForward(kernel.MulOf) })

// Div is the quotient of a and b element by element, broadcast.
//
//	y = a / b    ∂a = ∂y / b    ∂b = −a/b² ⊙ ∂y
func (a *Var) Div(b *Var) *Var { return a.zip(div, b) }

var div = newOp("div",
	func(y *Var) { y.zipForward(kernel.DivOf) },
	func(y *Var) { y.zipBackward(kernel.DivOf) }).reading(in0 | in1)

// PowVar is a to the power b element by element, broadcast. Its gradient is
// real where a > 0.
//
//	y = a^b    ∂a = b·a^(b−1) ⊙ ∂y    ∂b = a^b·ln a ⊙ ∂y
func (a *Var) PowVar(b *Var) *Var { return a.zip(powVar, b) }

var powVar = newOp("pow",
	func(y *Var) { y.zipForward(kernel.PowOf2) },
	func(y *Var) { y.zipBackward(kernel.PowOf2) }).reading(in0 | in1)

// Maximum is the greater of a and b element by element, broadcast. Where they
// are equal the gradient goes to a.
//
//	y = max(a, b)    ∂a = [a ≥ b] ⊙ ∂y    ∂b = [a < b] ⊙ ∂y
func (a *Var) Maximum(b *Var) *Var { return a.zip(maximum, b) }

var maximum = newOp("maximum",
	func(y *Var) { y.zipForward(kernel.MaxOf) },
	func(y *Var) { y.zipBackward(kernel.MaxOf) }).reading(in0 | in1)

// Minimum is the lesser of a and b element by element, broadcast. Where they
// are equal the gradient goes to a.
//
//	y = min(a, b)    ∂a = [a ≤ b] ⊙ ∂y    ∂b = [a > b] ⊙ ∂y
func (a *Var) Minimum(b *Var) *Var { return a.zip(minimum, b) }

var minimum = newOp("minimum",
	func(y *Var) { y.zipForward(kernel.MinOf) },
	func(y *Var) { y.zipBackward(kernel.MinOf) }).reading(in0 | in1)

func (a *Var) zip(op *Op, b *Var) *Var {
	t := tapeOf(op.Name, a, b)
	if a.rank == b.rank && a.dims == b.dims {
		return t.do(op, a.Shape(), attr{}, a, b)
	}
	shape, rank := broadcast(op.Name, a, b)
	return t.do(op, shape[:rank], attr{}, a, b)
}

func (y *Var) zipForward(f kernel.Fn2) {
	a, b := y.in[0], y.in[1]
	if a.val.N == y.val.N && b.val.N == y.val.N {
		y.tape.dev().Zip(f, device.Into(y.val), a.val, row, b.val, row, flat(y.val.N))
		return
	}
	shape := y.aligned()
	y.tape.dev().Zip(f, device.Into(y.val), a.val, spread(a.aligned()), b.val, spread(b.aligned()), shape)
}

func (y *Var) zipBackward(f kernel.Fn2) {
	a, b := y.in[0], y.in[1]
	if a.val.N == y.val.N && b.val.N == y.val.N {
		da := a.grad()
		y.tape.dev().ZipBack(f, da, b.grad(), a.val, row, b.val, row, y.grd, flat(y.val.N))
		return
	}
	shape := y.aligned()
	da, db := y.partial(a), y.partial(b)
	y.tape.dev().ZipBack(f, da, db, a.val, spread(a.aligned()), b.val, spread(b.aligned()), y.grd, shape)
	y.settle(a, da)
	y.settle(b, db)
}
