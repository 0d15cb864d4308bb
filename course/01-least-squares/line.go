package leastsquares

import (
	"context"
	"fmt"
	"math"
	"slices"

	"brick/course/lesson"
	"brick/solve"
)

// LineIn is a line wx + b, the points it is to be near, and how far is measured.
type LineIn struct {
	Points points  `json:"points"` // x, y, x, y, …
	W      float64 `json:"w"`
	B      float64 `json:"b"`
	Loss   string  `json:"loss"`  // l2, l1 or huber
	Delta  float64 `json:"delta"` // of huber: residuals beyond it count linearly
}

// Check bounds the points and the line.
func (in LineIn) Check() error {
	return lesson.First(in.Points.check(), lesson.Within("w", in.W, -10, 10), lesson.Within("b", in.B, -10, 10),
		lesson.OneOf("loss", in.Loss, "l2", "l1", "huber"), lesson.Within("delta", in.Delta, 0.05, 5))
}

// Line is a line with its loss.
type Line struct {
	W    float64 `json:"w"`
	B    float64 `json:"b"`
	Loss float64 `json:"loss"`
	Ends [2]Pair `json:"ends"` // of what is drawn of it, x from −3 to 3
}

// Lined is what is to be seen of a line.
type Lined struct {
	Line
	Slope Pair         `json:"slope"` // ∂L/∂w, ∂L/∂b
	Boxes [][4]float64 `json:"boxes"` // x, y, x, y of corners: squares on the residuals for l2; for huber boxes of twice its loss; for l1 sticks
	Best  struct {     // at which each loss is least
		L2    Line `json:"l2"`
		L1    Line `json:"l1"`
		Huber Line `json:"huber"`
	} `json:"best"`
}

// penalty is what a residual costs, and its derivative.
//
//	l2  r²/2     l1  |r|     huber  r²/2 where |r| ≤ δ, else δ·(|r| − δ/2)     (Huber, 1964)
func penalty(kind string, delta, r float64) (cost, slope float64) {
	switch {
	case kind == "l1":
		if r == 0 {
			return 0, 0
		}
		return math.Abs(r), math.Copysign(1, r)
	case kind == "huber" && math.Abs(r) > delta:
		return delta * (math.Abs(r) - delta/2), math.Copysign(delta, r)
	}
	return r * r / 2, r
}

// objective is the mean cost of the residuals wx + b − y as a function of (w, b).
func objective(p points, kind string, delta float64) solve.Objective {
	x, y := p.columns()
	n := float64(len(x))
	return func(at, grad []float64) (l float64) {
		grad[0], grad[1] = 0, 0
		for i := range x {
			cost, slope := penalty(kind, delta, at[0]*x[i]+at[1]-y[i])
			l += cost / n
			grad[0] += slope * x[i] / n
			grad[1] += slope / n
		}
		return l
	}
}

func lineAt(f solve.Objective, w, b float64) Line {
	return Line{w, b, f([]float64{w, b}, make([]float64, 2)), [2]Pair{{-3, b - 3*w}, {3, b + 3*w}}}
}

