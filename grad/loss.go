package grad

import (
	"fmt"
	"math"

	"brick/device"
	"brick/kernel"
)

// reduced folds the losses of the elements into one number, or leaves them.
func (v *Var) reduced(r device.Reduction) *Var {
	switch r {
	case device.Mean:
		return v.Mean()
	case device.Sum:
		return v.Sum()
	}
	return v
}

// pair places x and its target on one tape. It panics unless they have one shape: a
// loss between (N, 1) and (N), broadcast to (N, N), is a mistake that would train
// without complaint.
func pair(op string, x, target *Var) (*Var, *Var) {
	if target == nil || x.rank != target.rank || x.dims != target.dims {
		mismatch(op, "want a target of x's shape", x, target)
	}
	t := tapeOf(op, x, target)
	return t.place(x), t.place(target)
}

// place is v if it lies on a tape, else v placed on t.
func (t *Tape) place(v *Var) *Var {
	if v.tape == nil {
		return t.Use(v)
	}
	return v
}

// MSE is the mean squared error; its sum is the one of least squares, up to a factor.
//
//	ℓ = (x − t)²        x, t, ℓ of one shape; y = mean ℓ, Σ ℓ or ℓ
//	∂x = 2·(x − t)·∂ℓ    ∂t = −∂x
func (x *Var) MSE(target *Var, r device.Reduction) *Var {
	x, target = pair("mse", x, target)
	return x.Sub(target).Square().reduced(r)
}

// L1 is the mean absolute error.
//
//	ℓ = |x − t|         x, t, ℓ of one shape; y = mean ℓ, Σ ℓ or ℓ
//	∂x = sign(x − t)·∂ℓ    ∂t = −∂x
func (x *Var) L1(target *Var, r device.Reduction) *Var {
	x, target = pair("l1", x, target)
	return x.Sub(target).Abs().reduced(r)
}

// Huber is quadratic near the target and linear beyond δ > 0 (Huber 1964).
//
//	d = x − t    ℓ = d²/2 if |d| ≤ δ, else δ·(|d| − δ/2)    that is  c·(d − c/2),  c = clamp(d, −δ, δ)
//	∂x = c·∂ℓ    ∂t = −∂x                                   x, t, ℓ of one shape
func (x *Var) Huber(target *Var, δ Float, r device.Reduction) *Var {
	x, target = pair("huber", x, target)
	if !(δ > 0) {
		mismatch("huber", fmt.Sprintf("δ is %v, want it above 0", δ), x, target)
	}
	return x.huber(target, δ).reduced(r)
}

func (x *Var) huber(target *Var, δ Float) *Var {
	d := x.Sub(target)
	c := d.Clamp(-δ, δ)
	return c.Mul(d.Sub(c.Scale(0.5)))
}

// SmoothL1 is Huber with δ = β divided by β ≥ 0, so that its slope beyond β is 1
// (Girshick 2015); β = 0 gives L1.
//
//	d = x − t    ℓ = d²/2β if |d| < β, else |d| − β/2        x, t, ℓ of one shape
func (x *Var) SmoothL1(target *Var, β Float, r device.Reduction) *Var {
	x, target = pair("smooth_l1", x, target)
	switch {
	case β == 0:
		return x.L1(target, r)
	case !(β > 0):
		mismatch("smooth_l1", fmt.Sprintf("β is %v, want it 0 or above", β), x, target)
	}
	return x.huber(target, β).Scale(1 / β).reduced(r)
}

// BCE is the binary cross-entropy of probabilities x in [0, 1] and targets in [0, 1].
//
//	ℓ = −(t·L(x) + (1 − t)·L(1 − x)),  L = SafeLog       x, t, ℓ of one shape
//
// Value and gradient are finite at x = 0 and 1. From scores, BCEWithLogits is more exact.
func (x *Var) BCE(target *Var, r device.Reduction) *Var {
	x, target = pair("bce", x, target)
	hit := target.Mul(x.SafeLog())
	miss := oneMinus(target).Mul(oneMinus(x).SafeLog())
	return hit.Add(miss).Neg().reduced(r)
}

// BCEWithLogits is the binary cross-entropy of scores x: BCE of σ(x), without
// overflow or cancellation. posWeight p weighs the positive targets, one a column
// of x's last axis; nil is 1.
//
//	ℓ = p·t·softplus(−x) + (1 − t)·softplus(x)           x, t, ℓ (..., C)  p (C)
//	∂x = ((1 − t)·σ(x) − p·t·σ(−x))·∂ℓ
func (x *Var) BCEWithLogits(target, posWeight *Var, r device.Reduction) *Var {
	x, target = pair("bce_with_logits", x, target)
	hit := target
	if posWeight != nil {
		if x.rank == 0 || posWeight.Len() != x.Dim(-1) || posWeight.rank > 1 {
			mismatch("bce_with_logits", "want a positive weight for each column of x", x, target, posWeight)
		}
		hit = target.Mul(posWeight)
	}
	return hit.Mul(x.Neg().Softplus()).Add(oneMinus(target).Mul(x.Softplus())).reduced(r)
}

