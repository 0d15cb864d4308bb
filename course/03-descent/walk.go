package descent

import (
	"context"
	"errors"
	"fmt"
	"math"

	"brick/course/lesson"
	"brick/solve"
)

// WalkIn is a walk downhill.
type WalkIn struct {
	MountainIn
	X     float64 `json:"px"`    // where it starts
	Y     float64 `json:"py"`    //
	Rate  float64 `json:"rate"`  // a step is the slope times it
	Shown int     `json:"shown"` // steps to show, at most
}

// Check bounds the landscape and the walk.
func (in WalkIn) Check() error {
	return lesson.First(in.MountainIn.Check(), lesson.Within("px", in.X, -4, 4), lesson.Within("py", in.Y, -4, 4),
		lesson.Within("rate", in.Rate, 1e-5, 10), lesson.Within("shown", float64(in.Shown), 0, 200))
}

// Walked is where a walk led.
type Walked struct {
	Path     []Pair  `json:"path"` // its first points
	Here     Pair    `json:"here"` // the last of them, and what can be known there:
	Height   float64 `json:"height"`
	Slope    Pair    `json:"slope"`    // ∇f
	Downhill Pair    `json:"downhill"` // of length 1, against the slope; 0 at the bottom
	Off      float64 `json:"off"`      // degrees between downhill and the straight way to the bottom
	Steps    int     `json:"steps"`    // until f was 10⁻⁶ of the start's, or the walk was given up
	Why      string  `json:"why"`      // arrived, diverged, slow
	Start    float64 `json:"start"`    // f at the start
	Length   float64 `json:"length"`   // of the way, until then
	Straight float64 `json:"straight"` // from the start to the bottom
}

const maxSteps = 20000

// walk descends; what is shown of it is what a walker in the fog could write down.
var walk = lesson.Recorded(lesson.Shows(lesson.Ask("walk", WalkIn{MountainIn{"bowl", 8}, -0.4, 2.6, 0.6, 0}, func(_ context.Context, _ *lesson.Session, in WalkIn) (w Walked, err error) {
	l := in.landscape()
	w.Why = "slow"
	var last Pair
	for p, e := range solve.Descend(l.f, []float64{in.X, in.Y}, solve.Descent{Rate: in.Rate, MaxSteps: maxSteps}) {
		if errors.Is(e, solve.ErrDiverged) {
			w.Why = "diverged"
		}
		if e != nil {
			break
		}
		here := Pair{p.X[0], p.X[1]}
		if p.Step == 0 {
			w.Start, w.Straight = p.F, distance(here, l.bottom)
		} else {
			w.Length += distance(here, last)
		}
		last, w.Steps = here, p.Step
		if p.Step <= in.Shown {
			w.Path = append(w.Path, here)
			w.Here, w.Height, w.Slope = here, p.F, Pair{p.Grad[0], p.Grad[1]}
		}
		if p.F <= 1e-6*w.Start {
			w.Why = "arrived"
			break
		}
	}
	if g := math.Hypot(w.Slope[0], w.Slope[1]); g > 0 {
		w.Downhill = Pair{-w.Slope[0] / g, -w.Slope[1] / g}
		if d := distance(w.Here, l.bottom); d > 0 {
			cos := (w.Downhill[0]*(l.bottom[0]-w.Here[0]) + w.Downhill[1]*(l.bottom[1]-w.Here[1])) / d
			w.Off = math.Acos(max(-1, min(1, cos))) * 180 / math.Pi
		}
	}
	return w, nil
}), func(in WalkIn) lesson.Shown {
	f := fmt.Sprintf(`func(p, grad []float64) float64 { // f = ½(u² + v²/κ), u and v turned by 30°
		s, c := math.Sincos(math.Pi / 6)
		u, v := c*p[0]+s*p[1], c*p[1]-s*p[0]
		gu, gv := u, v/%v
		grad[0], grad[1] = c*gu-s*gv, s*gu+c*gv
		return (u*gu + v*gv) / 2
	}`, in.Condition)
	imports := "\t\"fmt\"\n\t\"math\"\n"
	if in.Shape == "rosenbrock" {
		imports = "\t\"fmt\"\n"
		f = `func(p, grad []float64) float64 { // f = (1−x)² + 100·(y−x²)²
		a, b := 1-p[0], p[1]-p[0]*p[0]
		grad[0], grad[1] = -2*a-400*p[0]*b, 200*b
		return a*a + 100*b*b
	}`
	}
	return lesson.Shown{Go: fmt.Sprintf(`package main

import (
%s
	"brick/solve"
)

func main() {
	f := %s
	start := 0.0
	for p, err := range solve.Descend(f, []float64{%v, %v}, solve.Descent{Rate: %v, MaxSteps: %d}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		if p.Step == 0 {
			start = p.F
		}
		fmt.Println(p.Step, p.X, p.F, p.Grad)
		if p.F <= 1e-6*start {
			return
		}
	}
}
`, imports, f, in.X, in.Y, in.Rate, maxSteps)}
}), WalkIn{MountainIn{"rosenbrock", 8}, -1.2, 1, 0.0015, 0})

func distance(a, b Pair) float64 { return math.Hypot(a[0]-b[0], a[1]-b[1]) }
