package generate

import (
	"context"
	"fmt"
	"iter"

	"brick/device"
	"brick/grad"
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
// logits (1, T, V). The error is a *grad.ShapeError, or says which setting is unusable; it ends the sequence.
func Stream(m nn.Block, prompt []int32, s Sampling) iter.Seq2[Token, error] {
	return func(yield func(Token, error) bool) {
		r := &reader{model: m}
		for t, err := range r.write(context.Background(), prompt, s, nil) {
			if !yield(t, err) {
				return
			}
		}
	}
}

// reader feeds ids to a model that remembers what it has read.
type reader struct {
	model   nn.Block
	dev     device.Device
	context int     // positions the model can hold; 0 means no bound
	ids     []int32 // everything read so far, and still remembered
	tape    grad.Tape
}

// reset forgets everything.
func (r *reader) reset() {
	r.ids = r.ids[:0]
	r.tape = grad.Tape{Device: r.dev, NoGrad: true, Memory: map[any]any{}}
}

// read feeds ids and returns the logits of what comes after the last one, valid
// until the next read. When the model's context is full, the older half is
// forgotten: the newer half is read again from the beginning.
func (r *reader) read(ids []int32) (logits []grad.Float, err error) {
	if r.tape.Memory == nil {
		r.reset()
	}
	if r.context > 0 && len(r.ids)+len(ids) > r.context {
		all := append(append([]int32(nil), r.ids...), ids...)
		ids = all[len(all)-min(r.context/2+1, len(all)):]
		r.reset()
	}
	err = grad.Catch(func() {
		r.tape.Reset()
		y := r.model.Forward(r.tape.IDs(ids, 1, len(ids))) // (1, T, V)
		logits = y.Data()
		logits = logits[len(logits)-y.Dim(-1):]
	})
	r.ids = append(r.ids, ids...)
	return logits, err
}

// write reads the prompt and writes tokens until s.Max or until stop says so.
func (r *reader) write(ctx context.Context, prompt []int32, s Sampling, stop func(t *Token) bool) iter.Seq2[Token, error] {
	return func(yield func(Token, error) bool) {
		if err := s.Check(); err != nil {
			yield(Token{}, err)
			return
		}
		if len(prompt) == 0 && len(r.ids) == 0 {
			yield(Token{}, fmt.Errorf("generate: the prompt is empty; a model needs at least one token to start from"))
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
				yield(Token{}, err)
				return
			}
			var t Token
			t.ID, t.LogProb = draw.draw(logits, history, n)
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
