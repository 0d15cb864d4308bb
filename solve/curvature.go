package solve

import (
	"fmt"
	"math"
)

// HessianProduct writes H·v into hv, where H is the Hessian of some function at
// some point.
type HessianProduct func(v, hv []float64)

// HessianAt is the Hessian of f at x as a product, by central differences of
// the gradient:
//
//	H·v ≈ ‖v‖·(∇f(x + h·v̂) − ∇f(x − h·v̂))/2h     v̂ = v/‖v‖, h = ∛ε·max(1, ‖x‖)
//
// Each product calls f twice. Near an edge of f's domain, x must be further from
// it than h, about 10⁻⁵.
func HessianAt(f Objective, x []float64) HessianProduct {
	h := differenceStep(norm(x))
	at, up, down := make([]float64, len(x)), make([]float64, len(x)), make([]float64, len(x))
	return func(v, hv []float64) {
		length := norm(v)
		if length == 0 {
			clear(hv)
			return
		}
		shift := func(h float64, grad []float64) {
			for i := range at {
				at[i] = x[i] + h*v[i]/length
			}
			f(at, grad)
		}
		shift(h, up)
		shift(-h, down)
		for i := range hv {
			hv[i] = length * (up[i] - down[i]) / (2 * h)
		}
	}
}

// PowerOptions bounds a power iteration; the zero value is right for most uses.
type PowerOptions struct {
	Tolerance     float64 // ends when ‖H·v − λ·v‖ ≤ Tolerance·max|λ|; 0 means 1e-6
	MaxIterations int     // products per run; 0 means 2,000
}

// Spectrum is the two ends of a symmetric matrix's eigenvalues.
type Spectrum struct {
	Min, Max float64 // algebraically: Min may be negative

	// Residual bounds the error: an eigenvalue lies within it of Max, and one
	// of Min. The error itself is of the order of its square.
	Residual float64

	Products int // Hessian-vector products used
}

// Extremes finds the largest and the smallest eigenvalue, in the algebraic
// sense, of the symmetric n×n matrix behind h, by power iteration:
//
//	v ← H·v/‖H·v‖     λ = vᵀ·H·v
//
// That alone finds the eigenvalue of largest modulus c, with either sign, or
// none when c and −c both are eigenvalues. A second and third run, on the
// semidefinite H + c·I and c·I − H, find the largest and the smallest
// whatever their signs; the one already known is not run again. The start is
// fixed, so the result is a function of h alone. An error wraps ErrNotFinite,
// or ErrIterations, beside the best estimate; Max is then a lower bound, up to rounding.
func Extremes(h HessianProduct, n int, o PowerOptions) (Spectrum, error) {
	var s Spectrum
	if n < 1 || !finite(o.Tolerance) || o.Tolerance < 0 || o.MaxIterations < 0 {
		return s, fmt.Errorf("solve: power iteration: n = %d, Tolerance %v, MaxIterations %d: n ≥ 1 and numbers ≥ 0 are needed", n, o.Tolerance, o.MaxIterations)
	}
	if o.Tolerance == 0 {
		o.Tolerance = 1e-6
	}
	if o.MaxIterations == 0 {
		o.MaxIterations = 2000
	}
	p := &power{h: h, n: n, o: o}
	first, err := p.run(1, 0)
	if err != nil && p.modulus == 0 {
		return s, err
	}
	c := p.modulus * (1 + o.Tolerance) // at least the largest |λ|, as far as known
	knowMax, knowMin := err == nil && first >= 0, err == nil && first < 0
	s.Max, s.Min = first, first
	err = nil
	if !knowMax && c > 0 {
		s.Max, err = p.run(1, c)
	}
	if !knowMin && c > 0 {
		lowest, e := p.run(-1, c)
		if s.Min = lowest; err == nil {
			err = e
		}
	}
	s.Residual, s.Products = p.residual, p.products
	return s, err
}

type power struct {
	h        HessianProduct
	n        int
	o        PowerOptions
	modulus  float64 // the largest ‖H·v‖ seen, v of length 1: a lower bound of max|λ|
	residual float64 // the largest of the runs
	products int
}

// run iterates on c·I + sign·H and gives the eigenvalue of H it ends at.
func (p *power) run(sign, c float64) (lambda float64, err error) {
	v, hv := startVector(p.n), make([]float64, p.n)
	var residual float64
	for range p.o.MaxIterations {
		p.h(v, hv)
		p.products++
		if !allFinite(hv) {
			return 0, fmt.Errorf("solve: power iteration: %w: the Hessian's product holds NaN or ±Inf", ErrNotFinite)
		}
		lambda = dot(v, hv)
		p.modulus = max(p.modulus, norm(hv))
		off := make([]float64, p.n)
		for i := range off {
			off[i] = hv[i] - lambda*v[i]
		}
		if residual = norm(off); residual <= p.o.Tolerance*p.modulus {
			p.residual = max(p.residual, residual)
			return lambda, nil
		}
		for i := range v {
			v[i] = c*v[i] + sign*hv[i]
		}
		length := norm(v)
		if length == 0 { // v lies in the null space of the shifted matrix: it is an eigenvector
			break
		}
		for i := range v {
			v[i] /= length
		}
	}
	if c > 0 {
		p.residual = max(p.residual, residual)
	}
	return lambda, fmt.Errorf("solve: power iteration: %w: after %d products λ ≈ %.6g with residual %.2g", ErrIterations, p.products, lambda, residual)
}

// startVector is of length 1 and has no structure for an eigenvector to be
// orthogonal to: the fractions of k·φ, φ the golden ratio, about zero.
func startVector(n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		_, frac := math.Modf(float64(i+1) * math.Phi)
		v[i] = frac - 0.5 + 0x1p-10
	}
	length := norm(v)
	for i := range v {
		v[i] /= length
	}
	return v
}

// StepBounds says which constant rates suit gradient descent near a point.
type StepBounds struct {
	// Limit is 2/λmax: above it descent runs away from a minimum along the
	// steepest direction. +Inf where no direction curves upwards.
	Limit float64

	// Best is 2/(λmin+λmax), for a quadratic the rate that arrives soonest:
	// each step leaves the share (κ−1)/(κ+1) of the error. In one variable it is
	// 1/|f″|. 0 unless λmin > 0.
	Best float64

	Condition float64 // κ = λmax/λmin; +Inf unless λmin > 0
	Spectrum  Spectrum
}

// StepLimit finds the rates at which gradient descent on f is stable around x,
// from the Hessian there (Polyak, Introduction to Optimization, 1987, §1.4).
// For ascent, pass Negate(f).
func StepLimit(f Objective, x []float64, o PowerOptions) (StepBounds, error) {
	s, err := Extremes(HessianAt(f, x), len(x), o)
	if err != nil {
		return StepBounds{Spectrum: s}, fmt.Errorf("solve: step limit at x = %v: %w", brief(x), err)
	}
	return s.StepBounds(), nil
}

// StepBounds turns the ends of a Hessian's spectrum into rates.
func (s Spectrum) StepBounds() StepBounds {
	b := StepBounds{Limit: math.Inf(1), Condition: math.Inf(1), Spectrum: s}
	if s.Max > 0 {
		b.Limit = 2 / s.Max
	}
	// λmin within rounding of zero is zero: a flat direction.
	if s.Min > max(s.Residual, 1e-9*s.Max) {
		b.Best, b.Condition = 2/(s.Min+s.Max), s.Max/s.Min
	}
	return b
}
