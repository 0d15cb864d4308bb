package leastsquares

import (
	"context"
	"errors"
	"fmt"
	"math"

	"brick/course/lesson"
	"brick/solve"
)

// DescendIn asks for the line by steps downhill.
type DescendIn struct {
	Points points  `json:"points"`
	Rate   float64 `json:"rate"` // α
	W      float64 `json:"w"`    // where it starts
	B      float64 `json:"b"`
}

// Check bounds the points, the rate and the start.
func (in DescendIn) Check() error {
	return lesson.First(in.Points.check(), lesson.Within("rate", in.Rate, 1e-3, 10), lesson.Within("w", in.W, -10, 10), lesson.Within("b", in.B, -10, 10))
}

// Agreement is at most this far between the exact loss and that of the descent.
const agreement = 1e-9

const maxSteps = 4000

// Descended is a walk to the least loss, beside the formula's answer.
type Descended struct {
	Exact   Line    `json:"exact"`
	Found   Line    `json:"found"`   // where the walk was when it agreed, or gave up
	Steps   int     `json:"steps"`   // taken until then
	Why     string  `json:"why"`     // agreed, diverged or slow
	Gap     float64 `json:"gap"`     // |found.loss − exact.loss|
	Limit   float64 `json:"limit"`   // 2/λmax, beyond which no rate arrives
	Path    []Pair  `json:"path"`    // (w, b) of some of the steps
	Gaps    []Pair  `json:"gaps"`    // step from 0, and how far its loss is above the exact one
	Product int     `json:"product"` // Hessian-vector products that the limit took
}

// descend walks until its loss is the formula's to 1e-9.
var descend = lesson.Shows(lesson.Ask("descend", DescendIn{Points: start, Rate: 0.3, W: -1, B: 1.5}, func(_ context.Context, _ *lesson.Session, in DescendIn) (d Descended, err error) {
	x, y := in.Points.columns()
	fit, err := solve.LeastSquares(solve.Column(x), solve.Column(y), solve.FitOptions{})
	if err != nil {
		return d, &lesson.Refusal{Key: "refused.fit", Message: err.Error()}
	}
	f := squares(in.Points)
	d.Exact = lineAt(f, fit.W.At(0, 0), fit.Intercept[0])
	bounds, err := solve.StepLimit(f, []float64{d.Exact.W, d.Exact.B}, solve.PowerOptions{})
	if err != nil {
		return d, err
	}
	d.Limit, d.Product = bounds.Limit, bounds.Spectrum.Products
	var all []solve.Point
	d.Why = "slow"
	for p, e := range solve.Descend(f, []float64{in.W, in.B}, solve.Descent{Rate: in.Rate, MaxSteps: maxSteps}) {
		if errors.Is(e, solve.ErrDiverged) {
			d.Why = "diverged"
		}
		if e != nil {
			break
		}
		all = append(all, p)
		if math.Abs(p.F-d.Exact.Loss) <= agreement {
			d.Why = "agreed"
			break
		}
	}
	for i := 0; i < len(all); i = next(i) {
		p := all[i]
		d.Path = append(d.Path, Pair{p.X[0], p.X[1]})
		d.Gaps = append(d.Gaps, Pair{float64(i), math.Abs(p.F - d.Exact.Loss)})
	}
	last := all[len(all)-1]
	d.Found = Line{last.X[0], last.X[1], last.F, [2]Pair{{-3, last.X[1] - 3*last.X[0]}, {3, last.X[1] + 3*last.X[0]}}}
	d.Steps, d.Gap = last.Step, math.Abs(last.F-d.Exact.Loss)
	if len(all) > 1 {
		d.Path = append(d.Path, Pair{last.X[0], last.X[1]})
		d.Gaps = append(d.Gaps, Pair{float64(last.Step), d.Gap})
	}
	return d, nil
}), func(in DescendIn) lesson.Shown {
	return lesson.Shown{Go: `package main

import (
	"fmt"

	"brick/solve"
)

func main() {
` + in.Points.data() + fmt.Sprintf(`	fit, err := solve.LeastSquares(solve.Column(x), solve.Column(y), solve.FitOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	loss := func(p, grad []float64) (l float64) { // L = 1/2n Σ(wx+b−y)², and its gradient
		n := float64(len(x))
		grad[0], grad[1] = 0, 0
		for i := range x {
			r := p[0]*x[i] + p[1] - y[i]
			l += r * r / (2 * n)
			grad[0] += r * x[i] / n
			grad[1] += r / n
		}
		return l
	}
	for p, err := range solve.Descend(loss, []float64{%v, %v}, solve.Descent{Rate: %v, MaxSteps: %d}) {
		if err != nil || p.F-fit.Loss <= 1e-9 {
			fmt.Println("step", p.Step, "descended", p.F, "exact", fit.Loss, err)
			return
		}
	}
}
`, in.W, in.B, in.Rate, maxSteps)}
})

// next leaves steps out of a drawing, more of them the later they are.
func next(i int) int { return i + 1 + i/60 }