// Hinge is the loss of a margin of 1 between two classes, t = ±1 (the support vector machine's).
//
//	ℓ = max(0, 1 − t·x)        x, t, ℓ of one shape
//	∂x = −t·∂ℓ where t·x < 1, else 0
func (x *Var) Hinge(target *Var, r device.Reduction) *Var {
	x, target = pair("hinge", x, target)
	return oneMinus(target.Mul(x)).ReLU().reduced(r)
}

// MultiMargin asks that the target class score above every other by a margin m.
//
//	ℓ_n = 1/C·Σ_{c≠t_n} max(0, m − x_{n,t_n} + x_nc)      x (N, C)  t (N) ids  ℓ (N)
func (x *Var) MultiMargin(target *Var, m Float, r device.Reduction) *Var {
	if x.rank != 2 || target.Len() != x.dims[0] || target.val.Type != device.I32 {
		mismatch("multi_margin", "want scores (N, C) and target ids (N)", x, target)
	}
	n, c := x.dims[0], x.dims[1]
	checkTargets("multi_margin", x, target, nil)
	hit := x.Gather(1, target.Reshape(n, 1))      // (N, 1)
	over := x.Sub(hit).AddScalar(m).ReLU().Sum(1) // (N), and max(0, m) for c = t
	return over.AddScalar(-max(m, 0)).Scale(1 / Float(c)).reduced(r)
}

// KLDivOptions are the options of KLDiv. The zero value is the mean over elements.
type KLDivOptions struct {
	Reduction device.Reduction // Mean is over elements, as in PyTorch
	BatchMean bool             // Σ ℓ / N for the first axis N, the divergence itself; Reduction is not used
	LogTarget bool             // t holds logarithms of probabilities
}

// KLDiv is the Kullback–Leibler divergence KL(t ‖ eˣ) of the distribution whose
// logarithm is x from the distribution t.
//
//	ℓ = t·(ln t − x),  0 where t = 0        or  eᵗ·(t − x)  for logarithms t      x, t, ℓ of one shape
//	∂x = −t·∂ℓ
func (x *Var) KLDiv(target *Var, o KLDivOptions) *Var {
	x, target = pair("kl_div", x, target)
	p, logP := target, target
	if o.LogTarget {
		p = target.Exp()
	} else {
		logP = target.Clamp(tiny, 2).Log()
	}
	loss := p.Mul(logP.Sub(x))
	if !o.BatchMean {
		return loss.reduced(o.Reduction)
	}
	if x.rank == 0 {
		mismatch("kl_div", "want a first axis to take the mean over", x, target)
	}
	return loss.Sum().Scale(1 / Float(x.dims[0]))
}

// tiny stands for 0 under a logarithm that is then multiplied by 0.
const tiny = 1e-37

// SafeLog is the logarithm of a probability, with a floor that keeps value and
// gradient finite at 0.
//
//	y = max(ln x, −100)    ∂x = ∂y / max(x, 10⁻¹²)        x, y of one shape
func (x *Var) SafeLog() *Var { return tapeOf("safe_log", x).do(safeLog, x.Shape(), attr{}, x) }

var safeLog = newOp("safe_log",
	func(y *Var) {
		dev := y.tape.dev()
		dev.Map(kernel.Log, device.Into(y.val), y.in[0].val, kernel.Args{})
		dev.Map(kernel.Clamp, device.Into(y.val), y.val, kernel.Args{-100, Float(math.Inf(1))})
	},
	func(y *Var) {
		dx := y.in[0].grad()
		if dx.Mode == device.Skip {
			return
		}
		dev, n := y.tape.dev(), y.val.N
		x, v := y.tape.arena.get(dev, n), device.Contiguous(flat(n))
		dev.Map(kernel.Clamp, device.Into(x), y.in[0].val, kernel.Args{1e-12, Float(math.Inf(1))})
		dev.Zip(kernel.DivOf, dx, y.grd, v, x, v, flat(n))
		y.tape.arena.put(x)
	}).reading(in0)

// oneMinus is 1 − x.
func oneMinus(x *Var) *Var { return x.Act(kernel.Affine, -1, 1) }
