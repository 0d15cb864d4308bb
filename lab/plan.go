package lab

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"brick/bench"
	"brick/lab/fit"
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

// Bounds of a family that is chosen by the budget.
const (
	minHeldOut = 7   // depth
	minSpan    = 100 // times the parameters of the smallest, with and without embeddings
	minLeap    = 2.5 // times those of the largest that is fitted
	maxFitted  = 6
)

// span is how many times the parameters of the smallest size the held-out one has, counted in the way in which it is less.
func span(r Rule, t Text, held int) float64 {
	a, errA := r.Size(1, t.Vocab, t.Context)
	b, errB := r.Size(held, t.Vocab, t.Context)
	if errA != nil || errB != nil {
		return 0
	}
	return times(a, b)
}

func times(a, b Size) float64 {
	return min(float64(b.Params)/float64(a.Params), float64(b.NonEmbedding)/float64(a.NonEmbedding))
}

// fitted are the depths below a held-out one: from 1 to the largest that it is minLeap times as large as.
func fitted(r Rule, t Text, held int) []int {
	top := 1
	for d := 1; d < held; d++ {
		a, errA := r.Size(d, t.Vocab, t.Context)
		b, errB := r.Size(held, t.Vocab, t.Context)
		if errA == nil && errB == nil && times(a, b) >= minLeap {
			top = d
		}
	}
	n := min(maxFitted, top)
	var out []int
	for i := range n {
		d := int(math.Round(math.Pow(float64(top), float64(i)/float64(max(n-1, 1)))))
		if len(out) > 0 {
			d = max(d, out[len(out)-1]+1)
		}
		out = append(out, min(d, top))
	}
	return slices.Compact(out)
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

// A length is how long the longest training is.
type length struct{ batch, steps, tokens int }

// minSteps leaves the shortest horizon 4 steps, and as many between each two.
func minSteps(r Rule) int {
	gap, last := 1.0, 0.0
	for _, h := range r.Horizons {
		gap, last = min(gap, h-last), h
	}
	return int(math.Ceil(4 / gap))
}

// lengths lists candidates, longest first: batches are powers of two for which the longest has about Rule.Steps steps.
func (s Setup) lengths() (out []length) {
	r := s.Rule
	for batch := r.Sequences; batch <= 1<<20; batch *= 2 {
		low, high := int(float64(r.Steps)/math.Sqrt2), int(float64(r.Steps)*math.Sqrt2)
		if batch == r.Sequences {
			low = 1
		}
		for n := max(low, minSteps(r)); n <= high; n++ {
			if n%coarse(n) == 0 { // so that shares of it are whole numbers, or nearly
				out = append(out, length{batch, n, n * batch * s.Text.Context})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b length) int { return b.tokens - a.tokens })
	return out
}

// coarse is what a number of steps is a multiple of.
func coarse(steps int) int {
	switch {
	case steps >= 800:
		return 80
	case steps >= 160:
		return 16
	}
	return 1
}

// fits is the plan p with trainings of length l, nil if that is beyond the budget.
func (s Setup) fits(p Plan, l length) *Plan {
	p.Batch, p.Steps = l.batch, l.steps
	p.Eval = min(max(int(evalShare*float64(l.tokens)), evalLeast), evalMost, s.Text.Test) / (EvalBatch * s.Text.Context)
	p.Eval = max(p.Eval, 1)
	p.Warmup = max(int(p.Rule.Warmup*p.Rule.Horizons[0]*float64(l.steps)), 1)
	if p.Tuning {
		p.Trials = p.rates()
	} else {
		p.Trials = p.family()
	}
	for _, t := range p.Trials {
		p.FLOPs += float64(t.Size.FLOPs) * float64(t.Tokens) * float64(t.Steps-t.At) / float64(t.Steps)
	}
	if s.Budget.FLOPs > 0 && p.FLOPs > (1-s.Studies)*s.Budget.FLOPs {
		return nil
	}
	ways := s.Costs.lanes()
	if len(ways) == 0 {
		p.Lanes, p.Threads = Lanes{1, 1}, 1
		return &p
	}
	p.Threads = ways[0].Threads // of one trial alone
	best := math.Inf(1)
	for _, way := range ways {
		if sec := p.seconds(way); sec < best {
			best, p.Lanes = sec, way
		}
	}
	if s.Budget.Seconds > 0 && best > (1-s.Studies)*(aim*s.Budget.Seconds-s.Spent-fitSeconds) {
		return nil
	}
	p.Seconds = s.Spent + fitSeconds + best
	return &p
}

// study adds the trials of the studies to a plan.
func (s Setup) study(p *Plan) {
	if s.Studies == 0 {
		return
	}
	o := StudyOptions{
		Budget: s.Studies * s.Budget.FLOPs, Context: p.Text.Context, Text: p.Text.Train,
		Make: func(name string, layers, width int) (Size, error) {
			return p.Rule.Shaped(name, layers, width, p.Text.Vocab, p.Text.Context)
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

// seconds is how long all trials take where they share the machine in a way: those that are fitted and the studies first, then the held-out
// trunk alone on all threads, then its branches.
func (p *Plan) seconds(way Lanes) float64 {
	alone := Lanes{1, p.Threads}
	var first, last []work
	trunk := 0.0
	for _, t := range p.Trials {
		switch {
		case t.Trunk != "":
		case t.HeldOut:
			trunk += p.Costs.seconds(t, alone, p.measured())
			for _, b := range p.branches(t) {
				last = append(last, work{seconds: p.Costs.seconds(b, way, p.measured())})
			}
		default:
			w := work{seconds: p.Costs.seconds(t, way, p.measured())}
			for _, b := range p.branches(t) {
				w.branches = append(w.branches, branch{float64(b.At) / float64(t.Steps), p.Costs.seconds(b, way, p.measured())})
			}
			first = append(first, w)
		}
	}
	return makespan(way.Count, first) + trunk + makespan(way.Count, last)
}

// measured is how many tokens a trial goes through when it is evaluated and its skills are looked at.
func (p *Plan) measured() int { return p.Eval*EvalBatch*p.Text.Context + skillTokens }

// family are the trials that the law is fitted to and verified on: of each size a trunk with the longest training, and a branch for each
// shorter one, which leaves the trunk where its own decay begins.
func (p *Plan) family() (out []Trial) {
	for i, size := range p.Sizes {
		trunk := fmt.Sprintf("%s-s%d", size.Name, p.Steps)
		for k := len(p.Rule.Horizons) - 1; k >= 0; k-- {
			t := Trial{Study: Family, Size: size, Seed: p.Seed, Rate: size.Rate, Batch: p.Batch, HeldOut: i == len(p.Sizes)-1}
			t.Steps = int(math.Round(p.Rule.Horizons[k] * float64(p.Steps)))
			t.Decay = max(int(math.Round(p.Rule.Decay*float64(t.Steps))), 1)
			t.Tokens = t.Steps * p.Batch * p.Text.Context
			t.Unique = min(t.Tokens, p.Text.Train)
			if t.ID = fmt.Sprintf("%s-s%d", size.Name, t.Steps); t.ID != trunk {
				t.Trunk, t.At = trunk, t.Steps-t.Decay
			}
			out = append(out, t)
		}
	}
	return out
}

func (p *Plan) fitOptions() fit.Options { return fit.Options{Seed: p.Seed, Draws: p.Draws} }

// branches are the trials that leave a trunk.
func (p *Plan) branches(trunk Trial) (out []Trial) {
	for _, t := range p.Trials {
		if t.Trunk == trunk.ID {
			out = append(out, t)
		}
	}
	return out
}

// longest is the tokens of the longest training.
func (p *Plan) longest() int { return p.Steps * p.Batch * p.Text.Context }

// perParam is how many tokens the held-out size gets for each of its parameters, at most.
func (p *Plan) perParam() float64 {
	return float64(p.longest()) / float64(p.Sizes[len(p.Sizes)-1].Params)
}

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
func count(v float64) string {
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
