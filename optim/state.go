package optim

import (
	"encoding/binary"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"

	"brick/device"
	"brick/kernel"
	"brick/tensor"
)

// The names of a parameter's state are its own followed by a dot and "step", a
// slot such as "exp_avg", or the optimizer's scalar.

// State yields copies of the state, parameter by parameter.
func (c *core) State() iter.Seq2[string, *tensor.Tensor] { return c.each(copyOf) }

// Live yields the state itself, for writing it to a file without a copy.
func (c *core) Live() iter.Seq2[string, *tensor.Tensor] { return c.each(liveOf) }

// An ofBuf makes a tensor of a buffer.
type ofBuf func(dev device.Device, b device.Buf, shape []int) *tensor.Tensor

func (c *core) each(of ofBuf) iter.Seq2[string, *tensor.Tensor] {
	return func(yield func(string, *tensor.Tensor) bool) {
		for i, p := range c.params {
			if !yield(p.Name+".step", tensor.FromInts([]int32{int32(c.steps[i])}, device.I64)) {
				return
			}
			if c.scalar != "" && !yield(p.Name+"."+c.scalar, number64(c.number[i])) {
				return
			}
			for k, s := range c.slots {
				if s.name != "" && !yield(p.Name+"."+s.name, of(c.dev, c.state[i][k], p.P.Shape())) {
					return
				}
			}
		}
	}
}

// Load puts back what State gave.
func (c *core) Load(state map[string]*tensor.Tensor) error {
	if err := c.check(state); err != nil {
		return err
	}
	c.put(state)
	return nil
}

// check reports why state is not one of c, or nil.
func (c *core) check(state map[string]*tensor.Tensor) error {
	want := map[string][]int{}
	for _, p := range c.params {
		want[p.Name+".step"] = nil
		if c.scalar != "" {
			want[p.Name+"."+c.scalar] = nil
		}
		for _, s := range c.slots {
			if s.name != "" {
				want[p.Name+"."+s.name] = p.P.Shape()
			}
		}
	}
	if err := fits("optimizer state", state, want); err != nil {
		return err
	}
	for _, p := range c.params {
		if _, err := count("optimizer state", state, p.Name+".step"); err != nil {
			return err
		}
	}
	return nil
}

// count is the number of steps stored under a name.
func count(what string, state map[string]*tensor.Tensor, name string) (int, error) {
	n, err := state[name].Ints(nil)
	if err != nil {
		return 0, fmt.Errorf("%s: %s: %w", what, name, err)
	}
	if n[0] < 0 {
		return 0, fmt.Errorf("%s: %s is %d, want a count of steps", what, name, n[0])
	}
	return int(n[0]), nil
}

// put stores what check found good.
func (c *core) put(state map[string]*tensor.Tensor) {
	for i, p := range c.params {
		c.steps[i], _ = count("", state, p.Name+".step")
		if c.scalar != "" {
			c.number[i] = state[p.Name+"."+c.scalar].Values()[0]
		}
		for k, s := range c.slots {
			if s.name != "" {
				fillFrom(c.dev, c.state[i][k], state[p.Name+"."+s.name])
			}
		}
	}
}

// fits reports the first name of got that is not wanted, or of want that got lacks
// or has in another shape.
func fits(what string, got map[string]*tensor.Tensor, want map[string][]int) error {
	for _, name := range slices.Sorted(maps.Keys(want)) {
		x := got[name]
		switch {
		case x == nil:
			return fmt.Errorf("%s: %s is missing", what, name)
		case !slices.Equal(x.Shape, want[name]):
			return fmt.Errorf("%s: %s has shape %v, want %v", what, name, x.Shape, want[name])
		}
		if err := x.Check(); err != nil {
			return fmt.Errorf("%s: %s: %w", what, name, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[name]; !ok {
			return fmt.Errorf("%s: %s belongs to no parameter, or to another optimizer", what, name)
		}
	}
	return nil
}

// copyOf is a copy of b in host memory.
func copyOf(dev device.Device, b device.Buf, shape []int) *tensor.Tensor {
	host := b.F
	if host == nil {
		host = make([]kernel.Float, b.N)
		dev.Read(host, b)
	}
	return tensor.FromFloats(host, device.Float, shape...)
}

// liveOf is b itself where it lies in host memory, else a copy.
func liveOf(dev device.Device, b device.Buf, shape []int) *tensor.Tensor {
	if b.F == nil {
		return copyOf(dev, b, shape)
	}
	return tensor.View(b.F, shape...)
}

// fillFrom sets b to x, without a copy in between where b lies in host memory.
func fillFrom(dev device.Device, b device.Buf, x *tensor.Tensor) {
	if host := x.Floats(b.F); b.F == nil {
		dev.Write(b, host)
	}
}

// number64 is a scalar in float64.
func number64(v float64) *tensor.Tensor {
	return &tensor.Tensor{Type: device.F64, Data: binary.LittleEndian.AppendUint64(nil, math.Float64bits(v))}
}
