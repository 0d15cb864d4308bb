package optim

import (
	"brick/device"
	"brick/kernel"
)

// Adagrad divides by the root of all squares so far (Duchi, Hazan & Singer 2011).
//
//	g += λ·w    s += g²    w −= lr/(1 + (t−1)·d) · g/(√s + ε)
type Adagrad struct {
	LRDecay float64 `json:"lr_decay,omitempty" yaml:"lr_decay,omitempty"`                                   // d
	Initial float64 `json:"initial_accumulator_value,omitempty" yaml:"initial_accumulator_value,omitempty"` // s before the first step
	Eps     float64 `json:"eps" yaml:"eps"`                                                                 // ε
	Decay   float64 `json:"weight_decay,omitempty" yaml:"weight_decay,omitempty"`                           // λ, added to the gradient

	core `json:"-" yaml:"-"`
}

// NewAdagrad is Adagrad with ε = 10⁻¹⁰.
func NewAdagrad() *Adagrad { return &Adagrad{Eps: 1e-10} }

// Init is described at Optimizer.
func (o *Adagrad) Init(dev device.Device, params []Named) error {
	err := inRange("adagrad", nonNegative("lr_decay", o.LRDecay), nonNegative("initial_accumulator_value", o.Initial),
		nonNegative("eps", o.Eps), nonNegative("weight_decay", o.Decay))
	if err != nil {
		return err
	}
	return o.init(dev, params, slot{"sum", o.Initial})
}

// Step is described at Optimizer.
func (o *Adagrad) Step(lr float64) {
	for i := range o.params {
		if α, λ, t, ok := o.begin(i, lr, o.Decay); ok {
			o.set(α/(1+float64(t-1)*o.LRDecay), λ, o.Eps)
			o.update(kernel.StepAdagrad, i)
		}
	}
}

// RMSProp divides by the root of a moving average of squares (Hinton 2012), or of
// the variance if Centered (Graves 2013).
//
//	g += λ·w    s = α·s + (1−α)·g²    centered: m = α·m + (1−α)·g, s − m² for s
//	u = g/(√s + ε)    momentum: b = μ·b + u, b for u    w −= lr·u
type RMSProp struct {
	Alpha    float64 `json:"alpha" yaml:"alpha"`                                   // α
	Momentum float64 `json:"momentum,omitempty" yaml:"momentum,omitempty"`         // μ, 0 for none
	Centered bool    `json:"centered,omitempty" yaml:"centered,omitempty"`         // divide by the deviation
	Eps      float64 `json:"eps" yaml:"eps"`                                       // ε
	Decay    float64 `json:"weight_decay,omitempty" yaml:"weight_decay,omitempty"` // λ, added to the gradient

	core `json:"-" yaml:"-"`
}

// NewRMSProp is RMSProp with α = 0.99, ε = 10⁻⁸.
func NewRMSProp() *RMSProp { return &RMSProp{Alpha: 0.99, Eps: 1e-8} }

// Init is described at Optimizer.
func (o *RMSProp) Init(dev device.Device, params []Named) error {
	err := inRange("rmsprop", rate("alpha", o.Alpha), rate("momentum", o.Momentum),
		nonNegative("eps", o.Eps), nonNegative("weight_decay", o.Decay))
	if err != nil {
		return err
	}
	slots := [3]slot{{name: "square_avg"}}
	if o.Momentum > 0 {
		slots[1].name = "momentum_buffer"
	}
	if o.Centered {
		slots[2].name = "grad_avg"
	}
	return o.init(dev, params, slots[:]...)
}

// Step is described at Optimizer.
func (o *RMSProp) Step(lr float64) {
	for i := range o.params {
		if α, λ, _, ok := o.begin(i, lr, o.Decay); ok {
			o.set(α, λ, o.Eps, o.Alpha, 1-o.Alpha, o.Momentum)
			o.update(kernel.StepRMSProp, i)
		}
	}
}

// Adadelta scales steps by the steps of the past, so that they have the
// parameter's unit (Zeiler 2012).
//
//	g += λ·w    s = ρ·s + (1−ρ)·g²    d = √(u+ε)/√(s+ε)·g    u = ρ·u + (1−ρ)·d²    w −= lr·d
type Adadelta struct {
	Rho   float64 `json:"rho" yaml:"rho"`                                       // ρ
	Eps   float64 `json:"eps" yaml:"eps"`                                       // ε, above 0: it starts the steps
	Decay float64 `json:"weight_decay,omitempty" yaml:"weight_decay,omitempty"` // λ, added to the gradient

	core `json:"-" yaml:"-"`
}

// NewAdadelta is Adadelta with ρ = 0.9, ε = 10⁻⁶; its learning rate is 1.
func NewAdadelta() *Adadelta { return &Adadelta{Rho: 0.9, Eps: 1e-6} }

// Init is described at Optimizer.
func (o *Adadelta) Init(dev device.Device, params []Named) error {
	err := inRange("adadelta", rate("rho", o.Rho), nonNegative("eps", o.Eps), nonNegative("weight_decay", o.Decay))
	if err != nil {
		return err
	}
	return o.init(dev, params, slot{name: "square_avg"}, slot{name: "acc_delta"})
}

// Step is described at Optimizer.
func (o *Adadelta) Step(lr float64) {
	for i := range o.params {
		if α, λ, _, ok := o.begin(i, lr, o.Decay); ok {
			o.set(α, λ, o.Eps, o.Rho, 1-o.Rho)
			o.update(kernel.StepAdadelta, i)
		}
	}
}
