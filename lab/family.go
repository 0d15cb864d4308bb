package lab

import (
	"fmt"
	"math"
	"slices"

	"brick/lab/fit"
)

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

// rated is a size with its learning rate for the plan's batch.
func (p *Plan) rated(s Size) Size {
	s.Rate = p.Rule.Rate(s.NonEmbedding, p.Batch*p.Text.Context)
	return s
}

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
