package generate

import (
	"context"
	"fmt"
	"iter"

	"brick/model"
	"brick/nn"
)

// A Token is one step of what a model writes.
type Token struct {
	ID      int32
	Text    string  // characters completed by this token; may be empty, or hold several
	LogProb float64 // log-probability of ID under the model, in nats
	Reason  Reason  // why the text ends here, on the last token only
}

// A Reason says why a text ended.
type Reason string

// The reasons.
const (
	Length Reason = "length" // Sampling.Max tokens were written
	EOS    Reason = "eos"    // the model wrote a token that ends a text
	Stop   Reason = "stop"   // one of Sampling.Stop was written
)

// Stream continues a prompt of ids, token by token, without text. m maps ids (1, T) to
// logits (1, T, V). Beyond the model's context the older half is forgotten. The error is a *grad.ShapeError
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

// write reads the prompt and writes tokens until s.Max or until stop says so.
func (r *reader) write(ctx context.Context, prompt []int32, s Sampling, stop func(t *Token) bool) iter.Seq2[Token, error] {
	return func(yield func(Token, error) bool) {
		if err := s.Check(); err != nil {
			yield(Token{}, err)
			return
		}
		if len(prompt) == 0 {
			yield(Token{}, fmt.Errorf("generate: the prompt is empty; a model needs at least one token to start from"))
			return
		}
		if r.context > 0 && len(prompt) > r.context {
			yield(Token{}, fmt.Errorf("generate: the prompt has %d tokens; the model's context holds %d", len(prompt), r.context))
			return
		}
		draw := &sampler{Sampling: s}
		history := append(append([]int32(nil), r.ids...), prompt...)
		next := prompt
		for n := range s.max() {
			if err := ctx.Err(); err != nil {
				yield(Token{}, err)
				return
			}
			logits, err := r.read(next)
			if err != nil {
				yield(Token{}, fmt.Errorf("generate: %w", err))
				return
			}
			var t Token
			if t.ID, t.LogProb, err = draw.draw(logits, history, n); err != nil {
				yield(Token{}, err)
				return
			}
			history = append(history, t.ID)
			next = history[len(history)-1:]
			if n == s.max()-1 {
				t.Reason = Length
			}
			if stop != nil && stop(&t) {
				yield(t, nil)
				return
			}
			if !yield(t, nil) {
				return
			}
		}
	}
}
