package grad

import "brick/device"

// Backward fills in ∂v/∂x for every x upstream of v. v must hold a single
// element, usually the loss. Gradients of parameters are added to what they
// hold; those of interior Vars are freed as soon as they have been read.
func (v *Var) Backward() {
	if v.Len() != 1 {
		mismatch("backward", "want a single element; BackwardFrom takes a gradient of any shape", v)
	}
	g := v.grad()
	if g.Mode == device.Skip {
		return
	}
	v.tape.dev().Fill(g.Buf, 1)
	v.tape.back(0)
}

// BackwardFrom is Backward for a Var of any shape, given ∂loss/∂v.
func (v *Var) BackwardFrom(dy []Float) {
	if len(dy) != v.Len() {
		misfit("backward", v.Shape(), len(dy))
	}
	g := v.grad()
	if g.Mode == device.Skip {
		return
	}
	v.tape.dev().Write(g.Buf, dy)
	v.tape.back(0)
}

// back runs the ops from the last one down to number first in reverse.
func (t *Tape) back(first int) {
	for i := t.vars.n - 1; i >= first; i-- {
		y := t.vars.at(i)
		if y.op == nil || !y.grd.Present() {
			continue
		}
		y.op.Backward(y)
		if !y.held { // nothing upstream of y is left to read it
			t.arena.put(y.grd)
			y.grd = device.Buf{}
		}
	}
}
