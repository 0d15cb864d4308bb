package generate

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"brick/generate/grammar"
	"brick/grad"
	"brick/kernel"
	"brick/nn"
)

// maxBeams bounds a Search; each continuation has a memory of its own.
const maxBeams = 64

// A Search says how the likeliest texts are looked for: by following the best continuations at once (beam search).
type Search struct {
	Beams         int     `json:"beams"`                    // continuations followed, 2 to 64
	Best          int     `json:"n,omitempty"`              // texts given; 0 means 1
	LengthPenalty float64 `json:"length_penalty,omitempty"` // α: 0 favours short texts, 1 nearly compares means
}

// Check reports the first field whose value means nothing, and what of o has no meaning for beams.
func (b Search) Check(o Sampling) error {
	switch {
	case b.Beams < 2 || b.Beams > maxBeams:
		return fmt.Errorf("generate: beams is %d; want 2 to %d", b.Beams, maxBeams)
	case b.Best < 0 || b.Best > b.Beams:
		return fmt.Errorf("generate: n is %d; want 0 to the %d beams", b.Best, b.Beams)
	case !(math.Abs(b.LengthPenalty) <= 100):
		return fmt.Errorf("generate: length_penalty is %v; want -100 to 100", b.LengthPenalty)
	case o.Temperature != 0:
		return fmt.Errorf("generate: temperature is %v; beams draw nothing: want 0", o.Temperature)
	case or(o.RepeatPenalty, 1) != 1 || o.PresencePenalty != 0 || o.FrequencyPenalty != 0 || o.DryMultiplier != 0 || o.LogProbs != 0:
		return fmt.Errorf("generate: penalties, dry_multiplier and top_logprobs have no meaning for beams")
	}
	return nil
}

// A Hypothesis is a text that a Search found.
type Hypothesis struct {
	IDs     []int32 `json:"ids"`
	Text    string  `json:"text"`
	LogProb float64 `json:"logprob"` // Σ ln p of the ids under the model
	Score   float64 `json:"score"`   // by which it is compared
	Reason  Reason  `json:"finish_reason"`

	rank  float64 // LogProb and the biases
	from  int     // the one it continues
	state grammar.State
}

// Search finds texts of great probability that follow prompt, best first. The session stays as it was. Of o the length,
// what ends a text, bias, bans and grammar count. The same call gives the same texts.
//
//	score = (Σ ln p + bias) / ((5 + n)/6)^α    n tokens (Wu et al. 2016, eq. 14)
//
// It ends when what is still open could not become better than Beams texts that are whole. A text is no longer than the
// model's context has room for.
func (s *Session) Search(ctx context.Context, prompt string, o Sampling, b Search) ([]Hypothesis, error) {
	if err := cmp.Or(o.Check(), b.Check(o)); err != nil {
		return nil, err
	}
	ids, err := s.encode(prompt)
	if err != nil {
		return nil, err
	}
	g, err := s.guide(o)
	if err != nil {
		return nil, err
	}
	all := append(slices.Clone(s.reader.ids), ids...)
	if err := s.reader.fits(all); err != nil {
		return nil, err
	}
	r := newReader(s.reader.model, s.reader.context, s.reader.dev)
	logits, err := r.read(all)
	if err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	h := &beams{session: s, reader: &r, prompt: ids, options: o, search: b, guide: g, draw: g.sampler(o), vocab: len(logits), most: o.max()}
	if r.context > 0 {
		h.most = min(h.most, r.context-len(all)+1)
	}
	done, err := h.run(ctx, logits)
	if err != nil {
		return nil, err
	}
	return done[:min(len(done), max(b.Best, 1))], nil
}

// beams is a search under way.
type beams struct {
	session *Session
	reader  *reader
	prompt  []int32
	options Sampling
	search  Search
	guide   *guide
	draw    *sampler
	vocab   int
	most    int // tokens a text may have
	done    []Hypothesis
}

