package lab

import (
	"math"
	"slices"
)

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
	p.Sizes = slices.Clone(p.Sizes)
	for i := range p.Sizes {
		p.Sizes[i] = p.rated(p.Sizes[i])
	}
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
