package report

import (
	"math"

	"brick/lab"
)

// Figures are those that the input has the numbers for, in the order of the page, with words in lang.
func Figures(in Input, lang Lang) ([]Figure, error) {
	v, err := look(in, lang)
	if err != nil {
		return nil, err
	}
	return v.figures(), nil
}

func (v view) figures() []Figure {
	var figures []Figure
	for _, make := range []func() (Figure, bool){
		v.verdict, v.byParameters, v.byTokens, v.byCompute, v.isoFLOP, v.surface, v.residuals, v.predicted, v.exponents,
		v.counting, v.skills, v.repeated, v.shape, v.ensemble, v.rates,
	} {
		if f, ok := make(); ok {
			if f.Caption == "" {
				f.Caption = v.say("caption." + f.ID)
			}
			figures = append(figures, f)
		}
	}
	return figures
}

// span is the range of f over results, widened by a factor.
func span(results []lab.Result, f func(lab.Result) float64, widen float64) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, r := range results {
		lo, hi = min(lo, f(r)), max(hi, f(r))
	}
	return lo / widen, hi * widen
}

// falls is whether the loss falls from first to last in every group.
func falls(groups []group) bool {
	for _, g := range groups {
		if len(g.results) > 1 && g.results[len(g.results)-1].Loss >= g.results[0].Loss {
			return false
		}
	}
	return true
}

// losses is the range of losses of the family and of what is predicted, with room around it.
func (v view) losses() (lo, hi float64) {
	lo, hi = span(v.both(), loss, 1)
	for _, p := range v.forecasts {
		if p.lo > lo/2 && p.hi < 2*hi { // wider ones are cut off
			lo, hi = min(lo, p.lo), max(hi, p.hi)
		}
	}
	room := math.Pow(hi/lo, 0.06)
	return lo / room / room, hi * room // below stands what was predicted
}

// forecast is what was predicted for a result.
func (v view) forecast(r lab.Result) (forecast, bool) {
	for _, f := range v.forecasts {
		if f.trial == r.ID {
			return f, true
		}
	}
	return forecast{}, false
}
