package grad

import "slices"

// An Op is a differentiable operation: the rule forward and the rule back.
// Ops are data, not closures, so a tape can be printed, counted or replayed.
type Op struct {
	Name     string
	Forward  func(y *Var) // y's value from the inputs
	Backward func(y *Var) // the inputs' gradients from y's
}

var registry []*Op

// newOp makes an Op and registers it, so that gradtest can see that each has a case.
func newOp(name string, forward, backward func(y *Var)) *Op {
	op := &Op{name, forward, backward}
	registry = append(registry, op)
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
