package nn

import (
	"fmt"

	"brick/device"
	"brick/kernel"
)

// BatchNorm gives every channel zero mean and unit variance over a batch, then
// scales it by w and shifts it by b (Ioffe & Szegedy 2015).
//
//	y = w_c·(x − μ_c)/√(σ²_c + ε) + b_c     x, y (N, C, …)
//
// In training μ and σ² (biased) are the batch's, and the running statistics follow them:
// r ← (1−m)·r + m·batch, the variance unbiased. Otherwise they are the running ones.
// The running statistics are buffers: saved with the model, not learnt. A layer whose w and b are both frozen
// keeps them still and uses them, in training too: what it does to its input stays as it is.
type BatchNorm struct {
	W           *Param  `brick:"weight"` // (C)
	B           *Param  `brick:"bias"`   // (C)
	RunningMean *Param  `brick:"running_mean"`
	RunningVar  *Param  `brick:"running_var"`
	Momentum    float64 // m, as in PyTorch: the share of the new batch
	Eps         float64
}

// NewBatchNorm declares a BatchNorm over c channels.
func NewBatchNorm(c int) *BatchNorm {
	return &BatchNorm{NewParam(Ones, c), NewParam(Zeros, c), NewBuffer(Zeros, c), NewBuffer(Ones, c), 0.1, normEps}
}

// Forward normalises axis 1 of x.
func (n *BatchNorm) Forward(x *Var) *Var {
	c := n.W.Shape[0]
	if x.Rank() < 2 || x.Dim(1) != c {
		Refuse("batchnorm", fmt.Sprintf("want x (N, %d, …)", c), x.Shape())
	}
	t := x.Tape()
	v := x.Reshape(x.Dim(0), c, -1) // (N, C, L)
	var centred, variance *Var
	if !t.Training || n.W.Frozen() && n.B.Frozen() {
		centred = v.Sub(t.Use(n.RunningMean.Value()).Reshape(1, c, 1))
		variance = t.Use(n.RunningVar.Value()).Reshape(1, c, 1)
	} else {
		mean := v.MeanKeep(0, 2) // (1, C, 1)
		centred = v.Sub(mean)
		variance = centred.Square().MeanKeep(0, 2)
		if !t.Again() { // a block that is computed once more has been counted
			k := x.Len() / c
			n.follow(t.Device, n.RunningMean, mean.Buf(), 1)
			n.follow(t.Device, n.RunningVar, variance.Buf(), Float(k)/Float(max(k-1, 1)))
		}
	}
	v = centred.Div(variance.AddScalar(Float(n.Eps)).Sqrt())
	return channels(v, n.W, n.B, c).Reshape(x.Shape()...)
}

// follow is  r ← (1−m)·r + m·scale·batch.
func (n *BatchNorm) follow(dev device.Device, r *Param, batch device.Buf, scale Float) {
	m := Float(n.Momentum)
	dev.Map(kernel.Affine, device.Into(r.Buf()), r.Buf(), kernel.Args{1 - m, 0})
	dev.Axpy(r.Buf(), m*scale, batch)
}

// channels is  w_c·v + b_c.   v (N, C, L)  w, b (C)
func channels(v *Var, w, b *Param, c int) *Var {
	t := v.Tape()
	return v.Mul(t.Use(w.Value()).Reshape(1, c, 1)).Add(t.Use(b.Value()).Reshape(1, c, 1))
}

// Notation is batchnorm, with what is not the default.
func (n *BatchNorm) Notation() string { return "batchnorm" + epsNote(n.Eps) }

// GroupNorm gives every group of channels of each example zero mean and unit
// variance, then scales each channel by w and shifts it by b (Wu & He 2018). One
// group is layer norm over the whole example, as many groups as channels instance norm.
//
//	y = w_c·(x − μ)/√(σ² + ε) + b_c,   μ and σ² (biased) over a group     x, y (N, C, …)
type GroupNorm struct {
	W      *Param `brick:"weight"` // (C)
	B      *Param `brick:"bias"`   // (C)
	Groups int
	Eps    float64
}

// NewGroupNorm declares a GroupNorm over c channels. It panics unless groups divide c.
func NewGroupNorm(groups, c int) *GroupNorm {
	if groups < 1 || c%groups != 0 {
		panic(fmt.Sprintf("nn: %d groups do not divide %d channels", groups, c))
	}
	return &GroupNorm{NewParam(Ones, c), NewParam(Zeros, c), groups, normEps}
}

// Forward normalises groups of axis 1 of x.
func (n *GroupNorm) Forward(x *Var) *Var {
	c := n.W.Shape[0]
	if x.Rank() < 2 || x.Dim(1) != c {
		Refuse("groupnorm", fmt.Sprintf("want x (N, %d, …)", c), x.Shape())
	}
	v := x.Reshape(x.Dim(0), n.Groups, -1).LayerNorm(nil, nil, Float(n.Eps)) // (N, G, C/G·L)
	return channels(v.Reshape(x.Dim(0), c, -1), n.W, n.B, c).Reshape(x.Shape()...)
}

// Notation is groupnorm(groups), with eps where it is not 1e-5.
func (n *GroupNorm) Notation() string {
	if n.Eps == normEps {
		return fmt.Sprintf("groupnorm(%d)", n.Groups)
	}
	return fmt.Sprintf("groupnorm(%d,eps=%v)", n.Groups, n.Eps)
}
