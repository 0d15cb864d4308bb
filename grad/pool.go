package grad

import (
	"fmt"

	"brick/device"
)

// PoolOptions is the geometry of pooling. Sequences use W only.
type PoolOptions struct {
	H, W     Window
	Ceil     bool // a last window that has a part of the image only counts too
	CountPad bool // a mean divides by the window's size, padding and all
}

// MaxPool is the greatest element of every window of every channel. x is (N, C, H, W) or (N, C, L). Padding is never
// the greatest; NaN is greater than any number.
//
//	y[n,c,i,j] = max of x[n,c, window (i, j)]    y (N, C, OH, OW)    OH as in Conv, rounded up with Ceil
//	∂x = Σ over the windows in which it is the first that holds the maximum of ∂y
func (x *Var) MaxPool(o PoolOptions) *Var { return x.pool(maxPool, o) }

// MeanPool is the mean of every window of every channel, over its elements, or with CountPad over elements and padding.
//
//	y[n,c,i,j] = Σ x[n,c, window (i, j)] / count    ∂x = Σ over the windows that hold it of ∂y / count
func (x *Var) MeanPool(o PoolOptions) *Var { return x.pool(meanPool, o) }

// AdaptiveMaxPool is MaxPool of h·w windows that fill the image evenly; of sequences h is 1. Window i of h is from
// ⌊i·H/h⌋ to ⌈(i+1)·H/h⌉.
func (x *Var) AdaptiveMaxPool(h, w int) *Var { return x.adaptive(maxPool, h, w) }

// AdaptiveMeanPool is MeanPool of such windows.
func (x *Var) AdaptiveMeanPool(h, w int) *Var { return x.adaptive(meanPool, h, w) }

func (x *Var) pool(op *Op, o PoolOptions) *Var {
	rank := spatial(op.Name, x, x)
	a := attr{i: [8]int{1, 1, 1, 0, 1, 1, 1, 0}}
	if o.CountPad {
		a.f[0] = 1
	}
	shape := x.dims
	for i := 2; i < rank; i++ {
		v := o.W
		if i < rank-1 {
			v = o.H
		}
		if v.Stride == 0 {
			v.Stride = v.Size
		}
		v.Dilation = max(v.Dilation, 1)
		shape[i] = v.outputs(op.Name, x.dims[i], v.Size, x)
		if v.Before < 0 || v.After < 0 || 2*max(v.Before, v.After) > v.Dilation*(v.Size-1)+1 {
			mismatch(op.Name, fmt.Sprintf("padding must be from 0 to half of the window, which spans %d", v.Dilation*(v.Size-1)+1), x)
		}
		if o.Ceil && shape[i]*v.Stride < x.dims[i]+v.Before && x.dims[i]+v.Before+v.After > (shape[i]-1)*v.Stride+v.Dilation*(v.Size-1)+1 {
			shape[i]++
		}
		copy(a.i[4*(i-rank+2):], []int{v.Size, v.Stride, v.Dilation, v.Before})
	}
	return tapeOf(op.Name, x).do(op, shape[:rank], a, x)
}

func (x *Var) adaptive(op *Op, h, w int) *Var {
	rank := spatial(op.Name, x, x)
	if h < 1 || w < 1 || rank == 3 && h != 1 {
		mismatch(op.Name, fmt.Sprintf("want windows in both directions, of sequences in one; found %d×%d", h, w), x)
	}
	if x.plane() == 0 {
		mismatch(op.Name, "an image without elements has no windows", x)
	}
	shape := x.dims
	shape[rank-1] = w
	if rank == 4 {
		shape[2] = h
	}
	return tapeOf(op.Name, x).do(op, shape[:rank], attr{f: [3]Float{1: 1}}, x)
}

// poolSize is the geometry of pooling.
func (y *Var) poolSize() device.Pool {
	x, i := y.in[0], &y.attr.i
	p := device.Pool{Planes: x.dims[0] * x.dims[1]}
	p.H, p.W = x.sides()
	p.OH, p.OW = y.sides()
	p.R, p.StrideH, p.DilH, p.Top = i[0], i[1], i[2], i[3]
	p.S, p.StrideW, p.DilW, p.Left = i[4], i[5], i[6], i[7]
	p.CountPad, p.Adaptive = y.attr.f[0] == 1, y.attr.f[1] == 1
	return p
}

var maxPool = newOp("max_pool",
	func(y *Var) {
		if y.needs {
			y.aux[0] = y.tape.arena.getIDs(y.tape.dev(), y.Len())
		}
		y.tape.dev().MaxPool(device.Into(y.val), y.aux[0], y.in[0].val, y.poolSize())
	},
	func(y *Var) {
		y.tape.dev().MaxPoolBack(y.in[0].grad(), y.aux[0], y.grd, y.poolSize())
	}).reading(nothing)

var meanPool = newOp("mean_pool",
	func(y *Var) { y.tape.dev().MeanPool(device.Into(y.val), y.in[0].val, y.poolSize()) },
	func(y *Var) { y.tape.dev().MeanPoolBack(y.in[0].grad(), y.grd, y.poolSize()) }).reading(nothing)
