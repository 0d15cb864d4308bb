package solve

import (
	"fmt"
	"iter"
	"math"
)

// Descent says how to descend, and when to stop.
type Descent struct {
	Rate     float64 // η > 0, the learning rate, constant
	Momentum float64 // β in [0, 1); 0 is plain gradient descent

	// Tolerance ends the descent after a step with ‖xₜ₊₁ − xₜ‖ ≤ Tolerance,
	// provided that the gradient has fallen to √Tolerance (of its first size, if
	// that was above 1), so that a tiny Rate is not taken for arrival. 0 means 1e-12.
	Tolerance float64

	MaxSteps int // 0 means 100,000
}

// Point is a place on a trajectory: after Step updates x is X, f(X) = F and
// ∇f(X) = Grad. The slices are the receiver's to keep.
type Point struct {
	Step int
	X    []float64
	F    float64
	Grad []float64
}

// Descend yields the trajectory of gradient descent from x0, x0 itself first:
//
//	v ← β·v − η·∇f(x)     x ← x + v
//
// (momentum: Polyak, 1964). It ends by itself when [Descent] says it has
// arrived, and otherwise with an error beside the last good point: ErrDiverged
// when x, f or ∇f stop being finite or have grown without sign of return,
// ErrStalled when the step is too small to change x, ErrIterations after
// MaxSteps. Any other rule is a break in the caller's loop. [Last] runs it to
// its end; [StepLimit] tells which rates are stable.
func Descend(f Objective, x0 []float64, o Descent) iter.Seq2[Point, error] {
	return trajectory("descend", f, 1, x0, o)
}

// Ascend is [Descend] uphill: x ← x + η·∇f(x).
func Ascend(f Objective, x0 []float64, o Descent) iter.Seq2[Point, error] {
	return trajectory("ascend", f, -1, x0, o)
}

func (o Descent) normal(verb string, n int) (Descent, error) {
	switch {
	case n == 0:
		return o, fmt.Errorf("solve: %s: x has no components", verb)
	case !(o.Rate > 0) || math.IsInf(o.Rate, 0):
		return o, fmt.Errorf("solve: %s: Rate %v: a finite number > 0 is needed", verb, o.Rate)
	case !(o.Momentum >= 0 && o.Momentum < 1):
		return o, fmt.Errorf("solve: %s: Momentum %v is not in [0, 1)", verb, o.Momentum)
	case !finite(o.Tolerance) || o.Tolerance < 0 || o.MaxSteps < 0:
		return o, fmt.Errorf("solve: %s: Tolerance %v and MaxSteps %d: numbers ≥ 0 are needed", verb, o.Tolerance, o.MaxSteps)
	}
	if o.Tolerance == 0 {
		o.Tolerance = 1e-12
	}
	if o.MaxSteps == 0 {
		o.MaxSteps = 100_000
	}
	return o, nil
}

// trajectory walks down sign·f.
func trajectory(verb string, f Objective, sign float64, x0 []float64, o Descent) iter.Seq2[Point, error] {
	return func(yield func(Point, error) bool) {
		n := len(x0)
		o, err := o.normal(verb, n)
		if err != nil {
			yield(Point{}, err)
			return
		}
		evaluate := func(step int, x []float64) Point {
			p := Point{Step: step, X: x, Grad: make([]float64, n)}
			p.F = f(x, p.Grad)
			return p
		}
		p := evaluate(0, append([]float64(nil), x0...))
		first, firstSlope := p.F, norm(p.Grad)
		if !p.finite() {
			yield(p, fmt.Errorf("solve: %s: %w at the start: x = %v, f = %v", verb, ErrNotFinite, brief(p.X), p.F))
			return
		}
		if !yield(p, nil) || firstSlope == 0 {
			return
		}
		velocity, older := make([]float64, n), p.X
		for p.Step < o.MaxSteps {
			x, moved := make([]float64, n), make([]float64, n)
			for i := range x {
				velocity[i] = o.Momentum*velocity[i] - sign*o.Rate*p.Grad[i]
				x[i] = p.X[i] + velocity[i]
				moved[i] = x[i] - p.X[i]
			}
			next := evaluate(p.Step+1, x)
			slope, step := norm(next.Grad), norm(moved)
			switch {
			case !next.finite():
				err = fmt.Errorf("solve: %s: %w at step %d: x = %v, f = %v; a rate below %v is needed, or f has no bound that way",
					verb, ErrDiverged, next.Step, brief(next.X), next.F, o.Rate)
			case sign*next.F > sign*first && slope > 1e8*firstSlope:
				err = fmt.Errorf("solve: %s: %w at step %d: f went from %.6g to %.6g and the gradient grew %.3g times; a rate below %v is needed",
					verb, ErrDiverged, next.Step, first, next.F, slope/firstSlope, o.Rate)
			case slope == 0:
			case norm(velocity) <= o.Tolerance && slope <= math.Sqrt(o.Tolerance)*max(1, firstSlope):
			case step == 0 && o.Momentum == 0:
				err = fmt.Errorf("solve: %s: %w at step %d: rate %v times gradient %.3g no longer changes x = %v",
					verb, ErrStalled, next.Step, o.Rate, slope, brief(next.X))
			default:
				older, p = p.X, next
				if !yield(p, nil) {
					return
				}
				continue
			}
			if err != nil {
				yield(p, err)
				return
			}
			yield(next, nil)
			return
		}
		yield(p, fmt.Errorf("solve: %s: %w: after %d steps x = %v, gradient %.3g%s",
			verb, ErrIterations, p.Step, brief(p.X), norm(p.Grad), o.why(sign, p, older)))
	}
}

// why tells an oscillation from a descent that is merely slow: a step from p
// that turns right back on the last one means too large a rate.
func (o Descent) why(sign float64, p Point, older []float64) string {
	var along, length float64
	for i := range p.X {
		was, next := p.X[i]-older[i], -sign*o.Rate*p.Grad[i]
		along += was * next
		length += was * was
	}
	if length > 0 && along < -0.5*length {
		return fmt.Sprintf("; it oscillates: rate %v is near or above the stability limit (see StepLimit)", o.Rate)
	}
	return "; a larger rate or more steps are needed"
}

func (p Point) finite() bool { return finite(p.F) && allFinite(p.X) && allFinite(p.Grad) }

// brief shows at most the first four components.
func brief(x []float64) string {
	if len(x) <= 4 {
		return fmt.Sprintf("%.6g", x)
	}
	return fmt.Sprintf("%.6g… (%d components)", x[:4], len(x))
}
