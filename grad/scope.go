package grad

import "brick/device"

// Scope runs b on x and bounds the memory that takes.
//
//   - In inference (NoGrad) every buffer made inside is free again afterwards, but for the result.
//   - In training with Recompute the same holds, and b runs once more on the way
//     back, with the same random numbers: one more forward pass for memory that
//     no longer grows with the insides of blocks (Chen et al. 2016, "Training
//     deep nets with sublinear memory cost").
//   - Otherwise it is b.Forward(x), and what is made inside is freed if the way back does not
//     need it or can cheaply make it again.
//
// Blocks of blocks call their parts through it, so that Trace sees each one.
func (t *Tape) Scope(b Block, x *Var) *Var {
	var y *Var
	switch {
	case t.NoGrad && !t.inner:
		y, _ = t.shed(b, x)
	case t.Recompute && !t.NoGrad && !t.inner:
		y = t.checkpoint(b, x)
	default:
		n := t.vars.n
		y = b.Forward(x)
		if !t.NoGrad && y.tape == t {
			t.lighten(n, y)
		}
	}
	if t.Trace != nil {
		t.Trace(b, y)
	}
	return y
}

// shed runs b, keeps its result and frees the rest. It reports whether b made a result of its own.
func (t *Tape) shed(b Block, x *Var) (*Var, bool) {
	n, inputs := t.vars.n, len(t.inputs)
	t.inner = true
	y := b.Forward(x)
	t.inner = false
	if y == x || y.tape != t || t.position(y, n) < 0 {
		return y, false
	}
	keep := y.root()
	for i := n; i < t.vars.n; i++ {
		v := t.vars.at(i)
		if v.own && v != keep {
			t.arena.put(v.val)
		}
		for _, a := range v.aux {
			if a.Present() {
				t.arena.put(a)
			}
		}
	}
	out := *y
	out.in, out.op, out.aux = nil, nil, [3]device.Buf{}
	if out.own = t.position(keep, n) >= 0; out.own {
		out.base, out.val = nil, keep.val
	}
	t.vars.truncate(n)
	t.inputs = t.inputs[:inputs]
	kept := t.vars.next()
	*kept = out
	return kept, true
}

// position is the number of v on the tape if it was made from n on, else −1.
func (t *Tape) position(v *Var, n int) int {
	for i := n; i < t.vars.n; i++ {
		if t.vars.at(i) == v {
			return i
		}
	}
	return -1
}

// checkpoint runs b without recording it and leaves one op that can run it again.
func (t *Tape) checkpoint(b Block, x *Var) *Var {
	draws := t.draws
	t.NoGrad = true
	y, made := t.shed(b, x)
	t.NoGrad = false
	if !made {
		return b.Forward(x)
	}
	n := len(t.inputs)
	t.inputs = append(t.inputs, x)
	y.op, y.needs, y.uses = again, true, in0
	y.in = t.inputs[n : n+1 : n+1]
	y.attr.k, y.block = draws, b
	return y
}

// again is the op of a checkpointed block:  y = b(x),  ∂x and ∂parameters by running b once more.
var again = &Op{Name: "again", uses: in0, Forward: func(*Var) {}, Backward: func(y *Var) {
	t, n, inputs, draws := y.tape, y.tape.vars.n, len(y.tape.inputs), y.tape.draws
	t.draws, t.inner, t.again = y.attr.k, true, true
	z := y.block.Forward(y.in[0])
	t.lighten(n, z)
	t.draws, t.inner, t.again = draws, false, false
	if g := z.grad(); g.Mode != device.Skip {
		t.dev().Copy(g, device.Contiguous(flat(z.Len())), y.grd, device.Contiguous(flat(z.Len())), flat(z.Len()), 1)
		t.back(n)
	}
	for i := n; i < t.vars.n; i++ {
		v := t.vars.at(i)
		if v.own && !v.gone {
			t.arena.put(v.val)
		}
		for _, a := range v.aux {
			if a.Present() {
				t.arena.put(a)
			}
		}
	}
	t.vars.truncate(n)
	t.inputs = t.inputs[:inputs]
}}

// flat is the Dims of n elements in a row.
func flat(n int) device.Dims { return device.Dims{1, 1, 1, 1, 1, n} }
