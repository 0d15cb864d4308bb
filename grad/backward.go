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
	t := tapeOf("backward", v)
	if g.Mode == device.Add {
		one := t.arena.get(t.dev(), 1)
		t.dev().Fill(one, 1)
		t.dev().Axpy(g.Buf, 1, one)
		t.arena.put(one)
	} else {
		t.dev().Fill(g.Buf, 1)
	}
	t.back(0)
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
	t := tapeOf("backward", v)
	if g.Mode == device.Add {
		s := t.arena.get(t.dev(), len(dy))
		t.dev().Write(s, dy)
		t.dev().Axpy(g.Buf, 1, s)
		t.arena.put(s)
	} else {
		t.dev().Write(g.Buf, dy)
	}
	t.back(0)
}

// back runs the ops from the last one down to number first in reverse.
func (t *Tape) back(first int) {
	for i := t.vars.n - 1; i >= first; i-- {
		y := t.vars.at(i)
		t.forget(y)
		if y.op == nil || !y.grd.Present() {
			continue
		}
		if t.light {
			y.recall()
		}
		y.op.Backward(y)
		if !y.held && y.grd.Present() { // nothing upstream of y is left to read it
			t.arena.put(y.grd)
			y.grd = device.Buf{}
		}
	}
}
