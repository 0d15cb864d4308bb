package report

import (
	"math"
	"slices"

	"brick/lab"
)

// A view is an input as the figures and the page look at it.
type view struct {
	Input
	lang    Lang
	family  []lab.Result // what the law is fitted to, in order of size and tokens
	held    []lab.Result // the held-out size
	sizes   []group      // of family, then held
	budgets []group      // of family and held, by tokens
}

// look sorts an input.
func look(in Input, lang Lang) view {
	v := view{Input: in, lang: lang}
	all := of(in.Results, lab.Family)
	for _, r := range all {
		if r.HeldOut {
			v.held = append(v.held, r)
		} else {
			v.family = append(v.family, r)
		}
	}
	v.sizes = grouped(all, params, tokens)
	v.budgets = grouped(all, tokens, params)
	return v
}

// Figures are those that the input has the numbers for, in the order of the page, with words in lang.
func Figures(in Input, lang Lang) []Figure {
	v := look(in, lang)
	var figures []Figure
	for _, make := range []func() (Figure, bool){
		v.verdict, v.byParameters, v.byTokens, v.byCompute, v.isoFLOP, v.surface, v.residuals, v.predicted, v.exponents,
		v.counting, v.skills, v.repeated, v.shape, v.ensemble, v.rates,
	} {
		if f, ok := make(); ok {
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

// both are all results of the family, held-out ones last.
func (v view) both() []lab.Result { return append(slices.Clone(v.family), v.held...) }

// losses is the range of losses of the family and of what is predicted, with room around it.
func (v view) losses() (lo, hi float64) {
	lo, hi = span(v.both(), loss, 1)
	for _, p := range v.Verdict {
		lo, hi = min(lo, p.Lo), max(hi, p.Hi)
	}
	room := math.Pow(hi/lo, 0.06)
	return lo / room / room, hi * room // below stands what was predicted
}

func loss(r lab.Result) float64  { return r.Loss }
func flops(r lab.Result) float64 { return r.FLOPs }

// prediction is what was predicted for a result.
func (v view) prediction(r lab.Result) (Prediction, bool) {
	for _, p := range v.Verdict {
		if p.D == tokens(r) && p.Size == r.Size.Name {
			return p, true
		}
	}
	return Prediction{}, false
}

// headline is the prediction of the held-out size for the most tokens, once that is measured.
func (v view) headline() (best Prediction, ok bool) {
	for _, p := range v.Verdict {
		if p.Measured > 0 && p.D >= best.D {
			best, ok = p, true
		}
	}
	return best, ok
}
