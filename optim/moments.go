package optim

import (
	"math"

	"brick/device"
	"brick/kernel"
)

// Adamax is Adam with the largest recent gradient for the root mean square (Kingma & Ba 2015, section 7.1).
//
//	g += λ·w    m = β₁·m + (1−β₁)·g    u = max(β₂·u, |g| + ε)    w −= lr/(1−β₁ᵗ) · m/u
type Adamax struct {
	Beta1 float64 `json:"beta1" yaml:"beta1"`                                   // β₁
	Beta2 float64 `json:"beta2" yaml:"beta2"`                                   // β₂
	Eps   float64 `json:"eps" yaml:"eps"`                                       // ε
	Decay float64 `json:"weight_decay,omitempty" yaml:"weight_decay,omitempty"` // λ, added to the gradient

	core `json:"-" yaml:"-"`
}

// NewAdamax is Adamax with β = (0.9, 0.999), ε = 10⁻⁸.
func NewAdamax() *Adamax { return &Adamax{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8} }

// Init is described at Optimizer.
func (o *Adamax) Init(dev device.Device, params []Named) error {
	err := inRange("adamax", rate("beta1", o.Beta1), rate("beta2", o.Beta2), nonNegative("eps", o.Eps), nonNegative("weight_decay", o.Decay))
	if err != nil {
		return err
	}
	return o.init(dev, params, slot{name: "exp_avg"}, slot{name: "exp_inf"})
}

// Step is described at Optimizer.
func (o *Adamax) Step(lr float64) {
	for i := range o.params {
		if α, λ, t, ok := o.begin(i, lr, o.Decay); ok {
			o.set(α/correction(o.Beta1, t), λ, o.Eps, o.Beta1, 1-o.Beta1, o.Beta2)
			o.update(kernel.StepAdamax, i)
		}
	}
}

// NAdam is Adam with Nesterov's look-ahead and a momentum that grows (Dozat 2016).
//
//	g += λ·w    m, v as Adam    μ_t = β₁·(1 − ½·0.96^(t·ψ))    M_t = μ₁·…·μ_t
//	w −= lr·( (1−μ_t)/(1−M_t)·g + μ_{t+1}/(1−M_t·μ_{t+1})·m ) / (√v/√(1−β₂ᵗ) + ε)
type NAdam struct {
	Beta1         float64 `json:"beta1" yaml:"beta1"`                                   // β₁
	Beta2         float64 `json:"beta2" yaml:"beta2"`                                   // β₂
	Eps           float64 `json:"eps" yaml:"eps"`                                       // ε
	MomentumDecay float64 `json:"momentum_decay" yaml:"momentum_decay"`                 // ψ
	Decay         float64 `json:"weight_decay,omitempty" yaml:"weight_decay,omitempty"` // λ, added to the gradient

	core `json:"-" yaml:"-"`
}

// NewNAdam is NAdam with β = (0.9, 0.999), ε = 10⁻⁸, ψ = 0.004.
func NewNAdam() *NAdam { return &NAdam{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, MomentumDecay: 0.004} }

// Init is described at Optimizer.
func (o *NAdam) Init(dev device.Device, params []Named) error {
	if err := inRange("nadam", nonNegative("momentum_decay", o.MomentumDecay)); err != nil {
		return err
	}
	if err := o.initMoments("nadam", dev, params, o.Beta1, o.Beta2, o.Eps, o.Decay, false); err != nil {
		return err
	}
	o.scalar = "mu_product"
	for i := range o.number {
		o.number[i] = 1
	}
	return nil
}

// Step is described at Optimizer.
func (o *NAdam) Step(lr float64) {
	for i := range o.params {
		α, λ, t, ok := o.begin(i, lr, o.Decay)
		if !ok {
			continue
		}
		μ, next := o.mu(t), o.mu(t+1)
		M := o.number[i] * μ // M_t
		o.number[i] = M
		o.set(α*next/(1-M*next), λ, o.Eps, o.Beta1, 1-o.Beta1, o.Beta2, 1-o.Beta2,
			1/math.Sqrt(correction(o.Beta2, t)), α*(1-μ)/(1-M))
		o.update(kernel.StepNAdam, i)
	}
}

