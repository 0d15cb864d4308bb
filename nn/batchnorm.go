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
func (n *BatchNorm) Forward(x *Var) *Var { return n.ForwardAct(x, kernel.Identity) }

// ForwardAct is Forward followed by an activation, in one pass over the numbers where that is ReLU and in training.
func (n *BatchNorm) ForwardAct(x *Var, act kernel.Fn) *Var {
	c := n.W.Shape[0]
	if x.Rank() < 2 || x.Dim(1) != c {
		Refuse("batchnorm", fmt.Sprintf("want x (N, %d, …)", c), x.Shape())
	}
	t := x.Tape()
	if !t.Training || n.W.Frozen() && n.B.Frozen() {
		v := x.Reshape(x.Dim(0), c, -1) // (N, C, L)
		variance := t.Use(n.RunningVar.Value()).Reshape(1, c, 1)
		v = v.Sub(t.Use(n.RunningMean.Value()).Reshape(1, c, 1)).Div(variance.AddScalar(Float(n.Eps)).Sqrt())
		return channels(v, n.W, n.B, c).Reshape(x.Shape()...).Act(act)
	}
	fused := act
	if act != kernel.ReLU {
		fused = kernel.Identity
	}
	y := x.BatchNorm(n.W.Value(), n.B.Value(), Float(n.Eps), fused)
	if !t.Again() { // a block that is computed once more has been counted
		n.follow(y, x.Len()/c)
	}
	if act != fused {
		y = y.Act(act)
	}
	return y
}

// follow is  r ← (1−m)·r + m·batch  for the mean and the unbiased variance of a batch of k numbers a channel, which y
// is normalised by: variance = (1/rstd² − ε)·k/(k−1).
func (n *BatchNorm) follow(y *Var, k int) {
	dev, m := y.Tape().Device, Float(n.Momentum)
	mean, rstd := y.Moments()
	variance := y.Tape().Shaped(n.RunningVar.Len()).Buf()
	dev.Map(kernel.Pow, device.Into(variance), rstd, kernel.Args{-2})
	dev.Map(kernel.Affine, device.Into(variance), variance, kernel.Args{1, -Float(n.Eps)})
	dev.Map(kernel.ReLU, device.Into(variance), variance, kernel.Args{}) // rounding may leave less than nothing
	r := n.RunningMean.Buf()
	dev.Map(kernel.Affine, device.Into(r), r, kernel.Args{1 - m, 0})
	dev.Axpy(r, m, mean)
	r = n.RunningVar.Buf()
	dev.Map(kernel.Affine, device.Into(r), r, kernel.Args{1 - m, 0})
	dev.Axpy(r, m*Float(k)/Float(max(k-1, 1)), variance)
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
