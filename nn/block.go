package nn

import (
	"brick/grad"
	"brick/kernel"
)

type (
	// Var is a value on a tape, grad.Var.
	Var = grad.Var
	// Float is the number the engine computes in, kernel.Float.
	Float = kernel.Float
)

// A Block maps one value to another. Its parameters are found by Params.
type Block interface {
	Forward(x *Var) *Var
}

// Func makes a Block of a function without parameters, as http.HandlerFunc makes a Handler.
type Func func(x *Var) *Var

// Forward is f(x).
func (f Func) Forward(x *Var) *Var { return f(x) }

// Chain applies its blocks in order. Each runs in a Scope of the tape, so that
// inference frees its insides, Recompute keeps only its input, and Trace sees it. Convolutions take the norm and the
// activation after them into their own pass where that gives the same, see fused.
type Chain []Block

// Forward is bₙ(… b₂(b₁(x))).
func (c Chain) Forward(x *Var) *Var {
	for i := 0; i < len(c); {
		if y, n := c.fused(i, x); n > 0 {
			x, i = y, i+n
			continue
		}
		x = Scope(c[i], x)
		i++
	}
	return x
}

// Scope is b.Forward(x) in a Scope of x's tape; see grad.Tape.Scope. Blocks call
// their parts through it. Layers of one op have no insides to free or to compute
// again, so they only show themselves to Trace.
func Scope(b Block, x *Var) *Var {
	t := x.Tape()
	if t == nil { // x is a parameter: there is no tape to bound
		return b.Forward(x)
	}
	switch b.(type) {
	case *Linear, *Conv1D, *Embedding, *LayerNorm, *RMSNorm, *Activation, *Dropout, *Flatten, *Reshape, *Conv, *Pool, *AdaptiveAvgPool:
		y := b.Forward(x)
		if t.Trace != nil {
			t.Trace(b, y)
		}
		return y
	}
	return t.Scope(b, x)
}

// Residual adds its input to its chain's output.
//
//	y = x + f(x)     f keeps x's shape                      He et al. 2016
type Residual struct{ Chain }

// Forward is x + f(x).
func (r *Residual) Forward(x *Var) *Var { return x.Add(r.Chain.Forward(x)) }
