package report

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"brick/lab"
	"brick/lab/fit"
)

// Input is all that a page is made of. A Plan is needed; what is missing of the rest is said to be missing.
type Input struct {
	Plan       *lab.Plan
	Results    []lab.Result    // of the trials that are done
	Prediction *lab.Prediction // with the law; nil before it is written down
	Findings   lab.Findings    // of the studies
}

// Load reads what is there of a sweep, done or not, from its folder.
func Load(dir string) (Input, error) {
	s, err := lab.Open(dir, lab.Options{})
	if err != nil {
		return Input{}, err
	}
	all, err := s.Summary()
	return Input{Plan: all.Plan, Results: all.Results, Prediction: all.Prediction, Findings: all.Findings}, err
}

// A forecast is a loss that was written down before it was measured.
type forecast struct {
	trial        string
	n, d         float64
	loss, lo, hi float64
	measured     float64 // 0 before it is measured
}

// err is what the forecast missed by, as a share of what was measured.
func (f forecast) err() float64 { return (f.measured - f.loss) / f.measured }

// A view is an input as the figures and the page look at it.
type view struct {
	Input
	lang       Lang
	inner      bool       // N counts parameters without the embedding
	law        *fit.Joint // nil before the prediction
	fitted     *fit.JointFit
	other      *fit.Joint   // with N counted the other way
	noise      float64      // standard deviation of log L between seeds; 0 unknown
	family     []lab.Result // what the law is fitted to, in order of size and tokens
	held       []lab.Result // of the held-out size
	sizes      []group      // of family, then held
	budgets    []group      // of family and held, by tokens
	forecasts  []forecast   // by tokens
	approaches []approach
	profiles   []fit.Profile // of approach 2, some of them
}

// look sorts an input.
func look(in Input, lang Lang) (view, error) {
	if in.Plan == nil {
		return view{}, errors.New("report: there is no plan: want that of a sweep")
	}
	if lang != English && lang != Chinese {
		return view{}, fmt.Errorf("report: there is no page in the language %q; want en or zh", lang)
	}
	v := view{Input: in, lang: lang}
	all := of(in.Results, lab.Family)
	for _, r := range all {
		if r.HeldOut {
			v.held = append(v.held, r)
		} else {
			v.family = append(v.family, r)
		}
	}
	if p := in.Prediction; p != nil && p.Law != nil && p.Law.Joint != nil {
		v.fitted, v.law = p.Law.Joint, &p.Law.Joint.Law
		v.inner, v.noise = p.Law.Counted == lab.CountBody, p.Law.Noise
		if p.Law.Other != nil {
			v.other = &p.Law.Other.Law
		}
		for _, row := range p.Rows {
			f := forecast{row.Trial, float64(row.N), float64(row.Tokens), row.Loss, row.Low, row.High, 0}
			for _, r := range v.held {
				if r.ID == row.Trial {
					f.measured = r.Loss
				}
			}
			v.forecasts = append(v.forecasts, f)
		}
		slices.SortStableFunc(v.forecasts, func(a, b forecast) int { return cmp.Compare(a.d, b.d) })
	}
	v.sizes = grouped(all, params, tokens)
	v.budgets = grouped(all, tokens, params)
	order := func(a, b lab.Result) int {
		return cmp.Or(cmp.Compare(params(a), params(b)), cmp.Compare(tokens(a), tokens(b)))
	}
	slices.SortStableFunc(v.family, order)
	slices.SortStableFunc(v.held, order)
	v.allocate()
	return v, nil
}

// headline is the forecast of the most tokens, once that is measured.
func (v view) headline() (best forecast, ok bool) {
	for _, f := range v.forecasts {
		if f.measured > 0 && f.d >= best.d {
			best, ok = f, true
		}
	}
	return best, ok
}

// both are all results of the family, held-out ones last.
func (v view) both() []lab.Result { return append(slices.Clone(v.family), v.held...) }

// basis names how parameters are counted: "all", or "inner", without the embedding.
func (v view) basis() string {
	if v.inner {
		return "inner"
	}
	return "all"
}

// n is the N of the law for a result.
func (v view) n(r lab.Result) float64 {
	if v.inner {
		return inner(r)
	}
	return params(r)
}

// constant is one of the fit's, by its name; zero if there is none.
func (v view) constant(name string) fit.Constant {
	for _, c := range v.fitted.Constants {
		if c.Name == name {
			return c
		}
	}
	return fit.Constant{Name: name}
}

// A group is the results that share a size or a number of tokens.
type group struct {
	key     float64 // parameters, or tokens
	results []lab.Result
}

// grouped sorts results into groups of one key, and both by size.
func grouped(results []lab.Result, key, order func(lab.Result) float64) []group {
	sorted := slices.Clone(results)
	slices.SortStableFunc(sorted, func(a, b lab.Result) int {
		return cmp.Or(cmp.Compare(key(a), key(b)), cmp.Compare(order(a), order(b)))
	})
	var groups []group
	for _, r := range sorted {
		if k := key(r); len(groups) == 0 || groups[len(groups)-1].key != k {
			groups = append(groups, group{key: k})
		}
		g := &groups[len(groups)-1]
		g.results = append(g.results, r)
	}
	return groups
}

// What results are sorted and drawn by.
func params(r lab.Result) float64 { return float64(r.Size.Params) }
func inner(r lab.Result) float64  { return float64(r.Size.NonEmbedding) }
func tokens(r lab.Result) float64 { return float64(r.Tokens) }
func loss(r lab.Result) float64   { return r.Loss }
func flops(r lab.Result) float64  { return r.FLOPs }

// of keeps the results of a study that can be drawn: a file may hold any numbers.
func of(results []lab.Result, study lab.Study) []lab.Result {
	return slices.DeleteFunc(slices.Clone(results), func(r lab.Result) bool {
		ok := r.Loss > 0 && !math.IsInf(r.Loss, 0) && r.Size.Params > 0 && r.Size.NonEmbedding > 0 && r.Tokens > 0 && r.FLOPs > 0 && !math.IsInf(r.FLOPs, 0)
		return r.Study != study || !ok
	})
}
