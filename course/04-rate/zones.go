package rate

import (
	"context"
	"fmt"
	"math"

	"brick/course/lesson"
	"brick/solve"
)

// GroundIn is what is descended.
type GroundIn struct {
	Kind      string  `json:"kind"`      // bowl, or line: the loss of a line through ten points
	Max       float64 `json:"max"`       // of the bowl: its largest curvature
	Condition float64 `json:"condition"` // of the bowl: largest over smallest curvature
	Scale     float64 `json:"scale"`     // of the line: the unit of x, that all x are multiplied by
}

// Check bounds it.
func (in GroundIn) Check() error {
	return lesson.First(lesson.OneOf("kind", in.Kind, "bowl", "line"), lesson.Within("max", in.Max, 0.05, 20),
		lesson.Within("condition", in.Condition, 1, 200), lesson.Within("scale", in.Scale, 0.1, 5))
}

// Ground is its map.
type Ground struct {
	Values [][]float64 `json:"values"` // rows from y = −Span on
	Span   float64     `json:"span"`
	Bottom Pair        `json:"bottom"`
}

const (
	span = 3.0
	side = 31
)

// xs and ys are the points of the line.
var (
	xs = []float64{-1.1, -0.8, -0.5, -0.3, 0.1, 0.3, 0.6, 0.8, 1.1, 1.4}
	ys = []float64{-1.4, -0.6, -0.9, 0.1, -0.1, 0.8, 0.5, 1.2, 1.0, 1.9}
)

// function is the ground as something to descend, with its lowest point.
//
//	bowl  f = ½λ(u² + v²/κ), u and v = (x, y) turned by 30°
//	line  f = 1/2n Σ(w·s·xᵢ + b − yᵢ)², of (w, b)
func (in GroundIn) function() (f solve.Objective, bottom Pair, err error) {
	if in.Kind == "line" {
		x := make([]float64, len(xs))
		for i := range xs {
			x[i] = in.Scale * xs[i]
		}
		fit, err := solve.LeastSquares(solve.Column(x), solve.Column(ys), solve.FitOptions{})
		if err != nil {
			return nil, bottom, err
		}
		return func(p, grad []float64) (l float64) {
			n := float64(len(x))
			grad[0], grad[1] = 0, 0
			for i := range x {
				r := p[0]*x[i] + p[1] - ys[i]
				l += r * r / (2 * n)
				grad[0] += r * x[i] / n
				grad[1] += r / n
			}
			return l
		}, Pair{fit.W.At(0, 0), fit.Intercept[0]}, nil
	}
	s, c := math.Sincos(math.Pi / 6)
	return func(p, grad []float64) float64 {
		u, v := c*p[0]+s*p[1], c*p[1]-s*p[0]
		gu, gv := in.Max*u, in.Max/in.Condition*v
		grad[0], grad[1] = c*gu-s*gv, s*gu+c*gv
		return (u*gu + v*gv) / 2
	}, Pair{}, nil
}

var first = GroundIn{Kind: "bowl", Max: 1, Condition: 6, Scale: 1}

// ground is the map that the walk is drawn on.
var ground = lesson.Ask("ground", first, func(_ context.Context, _ *lesson.Session, in GroundIn) (g Ground, err error) {
	f, bottom, err := in.function()
	if err != nil {
		return g, err
	}
	g.Span, g.Bottom = span, bottom
	grad := make([]float64, 2)
	for i := range side {
		row := make([]float64, side)
		for j := range row {
			row[j] = f([]float64{spread(j), spread(i)}, grad)
		}
		g.Values = append(g.Values, row)
	}
	return g, nil
})

// spread puts grid place i on [−span, span].
func spread(i int) float64 { return span * (2*float64(i)/(side-1) - 1) }

// ZonesIn is a descent with a learning rate.
type ZonesIn struct {
	GroundIn
	Rate float64 `json:"rate"` // α
	X    float64 `json:"px"`   // where it starts
	Y    float64 `json:"py"`
}

// Check bounds the ground, the rate and the start.
func (in ZonesIn) Check() error {
	return lesson.First(in.GroundIn.Check(), lesson.Within("rate", in.Rate, 1e-3, 100), lesson.Within("px", in.X, -span, span), lesson.Within("py", in.Y, -span, span))
}

// Zones is where rates settle, ring and run away, and what this one does.
type Zones struct {
	Max      float64    `json:"max"` // λmax, by power iteration
	Min      float64    `json:"min"`
	Products int        `json:"products"` // Hessian-vector products that took
	One      float64    `json:"one"`      // 1/λmax
	Limit    float64    `json:"limit"`    // 2/λmax
	Best     float64    `json:"best"`     // 2/(λmin + λmax)
	Zone     string     `json:"zone"`     // of the rate: steady, ringing, diverging
	Seen     string     `json:"seen"`     // what the walk did
	Factor   float64    `json:"factor"`   // 1 − αλmax
	Slow     float64    `json:"slow"`     // 1 − αλmin
	Path     []Pair     `json:"path"`
	Sides    []Pair     `json:"sides"`    // step, and the error along the steepest direction
	Foretold []Pair     `json:"foretold"` // the same by the first error and the factor
	Try      [3]float64 `json:"try"`      // a rate of each zone
}

