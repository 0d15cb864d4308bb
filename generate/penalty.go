package generate

import (
	"math"
	"slices"
)

// penalise makes recent tokens less likely.
func (s *sampler) penalise(l []candidate) []candidate {
	r := or(s.RepeatPenalty, 1)
	if r == 1 && s.PresencePenalty == 0 && s.FrequencyPenalty == 0 {
		return l
	}
	recent := last(s.ids, s.RepeatLast, 64)
	s.count(recent, l)
	for i := range l {
		c := &l[i]
		n := s.counts[c.id]
		if n == 0 {
			continue
		}
		if c.logit > 0 {
			c.logit /= r
		} else {
			c.logit *= r
		}
		c.logit -= s.PresencePenalty + s.FrequencyPenalty*float64(n)
	}
	s.forget(recent)
	s.weighed = false
	return l
}

// count sets counts to how often ids occur; it is long enough for every candidate.
func (s *sampler) count(ids []int32, l []candidate) {
	greatest := int32(-1)
	for i := range l {
		greatest = max(greatest, l[i].id)
	}
	if n := int(greatest) + 1; len(s.counts) < n {
		s.counts = make([]int32, n)
	}
	for _, id := range ids {
		if id >= 0 && int(id) < len(s.counts) {
			s.counts[id]++
		}
	}
}

// forget sets the counts of ids to 0.
func (s *sampler) forget(ids []int32) {
	for _, id := range ids {
		if id >= 0 && int(id) < len(s.counts) {
			s.counts[id] = 0
		}
	}
}

// maxDry bounds a penalty, far beyond any difference of logits.
const maxDry = 1e30

// dry makes less likely what would go on with a repetition. With w the ids so far, a token x that stood at j has repeated
//
//	n = the longest common end of w[:j] and w, up to the last breaker    x: the greatest n of its places
//
// tokens when it comes. All n are found at once as the Z-function of w reversed (Gusfield 1997, 1.4), in time linear in w.
func (s *sampler) dry(l []candidate) []candidate {
	if s.DryMultiplier == 0 {
		return l
	}
	for i := len(s.broken); i < len(s.ids); i++ {
		s.broken = append(s.broken, s.breaks != nil && s.breaks(s.ids[i]))
	}
	w := last(s.ids, s.DryLast, len(s.ids))
	whole := 0 // tokens since the last breaker
	for whole < len(w) && !s.broken[len(s.ids)-1-whole] {
		whole++
	}
	s.count(nil, l)
	s.match = slices.Grow(s.match[:0], len(w))[:len(w)]
	at := func(i int) int32 { return w[len(w)-1-i] }
	from, to := 0, 0 // the part that is known to repeat the beginning
	for i := 1; i < len(w); i++ {
		n := 0
		if i < to {
			n = min(int(s.match[i-from]), to-i)
		}
		for n < whole && i+n < len(w) && at(n) == at(i+n) {
			n++
		}
		if s.match[i] = int32(n); i+n > to {
			from, to = i, i+n
		}
		if x := at(i - 1); x >= 0 && int(x) < len(s.counts) {
			s.counts[x] = max(s.counts[x], int32(n))
		}
	}
	base, allowed := or(s.DryBase, 1.75), s.DryAllowed
	if allowed == 0 {
		allowed = 2
	}
	for i := range l {
		if n := int(s.counts[l[i].id]); n >= allowed {
			l[i].logit -= min(s.DryMultiplier*math.Pow(base, float64(n-allowed)), maxDry)
		}
	}
	s.forget(w)
	s.weighed = false
	return l
}
