package nn

import (
	"fmt"
	"math"
	"slices"
)

// A Param is a Var that lives across passes: declared with a shape and a rule for
// its first values, given memory by Build.
type Param struct {
	*Var           // nil until Build
	Shape    []int // sizes of its axes
	Init     Init  // rule for its first values
	InFirst  bool  // the shape is (in, out) as in GPT-2's checkpoints, not (out, in, …)
	IsBuffer bool  // state that is saved but not learnt, such as a running mean: Buffers yields it, Params does not

	frozen  bool
	trained *Var // the Var that collects gradient; nil for a buffer
	fixed   *Var // the same memory as a constant
	slab    *Slab
}

// NewParam declares a parameter. It panics if a size is negative or their product overflows.
func NewParam(init Init, shape ...int) *Param {
	n := 1
	for _, d := range shape {
		if d < 0 || d > 0 && n > math.MaxInt/d {
			panic(fmt.Sprintf("nn: a parameter cannot have shape %v", shape))
		}
		n *= d
	}
	return &Param{Shape: slices.Clone(shape), Init: init}
}

// NewBuffer declares state that is saved with the parameters but not learnt.
func NewBuffer(init Init, shape ...int) *Param {
	p := NewParam(init, shape...)
	p.IsBuffer = true
	return p
}

// Len is the number of elements, built or not.
func (p *Param) Len() int {
	n := 1
	for _, d := range p.Shape {
		n *= d
	}
	return n
}

// Value is p's Var; nil for a nil p, which stands for an absent parameter. It
// panics if p was declared but not built.
func (p *Param) Value() *Var {
	if p == nil {
		return nil
	}
	if p.Var == nil {
		panic(fmt.Sprintf("nn: a parameter of shape %v was declared but not built: call nn.Build on the model first", p.Shape))
	}
	return p.Var
}

// Frozen reports whether p is kept as it is: no gradient is computed for it.
func (p *Param) Frozen() bool { return p.frozen || p.IsBuffer }

// Freeze keeps every parameter of b as it is, or lets it be learnt again. It may
// be called before Build and after.
func Freeze(b Block, frozen bool) {
	for _, p := range Params(b) {
		p.Freeze(frozen)
	}
}

// Freeze keeps p as it is, or lets it be learnt again: see Freeze of a Block.
func (p *Param) Freeze(frozen bool) {
	p.frozen = frozen
	if p.Var != nil {
		p.choose()
	}
}

// choose makes p.Var the Var that collects gradient or the constant one.
func (p *Param) choose() {
	p.Var = p.trained
	if p.Frozen() || p.trained == nil {
		p.Var = p.fixed
	}
}

// fan is the number of inputs and outputs of one neuron that p's values belong to.
//
//	(out, in, k…): in·Πk and out·Πk     (in, out): in and out     (n): n and n
func (p *Param) fan() Fan {
	switch len(p.Shape) {
	case 0:
		return Fan{1, 1}
	case 1:
		return Fan{p.Shape[0], p.Shape[0]}
	}
	f := Fan{In: p.Shape[1], Out: p.Shape[0]}
	if p.InFirst {
		f = Fan{In: p.Shape[0], Out: p.Shape[1]}
	}
	for _, k := range p.Shape[2:] {
		f.In *= k
		f.Out *= k
	}
	return f
}
