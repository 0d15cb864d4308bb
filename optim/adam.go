package optim

import (
	"math"

	"brick/device"
	"brick/kernel"
)

// Adam follows the mean gradient divided by its root mean square (Kingma & Ba 2015).
//
//	g += λ·w    m = β₁·m + (1−β₁)·g    v = β₂·v + (1−β₂)·g²
//	w −= lr/(1−β₁ᵗ) · m/(√v/√(1−β₂ᵗ) + ε)        AMSGrad: the largest v so far for v
type Adam struct {
	Beta1   float64 `json:"beta1" yaml:"beta1"`                                   // β₁
	Beta2   float64 `json:"beta2" yaml:"beta2"`                                   // β₂
	Eps     float64 `json:"eps" yaml:"eps"`                                       // ε
	Decay   float64 `json:"weight_decay,omitempty" yaml:"weight_decay,omitempty"` // λ, added to the gradient
	AMSGrad bool    `json:"amsgrad,omitempty" yaml:"amsgrad,omitempty"`           // Reddi, Kale & Kumar 2018

	core `json:"-" yaml:"-"`
}

// NewAdam is Adam with β = (0.9, 0.999), ε = 10⁻⁸.
func NewAdam() *Adam { return &Adam{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8} }

// NewAMSGrad is NewAdam with AMSGrad.
func NewAMSGrad() *Adam { return &Adam{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, AMSGrad: true} }

// Init is described at Optimizer.
func (o *Adam) Init(dev device.Device, params []Named) error {
	return o.initMoments("adam", dev, params, o.Beta1, o.Beta2, o.Eps, o.Decay, o.AMSGrad)
}

// Step is described at Optimizer.
func (o *Adam) Step(lr float64) {
	for i := range o.params {
		if α, λ, t, ok := o.begin(i, lr, o.Decay); ok {
			c1, c2 := correction(o.Beta1, t), correction(o.Beta2, t)
			o.set(α/c1, λ, o.Eps, o.Beta1, 1-o.Beta1, o.Beta2, 1-o.Beta2, 1/math.Sqrt(c2), 1)
			o.update(kernel.StepAdam, i)
		}
	}
}

// AdamW is Adam with weight decay beside the gradient, not in it (Loshchilov & Hutter 2019).
//
//	w *= 1 − lr·λ, then the step of Adam with λ = 0
type AdamW struct {
	Beta1   float64 `json:"beta1" yaml:"beta1"`                         // β₁
	Beta2   float64 `json:"beta2" yaml:"beta2"`                         // β₂
	Eps     float64 `json:"eps" yaml:"eps"`                             // ε
	Decay   float64 `json:"weight_decay" yaml:"weight_decay"`           // λ
	AMSGrad bool    `json:"amsgrad,omitempty" yaml:"amsgrad,omitempty"` // Reddi, Kale & Kumar 2018

	core `json:"-" yaml:"-"`
}

// NewAdamW is AdamW with β = (0.9, 0.999), ε = 10⁻⁸, λ = 0.01.
func NewAdamW() *AdamW { return &AdamW{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, Decay: 0.01} }

// Init is described at Optimizer.
func (o *AdamW) Init(dev device.Device, params []Named) error {
	return o.initMoments("adamw", dev, params, o.Beta1, o.Beta2, o.Eps, o.Decay, o.AMSGrad)
}

// Step is described at Optimizer.
func (o *AdamW) Step(lr float64) {
	for i := range o.params {
		if α, λ, t, ok := o.begin(i, lr, o.Decay); ok {
			c1, c2 := correction(o.Beta1, t), correction(o.Beta2, t)
			o.set(α/c1, 0, o.Eps, o.Beta1, 1-o.Beta1, o.Beta2, 1-o.Beta2, 1/math.Sqrt(c2), 1-α*λ)
			o.update(kernel.StepAdam, i)
		}
	}
}

// initMoments is init with the state of two moments, and the largest second one if maxima.
func (c *core) initMoments(what string, dev device.Device, params []Named, β1, β2, ε, λ float64, maxima bool) error {
	if err := inRange(what, rate("beta1", β1), rate("beta2", β2), nonNegative("eps", ε), nonNegative("weight_decay", λ)); err != nil {
		return err
	}
	slots := []slot{{name: "exp_avg"}, {name: "exp_avg_sq"}}
	if maxima {
		slots = append(slots, slot{name: "max_exp_avg_sq"})
	}
	return c.init(dev, params, slots...)
}
