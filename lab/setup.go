package lab

import (
	"fmt"
	"slices"
)

// Setup is what a plan is made from.
type Setup struct {
	Name    string
	Command []string
	Text    Text
	Rule    Rule
	Seed    uint64
	Budget  Budget
	Depths  []int // of the sizes that are fitted, rising; none: chosen by the budget
	HeldOut int   // depth; 0: chosen
	Epochs  float64
	Studies float64 // share of the budget
	Costs   Costs
	Spent   float64 // seconds since the sweep began
	Draws   int     // of the intervals' bootstrap
	Tuning  bool    // of the learning rate's rule, at Depths, instead of a law
}

// aim is the share of a budget in seconds that is planned for: what is not foreseen is in the rest.
const aim = 0.93

// fitSeconds is about what fits and the writing of results take.
const fitSeconds = 10

// Make plans a sweep: sizes, lengths of training, and every trial. It is a pure function.
//
// The lengths are the largest for which all of it fits the budget, and no trial sees the text more than Epochs times (4: up to there
// repeated text is nearly as good as new, Muennighoff et al. 2023, "Scaling data-constrained language models").
func (s Setup) Make() (*Plan, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	var plan *Plan
	var err error
	if len(s.Depths) > 0 {
		plan, err = s.with(s.Depths, s.HeldOut)
	} else if s.Tuning {
		plan, err = s.with(tunedDepths, 0)
	} else {
		plan, err = s.choose()
	}
	if err == nil && !s.Tuning {
		s.study(plan)
	}
	return plan, err
}

// choose plans for the largest family whose held-out size still sees the rule's tokens for each parameter, or the smallest that spans enough.
func (s Setup) choose() (plan *Plan, err error) {
	for held := minHeldOut; held <= MaxDepth; held++ {
		if span(s.Rule, s.Text, held) < minSpan {
			continue
		}
		p, err := s.with(fitted(s.Rule, s.Text, held), held)
		if plan != nil && (err != nil || p.perParam() < s.Rule.PerParam) {
			return plan, nil
		}
		if err != nil {
			return nil, err
		}
		plan = p
	}
	if plan == nil {
		return nil, fmt.Errorf("lab: with a vocabulary of %d no depth up to %d has %d times the parameters of the smallest; give --depths and --held-out, or a smaller vocabulary", s.Text.Vocab, MaxDepth, minSpan)
	}
	return plan, nil
}

func (s Setup) check() error {
	switch {
	case s.Text.Vocab < 2 || s.Text.Context < 2:
		return fmt.Errorf("lab: a vocabulary of %d and sequences of %d tokens; want 2 or more of each", s.Text.Vocab, s.Text.Context)
	case s.Budget.Seconds <= 0 && s.Budget.FLOPs <= 0:
		return fmt.Errorf("lab: no budget")
	case !(s.Epochs > 0):
		return fmt.Errorf("lab: epochs is %v; want a number above 0", s.Epochs)
	case !(s.Studies >= 0 && s.Studies < 0.9):
		return fmt.Errorf("lab: the studies' share of the budget is %v; want 0 to 0.9", s.Studies)
	}
	if err := s.Rule.check(); err != nil {
		return err
	}
	if len(s.Depths) == 0 {
		if s.HeldOut != 0 {
			return fmt.Errorf("lab: the held-out depth is given without those that are fitted; give both")
		}
		return nil
	}
	if !slices.IsSorted(s.Depths) || len(slices.Compact(slices.Clone(s.Depths))) != len(s.Depths) || s.Depths[0] < 1 {
		return fmt.Errorf("lab: depths %v; want different numbers from 1 on, rising", s.Depths)
	}
	if len(s.Depths) < 2 {
		return fmt.Errorf("lab: depths %v; a law needs 2 sizes or more", s.Depths)
	}
	if s.Tuning {
		if s.HeldOut != 0 {
			return fmt.Errorf("lab: held-out depth %d; learning rates are looked for at depths %v alone", s.HeldOut, s.Depths)
		}
		return nil
	}
	if last := s.Depths[len(s.Depths)-1]; s.HeldOut <= last || s.HeldOut > MaxDepth {
		return fmt.Errorf("lab: the held-out depth is %d; want more than the %d of the largest that is fitted, and at most %d", s.HeldOut, last, MaxDepth)
	}
	return nil
}

// with plans for a family of the given depths.
func (s Setup) with(depths []int, held int) (*Plan, error) {
	p := &Plan{Version: 1, Name: s.Name, Command: s.Command, Text: s.Text, Rule: s.Rule, Seed: s.Seed, Budget: s.Budget, Epochs: s.Epochs, Draws: s.Draws, Share: s.Studies, Costs: s.Costs}
	if p.Tuning = s.Tuning; !s.Tuning {
		depths = append(slices.Clone(depths), held)
	}
	for _, d := range depths {
		size, err := s.Rule.Size(d, s.Text.Vocab, s.Text.Context)
		if err != nil {
			return nil, err
		}
		p.Sizes = append(p.Sizes, size)
	}
	most := s.Epochs * float64(s.Text.Train)
	var free *Plan // the longest that the budget allows, whatever text there is
	for _, l := range s.lengths() {
		if free != nil && float64(l.tokens) > most {
			continue
		}
		q := s.fits(*p, l)
		if q == nil {
			continue
		}
		if free == nil {
			free = q
		}
		if float64(l.tokens) <= most {
			q.limit(float64(free.longest()))
			return q, nil
		}
	}
	if free != nil {
		return nil, fmt.Errorf("lab: %s has %d tokens to train on: too few for %d steps of %d examples of %d tokens within %g passes", s.Text.Source, s.Text.Train, minSteps(s.Rule), s.Rule.Sequences, s.Text.Context, s.Epochs)
	}
	return nil, fmt.Errorf("lab: a budget of %v is too little for sizes up to %s: their shortest training, %d steps of %d examples, does not fit; give more, or a smaller family by --depths and --held-out",
		s.Budget, p.Sizes[len(p.Sizes)-1].Name, minSteps(s.Rule), s.Rule.Sequences)
}

// study adds the trials of the studies to a plan.
func (s Setup) study(p *Plan) {
	if s.Studies == 0 {
		return
	}
	o := StudyOptions{
		Budget: s.Studies * s.Budget.FLOPs, Context: p.Text.Context, Text: p.Text.Train,
		Make: func(name string, layers, width int) (Size, error) {
			size, err := p.Rule.Shaped(name, layers, width, p.Text.Vocab, p.Text.Context)
			return p.rated(size), err
		},
	}
	if s.Budget.Seconds > 0 {
		o.Budget = s.Studies * (aim*s.Budget.Seconds - s.Spent) * float64(p.Lanes.Count)
		o.Cost = func(t Trial) float64 { return p.Costs.seconds(t, p.Lanes, p.measured()) }
	}
	trials, left := Studies(p.Trials, o)
	p.Omitted = left
	p.Trials = append(p.Trials, trials...)
	for _, t := range trials {
		p.FLOPs += t.FLOPs()
	}
	if p.Seconds > 0 {
		p.Seconds = s.Spent + fitSeconds + p.seconds(p.Lanes)
	}
}
