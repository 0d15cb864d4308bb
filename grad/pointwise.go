package grad

import (
	"brick/device"
	"brick/kernel"
)

// In this file y has x's shape, every element of y depends on the one of x in
// its place, and ∂x = f′(x) ⊙ ∂y.

// acts is the Op of every function of one number.
var acts = func() (ops [len(kernel.Fns)]*Op) {
	for i := range ops {
		f := kernel.Fn(i)
		if f != kernel.Identity {
			forward := func(y *Var) { y.actForward(f) }
			op := newOp(kernel.Fns[f].Name, forward, func(y *Var) { y.actBackward(f) }).reading(nothing)
			if kernel.Fns[f].UsesX {
				op.reading(in0).renewing(forward)
			}
			if kernel.Fns[f].UsesY {
				op.uses |= result
			}
			ops[f] = op
		}
	}
	return ops
}()

// Act applies f, with its constants, to every element.
//
//	y = f(x)    ∂x = f′(x) ⊙ ∂y
func (x *Var) Act(f kernel.Fn, args ...Float) *Var {
	if f == kernel.Identity {
		return x
	}
	var a attr
	copy(a.f[:len(kernel.Args{})], args)
	return tapeOf(acts[f].Name, x).do(acts[f], x.Shape(), a, x)
}

func (y *Var) actForward(f kernel.Fn) {
	y.tape.dev().Map(f, device.Into(y.val), y.in[0].val, kernel.Args(y.attr.f[:2]))
}

func (y *Var) actBackward(f kernel.Fn) {
	x := y.in[0]
	y.tape.dev().MapBack(f, x.grad(), x.val, y.val, y.grd, kernel.Args(y.attr.f[:2]))
}

// Neg is  y = −x,  ∂x = −∂y.
func (x *Var) Neg() *Var { return x.Act(kernel.Neg) }

// Abs is  y = |x|,  ∂x = sign(x) ⊙ ∂y.
func (x *Var) Abs() *Var { return x.Act(kernel.Abs) }

// Sign is  y = −1, 0 or 1,  ∂x = 0.
func (x *Var) Sign() *Var { return x.Act(kernel.Sign) }

// Square is  y = x²,  ∂x = 2x ⊙ ∂y.
func (x *Var) Square() *Var { return x.Act(kernel.Square) }

// Sqrt is  y = √x,  ∂x = ∂y / 2y.
func (x *Var) Sqrt() *Var { return x.Act(kernel.Sqrt) }

// Recip is  y = 1/x,  ∂x = −y² ⊙ ∂y.
func (x *Var) Recip() *Var { return x.Act(kernel.Recip) }

// Exp is  y = eˣ,  ∂x = y ⊙ ∂y.
func (x *Var) Exp() *Var { return x.Act(kernel.Exp) }

// Log is  y = ln x,  ∂x = ∂y / x.
func (x *Var) Log() *Var { return x.Act(kernel.Log) }

// Pow is  y = x^α,  ∂x = α·x^(α−1) ⊙ ∂y.
func (x *Var) Pow(α Float) *Var { return x.Act(kernel.Pow, α) }

// Clamp keeps x from lo to hi:  y = min(max(x, lo), hi),  ∂x = ∂y where lo ≤ x ≤ hi, else 0.
func (x *Var) Clamp(lo, hi Float) *Var { return x.Act(kernel.Clamp, lo, hi) }

// Scale is  y = a·x,  ∂x = a·∂y.
func (x *Var) Scale(a Float) *Var { return x.Act(kernel.Affine, a, 0) }

// AddScalar is  y = x + b,  ∂x = ∂y.
func (x *Var) AddScalar(b Float) *Var { return x.Act(kernel.Affine, 1, b) }

// Sin is  y = sin x,  ∂x = cos x ⊙ ∂y  (radians).
func (x *Var) Sin() *Var { return x.Act(kernel.Sin) }

// Cos is  y = cos x,  ∂x = −sin x ⊙ ∂y  (radians).
func (x *Var) Cos() *Var { return x.Act(kernel.Cos) }

// ReLU is  y = max(x, 0),  ∂x = [x > 0] ⊙ ∂y.
func (x *Var) ReLU() *Var { return x.Act(kernel.ReLU) }

// LeakyReLU is  y = x where x > 0, else α·x;  ∂x = ∂y or α·∂y  (Maas et al. 2013).
func (x *Var) LeakyReLU(α Float) *Var { return x.Act(kernel.LeakyReLU, α) }

// ELU is  y = x where x > 0, else α·(eˣ − 1);  ∂x = ∂y or α·eˣ ⊙ ∂y  (Clevert et al. 2015).
func (x *Var) ELU(α Float) *Var { return x.Act(kernel.ELU, α) }

// GELU is  y = x·Φ(x),  ∂x = (Φ(x) + x·φ(x)) ⊙ ∂y,  Φ and φ the normal distribution
// and density (Hendrycks & Gimpel 2016).
func (x *Var) GELU() *Var { return x.Act(kernel.GELU) }

// GELUTanh is the approximation of GELU that GPT-2 uses:
//
//	t = tanh(√(2/π)·(x + 0.044715·x³))    y = x/2·(1 + t)
//	∂x = ((1 + t)/2 + x/2·(1 − t²)·√(2/π)·(1 + 3·0.044715·x²)) ⊙ ∂y
func (x *Var) GELUTanh() *Var { return x.Act(kernel.GELUTanh) }

// SiLU is  y = x·σ(x),  ∂x = σ(x)·(1 + x·(1 − σ(x))) ⊙ ∂y  (Elfwing et al. 2017).
func (x *Var) SiLU() *Var { return x.Act(kernel.SiLU) }

// Sigmoid is the logistic function  y = σ(x) = 1/(1 + e⁻ˣ),  ∂x = y·(1 − y) ⊙ ∂y.
func (x *Var) Sigmoid() *Var { return x.Act(kernel.Sigmoid) }

// Tanh is  y = tanh x,  ∂x = (1 − y²) ⊙ ∂y.
func (x *Var) Tanh() *Var { return x.Act(kernel.Tanh) }

// Softplus is  y = ln(1 + eˣ),  ∂x = σ(x) ⊙ ∂y.
func (x *Var) Softplus() *Var { return x.Act(kernel.Softplus) }

// Erf is the error function  y = 2/√π ∫₀ˣ exp(−t²) dt,  ∂x = 2/√π·exp(−x²) ⊙ ∂y.
func (x *Var) Erf() *Var { return x.Act(kernel.Erf) }
