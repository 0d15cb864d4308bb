package lab

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// StudyOptions say what the studies of a sweep may cost, and what they start from.
type StudyOptions struct {
	Budget  float64                                            // what all studies together may cost
	Cost    func(Trial) float64                                // of a trial that is trained from its beginning, in the unit of Budget; nil means FLOPs, see Trial.FLOPs
	Context int                                                // tokens in an example
	Text    int                                                // different tokens there are to train on
	Make    func(name string, layers, width int) (Size, error) // a size by the family's rule but for its shape, erring for a width that heads do not divide; nil plans no shapes
}

// An Omitted is a study for which nothing could be planned, and why.
type Omitted struct {
	Study Study    `json:"study"`
	Why   Sentence `json:"why"`
}

// A Sentence is something found, in words of two languages.
type Sentence struct {
	EN string `json:"en"`
	ZH string `json:"zh"`
}

// FLOPs are the floating-point operations of the trial's training.
func (t Trial) FLOPs() float64 { return float64(t.Size.FLOPs) * float64(t.Tokens) }

// Studies plans what is learnt beside the law: trials that differ from one of the family, their Base, in one thing.
//
//	probe-d2-x0.5      another learning rate, ½ and 2 times the rule's, of a small and a middle size
//	noise-d2-s2        another seed, three with the family's own
//	repeat-d3-x8       an 8th of the tokens, passed over 8 times, see data.Splits.Keep: Trial.Unique/Context examples
//	ensemble-d3-m2     another member of an ensemble, which a size of as many parameters is compared with
//	shape-l8w48        another depth, the width such that about as many parameters are beside the embedding
//
// Each study gets an equal share of the budget, with what those before it left over, and takes the costliest of its designs
// that fits. A study none of whose designs fits, or for which the family is too small, is told among left.
func Studies(family []Trial, o StudyOptions) (trials []Trial, left []Omitted) {
	if o.Cost == nil {
		o.Cost = Trial.FLOPs
	}
	g := newGrid(family)
	designs := []struct {
		study Study
		list  func(StudyOptions) [][]Trial
		needs Sentence
	}{
		{Probe, g.probes, Sentence{"it needs two sizes", "至少需要两个规模"}},
		{Noise, g.noises, Sentence{"it needs a size", "至少需要一个规模"}},
		{Repeat, g.repeats, Sentence{"the text is too short to be compared with a part of it", "文本太短，无法与其中一部分相比较"}},
		{Ensemble, g.ensembles, Sentence{"no size has 2 to 5 times the parameters of another", "没有哪两个规模的参数量恰好相差 2 到 5 倍"}},
		{Shape, g.shapes, Sentence{"no other depth gives about as many parameters", "没有别的深度能给出相近的参数量"}},
	}
	budget := o.Budget
	for i, d := range designs {
		share := budget / float64(len(designs)-i)
		list := d.list(o)
		chosen, least := costliest(list, o.Cost, share)
		switch {
		case len(list) == 0:
			left = append(left, Omitted{d.study, d.needs})
		case chosen == nil:
			left = append(left, Omitted{d.study, Sentence{
				fmt.Sprintf("it would cost %.2g times its share of the budget", least/share),
				fmt.Sprintf("所需开销是它所分预算的 %.2g 倍", least/share)}})
		}
		for _, t := range chosen {
			budget -= o.Cost(t)
		}
		trials = append(trials, chosen...)
	}
	return trials, left
}

// costliest is the design of most cost up to share, the first of equal ones, nil if none is so cheap; least is the cost of the cheapest.
func costliest(designs [][]Trial, cost func(Trial) float64, share float64) (chosen []Trial, least float64) {
	least = math.Inf(1)
	most := 0.0
	for _, d := range designs {
		total := 0.0
		for _, t := range d {
			total += cost(t)
		}
		least = min(least, total)
		if total <= share && total > most {
			chosen, most = d, total
		}
	}
	return chosen, least
}

// A grid is the trials that the law is fitted to, by size, the smallest first, and within a size by tokens.
type grid [][]Trial

func newGrid(family []Trial) (g grid) {
	family = slices.DeleteFunc(slices.Clone(family), func(t Trial) bool { return t.Study != Family || t.HeldOut })
	slices.SortStableFunc(family, func(a, b Trial) int {
		return cmp.Or(cmp.Compare(a.Size.Params, b.Size.Params), cmp.Compare(a.Size.Name, b.Size.Name), cmp.Compare(a.Tokens, b.Tokens))
	})
	for _, t := range family {
		if n := len(g); n > 0 && g[n-1][0].Size.Name == t.Size.Name {
			g[n-1] = append(g[n-1], t)
		} else {
			g = append(g, []Trial{t})
		}
	}
	return g
}

