package lab

import (
	"fmt"
	"math"
	"strings"
)

// A ProbeFinding is how near to their best rate the family's sizes are trained.
type ProbeFinding struct {
	Sizes    []Probed `json:"sizes"`
	Missing  []string `json:"missing,omitempty"`
	Sentence Sentence `json:"sentence"`
}

// A Probed is one size with several learning rates.
type Probed struct {
	Size   string    `json:"size"`
	Tokens int       `json:"tokens"`
	Rates  []float64 `json:"rates"` // rising
	Losses []float64 `json:"losses"`
	Rule   float64   `json:"rule"`           // the family's rate
	Best   float64   `json:"best"`           // the rate of least loss
	Excess float64   `json:"excess"`         // by what share the rule's loss is above the least
	Edge   bool      `json:"edge,omitempty"` // no parabola has its minimum among the rates: the best that was tried is told, and there may be better
}

// FindProbes tells how far the rule's rate is from the best; nil if it was not planned. Through the losses y₋, y₀, y₊ at ½, 1 and 2
// times the rate goes a parabola in x = log₂ of the factor:
//
//	κ = (y₋ + y₊)/2 − y₀    s = (y₊ − y₋)/2    x* = −s/2κ    y* = y₀ − s²/4κ
func FindProbes(planned []Trial, results []Result) *ProbeFinding {
	groups := groupsOf(Probe, planned, results)
	if len(groups) == 0 {
		return nil
	}
	f := new(ProbeFinding)
	var en, zh []string
	for _, g := range groups {
		f.Missing = append(f.Missing, g.missing...)
		if g.first == nil || len(g.results) != len(probed) || len(g.trials) != len(probed) {
			continue
		}
		p := Probed{Size: g.base.Size.Name, Tokens: g.base.Tokens, Rule: g.first.Rate,
			Rates: []float64{g.results[0].Rate, g.first.Rate, g.results[1].Rate}, Losses: []float64{g.results[0].Loss, g.first.Loss, g.results[1].Loss}}
		p.vertex()
		f.Sizes = append(f.Sizes, p)
		if p.Edge {
			en = append(en, fmt.Sprintf("for %s the best of the rates tried is %.2g times the rule's and there may be better beyond; the rule costs %.2g %% of loss", p.Size, p.Best/p.Rule, 100*p.Excess))
			zh = append(zh, fmt.Sprintf("%s：所试之中最好的是规则的 %.2g 倍，更外侧或许更好，规则使损失高出 %.2g %%", p.Size, p.Best/p.Rule, 100*p.Excess))
			continue
		}
		en = append(en, fmt.Sprintf("for %s the best rate is %.2g times the rule's, which costs %.2g %% of loss", p.Size, p.Best/p.Rule, 100*p.Excess))
		zh = append(zh, fmt.Sprintf("%s：最佳学习率是规则的 %.2g 倍，规则使损失高出 %.2g %%", p.Size, p.Best/p.Rule, 100*p.Excess))
	}
	if len(f.Sizes) == 0 {
		f.Sentence = waiting("Learning rates", "学习率", f.Missing)
		return f
	}
	f.Sentence = Sentence{"Learning rates: " + strings.Join(en, "; ") + ".", "学习率：" + strings.Join(zh, "；") + "。"}.lacking(f.Missing)
	return f
}

// vertex finds the least loss of three.
func (p *Probed) vertex() {
	y := p.Losses
	κ, s := (y[0]+y[2])/2-y[1], (y[2]-y[0])/2
	if x := -s / (2 * κ); κ > 0 && math.Abs(x) <= 1 {
		p.Best = p.Rule * math.Exp2(x)
		p.Excess = y[1]/(y[1]-s*s/(4*κ)) - 1
		return
	}
	p.Edge = true
	best := 0
	for i := range y {
		if y[i] < y[best] {
			best = i
		}
	}
	p.Best, p.Excess = p.Rates[best], y[1]/y[best]-1
}
