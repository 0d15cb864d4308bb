package optim

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// A Schedule is a learning rate as a function of the step alone. Its zero value
// with an LR is that constant rate. Fields a Kind does not name are not used.
type Schedule struct {
	Kind string  `json:"kind,omitempty" yaml:"kind,omitempty"`     // one of ScheduleKinds; "" is constant
	LR   float64 `json:"lr" yaml:"lr"`                             // the largest rate
	Min  float64 `json:"min_lr,omitempty" yaml:"min_lr,omitempty"` // the last rate of cosine, linear and wsd

	// Warmup is the number of steps in which the rate rises in a line, for every Kind but
	// one-cycle: LR·(t+1)/Warmup, or LR·t/Warmup if FromZero, which wastes step 0.
	Warmup   int  `json:"warmup,omitempty" yaml:"warmup,omitempty"`
	FromZero bool `json:"warmup_from_zero,omitempty" yaml:"warmup_from_zero,omitempty"`
	Total    int  `json:"total,omitempty" yaml:"total,omitempty"` // steps of cosine, linear, wsd, one-cycle

	Gamma      float64 `json:"gamma,omitempty" yaml:"gamma,omitempty"`           // factor of step, multistep, exponential
	Every      int     `json:"every,omitempty" yaml:"every,omitempty"`           // steps between factors, for step
	Milestones []int   `json:"milestones,omitempty" yaml:"milestones,omitempty"` // steps at which multistep multiplies

	Decay int    `json:"decay,omitempty" yaml:"decay,omitempty"` // wsd: steps at the end in which the rate falls
	Shape string `json:"shape,omitempty" yaml:"shape,omitempty"` // "linear", "cosine", and for wsd "sqrt"; "" is linear for wsd, cosine for one-cycle

	Rise     float64 `json:"rise,omitempty" yaml:"rise,omitempty"`           // one-cycle: share of Total in which the rate rises; 0 is 0.3
	Div      float64 `json:"div,omitempty" yaml:"div,omitempty"`             // one-cycle: LR over the first rate; 0 is 25
	FinalDiv float64 `json:"final_div,omitempty" yaml:"final_div,omitempty"` // one-cycle: the first rate over the last; 0 is 10,000
}

// scheduleKind is a row of the table of schedules: the rate u steps after the
// warm-up, at step t.
type scheduleKind struct {
	name, about string
	rate        func(s *Schedule, t, u int) float64
	total       bool // needs Total
	shapes      []string
}

var scheduleKinds = []scheduleKind{
	{"constant", "LR", func(s *Schedule, _, _ int) float64 { return s.LR }, false, nil},
	{"step", "LR·Gamma^⌊u/Every⌋", func(s *Schedule, _, u int) float64 { return s.LR * math.Pow(s.Gamma, float64(u/max(s.Every, 1))) }, false, nil},
	{"multistep", "LR·Gamma^(milestones passed)", multistep, false, nil},
	{"exponential", "LR·Gamma^u", func(s *Schedule, _, u int) float64 { return s.LR * math.Pow(s.Gamma, float64(u)) }, false, nil},
	{"cosine", "from LR to Min along half a cosine (Loshchilov & Hutter 2017)", cosine, true, nil},
	{"linear", "from LR to Min in a line", func(s *Schedule, _, u int) float64 { return s.LR + (s.Min-s.LR)*s.gone(u) }, true, nil},
	{"wsd", "warm-up, LR, and a fall to Min in the last Decay steps (Hu et al. 2024)", wsd, true, []string{"linear", "cosine", "sqrt"}},
	{"one-cycle", "up to LR and down to almost 0 (Smith & Topin 2019)", oneCycle, true, []string{"linear", "cosine"}},
}

// ScheduleKinds are the kinds of schedule, each with its formula; u counts steps after the warm-up.
func ScheduleKinds() (names, formulas []string) {
	for _, k := range scheduleKinds {
		names, formulas = append(names, k.name), append(formulas, k.about)
	}
	return names, formulas
}

// kind is s.Kind's row, nil if there is none.
func (s *Schedule) kind() *scheduleKind {
	name := s.Kind
	if name == "" {
		name = "constant"
	}
	for i := range scheduleKinds {
		if scheduleKinds[i].name == name {
			return &scheduleKinds[i]
		}
	}
	return nil
}

