package optim

import (
	"fmt"
	"math"

	"brick/device"
	"brick/kernel"
)

// Clip bounds gradients before a step. Its zero value only measures.
//
//	n = ‖all gradients‖    g *= min(1, Norm/(n + 10⁻⁶))    then  g = min(max(g, −Value), Value)
//
// (Pascanu, Mikolov & Bengio 2013). It keeps memory between calls: use one Clip a run.
type Clip struct {
	Norm  float64 `json:"norm,omitempty" yaml:"norm,omitempty"`   // bound of the total norm; 0 for none
	Order Order   `json:"order,omitempty" yaml:"order,omitempty"` // which norm
	Value float64 `json:"value,omitempty" yaml:"value,omitempty"` // bound of each element; 0 for none

	norms device.Buf // one a parameter
	host  []kernel.Float
}

// An Order names a norm.
type Order uint8

// The norms.
const (
	L2   Order = iota // √Σ g²
	L1                // Σ |g|
	LInf              // max |g|
)

var orderNames = [...]string{"2", "1", "inf"}

func (o Order) String() string { return orderNames[o] }

// MarshalText writes "2", "1" or "inf".
func (o Order) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads "2", "1" or "inf".
func (o *Order) UnmarshalText(text []byte) error {
	for i, name := range orderNames {
		if name == string(text) {
			*o = Order(i)
			return nil
		}
	}
	return fmt.Errorf(`found norm %q, want "2", "1" or "inf"`, text)
}

// Check reports what is wrong with the bounds, or nil.
func (c *Clip) Check() error {
	return inRange("clip", nonNegative("norm", c.Norm), nonNegative("value", c.Value))
}

// Apply clips the gradients of o's parameters and returns their total norm
// before, over all that have been reached. The same gradients give the same bits. If the
// norm is not finite the gradients stay as they are, for the caller to skip the
// step; a sum of squares beyond the range of kernel.Float counts as infinite.
func (c *Clip) Apply(o Optimizer) float64 { return c.ApplyTo(o.Device(), o.Groups()) }

// ApplyTo is Apply for parameters on a device (nil: this machine's cores).
func (c *Clip) ApplyTo(dev device.Device, params []Named) float64 {
	dev = home(dev)
	norm := c.measure(dev, params)
	if finite(norm) {
		c.bound(dev, params, c.factor(norm))
	}
	return norm
}

// Step is Apply and then o.Step(lr), or Apply alone if the norm is not finite. Optimizers of this package bound the
// gradients as they read them, so that clipping costs one reading for the norm and writes nothing; the bits are the same.
func (c *Clip) Step(o Optimizer, lr float64) (norm float64) {
	norm = c.Measure(o)
	if !finite(norm) {
		return norm
	}
	k := c.factor(norm)
	own, ok := bounded(o)
	if s, β := kernel.Float(k), kernel.Float(c.Value); ok && s > 0 && (β > 0 || c.Value == 0) {
		own.bound(s, β)
		o.Step(lr)
		own.bound(0, 0)
		return norm
	}
	c.bound(o.Device(), o.Groups(), k)
	o.Step(lr)
	return norm
}

// Measure is the total norm alone: the gradients stay as they are.
func (c *Clip) Measure(o Optimizer) float64 { return c.measure(o.Device(), o.Groups()) }

// A bounder bounds gradients as its steps read them.
type bounder interface{ bound(s, β kernel.Float) }

// bounded is o if it does: one of this package's own, not what wraps one or more of them.
func bounded(o Optimizer) (bounder, bool) {
	switch o.(type) {
	case *SGD, *Adagrad, *RMSProp, *Adadelta, *Adam, *AdamW, *Adamax, *NAdam, *RAdam, *Lion, *Muon:
		return o.(bounder), true
	}
	return nil, false
}

// factor is what gradients of the given norm are multiplied by, 1 at most.
func (c *Clip) factor(norm float64) float64 {
	if c.Norm > 0 {
		return min(c.Norm/(norm+1e-6), 1)
	}
	return 1
}

// bound multiplies the gradients by k and clamps them.
func (c *Clip) bound(dev device.Device, params []Named, k float64) {
	limits := kernel.Args{kernel.Float(-c.Value), kernel.Float(c.Value)}
	for i := range params {
		p := params[i].P
		if !p.Reached() {
			continue
		}
		if k < 1 {
			scale(dev, p.GradBuf(), k)
		}
		if c.Value > 0 {
			dev.Map(kernel.Clamp, device.Into(p.GradBuf()), p.GradBuf(), limits)
		}
	}
}

// finite reports whether x is neither NaN nor infinite.
func finite(x float64) bool { return x-x == 0 }

// measure is the total norm: each parameter's on the device, then over parameters in
// their order in float64.
func (c *Clip) measure(dev device.Device, params []Named) float64 {
	if c.norms.N < len(params) {
		c.norms = dev.Alloc(len(params), device.Float)
		c.host = make([]kernel.Float, len(params))
	}
	r := [...]kernel.Reducer{L2: kernel.SumSquare, L1: kernel.SumAbs, LInf: kernel.MaxAbs}[c.Order]
	n := 0
	for i := range params {
		if p := params[i].P; p.Reached() {
			dev.Reduce(r, device.Into(c.norms.Slice(n, 1)), device.Buf{}, p.GradBuf(), row(p.Len()), allAxes)
			n++
		}
	}
	if n == 0 {
		return 0
	}
	dev.Read(c.host[:n], c.norms.Slice(0, n))
	total := 0.0
	for _, v := range c.host[:n] {
		if c.Order == LInf {
			total = max(total, float64(v))
		} else {
			total += float64(v)
		}
	}
	if c.Order == L2 {
		return math.Sqrt(total)
	}
	return total
}
