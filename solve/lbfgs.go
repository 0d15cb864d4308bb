package solve

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/optimize"
)

// Minimum asks [Minimize] for a precision; the zero value is right for most uses.
type Minimum struct {
	Tolerance float64 // ends when every |∂f/∂x_i| is below it; 0 means 1e-8
	MaxSteps  int     // 0 means 1,000
	Memory    int     // pairs kept to model the Hessian; 0 means 15
}

// Minimize finds a minimum of f from x0 by L-BFGS (Liu and Nocedal, 1989) with a
// line search, which needs no rate: the tool for a smooth f when the trajectory
// itself is not the point. Point.Step counts its steps. An error beside the best
// point found wraps ErrIterations, ErrNotFinite or ErrStalled (the line search
// found no better point).
func Minimize(f Objective, x0 []float64, o Minimum) (Point, error) {
	if len(x0) == 0 || !finite(o.Tolerance) || o.Tolerance < 0 || o.MaxSteps < 0 || o.Memory < 0 {
		return Point{}, fmt.Errorf("solve: minimize: %d variables, Tolerance %v, MaxSteps %d, Memory %d: at least one variable and numbers ≥ 0 are needed",
			len(x0), o.Tolerance, o.MaxSteps, o.Memory)
	}
	if o.Tolerance == 0 {
		o.Tolerance = 1e-8
	}
	if o.MaxSteps == 0 {
		o.MaxSteps = 1000
	}
	p := Point{X: append([]float64(nil), x0...), Grad: make([]float64, len(x0))}
	if p.F = f(p.X, p.Grad); !p.finite() {
		return p, fmt.Errorf("solve: minimize: %w at the start: f(%v) = %v", ErrNotFinite, brief(p.X), p.F)
	}
	// gonum evaluates in a goroutine of its own, where a panic of f could not be
	// caught by the caller: it is carried over.
	var trouble any
	scratch := make([]float64, len(x0))
	guarded := func(x, grad []float64) (y float64) {
		defer func() {
			if r := recover(); r != nil {
				trouble, y = r, math.NaN()
			}
		}()
		if trouble != nil {
			return math.NaN()
		}
		return f(x, grad)
	}
	result, err := optimize.Minimize(optimize.Problem{
		Func: func(x []float64) float64 { return guarded(x, scratch) },
		Grad: func(grad, x []float64) { guarded(x, grad) },
	}, p.X, &optimize.Settings{
		GradientThreshold: o.Tolerance,
		Converger:         optimize.NeverTerminate{},
		MajorIterations:   o.MaxSteps,
		FuncEvaluations:   50 * o.MaxSteps,
	}, &optimize.LBFGS{Store: o.Memory})
	if trouble != nil {
		panic(trouble)
	}
	if result != nil && len(result.X) == len(x0) {
		p.Step, p.X = result.MajorIterations, append([]float64(nil), result.X...)
		p.F = f(p.X, p.Grad)
	}
	var steepest float64
	for _, g := range p.Grad {
		steepest = max(steepest, math.Abs(g))
	}
	switch {
	case !p.finite():
		return p, fmt.Errorf("solve: minimize: %w after %d steps: f = %v", ErrNotFinite, p.Step, p.F)
	case steepest <= o.Tolerance:
		return p, nil
	case err != nil:
		return p, fmt.Errorf("solve: minimize: %w after %d steps at gradient %.3g: %v", ErrStalled, p.Step, steepest, err)
	}
	return p, fmt.Errorf("solve: minimize: %w: gradient %.3g after %d steps (%v)", ErrIterations, steepest, p.Step, result.Status)
}
