package report

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"brick/lab"
)

// method says how the numbers came about.
func (v view) method() (texts []string) {
	if len(v.family) > 0 {
		key, decay := "method.apart", 0.0
		for _, r := range v.family {
			if r.Trunk != "" {
				key = "method.schedule"
			}
			if r.Steps > 0 {
				decay = float64(r.Decay) / float64(r.Steps)
			}
		}
		r := v.Plan.Rule
		texts = append(texts, v.say("method.rule", r.Width, r.Head, r.FFUnit, optimizer(r), digits(r.LR), short(r.At), digits(r.Gamma), short(r.Batch), v.Plan.Batch, v.Plan.Text.Context, v.Plan.Warmup), v.say(key, shareText(decay)))
	}
	texts = append(texts, v.say("method.evaluation", short(float64(v.Plan.Eval*lab.EvalBatch*v.Plan.Text.Context))), v.say("method.fit", v.draws()))
	worst := 0.0
	for _, g := range v.sizes {
		if s := g.results[0].Size; s.FLOPs > 0 {
			worst = max(worst, math.Abs(float64(s.Formula)/float64(s.FLOPs)-1))
		}
	}
	texts = append(texts, v.say("method.flops", shareText(worst)))
	if p := v.Prediction; p != nil {
		texts = append(texts, v.say("method.order", p.At.UTC().Format("2006-01-02 15:04:05 UTC")))
	}
	return texts
}

// optimizer is a rule's, with its settings.
func optimizer(r lab.Rule) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(r.Settings)) {
		list = append(list, fmt.Sprintf("%s %v", name, r.Settings[name]))
	}
	if list == nil {
		return r.Optimizer
	}
	return r.Optimizer + " (" + strings.Join(list, ", ") + ")"
}

// draws is how many the bootstrap made.
func (v view) draws() int {
	if v.fitted == nil {
		return 1000
	}
	return v.fitted.Draws
}

// limits says what is not to be concluded.
func (v view) limits() (texts []string) {
	if v.law != nil && len(v.family) > 0 {
		lo, hi := span(v.family, v.n, 1)
		dLo, dHi := span(v.family, tokens, 1)
		if len(v.held) > 0 {
			texts = append(texts, v.say("limit.extrapolate", short(lo), short(hi), short(dLo), short(dHi), short(v.n(v.held[0]))))
		} else {
			texts = append(texts, v.say("limit.fitted", short(lo), short(hi), short(dLo), short(dHi)))
		}
		for i, c := range v.fitted.Constants {
			if c.Note != "" && v.interval(c.Interval) != "–" { // of an E that is 0 the answer speaks
				texts = append(texts, v.say("limit.constant", v.constants()[i].Symbol, v.interval(c.Interval)))
			}
		}
	}
	texts = append(texts, v.say("limit.text"), v.say("limit.small"))
	if slices.ContainsFunc(v.family, func(r lab.Result) bool { return r.Trunk != "" }) {
		texts = append(texts, v.say("limit.trunk"))
	}
	epochs := 0.0
	for _, r := range v.both() {
		epochs = max(epochs, tokens(r)/float64(max(r.Unique, 1)))
	}
	if t := v.Plan.Text; v.Plan.Limited != "" {
		_, longest := span(v.both(), tokens, 1)
		texts = append(texts, v.say("limit.data", short(float64(t.Train)), digits(v.Plan.Epochs), short(longest), short(v.Plan.Reach)))
	}
	switch {
	case epochs > 1.001:
		texts = append(texts, v.say("limit.epochs", digits(epochs)))
	case epochs > 0:
		texts = append(texts, v.say("limit.fresh"))
	}
	return texts
}
