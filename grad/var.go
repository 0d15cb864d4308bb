package grad

import "brick/device"

// A Var is a value in a computation: an input, a parameter, or the result of
// an Op. It is contiguous and row-major.
type Var struct {
	val   device.Buf // the value
	grd   device.Buf // its gradient, absent while nothing has flowed back
	ids   []int32    // host copy of ids, for range checks
	aux   [3]device.Buf
	in    []*Var
	op    *Op
	base  *Var // the Var whose memory this one shares (reshape), or nil
	tape  *Tape
	home  device.Device // where a parameter lives; nil for this machine's memory
	attr  attr
	block Block // of a checkpointed Scope
	dims  [device.MaxRank]int
	rank  int
	uses  use // what the op's Backward reads

	needs bool // some parameter is upstream
	own   bool // val came from the tape's arena
	kept  bool // a leaf whose gradient outlives the pass …
	fresh bool // … and holds nothing yet: the next gradient is stored, not added
	held  bool // its gradient and value are kept, see Retain
	read  bool // some Backward reads the value
	gone  bool // the value was freed when its Scope ended …
	again bool // … but can be made again …
	made  bool // … and was, on the way back
	spent bool // val has become the gradient, see takeOver
	reads int  // ops on the tape that read val
}

// attr is the few numbers an op may need besides its inputs.
type attr struct {
	i [8]int
	f [3]Float
	k uint64 // a random stream
}

// Param returns a leaf of the given shape that collects gradient and outlives
// tapes. Its gradient has data's length and is made here.
func Param(data []Float, shape ...int) *Var {
	return ParamOf(nil, device.Host(data), device.Host(make([]Float, len(data))), shape...)
}

// ParamOf is Param over memory that the caller has set aside on dev (nil: this
// machine's memory), such as a piece of one slab for all values and one for all
// gradients. Without a gradient buffer it is a constant that outlives tapes.
func ParamOf(dev device.Device, val, grad device.Buf, shape ...int) *Var {
	learnt := grad.Present()
	v := &Var{val: val, grd: grad, home: dev, needs: learnt, kept: learnt, fresh: learnt}
	v.rank = copy(v.dims[:], shape)
	if len(shape) > device.MaxRank || val.N != v.Len() {
		misfit("param", shape, val.N)
	}
	return v
}

// Shape returns the sizes of v's axes. The slice is v's own: do not change it.
func (v *Var) Shape() []int { return v.dims[:v.rank] }

// Rank is the number of v's axes; a single number has rank 0 or shape (1).
func (v *Var) Rank() int { return v.rank }

// Dim returns the size of axis i; negative i counts from the end.
func (v *Var) Dim(i int) int { return v.dims[v.axis(i)] }

// Len is the number of elements.
func (v *Var) Len() int {
	n := 1
	for _, d := range v.dims[:v.rank] {
		n *= d
	}
	return n
}

// Tape is the tape v was placed on, nil for a parameter.
func (v *Var) Tape() *Tape { return v.tape }

// Op is the operation that made v, nil for inputs, parameters and views.
func (v *Var) Op() *Op { return v.op }

// Inputs are the Vars v was made from; absent ones are nil.
func (v *Var) Inputs() []*Var { return v.in }

// NeedsGrad reports whether a gradient flows to v.
func (v *Var) NeedsGrad() bool { return v.needs }

// Data is v's value in host memory: the memory itself on a CPU device, a copy
// on others. It is valid until the tape is reset; of Vars made inside a Scope until
// that ends, unless Retain keeps them. Large scores that only a cross-entropy
// read are overwritten by their gradient in Backward, see CrossEntropy; Data then panics.
func (v *Var) Data() []Float {
	v.present("data")
	v.unspent("data")
	return host(v, v.val)
}

// Grad is ∂loss/∂v after Backward, in host memory like Data; nil if nothing has
// flowed back. Of interior Vars it is kept only where Retain asked for it.
func (v *Var) Grad() []Float {
	r := v.root()
	if r.kept && r.fresh {
		r.fill(0)
	}
	if !r.grd.Present() {
		return nil
	}
	return host(v, r.grd)
}

func host(v *Var, b device.Buf) []Float {
	dev := v.home
	if v.tape != nil {
		dev = v.tape.dev()
	}
	if b.F != nil || b.N == 0 || dev == nil {
		return b.F
	}
	dst := make([]Float, b.N)
	dev.Read(dst, b)
	return dst
}

// IDs are the ids of a Var made by Tape.IDs, ArgMax or Columns, nil for others.
func (v *Var) IDs() []int32 { return v.ids }

// Buf is v's value where it lives, for code that works below Vars.
func (v *Var) Buf() device.Buf {
	v.present("buf")
	v.unspent("buf")
	return v.val
}

// GradBuf is v's gradient where it lives, for code that reads or writes it below
// Vars. A parameter that nothing has reached since Clear reads as zeros, and
// counts as reached from then on.
func (v *Var) GradBuf() device.Buf {
	r := v.root()
	if r.kept && r.fresh {
		r.Zero()
	}
	return r.grd
}

// Reached reports whether a gradient has been stored in the parameter v since it
// was made or last cleared. Optimizers leave parameters alone that are not reached,
// as PyTorch does where grad is None.
func (v *Var) Reached() bool { return v.kept && !v.fresh }

// Item returns the value of a single-element Var.
func (v *Var) Item() float64 {
	if v.Len() != 1 {
		mismatch("item", "want a single element", v)
	}
	return float64(v.Data()[0])
}

// Clear forgets a parameter's gradient: the next one is stored, not added.
func (v *Var) Clear() { v.fresh = true }

// Zero sets a parameter's gradient to zeros.
func (v *Var) Zero() {
	v.fill(0)
	v.fresh = false
}

// fill sets a parameter's gradient, where it lives.
func (v *Var) fill(x Float) {
	if v.home != nil {
		v.home.Fill(v.grd, x)
		return
	}
	for i := range v.grd.F {
		v.grd.F[i] = x
	}
}

// Retain keeps v's gradient on the tape after Backward has passed, and its value after the
// Scope it was made in has ended, for looking at them.
func (v *Var) Retain() *Var {
	v.root().held = true
	return v
}

// present panics if v's value was freed.
func (v *Var) present(op string) {
	if v.gone {
		mismatch(op, "the value was freed when the Scope it was made in ended: read it there, or keep it by Retain", v)
	}
}

// root is the Var that owns v's memory.
func (v *Var) root() *Var {
	for v.base != nil {
		v = v.base
	}
	return v
}

// grad returns where a gradient for v goes: nowhere if nobody wants it, stored
// if it is the first to arrive, added otherwise.
func (v *Var) grad() device.Dst {
	if v == nil || !v.needs {
		return device.Dst{}
	}
	r := v.root()
	if r.kept {
		mode := device.Add
		if r.fresh {
			r.fresh, mode = false, device.Set
		}
		return device.Dst{Buf: r.grd, Mode: mode}
	}
	if !r.grd.Present() {
		r.grd = v.tape.arena.get(v.tape.dev(), r.val.N)
		return device.Into(r.grd)
	}
	return device.Onto(r.grd)
}

// axis resolves a negative axis and refuses one that v does not have.
func (v *Var) axis(i int) int {
	if i < 0 {
		i += v.rank
	}
	if i < 0 || i >= v.rank {
		mismatch("axis", "no such axis", v)
	}
	return i
}
