package optim

import (
	"brick/device"
	"brick/kernel"
)

// SGD is gradient descent, with momentum (Polyak 1964) or Nesterov's (Sutskever et al. 2013).
//
//	g += λ·w    b = μ·b + (1−d)·g  (b = g at the first step)    w −= lr·(g + μ·b if Nesterov, else b)
type SGD struct {
	Momentum  float64 `json:"momentum,omitempty" yaml:"momentum,omitempty"`         // μ, 0 for none
	Dampening float64 `json:"dampening,omitempty" yaml:"dampening,omitempty"`       // d
	Nesterov  bool    `json:"nesterov,omitempty" yaml:"nesterov,omitempty"`         // look ahead
	Decay     float64 `json:"weight_decay,omitempty" yaml:"weight_decay,omitempty"` // λ, added to the gradient

	core `json:"-" yaml:"-"`
}

// NewSGD is plain gradient descent.
func NewSGD() *SGD { return &SGD{} }

// NewMomentum is SGD with momentum 0.9.
func NewMomentum() *SGD { return &SGD{Momentum: 0.9} }

// NewNesterov is SGD with Nesterov's momentum 0.9.
func NewNesterov() *SGD { return &SGD{Momentum: 0.9, Nesterov: true} }

// Init is described at Optimizer.
func (o *SGD) Init(dev device.Device, params []Named) error {
	if err := inRange("sgd", rate("momentum", o.Momentum), share("dampening", o.Dampening), nonNegative("weight_decay", o.Decay)); err != nil {
		return err
	}
	if o.Momentum == 0 {
		return o.init(dev, params)
	}
	return o.init(dev, params, slot{name: "momentum_buffer"})
}

// Step is described at Optimizer.
func (o *SGD) Step(lr float64) {
	for i := range o.params {
		α, λ, t, ok := o.begin(i, lr, o.Decay)
		switch {
		case !ok:
			continue
		case o.Momentum == 0:
			o.set(α, λ)
			o.update(kernel.StepSGD, i)
			continue
		}
		μ, κ := o.Momentum, 1-o.Dampening
		if t == 1 {
			μ, κ = 0, 1
		}
		ν, η := 0.0, 1.0
		if o.Nesterov {
			ν, η = 1, o.Momentum
		}
		o.set(α, λ, μ, κ, ν, η)
		o.update(kernel.StepMomentum, i)
	}
}
