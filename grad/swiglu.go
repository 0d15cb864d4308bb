package grad

import (
	"slices"

	"brick/device"
)

// SwiGLU gates up by silu(gate), the heart of LLaMA's MLP (Shazeer 2020, "GLU variants improve transformer").
//
//	y = silu(gate) ⊙ up     silu(x) = x·σ(x)      y, gate, up of one shape
//	∂gate = s·(1 + gate·(1 − s)) ⊙ up ⊙ ∂y    ∂up = silu(gate) ⊙ ∂y    s = σ(gate)
func (gate *Var) SwiGLU(up *Var) *Var {
	if !slices.Equal(gate.Shape(), up.Shape()) {
		mismatch("swiglu", "want gate and up of one shape", gate, up)
	}
	return tapeOf("swiglu", gate, up).do(swiglu, gate.Shape(), attr{}, gate, up)
}

var swiglu = newOp("swiglu",
	swigluForward,
	func(y *Var) {
		gate, up := y.in[0], y.in[1]
		dgate, dup := gate.grad(), up.grad()
		if dgate.Mode != device.Skip || dup.Mode != device.Skip {
			y.tape.dev().SwiGLUBack(dgate, dup, gate.val, up.val, y.grd)
		}
	}).reading(in0 | in1).renewing(swigluForward)

func swigluForward(y *Var) { y.tape.dev().SwiGLU(y.val, y.in[0].val, y.in[1].val) }
