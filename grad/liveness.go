package grad

import "brick/device"

// What a Scope made inside is nobody else's. When it ends, all readers of those values are
// known, and each is one of three kinds:
//
//   - No way back reads it: its memory is free at once. So are the sums of
//     residual pairs, what is sliced or turned, the result of a linear layer.
//   - It is cheap to make again from what its op's way back reads anyway, as a norm
//     or a GELU is: its memory is free too, and it is made once more when the
//     way back first reads it, with the same bits. Small ones are not worth the time.
//   - The others stay until Reset.
//
// Retain keeps a value. Vars outside of Scopes, a Scope's result among them, always stay.

// renewFrom is how many numbers a value has that is made again rather than kept, 2 MB.
var renewFrom = 1 << 19

// lighten frees what can be freed of the ops from number n on, the insides of a Scope
// whose result is y.
func (t *Tape) lighten(n int, y *Var) {
	keep := y.root()
	for i := t.vars.n - 1; i >= n; i-- { // readers before what they read
		v := t.vars.at(i)
		if v.op == nil {
			continue
		}
		if v.own && !v.gone && v != keep && !v.held && v.val.Type == device.Float {
			v.again = v.val.N >= renewFrom && v.read && v.needs && v.uses&(renews|result) == renews
			if v.again || !v.read && (!v.needs || v.uses&result == 0) {
				t.drop(v)
			}
		}
		for k, x := range v.in {
			if x != nil && (v.again || v.needs && v.uses.of(k)) {
				x.root().read = true
			}
		}
	}
	for i := n; i < t.vars.n; i++ {
		if v := t.vars.at(i); v.base != nil && v.base.gone {
			v.gone, v.val = true, bare(v.val)
		}
	}
}

// drop frees v's memory.
func (t *Tape) drop(v *Var) {
	t.arena.put(v.val)
	v.gone, v.val = true, bare(v.val)
	t.light = t.light || v.again
}

// bare is b without its memory.
func bare(b device.Buf) device.Buf { return device.Buf{N: b.N, Type: b.Type} }

// recall makes the values that y's Backward reads again, where they were dropped.
func (y *Var) recall() {
	for k, x := range y.in {
		if x != nil && x.gone && y.uses.of(k) {
			x.renew()
		}
	}
}

// renew makes a dropped value again.
func (x *Var) renew() {
	r := x.root()
	if r.gone {
		if !r.again {
			r.present("backward")
		}
		r.val, r.gone, r.made = r.tape.arena.get(r.tape.dev(), r.val.N), false, true
		for _, in := range r.in {
			if in != nil && in.gone {
				in.renew()
			}
		}
		r.op.Again(r)
	}
	x.val = r.val // also of a view
}

// forget frees a value that was made again, when all that reads it has.
func (t *Tape) forget(v *Var) {
	if v.made {
		v.made = false
		t.drop(v)
	}
}