func (o *NAdam) mu(t int) float64 {
	return o.Beta1 * (1 - 0.5*math.Pow(0.96, float64(t)*o.MomentumDecay))
}

// RAdam is Adam that divides by the root mean square only once enough gradients
// have been seen to know it (Liu et al. 2020).
//
//	g += λ·w    m, v as Adam    ρ = 2/(1−β₂) − 1    ρ_t = ρ − 2t·β₂ᵗ/(1−β₂ᵗ)    m̂ = m/(1−β₁ᵗ)
//	ρ_t > 5:  w −= lr·m̂·√( (ρ_t−4)(ρ_t−2)ρ / ((ρ−4)(ρ−2)ρ_t) )·√(1−β₂ᵗ)/(√v + ε)    else  w −= lr·m̂
type RAdam struct {
	Beta1 float64 `json:"beta1" yaml:"beta1"`                                   // β₁
	Beta2 float64 `json:"beta2" yaml:"beta2"`                                   // β₂
	Eps   float64 `json:"eps" yaml:"eps"`                                       // ε
	Decay float64 `json:"weight_decay,omitempty" yaml:"weight_decay,omitempty"` // λ, added to the gradient

	core `json:"-" yaml:"-"`
}

// NewRAdam is RAdam with β = (0.9, 0.999), ε = 10⁻⁸.
func NewRAdam() *RAdam { return &RAdam{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8} }

// Init is described at Optimizer.
func (o *RAdam) Init(dev device.Device, params []Named) error {
	return o.initMoments("radam", dev, params, o.Beta1, o.Beta2, o.Eps, o.Decay, false)
}

// Step is described at Optimizer.
func (o *RAdam) Step(lr float64) {
	for i := range o.params {
		α, λ, t, ok := o.begin(i, lr, o.Decay)
		if !ok {
			continue
		}
		c1, c2 := correction(o.Beta1, t), correction(o.Beta2, t)
		plain, rectified := α/c1, 0.0
		ρ := 2/(1-o.Beta2) - 1
		if ρt := ρ - 2*float64(t)*(1-c2)/c2; ρt > 5 {
			plain, rectified = 0, plain*math.Sqrt((ρt-4)*(ρt-2)*ρ/((ρ-4)*(ρ-2)*ρt)*c2)
		}
		o.set(plain, λ, o.Eps, o.Beta1, 1-o.Beta1, o.Beta2, 1-o.Beta2, rectified)
		o.update(kernel.StepRAdam, i)
	}
}

// Lion steps by the sign of an interpolated momentum (Chen et al. 2023, algorithm 2).
//
//	w −= lr·( sign(β₁·m + (1−β₁)·g) + λ·w )    m = β₂·m + (1−β₂)·g
type Lion struct {
	Beta1 float64 `json:"beta1" yaml:"beta1"`               // β₁
	Beta2 float64 `json:"beta2" yaml:"beta2"`               // β₂
	Decay float64 `json:"weight_decay" yaml:"weight_decay"` // λ

	core `json:"-" yaml:"-"`
}

// NewLion is Lion with β = (0.9, 0.99), λ = 0.1. Its steps are larger than
// Adam's: take a third to a tenth of Adam's learning rate.
func NewLion() *Lion { return &Lion{Beta1: 0.9, Beta2: 0.99, Decay: 0.1} }

// Init is described at Optimizer.
func (o *Lion) Init(dev device.Device, params []Named) error {
	if err := inRange("lion", rate("beta1", o.Beta1), rate("beta2", o.Beta2), nonNegative("weight_decay", o.Decay)); err != nil {
		return err
	}
	return o.init(dev, params, slot{name: "exp_avg"})
}

// Step is described at Optimizer.
func (o *Lion) Step(lr float64) {
	for i := range o.params {
		if α, λ, _, ok := o.begin(i, lr, o.Decay); ok {
			o.set(α, 1-α*λ, o.Beta1, 1-o.Beta1, o.Beta2, 1-o.Beta2)
			o.update(kernel.StepLion, i)
		}
	}
}
