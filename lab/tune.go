package lab

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"strings"

	"gonum.org/v1/gonum/stat"
)

// tunedDepths are the sizes at which learning rates are looked for, unless others are asked for.
var tunedDepths = []int{1, 2, 3, 4}

// tunedRates are tried at each size, as multiples of the rule's.
var tunedRates = []float64{0.25, 0.5, 1, 2, 4}

// A Tuned is the learning rate's rule as it was measured: LR·(N/At)^−Gamma at steps of Batch tokens, N parameters without the embedding.
type Tuned struct {
	Rule  Rule     `json:"rule"`  // with the measured LR and Gamma
	Sizes []Probed `json:"sizes"` // each with the rates that were tried, their losses, and the best by a parabola in log rate
	Rates []int    `json:"n"`     // N of each size
}

// rates are the trials of a tuning.
func (p *Plan) rates() (out []Trial) {
	steps := p.Steps
	for _, size := range p.Sizes {
		for _, f := range tunedRates {
			t := Trial{ID: fmt.Sprintf("tune-%s-x%g", size.Name, f), Study: Probe, Size: size, Seed: p.Seed, Rate: size.Rate * f, Batch: p.Batch, Steps: steps}
			t.Decay = max(int(math.Round(p.Rule.Decay*float64(steps))), 1)
			t.Tokens = steps * p.Batch * p.Text.Context
			t.Unique = min(t.Tokens, p.Text.Train)
			out = append(out, t)
		}
	}
	return out
}

// Tune finds the best rate of each size from results of all of a tuning's trials, and the power law through them by least squares in
// logarithms. It errs where a best rate lies at the edge of those tried for so many sizes that less than two are left.
func Tune(p *Plan, list []Result) (*Tuned, error) {
	t := &Tuned{Rule: p.Rule}
	var x, y []float64
	for i, size := range p.Sizes {
		all := list[i*len(tunedRates) : (i+1)*len(tunedRates)]
		best := 0
		for k, r := range all {
			if r.Loss < all[best].Loss {
				best = k
			}
		}
		mid := min(max(best, 1), len(all)-2)
		found := Probed{Size: size.Name, Tokens: all[0].Tokens, Rule: all[mid].Rate}
		for _, r := range all[mid-1 : mid+2] {
			found.Rates, found.Losses = append(found.Rates, r.Rate), append(found.Losses, r.Loss)
		}
		found.vertex()
		found.Rates, found.Losses, found.Rule = nil, nil, size.Rate
		least := math.Inf(1)
		for _, r := range all {
			found.Rates, found.Losses = append(found.Rates, r.Rate), append(found.Losses, r.Loss)
			least = min(least, r.Loss)
		}
		found.Excess = all[len(all)/2].Loss/least - 1
		t.Sizes, t.Rates = append(t.Sizes, found), append(t.Rates, size.NonEmbedding)
		if !found.Edge {
			x, y = append(x, math.Log(float64(size.NonEmbedding)/p.Rule.At)), append(y, math.Log(found.Best))
		}
	}
	if len(x) < 2 {
		return t, fmt.Errorf("lab: the best learning rate lies among those tried for %d sizes; a rule needs 2: try again from a rule with another lr", len(x))
	}
	level, slope := stat.LinearRegression(x, y, nil, false)
	t.Rule.LR, t.Rule.Gamma, t.Rule.Batch = round(math.Exp(level), 3), round(-slope, 3), float64(p.Batch*p.Text.Context)
	return t, nil
}

const ruleFile = "rule.json"

// tuned writes rule.json, which other sweeps take by --rule.
func (s *Sweep) tuned() error {
	list, err := s.Results()
	if err != nil {
		return err
	}
	t, err := Tune(s.Plan, list)
	if err == nil {
		err = t.Rule.check()
	}
	if err != nil {
		return err
	}
	if err := writeJSON(filepath.Join(s.Dir, ruleFile), t.Rule); err != nil {
		return err
	}
	return writeJSON(filepath.Join(s.Dir, "tuned.json"), t)
}

// Tuned is what a tuning found, nil before its end.
func (s *Sweep) Tuned() (t *Tuned, err error) {
	err = readJSON(filepath.Join(s.Dir, "tuned.json"), &t)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return t, err
}

// String is a table of the rates, and the rule.
func (t *Tuned) String() string {
	var b strings.Builder
	for i, s := range t.Sizes {
		fmt.Fprintf(&b, "%-5s %9s parameters without embedding:", s.Size, count(float64(t.Rates[i])))
		for k := range s.Rates {
			fmt.Fprintf(&b, "  %.3g %.4f", s.Rates[k], s.Losses[k])
		}
		fmt.Fprintf(&b, "  best %.3g", s.Best)
		if s.Edge {
			fmt.Fprint(&b, " (at the edge of those tried: not used)")
		}
		fmt.Fprintln(&b)
	}
	fmt.Fprintf(&b, "learning rate %.3g·(N/%.3g)^−%.3g at steps of %s tokens, and as the root of that\n", t.Rule.LR, t.Rule.At, t.Rule.Gamma, count(t.Rule.Batch))
	return b.String()
}
