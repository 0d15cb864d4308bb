package lab

import (
	"fmt"
	"math"
	"strings"
	"time"

	"brick/bench"
)

// A Plan is all that a sweep will do. It is written once; everything after follows from it.
type Plan struct {
	Version int           `json:"version"`
	Name    string        `json:"name"`
	Made    time.Time     `json:"made"`
	Machine bench.Machine `json:"machine"`
	Command []string      `json:"command,omitempty"` // that asked for it
	Text    Text          `json:"text"`
	Rule    Rule          `json:"rule"`
	Seed    uint64        `json:"seed"`
	Budget  Budget        `json:"budget"`
	Epochs  float64       `json:"epochs"`          // the text is seen at most so often
	Draws   int           `json:"draws,omitempty"` // of the intervals\' bootstrap; 0 means what lab/fit does
	Share   float64       `json:"studies"`         // of the budget, for all that is not the family
	Batch   int           `json:"batch"`           // examples a step
	Steps   int           `json:"steps"`           // of the longest
	Warmup  int           `json:"warmup"`          // steps
	Eval    int           `json:"eval"`            // batches of EvalBatch examples that a trial is measured on
	Lanes   Lanes         `json:"lanes"`
	Threads int           `json:"threads"` // of the held-out trunk, alone
	Costs   Costs         `json:"costs"`
	Sizes   []Size        `json:"sizes"` // rising, the last is held out
	Trials  []Trial       `json:"trials"`
	Seconds float64       `json:"seconds"`                // expected, what came before the plan included; 0 if nothing was measured
	FLOPs   float64       `json:"flops"`                  // of training, all trials together
	Limited string        `json:"data_limited,omitempty"` // why the text and not the budget ends the trials
	Reach   float64       `json:"tokens_by_budget,omitempty"`
	Omitted []Omitted     `json:"omitted,omitempty"` // studies that the budget or the text leaves no room for
	Notes   []string      `json:"notes,omitempty"`
	Tuning  bool          `json:"tuning,omitempty"` // learning rates are looked for, and no law
}

// Text is what is learnt from, as far as a plan depends on it.
type Text struct {
	Source  string `json:"source"`
	Vocab   int    `json:"vocab"`
	Context int    `json:"context"`
	Train   int    `json:"train"` // tokens
	Test    int    `json:"test"`
	Rule    string `json:"split"` // how it was split
}

// EvalBatch is the number of examples that are evaluated together; it is the same for all sizes, so that all see the same text.
const EvalBatch = 16

// skillTokens is about what Skills reads.
const skillTokens = 33_000

// A trial is measured on about an evalShare of the tokens of the longest training, within bounds, so that measuring stays cheap beside it.
const (
	evalShare = 1. / 32
	evalLeast = 1 << 13
	evalMost  = 1 << 17
)

// limit says where the text ends the trials before the budget, free the tokens that the budget alone would allow.
func (p *Plan) limit(free float64) {
	long, train := float64(p.longest()), float64(p.Text.Train)
	if free > long {
		p.Reach = free
		p.Limited = fmt.Sprintf("data-limited: %s has %s tokens to train on, and no trial sees them more than %g times: the longest has %s tokens, where the budget would reach %s",
			p.Text.Source, count(train), p.Epochs, count(long), count(free))
	} else if long > 1.05*train {
		p.Notes = append(p.Notes, fmt.Sprintf("the longest trials see the text %.1f times", long/train))
	}
	if p.Tuning {
		return
	}
	last, top := p.Sizes[len(p.Sizes)-1], p.Sizes[len(p.Sizes)-2]
	if l := times(p.Sizes[0], last); l < minSpan || len(p.Sizes) < 6 {
		p.Notes = append(p.Notes, fmt.Sprintf("%d sizes span a factor of %.0f in parameters: less than 6 sizes and %d×", len(p.Sizes), l, minSpan))
	}
	if l := times(top, last); l < minLeap {
		p.Notes = append(p.Notes, fmt.Sprintf("the held-out size is %.1f times the largest fitted one: less than %g×", l, minLeap))
	}
	if n := p.perParam(); n < 1 {
		p.Notes = append(p.Notes, fmt.Sprintf("the held-out size sees %.2g tokens for each of its parameters: far from converged", n))
	}
}

// String says in a few lines what the plan is.
func (p *Plan) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "text     %s: %s tokens to train on, %s to test, a vocabulary of %d, sequences of %d\n", p.Text.Source, count(float64(p.Text.Train)), count(float64(p.Text.Test)), p.Text.Vocab, p.Text.Context)
	var names []string
	for _, s := range p.Sizes {
		names = append(names, fmt.Sprintf("%s %s", s.Name, count(float64(s.Params))))
	}
	if p.Tuning {
		fmt.Fprintf(&b, "sizes    %s parameters, each with %d learning rates\n", strings.Join(names, ", "), len(tunedRates))
	} else {
		last, n := p.Sizes[len(p.Sizes)-1], len(names)-1
		fmt.Fprintf(&b, "family   %s parameters; held out %s, %.1f times the largest fitted, %.0f times the smallest\n", strings.Join(names[:n], ", "), names[n], times(p.Sizes[n-1], last), times(p.Sizes[0], last))
	}
	var tokens []string
	for _, h := range p.Rule.Horizons {
		if p.Tuning && h < 1 {
			continue
		}
		tokens = append(tokens, count(math.Round(h*float64(p.Steps))*float64(p.Batch*p.Text.Context)))
	}
	fmt.Fprintf(&b, "tokens   %s: up to %d steps of %d examples, the last %.0f %% of each with a falling rate\n", strings.Join(tokens, ", "), p.Steps, p.Batch, 100*p.Rule.Decay)
	fmt.Fprintf(&b, "trials   %d, %s operations of training", len(p.Trials), count(p.FLOPs))
	if p.Seconds > 0 {
		fmt.Fprintf(&b, ", about %s", shortDuration(p.Seconds))
	}
	fmt.Fprintf(&b, "; %d at a time on %s, the largest on %s\n", p.Lanes.Count, threads(p.Lanes.Threads), threads(p.Threads))
	if p.Limited != "" {
		fmt.Fprintln(&b, p.Limited)
	}
	for _, n := range p.Notes {
		fmt.Fprintf(&b, "note     %s\n", n)
	}
	return b.String()
}

func threads(n int) string {
	if n == 1 {
		return "1 thread"
	}
	return fmt.Sprintf("%d threads", n)
}

// count writes a number as people read it: 926 k, 2.46 M, 3.1e+14.
func count[T int | float64](n T) string {
	v := float64(n)
	switch {
	case v >= 1e12:
		return fmt.Sprintf("%.2e", v)
	case v >= 1e9:
		return fmt.Sprintf("%.3g G", v/1e9)
	case v >= 1e6:
		return fmt.Sprintf("%.3g M", v/1e6)
	case v >= 1e3:
		return fmt.Sprintf("%.3g k", v/1e3)
	}
	return fmt.Sprintf("%.0f", v)
}