// line measures a line against points, and finds the best ones.
var line = lesson.Recorded(lesson.Shows(lesson.Ask("line", LineIn{Points: start, W: 0.2, B: 0.8, Loss: "l2", Delta: 0.5}, func(_ context.Context, _ *lesson.Session, in LineIn) (l Lined, err error) {
	f := objective(in.Points, in.Loss, in.Delta)
	l.Line = lineAt(f, in.W, in.B)
	f([]float64{in.W, in.B}, l.Slope[:])
	x, y := in.Points.columns()
	for i := range x {
		r := y[i] - (in.W*x[i] + in.B)
		cost, _ := penalty(in.Loss, in.Delta, r)
		width := 0.0
		if in.Loss != "l1" && r != 0 {
			width = 2 * cost / math.Abs(r) // = |r| where the cost is r²/2
		}
		if x[i] > 0 {
			width = -width // boxes grow towards the middle, where there is room
		}
		l.Boxes = append(l.Boxes, [4]float64{x[i], y[i], x[i] + width, y[i] - r})
	}
	fit, err := solve.LeastSquares(solve.Column(x), solve.Column(y), solve.FitOptions{})
	if err != nil {
		return l, &lesson.Refusal{Key: "refused.fit", Message: err.Error()}
	}
	w, b := fit.W.At(0, 0), fit.Intercept[0]
	l.Best.L2 = lineAt(objective(in.Points, "l2", 0), w, b)
	l.Best.L1 = leastAbsolute(in.Points)
	huber := objective(in.Points, "huber", in.Delta)
	end, err := solve.Minimize(huber, []float64{w, b}, solve.Minimum{})
	if end.X == nil {
		return l, &lesson.Refusal{Key: "refused.fit", Message: fmt.Sprint(err)}
	}
	l.Best.Huber = lineAt(huber, end.X[0], end.X[1])
	return l, nil
}), func(in LineIn) lesson.Shown {
	return lesson.Shown{Go: `package main

import (
	"fmt"

	"brick/solve"
)

func main() {
` + in.Points.data() + fmt.Sprintf(`	w, b, loss := %v, %v, 0.0
	for i := range x { // L = 1/2n Σ(wx+b−y)²
		r := w*x[i] + b - y[i]
		loss += r * r / float64(2*len(x))
	}
	fmt.Println("this line", loss)
	fit, err := solve.LeastSquares(solve.Column(x), solve.Column(y), solve.FitOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("best line", fit.W.At(0, 0), fit.Intercept[0], fit.Loss)
}
`, in.W, in.B)}
}), LineIn{start, 0.2, 0.8, "l1", 0.5}, LineIn{start, 0.2, 0.8, "huber", 0.5})

// leastAbsolute finds the line of least mean |r|. One of the best lines goes
// through two of the points, as the loss is linear between the lines that do
// (Bloomfield and Steiger, Least Absolute Deviations, 1983); at most 40 points
// have 780 such lines.
func leastAbsolute(p points) Line {
	x, y := p.columns()
	f := objective(p, "l1", 0)
	sorted := slices.Sorted(slices.Values(y))
	best := lineAt(f, 0, sorted[(len(sorted)-1)/2]) // stays where all x are equal
	for i := range x {
		for j := range i {
			if x[i] == x[j] {
				continue
			}
			w := (y[i] - y[j]) / (x[i] - x[j])
			if l := lineAt(f, w, y[i]-w*x[i]); l.Loss < best.Loss {
				best = l
			}
		}
	}
	return best
}

// ValleyIn asks for the loss of many lines.
type ValleyIn struct {
	Points points  `json:"points"`
	Loss   string  `json:"loss"`
	Delta  float64 `json:"delta"`
}

// Check bounds the points.
func (in ValleyIn) Check() error {
	return LineIn{Points: in.Points, Loss: in.Loss, Delta: in.Delta}.Check()
}

// Valley is the loss over w (columns) and b (rows), both from −Span to Span.
type Valley struct {
	Values [][]float64 `json:"values"`
	Span   float64     `json:"span"`
}

const (
	span = 2.5
	side = 31 // lines along each axis
)

// valley is the surface on which every line is a point.
var valley = lesson.Recorded(lesson.Ask("valley", ValleyIn{Points: start, Loss: "l2", Delta: 0.5}, func(_ context.Context, _ *lesson.Session, in ValleyIn) (v Valley, err error) {
	f, grad := objective(in.Points, in.Loss, in.Delta), make([]float64, 2)
	v.Span = span
	for i := range side {
		row := make([]float64, side)
		for j := range row {
			row[j] = f([]float64{spread(j), spread(i)}, grad)
		}
		v.Values = append(v.Values, row)
	}
	return v, nil
}), ValleyIn{start, "l1", 0.5}, ValleyIn{start, "huber", 0.5})

// spread puts grid place i on [−span, span].
func spread(i int) float64 { return span * (2*float64(i)/(side-1) - 1) }
