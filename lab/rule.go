package lab

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"

	"brick/train"
)

// A Rule says how everything that training needs follows from a size's depth, so that each size is trained near its best.
type Rule struct {
	Width  int `json:"width"`   // numbers of a vector for each block of depth
	Head   int `json:"head"`    // numbers of a head
	FFUnit int `json:"ff_unit"` // the feed-forward layers are a multiple of it: 8/3 of the width, rounded

	Optimizer string         `json:"optimizer"`
	Settings  map[string]any `json:"settings,omitempty"` // of the optimizer, as in a run file
	LR        float64        `json:"lr"`                 // the largest learning rate of a size with At parameters without embedding, at
	At        float64        `json:"at"`                 // Batch tokens a step; at N parameters and B tokens
	Batch     float64        `json:"batch"`              // LR·(N/At)^−Gamma·√(B/Batch), the root by Malladi et al. 2022
	Gamma     float64        `json:"gamma"`

	Horizons []float64 `json:"horizons"` // lengths of training as shares of the longest, rising to 1
	Steps    int       `json:"steps"`    // about what the longest has
	Warmup   float64   `json:"warmup"`   // share of the shortest in which the rate rises
	Decay    float64   `json:"decay"`    // share of each at its end in which the rate falls to 0 in a line

	Context   int     `json:"context"`          // tokens of an example; less for tiny texts
	Sequences int     `json:"sequences"`        // examples of a step, at least
	PerParam  float64 `json:"tokens_per_param"` // the held-out size has at least so many at its longest, if the family can be smaller
}

// DefaultRule is measured: see docs/log.md.
func DefaultRule() Rule {
	return Rule{
		Width: 16, Head: 16, FFUnit: 8,
		Optimizer: "muon", Settings: map[string]any{"adam_rate": 0.3}, LR: 0.009, At: 1e5, Batch: 2048, Gamma: 0.21,
		Horizons: []float64{1. / 8, 1. / 4, 1. / 2, 1}, Steps: 8000, Warmup: 0.1, Decay: 0.2,
		Context: 128, Sequences: 4, PerParam: 8,
	}
}

// ReadRule reads a rule from a JSON file; fields it leaves out are DefaultRule's.
func ReadRule(path string) (Rule, error) {
	r := DefaultRule()
	f, err := os.Open(path)
	if err != nil {
		return r, fmt.Errorf("lab: rule: %w", err)
	}
	defer f.Close()
	d := json.NewDecoder(io.LimitReader(f, 1<<20))
	d.DisallowUnknownFields()
	usual := r
	r.Settings = nil // those of one optimizer are not another's
	if err := d.Decode(&r); err != nil {
		return r, &train.InputError{Err: fmt.Errorf("lab: rule %s: %w", path, err)}
	}
	if r.Settings == nil && r.Optimizer == usual.Optimizer {
		r.Settings = usual.Settings
	}
	if err := r.check(); err != nil {
		return r, &train.InputError{Err: fmt.Errorf("%w (in %s)", err, path)}
	}
	return r, nil
}

// Rate is the largest learning rate for n parameters without embedding and steps of so many tokens.
func (r Rule) Rate(n, tokens int) float64 {
	return round(r.LR*math.Pow(float64(n)/r.At, -r.Gamma)*math.Sqrt(float64(tokens)/r.Batch), 3)
}

// round keeps so many significant digits.
func round(v float64, digits int) float64 {
	if v == 0 || v-v != 0 {
		return v
	}
	by := math.Pow(10, float64(digits-1)-math.Floor(math.Log10(math.Abs(v))))
	return math.Round(v*by) / by
}

// check errs for a rule that no family follows.
func (r Rule) check() error {
	bad := func(field string, v any, want string) error {
		return fmt.Errorf("lab: rule: %s is %v; want %s", field, v, want)
	}
	share := func(v float64) bool { return v > 0 && v < 1 }
	switch n := len(r.Horizons); {
	case r.Width < 2 || r.Width > 4096 || r.Width%2 != 0:
		return bad("width", r.Width, "an even number from 2 to 4096")
	case r.Head < 2 || r.Head%2 != 0 || r.Head > 4096:
		return bad("head", r.Head, "an even number from 2 to 4096")
	case r.FFUnit < 1 || r.FFUnit > 4096:
		return bad("ff_unit", r.FFUnit, "1 to 4096")
	case !(r.LR > 0 && r.LR < 10):
		return bad("lr", r.LR, "a rate above 0 and below 10")
	case !(r.At > 0 && r.At < 1e15):
		return bad("at", r.At, "a number of parameters")
	case !(r.Batch > 0 && r.Batch < 1e12):
		return bad("batch", r.Batch, "a number of tokens")
	case !(math.Abs(r.Gamma) <= 2):
		return bad("gamma", r.Gamma, "−2 to 2")
	case n < 1 || n > 16 || r.Horizons[n-1] != 1:
		return bad("horizons", r.Horizons, "1 to 16 rising shares, the last of them 1")
	case r.Steps < 1 || r.Steps > 1<<30:
		return bad("steps", r.Steps, "1 to 2^30")
	case !share(r.Warmup) || !share(r.Decay) || r.Warmup+r.Decay > 1:
		return bad("warmup and decay", []float64{r.Warmup, r.Decay}, "shares above 0 with a sum of at most 1")
	case r.Context < 2 || r.Context > 1<<16:
		return bad("context", r.Context, "2 to 65536")
	case r.Sequences < 1 || r.Sequences > 1<<16:
		return bad("sequences", r.Sequences, "1 to 65536")
	case !(r.PerParam >= 0 && r.PerParam < 1e6):
		return bad("tokens_per_param", r.PerParam, "0 or more")
	}
	last := 0.0
	for _, h := range r.Horizons {
		if !(h > last && h <= 1) {
			return bad("horizons", r.Horizons, "rising shares above 0, the last of them 1")
		}
		last = h
	}
	return nil
}
