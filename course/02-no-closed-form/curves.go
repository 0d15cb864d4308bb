package noclosedform

import (
	"context"

	"brick/course/lesson"
	"brick/solve"
)

// Curves are the functions of the exam, sampled on (0, 1].
type Curves struct {
	F        []Pair `json:"f"`
	Slope    []Pair `json:"slope"`    // f′
	Parabola []Pair `json:"parabola"` // x − x², on which the maximum lies
}

// curves samples what the walks are drawn over.
var curves = lesson.Ask("curves", struct{}{}, func(context.Context, *lesson.Session, struct{}) (c Curves, err error) {
	for i := range 200 {
		x := float64(i+1) / 200
		c.F = append(c.F, Pair{x, solve.Exam.F(x)})
		c.Slope = append(c.Slope, Pair{x, solve.Exam.D(x)})
		c.Parabola = append(c.Parabola, Pair{x, x - x*x})
	}
	return c, nil
})

// StartIn is where walks begin.
type StartIn struct {
	Start float64 `json:"start"`
}

// Check keeps the start where f is defined.
func (in StartIn) Check() error { return lesson.Within("start", in.Start, 1e-3, 1) }

// three walks with the rates that the page speaks of: near the best, slow, and
// beyond the limit.
var three = lesson.Ask("three", StartIn{Start: 0.5}, func(_ context.Context, _ *lesson.Session, in StartIn) (list []Rate, err error) {
	for _, eta := range []float64{0.342, 0.6, 0.7} {
		end, err := solve.Last(solve.Ascend(solve.Exam.Objective(), []float64{in.Start}, solve.Descent{Rate: eta, MaxSteps: 10_000}))
		list = append(list, Rate{eta, end.Step, err == nil})
	}
	return list, nil
})
