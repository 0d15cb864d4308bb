package grad

import (
	"brick/device"
	"brick/kernel"
)

// In this file axes are those to fold, negative ones counting from the end, all
// of them if none is named. y has x's other axes; the variants named Keep leave
// the folded ones in place, of size 1, so that y broadcasts against x.

// Sum adds up x over axes.
//
//	y = Σ x    ∂x = ∂y, repeated along the axes
func (x *Var) Sum(axes ...int) *Var { return x.reduce(sum, axes, false) }

// SumKeep is Sum with the summed axes left in place, of size 1.
func (x *Var) SumKeep(axes ...int) *Var { return x.reduce(sum, axes, true) }

var sum = newOp("sum",
	func(y *Var) { y.reduceForward(kernel.SumAll, device.Buf{}) },
	func(y *Var) { y.reduceBackward(1) }).reading(nothing)

// Mean averages x over axes, n elements each time. The mean of nothing is NaN.
//
//	y = Σ x / n    ∂x = ∂y / n, repeated along the axes
func (x *Var) Mean(axes ...int) *Var { return x.reduce(mean, axes, false) }

// MeanKeep is Mean with the averaged axes left in place, of size 1.
func (x *Var) MeanKeep(axes ...int) *Var { return x.reduce(mean, axes, true) }

var mean = newOp("mean",
	func(y *Var) { y.reduceForward(kernel.MeanAll, device.Buf{}) },
	func(y *Var) { y.reduceBackward(Float(float64(y.Len()) / float64(max(y.in[0].Len(), 1)))) }).reading(nothing)

// Max is the greatest of x over axes. A NaN is greater than any number.
//
//	y = max x    ∂x = ∂y at the first place that holds the maximum, else 0
func (x *Var) Max(axes ...int) *Var { return x.reduce(maxOver, axes, false) }

// MaxKeep is Max with the axes left in place, of size 1.
func (x *Var) MaxKeep(axes ...int) *Var { return x.reduce(maxOver, axes, true) }

var maxOver = newOp("max",
	func(y *Var) { y.bestForward(kernel.MaxAll) },
	func(y *Var) { y.bestBackward() }).reading(nothing)

// Min is the least of x over axes. A NaN is less than any number.
//
//	y = min x    ∂x = ∂y at the first place that holds the minimum, else 0
func (x *Var) Min(axes ...int) *Var { return x.reduce(minOver, axes, false) }

// MinKeep is Min with the axes left in place, of size 1.
func (x *Var) MinKeep(axes ...int) *Var { return x.reduce(minOver, axes, true) }

var minOver = newOp("min",
	func(y *Var) { y.bestForward(kernel.MinAll) },
	func(y *Var) { y.bestBackward() }).reading(nothing)

// Variance is the mean square of x's distance from its mean, over axes (divided
// by n, not n − 1), composed of other ops.
func (x *Var) Variance(axes ...int) *Var { return x.Sub(x.MeanKeep(axes...)).Square().Mean(axes...) }

// Std is the square root of Variance.
func (x *Var) Std(axes ...int) *Var { return x.Variance(axes...).Sqrt() }

// reduce records op over axes, whose bits are attr.i[0].
func (x *Var) reduce(op *Op, axes []int, keep bool) *Var {
	var folded [device.MaxRank]bool
	for _, a := range axes {
		if a < -x.rank || a >= x.rank {
			mismatch(op.Name, "no such axis", x)
		}
		folded[x.axis(a)] = true
	}
	var shape [device.MaxRank]int
	rank, mask, n := 0, 0, 1
	for i, s := range x.Shape() {
		switch {
		case len(axes) == 0 || folded[i]:
			mask |= 1 << (device.MaxRank - x.rank + i)
			n *= s
			if keep {
				shape[rank] = 1
				rank++
			}
		default:
			shape[rank] = s
			rank++
		}
	}
	if n == 0 && (op == maxOver || op == minOver) {
		mismatch(op.Name, "no element to choose along the axes", x)
	}
	return tapeOf(op.Name, x).do(op, shape[:rank], attr{i: [8]int{mask}}, x)
}

func (y *Var) reduceForward(r kernel.Reducer, arg device.Buf) {
	x := y.in[0]
	y.tape.dev().Reduce(r, device.Into(y.val), arg, x.val, x.aligned(), uint(y.attr.i[0]))
}

func (y *Var) reduceBackward(scale Float) {
	x := y.in[0]
	if y.val.N == 1 { // one number, repeated
		y.tape.dev().Copy(x.grad(), row, y.grd, device.View{}, flat(x.val.N), scale)
		return
	}
	shape := x.aligned()
	kept := shape
	for i := range kept {
		if y.attr.i[0]>>i&1 != 0 {
			kept[i] = 1
		}
	}
	y.tape.dev().Copy(x.grad(), device.Contiguous(shape), y.grd, spread(kept), shape, scale)
}

// bestForward keeps the winners' places in aux[0] for the way back.
func (y *Var) bestForward(r kernel.Reducer) {
	if y.needs {
		y.aux[0] = y.tape.arena.getIDs(y.tape.dev(), y.Len())
	}
	y.reduceForward(r, y.aux[0])
}

func (y *Var) bestBackward() {
	x := y.in[0]
	y.tape.dev().IndexBack(x.grad(), y.grd, y.aux[0], 1, x.Len(), 1, y.Len())
}
