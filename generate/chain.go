package generate

import (
	"cmp"
	"math"
	"slices"

	"brick/kernel"
)

// chain is the order the steps are taken in, that of llama.cpp.
var chain = []string{"penalties", "dry", "top_k", "typ_p", "top_p", "min_p", "xtc", "temperature"}

// steps turn candidates into those that are left; none leaves nothing.
var steps = map[string]func(*sampler, []candidate) []candidate{
	"penalties": (*sampler).penalise, "dry": (*sampler).dry, "top_k": (*sampler).topK, "typ_p": (*sampler).typical, "top_p": (*sampler).nucleus,
	"min_p": (*sampler).minP, "xtc": (*sampler).xtc, "temperature": (*sampler).temper,
}

// topK is the TopK likeliest, in order; without TopK it is all, in order of id.
func (s *sampler) topK(l []candidate) []candidate {
	k := s.TopK
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

// nucleus is the fewest candidates, likeliest first, whose share is TopP or more. Those below (1 − TopP)/n
// of the sum have less than 1 − TopP together and need not be sorted.
func (s *sampler) nucleus(l []candidate) []candidate {
	if s.TopP == 0 || s.TopP == 1 {
		return l
	}
	s.weigh(l)
	sum := total(l)
	least := (1 - s.TopP) / float64(len(l)) * sum * (1 - 1e-9)
	kept := l[:0]
	for _, c := range l {
		if c.p >= least {
			kept = append(kept, c)
		}
	}
	slices.SortFunc(kept, order)
	return share(kept, s.TopP*sum)
}

// share is the first candidates whose p sum to at least so much.
func share(l []candidate, sum float64) []candidate {
	got := 0.0
	for i := range l {
		if got += l[i].p; got >= sum {
			return l[:i+1]
		}
	}
	return l
}

// minP is the candidates with at least MinP times the largest probability.
func (s *sampler) minP(l []candidate) []candidate {
	if s.MinP == 0 {
		return l
	}
	s.weigh(l)
	top := 0.0
	for i := range l {
		top = max(top, l[i].p)
	}
	kept := l[:0]
	for _, c := range l {
		if c.p >= s.MinP*top {
			kept = append(kept, c)
		}
	}
	return kept
}

// typical is the candidates whose surprise is nearest to the entropy, the fewest whose share is TypicalP or more:
//
//	H = −Σ q ln q    nearest by |−ln q − H|
func (s *sampler) typical(l []candidate) []candidate {
	if s.TypicalP == 0 || s.TypicalP == 1 {
		return l
	}
	s.weigh(l)
	sum, entropy := total(l), 0.0
	for i := range l {
		if q := l[i].p / sum; q > 0 {
			entropy -= q * math.Log(q)
		}
	}
	far := func(c candidate) float64 { return math.Abs(-math.Log(c.p/sum) - entropy) }
	slices.SortFunc(l, func(a, b candidate) int { return cmp.Or(cmp.Compare(far(a), far(b)), order(a, b)) })
	return share(l, s.TypicalP*sum)
}

// xtcStream names the draws that say whether XTC acts.
const xtcStream = 0x787463

// xtc leaves out, with probability XTCProbability, all candidates of at least the threshold but the least likely of them.
func (s *sampler) xtc(l []candidate) []candidate {
	if s.XTCProbability == 0 || float64(kernel.Random(s.Seed^xtcStream, s.n)>>11)/(1<<53) >= s.XTCProbability {
		return l
	}
	s.weigh(l)
	least := or(s.XTCThreshold, 0.1) * total(l)
	last, n := candidate{}, 0
	for _, c := range l {
		if c.p < least {
			continue
		}
		if n++; n == 1 || order(c, last) > 0 {
			last = c
		}
	}
	if n < 2 {
		return l
	}
	kept := l[:0]
	for _, c := range l {
		if c.p < least || c.id == last.id {
			kept = append(kept, c)
		}
	}
	return kept
}

// temper divides the logits by the temperature, one so low that logits would overflow being greedy all the same.
func (s *sampler) temper(l []candidate) []candidate {
	for i := range l {
		l[i].logit /= max(s.Temperature, 1e-30)
	}
	s.weighed = false
	return l
}

// mirostat keeps what surprises by at most μ bits, draws, and moves μ by how far the surprise was from what is wanted:
//
//	−log₂ q ≤ μ    μ ← μ − η·(−log₂ q′ − τ)    q′ among what was kept, μ = 2τ at first
func (s *sampler) mirostat(l []candidate) int32 {
	tau := or(s.MirostatTau, 5)
	if !s.began {
		s.began, s.mu = true, 2*tau
	}
	slices.SortFunc(l, order)
	sum := total(l)
	n := 1
	for n < len(l) && -math.Log2(l[n].p/sum) <= s.mu {
		n++
	}
	l = l[:n]
	id := s.pick(l)
	i := slices.IndexFunc(l, func(c candidate) bool { return c.id == id })
	s.mu -= or(s.MirostatEta, 0.1) * (-math.Log2(l[i].p/total(l)) - tau)
	return id
}
