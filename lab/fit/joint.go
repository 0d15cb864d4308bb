package fit

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// A JointFit is the joint law of some points, with all that a report says of it.
type JointFit struct {
	Law       Joint      `json:"law"`
	Constants []Constant `json:"constants"` // E (where there is a floor), A, alpha, B, beta, p (where the terms are coupled)
	Exponents []Constant `json:"exponents"` // a and b of the compute-optimal N ∝ C^a, D ∝ C^b: approach 3 of Hoffmann et al. 2022
	Quality   Quality    `json:"quality"`
	Sizes     []LeftOut  `json:"left_out_sizes"`  // a law without any point of a size, tried on that size
	Singles   []LeftOut  `json:"left_out_points"` // the same for each point
	Points    []Point    `json:"points"`
	Level     float64    `json:"level"`  // of all intervals
	Draws     int        `json:"draws"`  // of the bootstrap
	Method    string     `json:"method"` // how it was fitted and how the intervals were found
	Notes     []string   `json:"notes,omitempty"`

	options Options
	fit     *estimate
	laws    []Joint // one a draw
}

// Fit finds the joint law of the points: at least 6 of them (5 without a floor, one more where they are coupled), of at least 3 numbers of parameters and 3 of tokens. It
// is the least Huber loss of log L̂ − log L (Hoffmann et al. 2022, eq. 3). C is not looked at. An error says which point or option does
// not fit.
func Fit(points []Point, o Options) (*JointFit, error) {
	f, err := fitJoint(points, o)
	if err != nil {
		return nil, fmt.Errorf("fit of L(N, D): %w", err)
	}
	f.leaveOut()
	return f, nil
}

// fitJoint is Fit without what is left out.
func fitJoint(points []Point, o Options) (*JointFit, error) {
	o, err := o.filled()
	if err != nil {
		return nil, err
	}
	m, y, err := jointModel(points, o)
	if err != nil {
		return nil, err
	}
	e := m.estimate(y, sizes(points), o, "L(N, D)")
	f := &JointFit{
		Law: m.joint(e.theta), Quality: e.quality(), Points: slices.Clone(points), Level: o.Level, Draws: o.Draws, Method: method(o),
		options: o, fit: e,
	}
	exponents := make([][]float64, o.Draws)
	for i, theta := range e.draws {
		l := m.joint(theta)
		a, b := l.Exponents()
		f.laws, exponents[i] = append(f.laws, l), []float64{a, b}
	}
	names := []string{"A", "alpha", "B", "beta"}
	if m.coupled {
		names = append(names, "p")
	}
	f.Constants = e.constants(o.Level, names)
	a, b := f.Law.Exponents()
	f.Exponents = constants([]string{"a", "b"}, []float64{a, b}, exponents, o.Level)
	f.Notes = e.notes(f.Constants, []string{"parameters", "tokens"})
	if note := together(f.Quality.Residuals, sizes(points)); note != "" && o.SizeNoise == 0 {
		f.Notes = append(f.Notes, note)
	}
	return f, nil
}

// jointModel is the model of checked points, and log L of each.
func jointModel(points []Point, o Options) (*model, []float64, error) {
	if err := check(points, Parameters, Tokens); err != nil {
		return nil, nil, err
	}
	m, y := newModel(o, column(points, Parameters), column(points, Tokens)), logLoss(points)
	return m, y, enough(m, points, y, Parameters, Tokens)
}

// errRead is of a fit that came from JSON, which holds no draws.
var errRead = errors.New("the fit was read from a file, without the draws of its bootstrap: fit its points again, with its options")

// joint is the law that θ stands for.
func (m *model) joint(theta []float64) Joint {
	v := m.natural(theta)
	if !m.floor {
		v = append([]float64{0}, v...)
	}
	l := Joint{E: v[0], A: v[1], Alpha: v[2], B: v[3], Beta: v[4]}
	if m.coupled {
		l.P = v[5]
	}
	return l
}

// leaveOut fills Sizes and Singles, as far as the rest is enough for a fit.
func (f *JointFit) leaveOut() {
	if sizes := distinct(column(f.Points, Parameters)); len(sizes) > 3 {
		for _, n := range sizes {
			kept := 0
			for _, p := range f.Points {
				if p.N != n {
					kept++
				}
			}
			if kept <= f.fit.m.size() {
				continue
			}
			errs, worst := f.fit.without(func(i int) bool { return f.Points[i].N != n })
			f.Sizes = append(f.Sizes, LeftOut{N: n, Errors: errs, Worst: worst})
		}
	}
	if len(f.Points) <= f.fit.m.size()+1 {
		return
	}
	f.Singles = make([]LeftOut, len(f.Points))
	each(len(f.Points), func(at int) {
		errs, worst := f.fit.without(func(i int) bool { return i != at })
		f.Singles[at] = LeftOut{N: f.Points[at].N, D: f.Points[at].D, Errors: errs, Worst: worst}
	})
}

// Predict is the loss of one more run of n parameters and d tokens. noise is the standard deviation of log L between such runs, measured
// with other seeds for instance; 0 takes it from the residuals.
func (f *JointFit) Predict(n, d, noise float64) (Prediction, error) {
	if !(n > 0 && d > 0 && noise >= 0) || math.IsInf(n+d+noise, 0) {
		return Prediction{}, fmt.Errorf("prediction for %v parameters, %v tokens and a noise of %v: finite numbers are needed, the first two above 0", n, d, noise)
	}
	if f.fit == nil {
		return Prediction{}, errRead
	}
	return f.fit.predict(f.options, noise, n, d), nil
}
