package fit

import (
	"fmt"
	"math"
	"slices"
)

// A OneFit is the law L(x) = E + A/x^α of some points, x their parameters, tokens or floating-point operations.
type OneFit struct {
	Variable  Variable   `json:"variable"`
	Law       One        `json:"law"`
	Constants []Constant `json:"constants"` // E (where there is a floor), A, alpha
	Quality   Quality    `json:"quality"`
	Singles   []LeftOut  `json:"left_out_points"`
	Points    []Point    `json:"points"`
	Level     float64    `json:"level"`
	Draws     int        `json:"draws"`
	Method    string     `json:"method"`
	Notes     []string   `json:"notes,omitempty"`

	options Options
	fit     *estimate
}

// FitOne finds the law of the points in one variable: at least 4 points of 3 values of it, 3 of 2 without a floor. What else differs
// between the points is the caller's choice: EqualTokens and Frontier choose points for L(N) and L(C). An error says which point or
// option does not fit.
func FitOne(points []Point, v Variable, o Options) (*OneFit, error) {
	f, err := fitOne(points, v, o)
	if err != nil {
		return nil, fmt.Errorf("fit of L(%s): %w", v, err)
	}
	if len(points) > f.fit.m.size()+1 {
		for at, p := range points {
			errs, worst := f.fit.without(func(i int) bool { return i != at })
			f.Singles = append(f.Singles, LeftOut{N: p.N, D: p.D, Errors: errs, Worst: worst})
		}
	}
	return f, nil
}

// fitOne is FitOne without what is left out.
func fitOne(points []Point, v Variable, o Options) (*OneFit, error) {
	if v != Parameters && v != Tokens && v != Compute {
		return nil, fmt.Errorf("the variable is %s, %s or %s", Parameters, Tokens, Compute)
	}
	o, err := o.filled()
	if err != nil {
		return nil, err
	}
	if err := check(points, v); err != nil {
		return nil, err
	}
	x, y := column(points, v), logLoss(points)
	m := newModel(o, x)
	if err := enough(m, points, y, v); err != nil {
		return nil, err
	}
	e := m.estimate(y, sizes(points), o, fmt.Sprintf("L(%s)", v))
	f := &OneFit{
		Variable: v, Law: m.one(e.theta), Quality: e.quality(), Points: slices.Clone(points), Level: o.Level, Draws: o.Draws, Method: method(o),
		options: o, fit: e,
	}
	f.Constants = e.constants(o.Level, []string{"A", "alpha"})
	f.Notes = e.notes(f.Constants, []string{v.words()})
	return f, nil
}

// one is the law that θ stands for.
func (m *model) one(theta []float64) One {
	v := m.natural(theta)
	if !m.floor {
		v = append([]float64{0}, v...)
	}
	return One{E: v[0], A: v[1], Alpha: v[2]}
}

// Predict is the loss of one more run at x. noise is the standard deviation of log L between such runs; 0 takes it from the residuals.
func (f *OneFit) Predict(x, noise float64) (Prediction, error) {
	if !(x > 0 && noise >= 0) || math.IsInf(x+noise, 0) {
		return Prediction{}, fmt.Errorf("prediction for %s = %v and a noise of %v: finite numbers are needed, the first above 0", f.Variable, x, noise)
	}
	if f.fit == nil {
		return Prediction{}, errRead
	}
	return f.fit.predict(f.options, noise, x), nil
}
