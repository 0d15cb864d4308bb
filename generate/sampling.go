package generate

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"brick/kernel"
)

// A Sampling says how a token is chosen from the logits. Its zero value is
// greedy: always the likeliest token. What is set is applied in this order:
//
//	penalty      l ← l/p if l > 0, else l·p, for tokens among the last RepeatLast   Keskar et al. 2019 (CTRL)
//	temperature  l ← l/T                                                            Ackley et al. 1985
//	top-k        the k largest stay                                                 Fan et al. 2018
//	top-p        the fewest whose probabilities sum to p or more stay               Holtzman et al. 2020
//	min-p        those with at least p times the largest probability stay           Nguyen et al. 2024
//	draw         by the probabilities of what is left
type Sampling struct {
	Max           int      `json:"max_tokens,omitempty"`         // tokens at most; 0 means 256
	Temperature   float64  `json:"temperature,omitempty"`        // 0 is greedy, 1 the model's own distribution
	TopK          int      `json:"top_k,omitempty"`              // 0 means all
	TopP          float64  `json:"top_p,omitempty"`              // 0 or 1 means all
	MinP          float64  `json:"min_p,omitempty"`              // 0 means all
	RepeatPenalty float64  `json:"repetition_penalty,omitempty"` // 0 or 1 means none
	RepeatLast    int      `json:"repeat_last_n,omitempty"`      // tokens looked back at; 0 means 64
	Seed          uint64   `json:"seed,omitempty"`               // of the draws
	Stop          []string `json:"stop,omitempty"`               // texts that end the output; they are not part of it
}

// Check reports the first field whose value means nothing.
func (s *Sampling) Check() error {
	for _, c := range []struct {
		field string
		bad   bool
		value any
		want  string
	}{
		{"max_tokens", s.Max < 0, s.Max, "0 or more"},
		{"temperature", !(s.Temperature >= 0 && s.Temperature <= 100), s.Temperature, "0 to 100"},
		{"top_k", s.TopK < 0, s.TopK, "0 or more"},
		{"top_p", !(s.TopP >= 0 && s.TopP <= 1), s.TopP, "0 to 1"},
		{"min_p", !(s.MinP >= 0 && s.MinP <= 1), s.MinP, "0 to 1"},
		{"repetition_penalty", !(s.RepeatPenalty >= 0 && s.RepeatPenalty <= 100), s.RepeatPenalty, "0 to 100"},
		{"repeat_last_n", s.RepeatLast < 0, s.RepeatLast, "0 or more"},
		{"stop", len(s.Stop) > 16 || slices.ContainsFunc(s.Stop, func(t string) bool { return t == "" || len(t) > 256 }), len(s.Stop), "at most 16 texts of 1 to 256 bytes"},
	} {
		if c.bad {
			return fmt.Errorf("generate: %s is %v; want %s", c.field, c.value, c.want)
		}
	}
	return nil
}

func (s *Sampling) max() int {
	if s.Max == 0 {
		return 256
	}
	return s.Max
}

// candidate is a token that may come next.
type candidate struct {
	id    int32
	logit float64
	p     float64
}

// sampler draws tokens, reusing its memory.
type sampler struct {
	Sampling
	list []candidate
}

// draw chooses token number n given the logits and the ids so far. logProb is
// the chosen token's log-probability under the model itself, before any of the settings.
func (s *sampler) draw(logits []kernel.Float, ids []int32, n int) (id int32, logProb float64) {
	s.list = s.list[:0]
	top, sum := math.Inf(-1), 0.0
	for _, v := range logits {
		top = max(top, float64(v))
	}
	for i, v := range logits {
		sum += math.Exp(float64(v) - top)
		s.list = append(s.list, candidate{id: int32(i), logit: float64(v)})
	}
	base := top + math.Log(sum)
	s.penalise(ids)
	best := s.choose(n)
	return best, float64(logits[best]) - base
}

func (s *sampler) penalise(ids []int32) {
	if s.RepeatPenalty == 0 || s.RepeatPenalty == 1 {
		return
	}
	last := s.RepeatLast
	if last == 0 {
		last = 64
	}
	recent := ids[max(len(ids)-last, 0):]
	for i, id := range recent {
		if slices.Contains(recent[:i], id) || int(id) >= len(s.list) {
			continue // each token once, however often it occurred
		}
		c := &s.list[id]
		if c.logit > 0 {
			c.logit /= s.RepeatPenalty
		} else {
			c.logit *= s.RepeatPenalty
		}
	}
}

// choose picks from the list, which it reorders.
func (s *sampler) choose(n int) int32 {
	if s.Temperature == 0 {
		return slices.MaxFunc(s.list, func(a, b candidate) int { return cmp.Or(cmp.Compare(a.logit, b.logit), cmp.Compare(b.id, a.id)) }).id
	}
	// Likeliest first; ties in order of id, so that the draw does not depend on how sorting works.
	slices.SortFunc(s.list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.logit, a.logit), cmp.Compare(a.id, b.id))
	})
	l := s.list
	if s.TopK > 0 {
		l = l[:min(s.TopK, len(l))]
	}
	top, sum := l[0].logit, 0.0
	for i := range l {
		l[i].p = math.Exp((l[i].logit - top) / s.Temperature)
		sum += l[i].p
	}
	if s.TopP > 0 && s.TopP < 1 {
		kept := 0.0
		for i := range l {
			if kept += l[i].p; kept >= s.TopP*sum {
				l, sum = l[:i+1], kept
				break
			}
		}
	}
	if s.MinP > 0 {
		for i := range l {
			if l[i].p < s.MinP { // the largest p is 1
				l = l[:i]
				break
			}
		}
		sum = 0
		for i := range l {
			sum += l[i].p
		}
	}
	u := float64(kernel.Random(s.Seed, n)>>11) / (1 << 53) * sum
	for i := range l {
		if u -= l[i].p; u < 0 {
			return l[i].id
		}
	}
	return l[len(l)-1].id
}
