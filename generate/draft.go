package generate

import (
	"cmp"
	"fmt"
	"time"

	"brick/grad"
	"brick/model"
	"brick/nn"
	"brick/token"
)

// A Drafter guesses how a text goes on. The model then reads several tokens in one pass instead of one, and those are kept
// that it would have written itself: a guess never changes a text, whatever the settings, only how fast it is written
// (Leviathan et al. 2023; Chen et al. 2023).
type Drafter interface {
	Draft(ids []int32, n int) ([]int32, error) // at most n ids after ids, which are the text so far
}

// draftMost is how many tokens are guessed at a time where a session does not say.
const draftMost = 8

// draft guesses at most n ids, none for a text that has no drafter or has just begun.
func (g *guide) draft(history []int32, n int) ([]int32, error) {
	if n = min(n, cmp.Or(g.drafts, draftMost)); g.drafter == nil || n <= 0 || g.stats.Written == 0 {
		return nil, nil
	}
	ids, err := g.drafter.Draft(history, n)
	return ids[:min(len(ids), n)], err
}

// Lookup guesses that a text goes on as it did before: as after the last place where its last tokens, at most so many, stood.
type Lookup int

// Draft implements Drafter.
func (l Lookup) Draft(ids []int32, n int) ([]int32, error) {
	for size := min(int(l), len(ids)-1); size > 0; size-- {
		last := ids[len(ids)-size:]
		for at := len(ids) - size - 1; at >= 0; at-- {
			if common(ids[at:], last) == size {
				return ids[at+size:][:min(n, len(ids)-at-size)], nil
			}
		}
	}
	return nil, nil
}

// greedy is a smaller model that writes on greedily.
type greedy struct{ reader reader }

// NewDrafter is a Drafter that a smaller model makes; it serves one session at a time. It errs unless both have the same tokens.
func (l *Language) NewDrafter(small *Language) (Drafter, error) {
	if n, m := l.Tokenizer.Vocab(), small.Tokenizer.Vocab(); n != m {
		return nil, fmt.Errorf("generate: the model that drafts has %d tokens, the one that writes %d: want the same", m, n)
	}
	for id := range int32(l.Tokenizer.Vocab()) {
		if a, b := spelt(l.Tokenizer, id), spelt(small.Tokenizer, id); a != b {
			return nil, fmt.Errorf("generate: token %d of the model that drafts is %q, of the one that writes %q: want the same", id, b, a)
		}
	}
	return &greedy{newReader(small.Model, model.Context(small.Model), nil)}, nil
}

// spelt is the text of a token.
func spelt(t token.Tokenizer, id int32) string { return string(t.AppendBytes(nil, id)) }

// Draft implements Drafter.
func (d *greedy) Draft(ids []int32, n int) (guess []int32, err error) {
	r := &d.reader
	if r.context > 0 && len(ids)+n > r.context {
		return nil, nil // a text that it cannot hold
	}
	r.back(min(common(r.ids, ids), len(ids)-1))
	next := ids[len(r.ids):]
	for range n {
		logits, err := r.read(next)
		if err != nil {
			return nil, fmt.Errorf("the model that drafts: %w", err)
		}
		best := int32(0)
		for i, v := range logits {
			if v > logits[best] {
				best = int32(i)
			}
		}
		guess = append(guess, best)
		next = guess[len(guess)-1:]
	}
	return guess, nil
}

// Stats are what writing a text took.
type Stats struct {
	Reused   int           `json:"reused"`   // tokens of the prompt that were still remembered
	Read     int           `json:"read"`     // tokens of the prompt that were read
	Written  int           `json:"written"`  // tokens
	Drafted  int           `json:"drafted"`  // tokens that were guessed
	Accepted int           `json:"accepted"` // and of these, how many were right
	Reading  time.Duration `json:"reading"`  // the prompt, in nanoseconds
	Writing  time.Duration `json:"writing"`  // passes through the model after it
}

// add counts a pass.
func (s *Stats) add(prompt bool, next, drafts int, took time.Duration) {
	if s.Drafted += drafts; prompt {
		s.Read += next
		s.Reading += took
		return
	}
	s.Writing += took
}

// ReadRate is how many tokens of the prompt were read a second.
func (s Stats) ReadRate() float64 { return float64(s.Read) / max(s.Reading.Seconds(), 1e-9) }

// WriteRate is how many tokens were written a second after the first, 0 if there is no second one.
func (s Stats) WriteRate() float64 {
	if s.Written < 2 {
		return 0
	}
	return float64(s.Written-1) / max(s.Writing.Seconds(), 1e-9)
}

// remember lets a session's memory keep keys and values as a type.
func (r *reader) remember(m nn.Remember) {
	r.memory = m
	r.reset()
	r.tape = grad.Tape{}
}
