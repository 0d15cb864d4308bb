package generate

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"brick/grad"
	"brick/model"
	"brick/nn"
)

// A Token is one step of what a model writes.
type Token struct {
	ID      int32
	Text    string   // characters completed by this token; may be empty, or hold several
	LogProb float64  // log-probability of ID under the model, in nats
	Top     []Choice // the Sampling.LogProbs likeliest tokens, likeliest first
	Reason  Reason   // why the text ends here, on the last token only
}

// A Reason says why a text ended.
type Reason string

// The reasons.
const (
	Length Reason = "length"  // Sampling.Max tokens were written
	EOS    Reason = "eos"     // the model wrote a token that ends a text
	Stop   Reason = "stop"    // one of Sampling.Stop was written
	Whole  Reason = "whole"   // nothing can follow by the grammar
	Full   Reason = "context" // the model's context holds no more
)

// Stream continues a prompt of ids, token by token, without text. m maps ids (1, T) to
// logits (1, T, V); where its context is full the text ends. The error is a *grad.ShapeError
// or *grad.RangeError, or says which setting is unusable; it ends the sequence.
func Stream(m nn.Block, prompt []int32, s Sampling) iter.Seq2[Token, error] {
	return func(yield func(Token, error) bool) {
		r := newReader(m, model.Context(m), nil)
		for t, err := range r.write(context.Background(), prompt, s, nil) {
			if !yield(t, err) {
				return
			}
		}
	}
}

// guide is what is known of a text beside its ids: the tokens that end it, its form, and what they say.
type guide struct {
	ends []int32
	form *form
	says func(id int32) string // the text of a token
	stop func(t *Token) bool   // sets the text that a token completes, and whether it ends here

	drafter Drafter
	drafts  int   // at most
	stats   Stats // of the text
}

// write reads the prompt and writes tokens until s.Max or until g, which may be nil, says so.
func (r *reader) write(ctx context.Context, prompt []int32, s Sampling, g *guide) iter.Seq2[Token, error] {
	return func(yield func(Token, error) bool) {
		if g == nil {
			g = &guide{}
		}
		err := s.Check()
		if err == nil {
			err = r.fits(prompt)
		}
		if err == nil && g.says == nil && (len(s.Stop) > 0 || s.DryBreakers != nil || s.Grammar != "" || s.Schema != nil) {
			err = fmt.Errorf("generate: stop, dry_sequence_breakers, grammar and json_schema are of texts; a stream of ids has none")
		}
		if err != nil {
			yield(Token{}, err)
			return
		}
		draw := g.sampler(s)
		history := append(append([]int32(nil), r.ids...), prompt...)
		next := prompt
		wrong := 0 // of the ids that were read, how many the text does not go on with
		defer func() { r.back(len(r.ids) - wrong) }()
		for n := 0; n < s.max(); {
			r.back(len(r.ids) - wrong)
			drafts, err := g.draft(history, min(s.max()-n-1, r.room(len(next))))
			if err != nil {
				yield(Token{}, fmt.Errorf("generate: %w", err))
				return
			}
			rows := 1 + len(drafts)
			began := time.Now()
			logits, err := r.readRows(ctx, slices.Concat(next, drafts), rows)
			if err != nil {
				wrong = 0
				if ctx.Err() == nil {
					err = fmt.Errorf("generate: %w", err)
				}
				yield(Token{}, err)
				return
			}
			g.stats.add(n == 0, len(next), len(drafts), time.Since(began))
			wrong = len(drafts)
			vocab := len(logits) / rows
			for i := range rows {
				t, err := g.next(draw, logits[i*vocab:][:vocab], history, n)
				if err != nil {
					yield(Token{}, err)
					return
				}
				history = append(history, t.ID)
				n++
				g.stats.Written++
				if t.Reason == "" && r.full(len(r.ids)-wrong+1) {
					t.Reason = Full
				}
				ended := g.stop != nil && g.stop(&t)
				if !yield(t, nil) || ended || t.Reason != "" {
					return
				}
				if i == len(drafts) || t.ID != drafts[i] {
					break
				}
				wrong--
				g.stats.Accepted++
			}
			next = history[len(history)-1:]
		}
	}
}

// room is how many ids may be read after so many without forgetting any, or making pieces too small for them.
func (r *reader) room(next int) int {
	n := r.piece - next
	if r.context > 0 {
		n = min(n, r.context-len(r.ids)-next)
	}
	return max(n, 0)
}

// fits reports a prompt that cannot be read.
func (r *reader) fits(prompt []int32) error {
	if len(prompt) == 0 {
		return fmt.Errorf("generate: the prompt is empty; a model needs at least one token to start from")
	}
	n := len(r.ids) + len(prompt)
	switch {
	case r.context == 0 || n <= r.context, r.shift && r.keep+len(prompt) <= r.context:
		return nil
	case len(r.ids) == 0:
		return fmt.Errorf("generate: the prompt has %d tokens; the model's context holds %d", n, r.context)
	case r.shift:
		return fmt.Errorf("generate: the prompt has %d tokens and %d are kept; the model's context holds %d", len(prompt), r.keep, r.context)
	}
	return fmt.Errorf("generate: the prompt has %d tokens after %d that were read; the model's context holds %d", len(prompt), len(r.ids), r.context)
}

// sampler draws by s for texts of the guide.
func (g *guide) sampler(s Sampling) *sampler {
	d := &sampler{Sampling: s, ends: g.ends}
	if g.says != nil {
		d.breaks = breaker(s.DryBreakers, g.says)
	}
	if g.form != nil {
		d.has, d.mayEnd = g.form.has, g.form.mayEnd
	}
	return d
}

// next chooses token n, and says what of its end is known without its text.
func (g *guide) next(draw *sampler, logits []grad.Float, history []int32, n int) (t Token, err error) {
	if g.form != nil {
		g.form.matcher.Trim(&g.form.state)
		if err := g.form.look(); err != nil {
			return t, err
		}
	}
	if t.ID, t.LogProb, err = draw.draw(logits, history, n); err != nil {
		return t, err
	}
	if draw.LogProbs > 0 {
		t.Top = likeliest(logits, draw.LogProbs, float64(logits[t.ID])-t.LogProb)
		for i := range t.Top {
			if g.says != nil {
				t.Top[i].Text = g.says(t.Top[i].ID)
			}
		}
	}
	if n == draw.max()-1 {
		t.Reason = Length
	}
	if g.form != nil && !slices.Contains(g.ends, t.ID) && g.form.add(t.ID) {
		t.Reason = Whole
	}
	return t, nil
}