// Check reports what is wrong with s, or nil.
func (s Schedule) Check() error {
	k := s.kind()
	if k == nil {
		names, _ := ScheduleKinds()
		return fmt.Errorf("there is no schedule %q; there are %s", s.Kind, strings.Join(names, ", "))
	}
	err := inRange("schedule "+k.name, nonNegative("lr", s.LR), nonNegative("min_lr", s.Min), nonNegative("warmup", float64(s.Warmup)),
		nonNegative("gamma", s.Gamma), nonNegative("every", float64(s.Every)), nonNegative("decay", float64(s.Decay)),
		rate("rise", s.Rise), nonNegative("div", s.Div), nonNegative("final_div", s.FinalDiv))
	switch {
	case err != nil:
		return err
	case k.total && s.Total <= s.Warmup:
		return fmt.Errorf("schedule %s: total is %d steps, want more than the %d of the warm-up", k.name, s.Total, s.Warmup)
	case s.Decay > 0 && s.Decay > s.Total-s.Warmup && k.name == "wsd":
		return fmt.Errorf("schedule wsd: decay is %d steps, want at most the %d after the warm-up", s.Decay, s.Total-s.Warmup)
	case k.name == "step" && s.Every < 1:
		return fmt.Errorf("schedule step: every is %d, want at least 1", s.Every)
	case !slices.IsSorted(s.Milestones):
		return fmt.Errorf("schedule %s: milestones %v are not in order", k.name, s.Milestones)
	case s.Shape != "" && k.shapes != nil && !slices.Contains(k.shapes, s.Shape):
		return fmt.Errorf("schedule %s: there is no shape %q; there are %s", k.name, s.Shape, strings.Join(k.shapes, ", "))
	}
	return nil
}

// At is the learning rate of step t, from 0. Beyond Total it is the last one. It
// is NaN for a schedule that does not pass Check for want of a kind.
func (s Schedule) At(t int) float64 {
	k := s.kind()
	if k == nil {
		return math.NaN()
	}
	t = max(t, 0)
	if t < s.Warmup && k.name != "one-cycle" {
		if !s.FromZero {
			t++
		}
		return s.LR * float64(t) / float64(s.Warmup)
	}
	return k.rate(&s, t, t-s.Warmup)
}

// gone is the share in [0, 1] of the steps after the warm-up that u steps are.
func (s *Schedule) gone(u int) float64 {
	return min(float64(u)/float64(max(s.Total-s.Warmup, 1)), 1)
}

// halfCosine falls from 1 at q = 0 to 0 at q = 1.
func halfCosine(q float64) float64 { return 0.5 * (1 + math.Cos(math.Pi*q)) }

func cosine(s *Schedule, _, u int) float64 { return s.Min + (s.LR-s.Min)*halfCosine(s.gone(u)) }

func multistep(s *Schedule, t, _ int) float64 {
	passed := 0
	for _, m := range s.Milestones {
		if m <= t {
			passed++
		}
	}
	return s.LR * math.Pow(s.Gamma, float64(passed))
}

func wsd(s *Schedule, t, _ int) float64 {
	start := s.Total - s.Decay
	if t < start || s.Decay == 0 {
		return s.LR
	}
	q := min(float64(t-start)/float64(s.Decay), 1)
	left := 1 - q
	switch s.Shape {
	case "cosine":
		left = halfCosine(q)
	case "sqrt":
		left = 1 - math.Sqrt(q)
	}
	return s.Min + (s.LR-s.Min)*left
}

func oneCycle(s *Schedule, t, _ int) float64 {
	or := func(v, or float64) float64 {
		if v == 0 {
			return or
		}
		return v
	}
	first := s.LR / or(s.Div, 25)
	last := first / or(s.FinalDiv, 1e4)
	top := or(s.Rise, 0.3)*float64(s.Total) - 1
	end := float64(s.Total - 1)
	from, to, q := first, s.LR, 1.0
	if x := float64(t); x <= top && top > 0 {
		q = x / top
	} else {
		from, to = s.LR, last
		if end > top {
			q = min((x-top)/(end-top), 1)
		}
	}
	if s.Shape == "linear" {
		return from + (to-from)*q
	}
	return to + (from-to)*halfCosine(q)
}
