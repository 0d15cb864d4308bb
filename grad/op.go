package grad

import "slices"

// An Op is a differentiable operation: the rule forward and the rule back.
// Ops are data, not closures, so a tape can be printed, counted or replayed.
type Op struct {
	Name     string
	Forward  func(y *Var) // y's value from the inputs
	Backward func(y *Var) // the inputs' gradients from y's
	Again    func(y *Var) // y's value once more, where that is cheap and needs only what Backward uses; or nil

	uses use
	kept bool // inputs may be matrices kept in another type
}

// use is the set of values that an op's Backward reads. What no Backward reads, a
// Scope frees when it ends.
type use uint8

const (
	in0    use = 1 << iota // the first input
	in1                    // the second
	in2                    // the third
	others                 // the fourth and all after it
	result                 // the op's own value
	renews                 // not a value: Again can make the op's own value once more

	nothing use = 0
	all         = in0 | in1 | in2 | others | result
)

// of reports whether input k is read.
func (u use) of(k int) bool { return u>>min(k, 3)&1 != 0 }

var registry []*Op

// newOp makes an Op and registers it, so that gradtest can see that each has a case.
// Its Backward may read everything, unless reading says less.
func newOp(name string, forward, backward func(y *Var)) *Op {
	op := &Op{Name: name, Forward: forward, Backward: backward, uses: all}
	registry = append(registry, op)
	return op
}

// reading says what the op's Backward reads: values, not shapes.
func (op *Op) reading(u use) *Op {
	op.uses = u
	return op
}

// taking says that inputs may be matrices kept in another type, see device.Device.Keep.
func (op *Op) taking() *Op {
	op.kept = true
	return op
}

// renewing says how the op's value is made once more.
func (op *Op) renewing(again func(y *Var)) *Op {
	op.Again = again
	op.uses |= renews
	return op
}

// Ops lists every Op there is.
func Ops() []*Op { return slices.Clone(registry) }

// Vars calls f for every Var on the tape, in the order they were recorded.
func (t *Tape) Vars(f func(v *Var)) {
	for i := range t.vars.n {
		f(t.vars.at(i))
	}
}
