package generate

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"brick/kernel"
)

// candidate is a token that may come next.
type candidate struct {
	id    int32
	logit float64
	p     float64 // in proportion to its probability, the likeliest has 1
}

// order is likeliest first; ties go by id, so that a choice never depends on how sorting works.
func order(a, b candidate) int {
	return cmp.Or(cmp.Compare(b.logit, a.logit), cmp.Compare(a.id, b.id))
}

// sampler draws tokens, reusing its memory.
type sampler struct {
	Sampling
	list []candidate
	seen []bool // by id, while penalising
}

// draw chooses token number n given the logits and the ids so far. logProb is
// the chosen token's log-probability under the model itself, before any of the settings. It errs
// where the logits are no distribution.
func (s *sampler) draw(logits []kernel.Float, ids []int32, n int) (id int32, logProb float64, err error) {
	s.list = s.list[:0]
	top, sum := math.Inf(-1), 0.0
	for i, v := range logits {
		if v != v {
			return 0, 0, fmt.Errorf("generate: the model's logit of token %d is NaN: its weights are damaged or diverged", i)
		}
		top = max(top, float64(v))
		s.list = append(s.list, candidate{id: int32(i), logit: float64(v)})
	}
	if math.IsInf(top, 0) || len(logits) == 0 {
		return 0, 0, fmt.Errorf("generate: the largest of the model's %d logits is %v: its weights are damaged or diverged", len(logits), top)
	}
	for _, v := range logits {
		sum += math.Exp(float64(v) - top)
	}
	s.penalise(ids)
	id = s.choose(n)
	return id, float64(logits[id]) - top - math.Log(sum), nil
}

// penalise makes recent tokens less likely, each once, however often it occurred.
func (s *sampler) penalise(ids []int32) {
	last := s.repeatLast()
	if last == 0 {
		return
	}
	if len(s.seen) < len(s.list) {
		s.seen = make([]bool, len(s.list))
	}
	recent := ids[max(len(ids)-last, 0):]
	for _, id := range recent {
		if id < 0 || int(id) >= len(s.list) || s.seen[id] {
			continue
		}
		s.seen[id] = true
		c := &s.list[id]
		if c.logit > 0 {
			c.logit /= s.RepeatPenalty
		} else {
			c.logit *= s.RepeatPenalty
		}
	}
	for _, id := range recent {
		if id >= 0 && int(id) < len(s.list) {
			s.seen[id] = false
		}
	}
}

// choose picks from the list, which it reorders.
func (s *sampler) choose(n int) int32 {
	if s.Temperature == 0 {
		return slices.MinFunc(s.list, order).id
	}
	l := s.weigh(s.top())
	if s.TopP > 0 && s.TopP < 1 {
		l = s.nucleus(l)
	}
	sum := 0.0
	for i := range l {
		if l[i].p < s.MinP {
			l[i].p = 0
		}
		sum += l[i].p
	}
	u := float64(kernel.Random(s.Seed, n)>>11) / (1 << 53) * sum
	last := int32(0)
	for i := range l {
		if l[i].p == 0 {
			continue
		}
		last = l[i].id
		if u -= l[i].p; u < 0 {
			break
		}
	}
	return last // rounding may leave u a trace above 0
}

// top is the TopK likeliest, in order; without TopK it is all, in order of id.
func (s *sampler) top() []candidate {
	l, k := s.list, s.TopK
	if k == 0 || k >= len(l) {
		return l
	}
	if k > 256 {
		slices.SortFunc(l, order)
		return l[:k]
	}
	// The first k kept in order; few of the others get among them.
	slices.SortFunc(l[:k], order)
	for _, c := range l[k:] {
		if order(c, l[k-1]) >= 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(l[:k], c, order)
		copy(l[at+1:k], l[at:k-1])
		l[at] = c
	}
	return l[:k]
}

// weigh sets p of the candidates: e^((l − max)/T).
func (s *sampler) weigh(l []candidate) []candidate {
	top := math.Inf(-1)
	for i := range l {
		top = max(top, l[i].logit)
	}
	for i := range l {
		l[i].p = math.Exp((l[i].logit - top) / s.Temperature)
	}
	return l
}

// nucleus is the fewest candidates, likeliest first, whose share is TopP or more. Those below (1 − TopP)/n
// of the sum have less than 1 − TopP together and need not be sorted.
func (s *sampler) nucleus(l []candidate) []candidate {
	sum := 0.0
	for i := range l {
		sum += l[i].p
	}
	least := (1 - s.TopP) / float64(len(l)) * sum * (1 - 1e-9)
	kept := l[:0]
	for _, c := range l {
		if c.p >= least {
			kept = append(kept, c)
		}
	}
	slices.SortFunc(kept, order)
	share := 0.0
	for i := range kept {
		if share += kept[i].p; share >= s.TopP*sum {
			return kept[:i+1]
		}
	}
	return kept
}