const shownSteps = 40

// zones measures the curvature, says what the rate will do, and does it.
var zones = lesson.Recorded(lesson.Shows(lesson.Ask("zones", ZonesIn{first, 0.5, -2.2, 1.8}, func(_ context.Context, _ *lesson.Session, in ZonesIn) (z Zones, err error) {
	f, bottom, err := in.function()
	if err != nil {
		return z, err
	}
	b, err := solve.StepLimit(f, bottom[:], solve.PowerOptions{})
	if err != nil {
		return z, err
	}
	z.Max, z.Min, z.Products = b.Spectrum.Max, b.Spectrum.Min, b.Spectrum.Products
	z.One, z.Limit, z.Best, z.Zone = b.Limit/2, b.Limit, b.Best, zone(in.Rate, b)
	z.Factor, z.Slow = 1-in.Rate*z.Max, 1-in.Rate*z.Min
	z.Try = [3]float64{0.5 / z.Max, 1.7 / z.Max, 2.1 / z.Max}
	steep := steepest(f, bottom, b.Spectrum)
	var errs []float64
	for p, e := range solve.Descend(f, []float64{in.X, in.Y}, solve.Descent{Rate: in.Rate, MaxSteps: shownSteps}) {
		if e != nil {
			break // where it stops is drawn, too
		}
		c := steep[0]*(p.X[0]-bottom[0]) + steep[1]*(p.X[1]-bottom[1])
		z.Path, errs = append(z.Path, Pair{p.X[0], p.X[1]}), append(errs, c)
		z.Sides = append(z.Sides, Pair{float64(p.Step), c})
		z.Foretold = append(z.Foretold, Pair{float64(p.Step), errs[0] * math.Pow(z.Factor, float64(p.Step))})
	}
	z.Seen = behaviour(errs)
	return z, nil
}), func(in ZonesIn) lesson.Shown {
	f := fmt.Sprintf(`func(p, grad []float64) float64 { // f = ½λ(u² + v²/κ), u and v turned by 30°
		s, c := math.Sincos(math.Pi / 6)
		u, v := c*p[0]+s*p[1], c*p[1]-s*p[0]
		gu, gv := %v*u, %v*v
		grad[0], grad[1] = c*gu-s*gv, s*gu+c*gv
		return (u*gu + v*gv) / 2
	}`, in.Max, in.Max/in.Condition)
	imports := "\t\"fmt\"\n\t\"math\"\n"
	if in.Kind == "line" {
		imports = "\t\"fmt\"\n"
		f = fmt.Sprintf(`func(p, grad []float64) (l float64) { // f = 1/2n Σ(w·s·x + b − y)²
		x, y := %#v, %#v
		n := float64(len(x))
		grad[0], grad[1] = 0, 0
		for i := range x {
			r := p[0]*%v*x[i] + p[1] - y[i]
			l += r * r / (2 * n)
			grad[0] += r * %v * x[i] / n
			grad[1] += r / n
		}
		return l
	}`, xs, ys, in.Scale, in.Scale)
	}
	return lesson.Shown{Go: fmt.Sprintf(`package main

import (
%s
	"brick/solve"
)

func main() {
	f := %s
	b, err := solve.StepLimit(f, []float64{0, 0}, solve.PowerOptions{}) // the curvature is the same everywhere
	fmt.Println("λmax", b.Spectrum.Max, "steady below", b.Limit/2, "diverging from", b.Limit, err)
	for p, err := range solve.Descend(f, []float64{%v, %v}, solve.Descent{Rate: %v, MaxSteps: %d}) {
		fmt.Println(p.Step, p.X, p.F, err)
	}
}
`, imports, f, in.X, in.Y, in.Rate, shownSteps)}
}), ZonesIn{first, 1.7, -2.2, 1.8}, ZonesIn{first, 2.1, -2.2, 1.8})

// steepest is the direction of length 1 along which the Hessian's eigenvalue is
// the largest: H − λmin·I takes every vector there. In a round bowl any will do.
func steepest(f solve.Objective, at Pair, s solve.Spectrum) Pair {
	h := solve.HessianAt(f, at[:])
	best, size := Pair{1, 0}, 0.0
	for _, e := range []Pair{{1, 0}, {0, 1}} {
		hv := make([]float64, 2)
		h(e[:], hv)
		v := Pair{hv[0] - s.Min*e[0], hv[1] - s.Min*e[1]}
		if n := math.Hypot(v[0], v[1]); n > size && n > 1e-6*s.Max {
			best, size = Pair{v[0] / n, v[1] / n}, n
		}
	}
	return best
}