// run follows what is alive until nothing better can come.
func (b *beams) run(ctx context.Context, logits []kernel.Float) ([]Hypothesis, error) {
	alive := []Hypothesis{{}}
	if b.guide.form != nil {
		alive[0].state = b.guide.form.state
	}
	for n := 1; ; n++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		next, err := b.extend(alive, logits, n)
		if err != nil {
			return nil, err
		}
		alive = alive[:0]
		for i, h := range next {
			b.end(&h, n)
			switch {
			case h.Reason == "" && len(alive) < b.search.Beams:
				alive = append(alive, h)
			case h.Reason != "" && i < b.search.Beams: // what is less likely than others that go on may not end
				b.done = append(b.done, h)
			}
		}
		slices.SortStableFunc(b.done, func(x, y Hypothesis) int { return cmp.Compare(y.Score, x.Score) })
		b.done = b.done[:min(len(b.done), b.search.Beams)]
		if len(alive) == 0 || len(b.done) == b.search.Beams && b.done[len(b.done)-1].Score >= b.hope(alive[0], n) {
			return b.done, nil
		}
		if logits, err = b.read(alive); err != nil {
			return nil, fmt.Errorf("generate: %w", err)
		}
	}
}

// score compares texts of different lengths.
func (b *beams) score(rank float64, n int) float64 {
	return rank / math.Pow((5+float64(n))/6, b.search.LengthPenalty)
}

// hope is a score that no continuation of h, of n tokens, can exceed if its biases do not help it.
func (b *beams) hope(h Hypothesis, n int) float64 {
	return max(b.score(h.rank, n+1), b.score(h.rank, b.most))
}

// end settles whether a text of n tokens is whole.
func (b *beams) end(h *Hypothesis, n int) {
	id := h.IDs[n-1]
	if n == b.most {
		h.Reason = Length
	}
	if f := b.guide.form; f != nil && !slices.Contains(b.guide.ends, id) {
		h.state = f.matcher.Step(h.state, f.says(id))
		if f.matcher.Complete(h.state) {
			h.Reason = Whole
		}
	}
	if h.Reason == "" && len(b.options.Stop) == 0 && !slices.Contains(b.guide.ends, id) {
		return
	}
	w := b.session.writer(b.prompt, b.options.Stop)
	text, t := "", Token{}
	for i, id := range h.IDs {
		t = Token{ID: id}
		if i == n-1 {
			t.Reason = h.Reason
		}
		w.next(&t)
		text += t.Text
	}
	if t.Reason != "" {
		h.Reason, h.Text, h.Score = t.Reason, text, b.score(h.rank, n)
	}
}

// extend returns the likeliest continuations by one token, twice as many as beams so that as many go on; of equal ones
// that of the earlier hypothesis and the smaller id first.
func (b *beams) extend(alive []Hypothesis, logits []kernel.Float, n int) ([]Hypothesis, error) {
	var next []Hypothesis // without their new id, which stands in ids
	var ids []int32
	f := b.guide.form
	if f != nil {
		states := make([]*grammar.State, len(alive))
		for i := range alive {
			states[i] = &alive[i].state
		}
		f.matcher.Trim(states...)
	}
	for i, h := range alive {
		if f != nil {
			f.state = h.state
			if err := f.look(); err != nil {
				return nil, err
			}
		}
		row := logits[i*b.vocab : (i+1)*b.vocab]
		norm, err := b.draw.collect(row, n-1)
		if err != nil {
			return nil, err
		}
		for _, c := range b.draw.list {
			step := h
			step.rank, step.LogProb, step.from = h.rank+c.logit-norm, h.LogProb+float64(row[c.id])-norm, i
			if len(next) == 2*b.search.Beams && step.rank <= next[len(next)-1].rank {
				continue
			}
			at, _ := slices.BinarySearchFunc(next, step.rank, func(x Hypothesis, rank float64) int {
				if x.rank >= rank {
					return -1
				}
				return 1
			})
			next, ids = slices.Insert(next, at, step), slices.Insert(ids, at, c.id)
			next, ids = next[:min(len(next), 2*b.search.Beams)], ids[:min(len(ids), 2*b.search.Beams)]
		}
	}
	for i := range next {
		next[i].IDs = append(slices.Clone(next[i].IDs), ids[i])
	}
	return next, nil
}

// read gives the logits after the last id of each text, one row each.
func (b *beams) read(alive []Hypothesis) (logits []kernel.Float, err error) {
	r := b.reader
	last, order := make([]int32, len(alive)), make([]int, len(alive))
	for i, h := range alive {
		last[i], order[i] = h.IDs[len(h.IDs)-1], h.from
	}
	if err := nn.Pick(&r.tape, order); err != nil {
		return nil, err
	}
	err = grad.Catch(func() {
		r.tape.Reset()
		logits = r.model.Forward(r.tape.IDs(last, len(last), 1)).Data() // (beams, 1, V)
	})
	return logits, err
}
