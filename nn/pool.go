package nn

import (
	"fmt"

	"brick/grad"
)

// A Pool takes the greatest or the mean of every window of every channel.    x (N, C, H, W) → y (N, C, OH, OW)
type Pool struct {
	Size, Stride, Pad int
	Ceil              bool // a last window that has a part of the image only counts too
	Max               bool // the greatest, else the mean over elements and padding, as PyTorch's
}

// MaxPool takes the greatest of windows size × size, stride apart.
func MaxPool(size, stride int) *Pool { return &Pool{Size: size, Stride: stride, Max: true} }

// AvgPool takes the mean of windows size × size, stride apart.
func AvgPool(size, stride int) *Pool { return &Pool{Size: size, Stride: stride} }

// Forward is the pooled x.
func (p *Pool) Forward(x *Var) *Var {
	w := grad.Window{Size: p.Size, Stride: p.Stride, Before: p.Pad, After: p.Pad}
	o := grad.PoolOptions{H: w, W: w, Ceil: p.Ceil, CountPad: true}
	if p.Max {
		return x.MaxPool(o)
	}
	return x.MeanPool(o)
}

// Notation is maxpool(size) or avgpool(size), with what is not the default.
func (p *Pool) Notation() string {
	s := fmt.Sprintf("avgpool(%d", p.Size)
	if p.Max {
		s = fmt.Sprintf("maxpool(%d", p.Size)
	}
	if p.Stride != p.Size {
		s += fmt.Sprintf(",stride=%d", p.Stride)
	}
	if p.Pad > 0 {
		s += fmt.Sprintf(",pad=%d", p.Pad)
	}
	if p.Ceil {
		s += ",ceil=true"
	}
	return s + ")"
}

// AdaptiveAvgPool makes images of any size H × W large, each number the mean of its share.    x (N, C, …) → y (N, C, H, W)
type AdaptiveAvgPool struct{ H, W int }

// Forward is the pooled x.
func (p *AdaptiveAvgPool) Forward(x *Var) *Var { return x.AdaptiveMeanPool(p.H, p.W) }

// Notation is adaptive_avgpool(H,W).
func (p *AdaptiveAvgPool) Notation() string { return fmt.Sprintf("adaptive_avgpool(%d,%d)", p.H, p.W) }

// GlobalPool makes a vector of an image: the mean of each channel.    x (N, C, H, W) → y (N, C)
type GlobalPool struct{ _ byte }

// Forward is the mean over all axes after the channels.
func (*GlobalPool) Forward(x *Var) *Var {
	if x.Rank() < 3 {
		Refuse("globalpool", "want x (N, C, H, W)", x.Shape())
	}
	return x.Reshape(x.Dim(0), x.Dim(1), -1).Mean(2)
}

// Notation is globalpool.
func (*GlobalPool) Notation() string { return "globalpool" }

// Dropout2d zeroes whole channels of an example with probability P while the tape is training, and scales the rest
// by 1/(1 − P): neighbours in a channel are so alike that single numbers would hide nothing (Tompson et al. 2015).
type Dropout2d struct{ P float64 }

// Forward drops channels while x's tape is training, else it is x.
func (d *Dropout2d) Forward(x *Var) *Var {
	t := x.Tape()
	if d.P == 0 || !t.Training {
		return x
	}
	if x.Rank() < 3 {
		Refuse("dropout2d", "want x (N, C, H, W)", x.Shape())
	}
	n, c := x.Dim(0), x.Dim(1)
	keep := t.Shaped(n, c, 1)
	t.Device.Fill(keep.Buf(), 1)
	return x.Reshape(n, c, -1).Mul(keep.Dropout(Float(d.P))).Reshape(x.Shape()...)
}

// Notation is dropout2d(p).
func (d *Dropout2d) Notation() string { return fmt.Sprintf("dropout2d(%v)", d.P) }

// Upsample makes images Factor times as large.    x (N, C, H, W) → y (N, C, Factor·H, Factor·W)
//
// Nearest repeats every number. Bilinear places output i at (i + ½)/Factor − ½ of the input, between two
// neighbours, which share it by their distance; at the edge it takes the one there is. As PyTorch's align_corners=False.
type Upsample struct {
	Factor   int
	Bilinear bool
}

// Forward is the enlarged x.
func (u *Upsample) Forward(x *Var) *Var {
	if x.Rank() != 4 {
		Refuse("upsample", "want x (N, C, H, W)", x.Shape())
	}
	n, c, h, w, f := x.Dim(0), x.Dim(1), x.Dim(2), x.Dim(3), u.Factor
	if !u.Bilinear {
		return x.Reshape(n*c*h, 1, w, 1).Expand(n*c*h, f, w, f).Reshape(n, c, f*h, f*w)
	}
	t := x.Tape()
	across := x.Linear(t.Const(between(w, f), f*w, w), nil) // (N, C, H, f·W)
	down := across.Transpose(2, 3).Linear(t.Const(between(h, f), f*h, h), nil)
	return down.Transpose(2, 3)
}

// between is the matrix (f·n, n) that takes n numbers to f·n between them.
func between(n, f int) []Float {
	m := make([]Float, f*n*n)
	for i := range f * n {
		at := min(max((float64(i)+0.5)/float64(f)-0.5, 0), float64(n-1))
		lo := int(at)
		m[i*n+lo] += Float(1 - (at - float64(lo)))
		m[i*n+min(lo+1, n-1)] += Float(at - float64(lo))
	}
	return m
}

// Notation is upsample(factor), with mode=bilinear where it is that.
func (u *Upsample) Notation() string {
	if u.Bilinear {
		return fmt.Sprintf("upsample(%d,mode=bilinear)", u.Factor)
	}
	return fmt.Sprintf("upsample(%d)", u.Factor)
}
