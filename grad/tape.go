package grad

import (
	"brick/device"
	"brick/device/cpu"
	"brick/kernel"
)

// Float is the number the engine computes in, kernel.Float.
type Float = kernel.Float

// A Tape records one pass, and carries what the pass needs besides its input.
// Its zero value is ready to use: it computes on this machine's cores, records
// for Backward, and leaves dropout off.
type Tape struct {
	Device    device.Device // who computes; nil means cpu.Default()
	NoGrad    bool          // record values only (inference)
	Training  bool          // dropout is on
	Recompute bool          // Scopes keep only their input and run again on the way back
	Seed      uint64        // names the random stream of this pass …
	Step      uint64        // … together with the step
	Memory    map[any]any   // what blocks remember between passes; nil in training
	Lengths   *Var          // of this pass's sequences, made by Lengths of their ids; nil where none is filled up

	// Trace, if set, is called with the result of every Scope, outermost last.
	Trace func(b Block, y *Var)

	vars   slab
	inputs []*Var // backing of Var.in
	arena  arena
	draws  uint64 // random streams handed out in this pass
	inner  bool   // inside a Scope that recomputes
	again  bool   // a checkpointed block is being computed once more
	light  bool   // some value will have to be made again on the way back
	ropes  map[RoPE]ropeTable
}

// A Block maps one value to another. It is nn.Block, named here for Scope.
type Block interface{ Forward(x *Var) *Var }

func (t *Tape) dev() device.Device {
	if t.Device == nil {
		t.Device = cpu.Default()
	}
	return t.Device
}

// Const places numbers on the tape as an input of the given shape that needs no
// gradient. On a device of host memory the data is used in place, not copied.
func (t *Tape) Const(data []Float, shape ...int) *Var {
	v := t.leaf("const", len(data), shape)
	v.val = device.Host(data)
	if t.onDevice() {
		v.val, v.own = t.arena.get(t.dev(), len(data)), true
		t.dev().Write(v.val, data)
	}
	return v
}

// Over places memory that the caller keeps on the tape's device, such as a cache, as
// an input of the given shape that needs no gradient. Of other types than Float, only Attention reads it, as keys or values.
func (t *Tape) Over(b device.Buf, shape ...int) *Var {
	v := t.leaf("over", b.N, shape)
	v.val = b
	return v
}

// IDs places token ids or class labels on the tape. They are used in place, not copied.
func (t *Tape) IDs(ids []int32, shape ...int) *Var {
	v := t.leaf("ids", len(ids), shape)
	v.val = device.HostIDs(ids)
	v.ids = ids
	if t.onDevice() {
		v.val = t.dev().Alloc(len(ids), device.I32)
		t.dev().WriteIDs(v.val, ids)
	}
	return v
}

// Shaped places an input of the given shape but no content on the tape, for devices
// that only count.
func (t *Tape) Shaped(shape ...int) *Var {
	v := t.vars.next()
	v.tape, v.rank = t, copy(v.dims[:], shape)
	v.val = t.arena.get(t.dev(), v.Len())
	v.own = true
	return v
}

// Use places a parameter on the tape, for expressions that no other input enters.
func (t *Tape) Use(p *Var) *Var {
	y := t.vars.next()
	y.tape, y.base, y.needs = t, p.root(), p.needs && !t.NoGrad
	y.val, y.dims, y.rank, y.ids = p.val, p.dims, p.rank, p.ids
	return y
}

// Again reports whether a block is being computed a second time, for its gradients
// (see Recompute): what it counts or remembers, it has counted before.
func (t *Tape) Again() bool { return t.again }

// onDevice reports whether values live elsewhere than in host memory.
func (t *Tape) onDevice() bool {
	_, host := t.dev().(*cpu.Device)
	return !host
}

func (t *Tape) leaf(what string, n int, shape []int) *Var {
	v := t.vars.next()
	v.tape, v.rank = t, copy(v.dims[:], shape)
	if len(shape) > device.MaxRank || n != v.Len() {
		misfit(what, shape, n)
	}
	return v
}

// Reset rewinds the tape for the next pass: everything on it is forgotten and
// every buffer is free again. Vars of the last pass must not be used afterwards.
func (t *Tape) Reset() {
	t.vars.truncate(0)
	t.inputs = t.inputs[:0]
	t.draws, t.light, t.Lengths = 0, false, nil
	t.arena.rewind()
}

// Bytes is the memory the tape's values and gradients have needed so far at their peak, in bytes.
func (t *Tape) Bytes() int {
	total, _ := t.arena.bytes()
	return total
}

// Held is the part of Bytes that is in use now: after a forward pass, what is kept for the way back.
func (t *Tape) Held() int {
	_, held := t.arena.bytes()
	return held
}

// do runs op on its inputs and records the result. Absent (nil) inputs are kept in their place.
func (t *Tape) do(op *Op, shape []int, a attr, in ...*Var) *Var {
	y := t.record(op, shape, &a, in)
	y.val = t.arena.get(t.dev(), y.Len())
	op.Forward(y)
	return y
}

// doIDs is do for an op whose result is ids, which have no gradient.
func (t *Tape) doIDs(op *Op, shape []int, a attr, in ...*Var) *Var {
	y := t.record(op, shape, &a, in)
	y.val, y.needs = t.arena.getIDs(t.dev(), y.Len()), false
	op.Forward(y)
	return y
}

func (t *Tape) record(op *Op, shape []int, a *attr, in []*Var) *Var {
	y := t.vars.next()
	y.op, y.tape, y.attr, y.own, y.uses = op, t, *a, true, op.uses
	n := len(t.inputs)
	t.inputs = append(t.inputs, in...)
	y.in = t.inputs[n:len(t.inputs):len(t.inputs)]
	for _, x := range in {
		x.noteRead(op)
	}
	for _, x := range in {
		if x != nil && x.val.Kept != nil && !op.kept {
			mismatch(op.Name, "one of them is a matrix kept in "+x.val.Type.String()+", which is for Linear and Embed only: open the model with its weights widened", in...)
		}
	}
	if !t.NoGrad {
		for _, x := range in {
			if x == nil {
				continue
			}
			if y.needs = y.needs || x.needs; x.gone {
				x.present(op.Name)
			}
		}
	}
	y.rank = copy(y.dims[:], shape)
	return y
}

// stream names the random stream of the next random op of the pass.
func (t *Tape) stream() uint64 {
	t.draws++
	return kernel.Random(kernel.Random(t.Seed, int(t.Step)), int(t.draws))
}

// tapeOf is the tape that op's inputs lie on: parameters lie on none, so the first input that has one decides.
func tapeOf(op string, vs ...*Var) *Tape {
	for _, v := range vs {
		if v != nil && v.tape != nil {
			return v.tape
		}
	}
	mismatch(op, "all inputs are parameters, which lie on no tape: place one with Tape.Use", vs...)
	return nil
}
