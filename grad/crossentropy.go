package grad

import (
	"fmt"

	"brick/device"
	"brick/kernel"
)

// IgnoredTarget is the class of rows that take no part in CrossEntropy and NLL
// unless the options name another one, as in PyTorch.
const IgnoredTarget = -100

// CrossEntropyOptions are the options of CrossEntropy and NLL. The zero value is
// the plain mean.
type CrossEntropyOptions struct {
	Reduction device.Reduction // Mean (weighted by class), Sum or None
	Smoothing Float            // label smoothing in [0, 1): this share of a target is spread over all classes
	Weight    *Var             // (C) weights of the classes, not differentiated; nil for 1
	Ignore    *int32           // rows with this target take no part; nil for IgnoredTarget
}

// CrossEntropy is the negative log-likelihood of the target classes under
// softmax(x), fused: of a row only ln Σ e^x is kept. With class weights w and
// label smoothing s (Szegedy et al. 2016)
//
//	p = softmax x    k_nc = (1−s)·w_t·[c = t_n] + s/C·w_c    ℓ_n = −Σ_c k_nc·ln p_nc    x (..., C)  t (...)
//	y = Σℓ / Σ_n w_{t_n}  (Mean)    Σℓ  (Sum)    ℓ  (None)
//	∂x_nc = ∂ℓ_n·(p_nc·Σ_c k_nc − k_nc)
//
// Scores of a million or more numbers that a layer of neurons made, and nothing but this loss reads, give their memory
// to their gradient in Backward: they are not kept twice, but cannot be read afterwards. Retain prevents that.
//
// Rows whose target is the ignored one add nothing and get no gradient; the mean
// over no row is NaN, as in PyTorch. Another target outside [0, C) panics.
func (x *Var) CrossEntropy(target *Var, o CrossEntropyOptions) *Var {
	return x.classLoss(crossEntropy, target, o)
}

// NLL is CrossEntropy of x that already holds log-probabilities.
//
//	ℓ_n = −Σ_c k_nc·x_nc    ∂x_nc = −∂ℓ_n·k_nc        x (..., C)  t (...)
func (x *Var) NLL(target *Var, o CrossEntropyOptions) *Var { return x.classLoss(nll, target, o) }

func (x *Var) classLoss(op *Op, target *Var, o CrossEntropyOptions) *Var {
	if x.rank == 0 || target.val.Type != device.I32 {
		mismatch(op.Name, "want scores (..., C) and target ids (...)", x, target)
	}
	if rows, _ := x.rows(1); target.Len() != rows {
		mismatch(op.Name, "want one target for each row of scores", x, target)
	}
	if o.Weight != nil && o.Weight.Len() != x.Dim(-1) {
		mismatch(op.Name, "want a weight for each class", x, target, o.Weight)
	}
	if !(o.Smoothing >= 0 && o.Smoothing < 1) {
		mismatch(op.Name, fmt.Sprintf("label smoothing is %v, want it in [0, 1)", o.Smoothing), x, target)
	}
	ignore := int32(IgnoredTarget)
	if o.Ignore != nil {
		ignore = *o.Ignore
	}
	checkTargets(op.Name, x, target, &ignore)
	t := tapeOf(op.Name, x, target)
	a := attr{i: [8]int{int(ignore), int(o.Reduction)}, f: [3]Float{o.Smoothing}}
	if o.Reduction == device.None {
		return t.do(op, x.dims[:x.rank-1], a, x, target, o.Weight)
	}
	return t.do(op, nil, a, x, target, o.Weight)
}

// checkTargets panics at the first target that is neither a class of x nor the ignored one.
func checkTargets(op string, x, target *Var, ignore *int32) {
	c := int32(x.Dim(-1))
	for i, t := range target.ids {
		switch {
		case t >= 0 && t < c:
		case ignore == nil:
			mismatch(op, fmt.Sprintf("target %d is %d, want it in [0, %d)", i, t, c), x, target)
		case t != *ignore:
			mismatch(op, fmt.Sprintf("target %d is %d, want it in [0, %d), or %d to leave the row out", i, t, c, *ignore), x, target)
		}
	}
}

var crossEntropy = newOp("cross_entropy",
	func(y *Var) { y.classLossForward(false) },
	func(y *Var) { y.classLossBackward(false) }).reading(in0 | in1 | in2)

var nll = newOp("nll",
	func(y *Var) { y.classLossForward(true) },
	func(y *Var) { y.classLossBackward(true) }).reading(in0 | in1 | in2)

func (y *Var) classLossForward(logProbs bool) {
	x, target, w := y.in[0], y.in[1], y.in[2]
	l := y.loss(logProbs)
	y.keep(0, l.N+1)
	y.tape.dev().CrossEntropy(y.val, y.aux[0], x.val, target.val, w.buf(), l)
	y.release()
}

func (y *Var) classLossBackward(logProbs bool) {
	x, target, w := y.in[0], y.in[1], y.in[2]
	x.unspent(y.op.Name)
	y.tape.dev().CrossEntropyBack(x.takeOver(), x.val, y.aux[0], target.val, w.buf(), y.grd, y.loss(logProbs))
}

func (y *Var) loss(logProbs bool) device.Loss {
	rows, c := y.in[0].rows(1)
	return device.Loss{N: rows, C: c, Ignore: int32(y.attr.i[0]), Smoothing: y.attr.f[0], LogProbs: logProbs, Reduction: device.Reduction(y.attr.i[1])}
}

// takeOverFrom is how many numbers make it worth while that a gradient takes the memory of its value. Smaller scores stay
// readable after Backward, for the accuracy of a batch.
var takeOverFrom = 1 << 20

// takeOver is grad for a Var whose value its only reader is about to read for the last time: where the gradient is the
// first to arrive, and the op that made the Var does not look at its own result on the way back, it takes over the memory.
func (v *Var) takeOver() device.Dst {
	r := v.root()
	if !v.needs || r.reads != 1 || !r.own || r.held || r.grd.Present() || r.val.N < takeOverFrom ||
		r.op != linear || layerOf(r).act != kernel.Identity {
		return v.grad()
	}
	r.own, r.spent = false, true
	r.grd = r.val
	return device.Into(r.grd)
}

// noteRead notes that op reads the value of v, which may be absent. Parameters belong to many tapes and are not counted.
func (v *Var) noteRead(op *Op) {
	if v == nil {
		return
	}
	if r := v.root(); r.tape != nil {
		r.unspent(op.Name)
		r.reads++
	}
}

// unspent panics where the value of v has become its gradient.
func (v *Var) unspent(what string) {
	if v.root().spent {
		mismatch(what, "Backward has overwritten the value with its gradient: read it before, or ask for Retain", v)
	}
}
