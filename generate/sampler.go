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
	p     float64 // in proportion to its probability among the candidates
}

// order is likeliest first; ties go by id, so that a choice never depends on how sorting works.
func order(a, b candidate) int {
	return cmp.Or(cmp.Compare(b.logit, a.logit), cmp.Compare(a.id, b.id))
}

// sampler draws tokens, reusing its memory.
type sampler struct {
	Sampling
	breaks func(id int32) bool // whether a text that DRY does not go across ends in the token that comes next
	mayEnd func() bool         // whether the text may end now; nil if it always may
	has    func(id int32) bool // whether the text may go on with a token; nil if with any
	ends   []int32

	list    []candidate
	weighed bool    // p is that of the logits
	n       int     // the number of the draw
	ids     []int32 // what came before
	counts  []int32 // by id, while penalising
	broken  []bool  // of ids, for DRY
	match   []int32 // lengths of repetitions, for DRY
	mu      float64 // of mirostat
	began   bool
}

// A Choice is a token and its log-probability under the model, in nats.
type Choice struct {
	ID      int32   `json:"id"`
	Text    string  `json:"text"` // may be a part of a character; empty from Stream
	LogProb float64 `json:"logprob"`
}

// draw chooses token number n given the logits and the ids so far. The log-probabilities are
// the model's own, before any of the settings. It errs where the logits are no distribution and where no token may come.
func (s *sampler) draw(logits []kernel.Float, ids []int32, n int) (id int32, logProb float64, err error) {
	norm, err := s.collect(logits, n)
	if err != nil {
		return 0, 0, err
	}
	s.ids, s.n, s.weighed = ids, n, false
	id = s.choose()
	return id, float64(logits[id]) - norm, nil
}

// collect makes candidates of the tokens that may come; norm is ln Σ eˡ of all.
func (s *sampler) collect(logits []kernel.Float, n int) (norm float64, err error) {
	s.list = s.list[:0]
	top, sum := math.Inf(-1), 0.0
	for i, v := range logits {
		if v != v {
			return 0, fmt.Errorf("generate: the model's logit of token %d is NaN: its weights are damaged or diverged", i)
		}
		top = max(top, float64(v))
	}
	if math.IsInf(top, 0) || len(logits) == 0 {
		return 0, fmt.Errorf("generate: the largest of the model's %d logits is %v: its weights are damaged or diverged", len(logits), top)
	}
	for i, v := range logits {
		sum += math.Exp(float64(v) - top)
		if !math.IsInf(float64(v), -1) && (s.has == nil || s.has(int32(i))) {
			s.list = append(s.list, candidate{id: int32(i), logit: float64(v)})
		}
	}
	if err := s.adjust(len(logits), n); err != nil {
		return 0, err
	}
	if len(s.list) == 0 {
		return 0, fmt.Errorf("generate: none of the model's %d tokens may come after %d: grammar, banned_tokens and min_tokens forbid all", len(logits), n)
	}
	return top + math.Log(sum), nil
}

// adjust adds the bias and takes away what is banned, and what ends a text that must go on.
func (s *sampler) adjust(vocab, n int) error {
	noEnd := n < s.Min || s.mayEnd != nil && !s.mayEnd()
	if len(s.Bias) == 0 && len(s.Ban) == 0 && !noEnd {
		return nil
	}
	for id := range s.Bias {
		if int(id) >= vocab {
			return fmt.Errorf("generate: logit_bias has token %d; the model has %d", id, vocab)
		}
	}
	for _, id := range s.Ban {
		if int(id) >= vocab {
			return fmt.Errorf("generate: banned_tokens has %d; the model has %d", id, vocab)
		}
	}
	kept := s.list[:0]
	for _, c := range s.list {
		if slices.Contains(s.Ban, c.id) || noEnd && slices.Contains(s.ends, c.id) {
			continue
		}
		c.logit += s.Bias[c.id]
		kept = append(kept, c)
	}
	s.list = kept
	return nil
}

// choose picks from the list, which it reorders.
func (s *sampler) choose() int32 {
	l := s.left()
	if s.Temperature == 0 {
		return slices.MinFunc(l, order).id
	}
	s.weigh(l)
	if s.Mirostat == 2 {
		return s.mirostat(l)
	}
	return s.pick(l)
}

// left is what the chain leaves of the list.
func (s *sampler) left() []candidate {
	names := s.Samplers
	if names == nil {
		names = chain
	}
	l := s.list
	for _, name := range names {
		if cut := name != "penalties" && name != "dry"; cut && (s.Temperature == 0 || s.Mirostat == 2 && name != "temperature") {
			continue
		}
		l = steps[name](s, l)
	}
	return l
}

// pick draws by p.
func (s *sampler) pick(l []candidate) int32 {
	u := float64(kernel.Random(s.Seed, s.n)>>11) / (1 << 53) * total(l)
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

// weigh sets p of the candidates: e^(l − max).
func (s *sampler) weigh(l []candidate) {
	if s.weighed {
		return
	}
	s.weighed = true
	top := highest(l)
	for i := range l {
		l[i].p = math.Exp(l[i].logit - top)
	}
}

// total is the sum of p.
func total(l []candidate) (sum float64) {
	for i := range l {
		sum += l[i].p
	}
	return sum
}

// highest is the largest logit.
func highest(l []candidate) float64 {
	top := math.Inf(-1)
	for i := range l {
		top = max(top, l[i].logit)
	}
	return top
}

// likeliest is the n likeliest tokens with their log-probabilities, in order.
func likeliest(logits []kernel.Float, n int, norm float64) []Choice {
	l := make([]candidate, 0, n+1)
	for i, v := range logits {
		c := candidate{id: int32(i), logit: float64(v)}
		if len(l) == n && order(c, l[n-1]) >= 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(l, c, order)
		l = slices.Insert(l, at, c)
		l = l[:min(len(l), n)]
	}
	out := make([]Choice, len(l))
	for i, c := range l {
		out[i] = Choice{ID: c.id, LogProb: c.logit - norm}
	}
	return out
}
