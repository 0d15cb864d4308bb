package optim

import (
	"fmt"
	"math"
	"slices"

	"brick/device"
	"brick/kernel"
)

// core is what all optimizers are made of: the parameters, the state buffers
// of each, and how many steps each has taken.
type core struct {
	dev    device.Device
	params []Named
	slots  []slot
	state  [][3]device.Buf // of each parameter, one a slot
	steps  []int           // taken by each parameter
	scalar string          // the name of one more number a parameter …
	number []float64       // … and its value, if it has a name
	args   kernel.RuleArgs // of the step in hand, here so that it is not allocated
}

// A slot is one state buffer a parameter; its place among the slots is its place in
// kernel.Device's state. One without a name is absent.
type slot struct {
	name string
	fill float64 // its value before the first step
}

func (c *core) init(dev device.Device, params []Named, slots ...slot) error {
	if err := validate(params); err != nil {
		return err
	}
	*c = core{dev: home(dev), params: slices.Clone(params), slots: slots}
	c.state = make([][3]device.Buf, len(params))
	c.steps = make([]int, len(params))
	c.number = make([]float64, len(params))
	for i, p := range params {
		for k, s := range slots {
			if s.name == "" {
				continue
			}
			b := c.dev.Alloc(p.P.Len(), device.Float)
			if s.fill != 0 {
				c.dev.Fill(b, kernel.Float(s.fill))
			}
			c.state[i][k] = b
		}
	}
	return nil
}

// Groups are the parameters as Init took them over.
func (c *core) Groups() []Named { return c.params }

// Device is where the parameters live.
func (c *core) Device() device.Device { return c.dev }

// begin starts a step of parameter i: its learning rate, weight decay and the
// number of the step, from 1. It reports false if the parameter takes none.
func (c *core) begin(i int, lr, decay float64) (rate, λ float64, t int, ok bool) {
	p := &c.params[i]
	if !p.P.Reached() {
		return 0, 0, 0, false
	}
	c.steps[i]++
	if p.Decay {
		λ = decay
	}
	return lr * p.scale(), λ, c.steps[i], true
}

// update takes the step of parameter i that c.args describe.
func (c *core) update(r kernel.Rule, i int) {
	p := c.params[i].P
	c.dev.Update(r, p.Buf(), p.GradBuf(), c.state[i], &c.args)
	p.Clear()
}

// bound makes the next steps read gradients as  min(max(s·g, −β), β),  see kernel.RuleArgs.Clip.
func (c *core) bound(s, β kernel.Float) { c.args.Clip(s, β) }

// set makes args of float64 numbers, rounded once.
func (c *core) set(args ...float64) {
	for i, a := range args {
		c.args[i] = kernel.Float(a)
	}
}

// correction is 1 − βᵗ, without the cancellation of small t and β near 1.
func correction(β float64, t int) float64 {
	if β == 0 {
		return 1
	}
	return -math.Expm1(float64(t) * math.Log(β))
}

// A field is a number of a configuration that must lie in [lo, hi), hi too if closed.
type field struct {
	name      string
	v, lo, hi float64
	closed    bool
}

// The usual fields.
func rate(name string, v float64) field        { return field{name, v, 0, 1, false} }
func share(name string, v float64) field       { return field{name, v, 0, 1, true} }
func nonNegative(name string, v float64) field { return field{name, v, 0, math.Inf(1), false} }

// inRange names the first field outside its range.
func inRange(what string, fields ...field) error {
	for _, f := range fields {
		if f.v >= f.lo && (f.v < f.hi || f.closed && f.v == f.hi) {
			continue
		}
		switch {
		case math.IsInf(f.hi, 1):
			return fmt.Errorf("%s: %s is %v, want a finite number from %v on", what, f.name, f.v, f.lo)
		case f.closed:
			return fmt.Errorf("%s: %s is %v, want it in [%v, %v]", what, f.name, f.v, f.lo, f.hi)
		}
		return fmt.Errorf("%s: %s is %v, want it in [%v, %v)", what, f.name, f.v, f.lo, f.hi)
	}
	return nil
}
