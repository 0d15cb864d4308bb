package fit

import (
	"fmt"
	"math"
)

// natural are θ's constants as the law is written: E (where there is a floor), then A and α of each term, then p of coupled ones.
func (m *model) natural(theta []float64) []float64 {
	const none = 1e-4 // a floor below this share of the loss is none: log E runs off to −∞ then, and stops anywhere
	v, first := append([]float64(nil), theta...), m.first()
	if m.floor {
		v[0] = math.Exp(theta[0])
		terms := 0.0
		for k := range m.x {
			terms += math.Exp(theta[first+2*k])
		}
		if v[0] < none*terms {
			v[0] = 0
		}
	}
	for k, centre := range m.centre {
		a, alpha := theta[first+2*k], theta[first+2*k+1]
		v[first+2*k] = representable(math.Exp(a + alpha*centre)) // A·x^−α = exp(a − α·(log x − centre))
	}
	if last := m.size() - 1; m.coupled {
		v[last] = representable(math.Exp(theta[last]))
	}
	return v
}

// constants are the law's, by the names of those after E.
func (e *estimate) constants(level float64, names []string) []Constant {
	if e.m.floor {
		names = append([]string{"E"}, names...)
	}
	draws := make([][]float64, len(e.draws))
	for i, theta := range e.draws {
		draws[i] = e.m.natural(theta)
	}
	return constants(names, e.m.natural(e.theta), draws, level)
}

// constants have their values and the intervals of the draws (draws, constants).
func constants(names []string, values []float64, draws [][]float64, level float64) []Constant {
	alone, together := bands(draws, level)
	c := make([]Constant, len(names))
	for j := range c {
		c[j] = Constant{Name: names[j], Value: values[j], Interval: alone[j], All: together[j]}
	}
	return c
}

// notes say in words, here and beside the constants, what the points do not tell; variables are the terms' names.
func (e *estimate) notes(c []Constant, variables []string) []string {
	var notes []string
	say := func(j int, format string, args ...any) {
		c[j].Note = fmt.Sprintf(format, args...)
		notes = append(notes, c[j].Note)
	}
	first := e.m.first()
	if e.m.floor {
		lowest := math.Inf(1)
		for _, y := range e.y {
			lowest = min(lowest, math.Exp(y))
		}
		if c[0].Interval.Low < 0.05*lowest {
			say(0, "E is not identified: a floor anywhere from %.3g to %.3g fits these points; more or larger runs are needed to see it",
				c[0].Interval.Low, c[0].Interval.High)
		}
	}
	for k, name := range variables {
		a, alpha := first+2*k, first+2*k+1
		switch i := c[alpha].Interval; {
		case c[alpha].Value <= 0:
			say(alpha, "%s = %.3g: the loss does not fall with more %s in these points", c[alpha].Name, c[alpha].Value, name)
		case i.Low <= 0:
			say(alpha, "%s is not identified: its interval, %.3g to %.3g, holds 0, so the points do not tell whether more %s lower the loss",
				c[alpha].Name, i.Low, i.High, name)
		case i.High > 3*i.Low:
			say(alpha, "%s is known only within a factor of %.1f, %.3g to %.3g: more values of %s, or less noise, are needed",
				c[alpha].Name, i.High/i.Low, i.Low, i.High, name)
		}
		switch i := c[a].Interval; {
		case i.High > 1e6*i.Low:
			say(a, "%s is not identified: it follows %s", c[a].Name, c[alpha].Name)
		case i.High > 100*i.Low:
			say(a, "%s is known only within a factor of %.0f: it follows %s, so tell laws apart by their losses", c[a].Name, i.High/i.Low, c[alpha].Name)
		}
	}
	return notes
}

// method says how a fit was made.
func method(o Options) string {
	return fmt.Sprintf("least Huber loss (δ = %g) of log L̂ − log L by L-BFGS from a grid of exponents; "+
		"intervals of %g %% by a parametric bootstrap of %d draws (percentiles), "+
		"noise normal in log L and its size itself uncertain", o.Delta, 100*o.Level, o.Draws)
}
