package nn

import (
	"fmt"

	"brick/kernel"
)

// Linear is a layer of neurons, the affine map of the last axis.
//
//	y = x·Wᵀ + b     x (..., in) → y (..., out)
type Linear struct {
	W     *Param `brick:"weight"` // (out, in)
	B     *Param `brick:"bias"`   // (out), or nil
	*LoRA        // an adapter, or nil
}

// NewLinear declares a Linear that starts as PyTorch's: both U(±1/√in).
func NewLinear(in, out int) *Linear {
	return &Linear{W: NewParam(Torch, out, in), B: NewParam(TorchBias(in), out)}
}

// NoBias drops l's bias.
func (l *Linear) NoBias() *Linear { l.B = nil; return l }

// Start sets the rule for the weight's first values and lets the bias start at 0.
func (l *Linear) Start(weight Init) *Linear {
	l.W.Init = weight
	if l.B != nil {
		l.B.Init = Zeros
	}
	return l
}

// Forward is x·Wᵀ + b, and what the adapter adds.
func (l *Linear) Forward(x *Var) *Var { return l.adapt(x, x.Linear(l.W.Value(), l.B.Value())) }

// ForwardAct is act(x·Wᵀ + b) in one pass over the result.
func (l *Linear) ForwardAct(x *Var, act kernel.Fn) *Var {
	if l.LoRA != nil {
		return l.Forward(x).Act(act)
	}
	return x.LinearAct(l.W.Value(), l.B.Value(), act)
}

// Notation is linear(out), with bias=false where there is none.
func (l *Linear) Notation() string {
	if l.B == nil {
		return fmt.Sprintf("linear(%d,bias=false)", l.W.Shape[0])
	}
	return fmt.Sprintf("linear(%d)", l.W.Shape[0])
}

// Conv1D is Linear with its weight lying the other way, as GPT-2's checkpoints have
// it under this name.
//
//	y = x·W + b      x (..., in) → y (..., out)
type Conv1D struct {
	W     *Param `brick:"weight"` // (in, out)
	B     *Param `brick:"bias"`   // (out)
	*LoRA        // an adapter, or nil
}

// NewConv1D declares a Conv1D whose bias starts at 0.
func NewConv1D(in, out int, weight Init) *Conv1D {
	c := &Conv1D{W: NewParam(weight, in, out), B: NewParam(Zeros, out)}
	c.W.InFirst = true
	return c
}

// Forward is x·W + b, and what the adapter adds.
func (c *Conv1D) Forward(x *Var) *Var { return c.adapt(x, x.LinearT(c.W.Value(), c.B.Value())) }

// ForwardAct is act(x·W + b) in one pass over the result.
func (c *Conv1D) ForwardAct(x *Var, act kernel.Fn) *Var {
	if c.LoRA != nil {
		return c.Forward(x).Act(act)
	}
	return x.LinearTAct(c.W.Value(), c.B.Value(), act)
}
