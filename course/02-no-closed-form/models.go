package noclosedform

import (
	"context"
	"fmt"
	"math"

	"brick/course/lesson"
	"brick/solve"
)

// ModelsIn is a model and the points it is to go through.
type ModelsIn struct {
	Model  string    `json:"model"`  // line: a·x + b, or tanh: a·tanh(b·x + c)
	Points []float64 `json:"points"` // x, y, x, y, …
	Start  []float64 `json:"start"`  // a, b, c from which tanh is descended
}

// Check bounds the points and the start.
func (in ModelsIn) Check() error {
	err := lesson.First(lesson.OneOf("model", in.Model, "line", "tanh"), lesson.Within("points", float64(len(in.Points)), 6, 80),
		lesson.Within("points", float64(len(in.Points)%2), 0, 0), lesson.Within("start", float64(len(in.Start)), 3, 3))
	for _, v := range [][]float64{in.Points, in.Start} {
		for _, e := range v {
			err = lesson.First(err, lesson.Within("points", e, -10, 10))
		}
	}
	return err
}

// columns are the points' x and y.
func (in ModelsIn) columns() (x, y []float64) {
	for i := 0; i+1 < len(in.Points); i += 2 {
		x, y = append(x, in.Points[i]), append(y, in.Points[i+1])
	}
	return x, y
}

// Fitted is a model that was fitted.
type Fitted struct {
	Closed bool        `json:"closed"` // there is a formula for its parameters
	Params []float64   `json:"params"` // a, b (and c)
	Loss   float64     `json:"loss"`   // 1/2n Σ(y−f(x))²
	Steps  int         `json:"steps"`  // of descent; 0 for the formula
	Slope  float64     `json:"slope"`  // ‖∇L‖ at the end
	Mirror *Mirror     `json:"mirror"` // of tanh: the same curve, other parameters
	Curve  [][]Pair    `json:"curve"`  // of the fit, and of the start
	Valley [][]float64 `json:"valley"` // of tanh: L over a (columns) and b (rows), c as found, both from −Span to Span
	Span   float64     `json:"span"`
}

// Mirror is a second minimum: tanh is odd, so −a, −b, −c give the same curve.
type Mirror struct {
	Params []float64 `json:"params"`
	Loss   float64   `json:"loss"`
}

// Pair is a point of a curve.
type Pair [2]float64

const valleySize = 41

// models fits a model: by formula where there is one, else by L-BFGS.
var models = lesson.Shows(lesson.Ask("models", ModelsIn{Model: "line", Points: []float64{-2, -1.1, -1.5, -1, -1, -0.9, -0.5, -0.5, 0, 0.1,
	0.5, 0.6, 1, 0.8, 1.5, 1, 2, 0.95}, Start: []float64{0.5, 0.5, 0}}, fitModel), func(in ModelsIn) lesson.Shown {
	x, y := in.columns()
	fit := `fit, err := solve.LeastSquares(solve.Column(x), solve.Column(y), solve.FitOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(fit.W.At(0, 0), fit.Intercept[0], fit.Loss)`
	imports := ""
	if in.Model == "tanh" {
		imports = "\t\"math\"\n"
		fit = fmt.Sprintf(`loss := func(p []float64) (l float64) { // 1/2n Σ(y − a·tanh(bx+c))²
		for i := range x {
			e := y[i] - p[0]*math.Tanh(p[1]*x[i]+p[2])
			l += e * e / float64(2*len(x))
		}
		return l
	}
	end, err := solve.Minimize(solve.NumericGradient(loss), %#v, solve.Minimum{})
	fmt.Println(end.X, end.F, err)`, in.Start)
	}
	return lesson.Shown{Go: fmt.Sprintf(`package main

import (
	"fmt"
%s
	"brick/solve"
)

func main() {
	x := %#v
	y := %#v
	%s
}
`, imports, x, y, fit)}
})

func fitModel(_ context.Context, _ *lesson.Session, in ModelsIn) (f Fitted, err error) {
	xs, ys := in.columns()
	if in.Model == "line" {
		fit, err := solve.LeastSquares(solve.Column(xs), solve.Column(ys), solve.FitOptions{})
		if err != nil {
			return f, &lesson.Refusal{Key: "refused.fit", Message: err.Error()}
		}
		a, b := fit.W.At(0, 0), fit.Intercept[0]
		return Fitted{Closed: true, Params: []float64{a, b}, Loss: fit.Loss, Curve: [][]Pair{curve(func(x float64) float64 { return a*x + b })}}, nil
	}
	loss := func(p, grad []float64) (l float64) {
		clear(grad)
		n := float64(len(xs))
		for i, x := range xs {
			h := math.Tanh(p[1]*x + p[2])
			e := p[0]*h - ys[i]
			l += e * e / (2 * n)
			inner := e * p[0] * (1 - h*h) / n
			grad[0] += e * h / n
			grad[1] += inner * x
			grad[2] += inner
		}
		return l
	}
	end, err := solve.Minimize(loss, in.Start, solve.Minimum{})
	if end.X == nil {
		return f, &lesson.Refusal{Key: "refused.fit", Message: fmt.Sprint(err)}
	}
	f = Fitted{Params: end.X, Loss: end.F, Steps: end.Step, Span: 4}
	for _, g := range end.Grad {
		f.Slope = math.Hypot(f.Slope, g)
	}
	of := func(p []float64) func(float64) float64 {
		return func(x float64) float64 { return p[0] * math.Tanh(p[1]*x+p[2]) }
	}
	f.Curve = [][]Pair{curve(of(end.X)), curve(of(in.Start))}
	mirror, grad := []float64{-end.X[0], -end.X[1], -end.X[2]}, make([]float64, 3)
	f.Mirror = &Mirror{mirror, loss(mirror, grad)}
	for i := range valleySize {
		row := make([]float64, valleySize)
		for j := range row {
			row[j] = loss([]float64{spread(j, f.Span), spread(i, f.Span), end.X[2]}, grad)
		}
		f.Valley = append(f.Valley, row)
	}
	return f, nil
}

// spread puts grid place i on [−span, span].
func spread(i int, span float64) float64 { return span * (2*float64(i)/(valleySize-1) - 1) }

// curve samples f where points may lie.
func curve(f func(float64) float64) (c []Pair) {
	for i := range 121 {
		x := -3 + 6*float64(i)/120
		c = append(c, Pair{x, f(x)})
	}
	return c
}