// alike is t as a trial of its own of another study.
func alike(t Trial, s Study, id string) Trial {
	t.Base, t.Study, t.ID = t.ID, s, id
	t.Trunk, t.At = "", 0
	return t
}

// small is the sizes of the lower half, the middle one included.
func (g grid) small() grid { return g[:(len(g)+1)/2] }

// probed are the factors of the learning rate that are tried, beside the rule's own 1.
var probed = []float64{0.5, 2}

// probes are designs at the shortest and the second number of tokens.
func (g grid) probes(StudyOptions) (designs [][]Trial) {
	if len(g) < 2 {
		return nil
	}
	for at := range 2 {
		var d []Trial
		for _, i := range []int{0, len(g) / 2} {
			if at >= len(g[i]) {
				continue
			}
			for _, f := range probed {
				t := alike(g[i][at], Probe, fmt.Sprintf("probe-%s-x%g", g[i][at].Size.Name, f))
				t.Rate *= f
				d = append(d, t)
			}
		}
		if len(d) > 0 {
			designs = append(designs, d)
		}
	}
	return designs
}

// seeds is how many runs that differ in nothing else tell the noise.
const seeds = 3

// another is the seed of the k-th run of its kind, from 2 on; sweeps with seeds of their own in a row share none.
func another(seed uint64, k int) uint64 { return seed + 1_000_003*uint64(k-1) }

func (g grid) noises(StudyOptions) (designs [][]Trial) {
	for _, size := range g.small() {
		for _, base := range size {
			var d []Trial
			for k := 2; k <= seeds; k++ {
				t := alike(base, Noise, fmt.Sprintf("noise-%s-s%d", base.Size.Name, k))
				t.Seed = another(base.Seed, k)
				d = append(d, t)
			}
			designs = append(designs, d)
		}
	}
	return designs
}

// repeated is how often the text is passed over at most.
const repeated = 64

// repeats are designs of a fixed number of tokens, of which ½, ¼, … are different ones, down to what one step reads.
func (g grid) repeats(o StudyOptions) (designs [][]Trial) {
	for _, size := range g.small() {
		for _, base := range size {
			if base.Tokens > o.Text { // the family itself would repeat
				continue
			}
			var d []Trial
			for times := 2; times <= repeated; times *= 2 {
				examples := base.Tokens / times / max(o.Context, 1)
				if examples < base.Batch {
					break
				}
				t := alike(base, Repeat, fmt.Sprintf("repeat-%s-x%d", base.Size.Name, times))
				t.Unique = examples * o.Context
				d = append(d, t)
				if len(d) > 1 {
					designs = append(designs, slices.Clone(d))
				}
			}
		}
	}
	return designs
}

// Bounds of an ensemble that has as many parameters as one bigger model.
const (
	fewMembers, manyMembers = 2, 5
	sameParams              = 0.15 // of the bigger model's parameters
)

// membersOf is how many models of n parameters have together about as many as one of big; 0 if no number fits.
func membersOf(n, big int) int {
	k := int(math.Round(float64(big) / float64(max(n, 1))))
	if k < fewMembers || k > manyMembers || math.Abs(float64(k*n)/float64(big)-1) > sameParams {
		return 0
	}
	return k
}

func (g grid) ensembles(StudyOptions) (designs [][]Trial) {
	for i, size := range g {
		for _, base := range size {
			for _, bigger := range g[i+1:] {
				k := membersOf(base.Size.Params, bigger[0].Size.Params)
				if k == 0 || !slices.ContainsFunc(bigger, func(t Trial) bool { return sameTokens(t.Tokens, base.Tokens) }) {
					continue
				}
				var d []Trial
				for m := 2; m <= k; m++ {
					t := alike(base, Ensemble, fmt.Sprintf("ensemble-%s-m%d", base.Size.Name, m))
					t.Seed = another(base.Seed, seeds+m) // noise has the seeds before
					d = append(d, t)
				}
				designs = append(designs, d)
			}
		}
	}
	return designs
}

// sameTokens says whether two trials count as trained on as much: their batches may round it differently.
func sameTokens(a, b int) bool { return math.Abs(float64(a-b)) <= 0.02*float64(max(a, b)) }
