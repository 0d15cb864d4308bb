package noclosedform

import (
	"context"
	"errors"
	"fmt"
	"math"

	"brick/course/lesson"
	"brick/solve"
)

// ExamIn asks how one method walks to the exam's maximum.
type ExamIn struct {
	Method string  `json:"method"` // ascent, newton or bisection
	Start  float64 `json:"start"`  // where ascent and Newton begin, in (0, 1]
	Eta    float64 `json:"eta"`    // η of ascent
	Steps  int     `json:"steps"`  // of which at most so many are shown
}

// Check holds the argument to where f is defined.
func (in ExamIn) Check() error {
	return lesson.First(lesson.OneOf("method", in.Method, "ascent", "newton", "bisection"), lesson.Within("start", in.Start, 1e-3, 1),
		lesson.Within("eta", in.Eta, 1e-3, 1), lesson.Within("steps", float64(in.Steps), 1, 500))
}

// Walked is a point of a walk.
type Walked struct {
	X     float64    `json:"x"`
	F     float64    `json:"f"`
	Slope float64    `json:"slope"` // f′(x)
	Lo    lesson.Num `json:"lo"`    // the root of f′ lies in [lo, hi]
	Hi    lesson.Num `json:"hi"`
}

// Walk is what a method did.
type Walk struct {
	Steps    int       `json:"steps"` // taken until it stopped
	Settled  bool      `json:"settled"`
	Why      string    `json:"why"` // it stopped: arrived, diverged, left, cycles
	X        float64   `json:"x"`   // where it ended
	F        float64   `json:"f"`
	Path     []Walked  `json:"path"`     // its first points
	Tangents [][2]Pair `json:"tangents"` // to f at each of them, 0.15 to either side
}

// exam walks to the maximum of f(x) = x² − x − x·ln x.
var exam = lesson.Shows(lesson.Ask("exam", ExamIn{Method: "ascent", Start: 0.5, Eta: 0.342, Steps: 60}, walk), func(in ExamIn) lesson.Shown {
	var call string
	switch in.Method {
	case "ascent":
		call = fmt.Sprintf(`for p, err := range solve.Ascend(f.Objective(), []float64{%v}, solve.Descent{Rate: %v, MaxSteps: 10_000}) {
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(p.Step, p.X[0], p.F)
	}`, in.Start, in.Eta)
	case "newton":
		call = fmt.Sprintf(`for r, err := range solve.NewtonSteps(f.D, f.D2, %v, solve.RootOptions{}) {
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(r.Iteration, r.X, f.F(r.X))
	}`, in.Start)
	case "bisection":
		call = `for r, err := range solve.BisectSteps(f.D, 0, 0.5, solve.RootOptions{}) {
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(r.Iteration, r.X, f.F(r.X))
	}`
	}
	return lesson.Shown{Go: `package main

import (
	"fmt"

	"brick/solve"
)

func main() {
	f := solve.Exam
	` + call + `
}
`}
})

func walk(ctx context.Context, _ *lesson.Session, in ExamIn) (w Walk, err error) {
	f := solve.Exam
	add := func(n int, x float64, lo, hi float64) {
		w.Steps, w.X, w.F = n, x, f.F(x)
		if len(w.Path) <= in.Steps {
			w.Path = append(w.Path, Walked{x, f.F(x), f.D(x), lesson.Num(lo), lesson.Num(hi)})
			w.Tangents = append(w.Tangents, [2]Pair{{x - 0.15, f.F(x) - 0.15*f.D(x)}, {x + 0.15, f.F(x) + 0.15*f.D(x)}})
		}
	}
	roots := func(next func(yield func(solve.Root, error) bool)) {
		for r, e := range next {
			if err = e; e != nil {
				return
			}
			add(r.Iteration, r.X, r.Lo, r.Hi)
		}
	}
	switch in.Method {
	case "newton":
		roots(solve.NewtonSteps(f.D, f.D2, in.Start, solve.RootOptions{}))
	case "bisection":
		roots(solve.BisectSteps(f.D, 0, 0.5, solve.RootOptions{}))
	default:
		for p, e := range solve.Ascend(f.Objective(), []float64{in.Start}, solve.Descent{Rate: in.Eta, MaxSteps: 10_000}) {
			if err = e; e != nil {
				break
			}
			add(p.Step, p.X[0], math.NaN(), math.NaN())
		}
	}
	w.Settled, w.Why = err == nil, "arrived"
	switch {
	case errors.Is(err, solve.ErrDiverged):
		w.Why = "left" // x² − x − x·ln x is defined for x > 0 alone
	case errors.Is(err, solve.ErrIterations):
		w.Why = "cycles"
	case err != nil:
		w.Why = "stopped"
	}
	return w, nil
}
