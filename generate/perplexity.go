package generate

import (
	"context"
	"fmt"
	"math"

	"brick/device"
	"brick/grad"
	"brick/model"
	"brick/token"
	"brick/train"
)

// A Reading says how a text is cut for Measure. The zero value reads windows side by side.
type Reading struct {
	Window int                    // tokens that are read together; 0 means what the model's context holds, at most 1024
	Stride int                    // tokens from one window to the next; 0 means Window
	Tell   func(done, tokens int) // hears how many tokens are measured, of how many; nil means nobody does
}

// Measure is how well the model foretells a text: the mean of −ln p of its tokens, the perplexity, the bits for each byte,
// and the share of tokens that were likeliest. The text is cut into windows, each of which is read from
// nothing, after the token that begins a text where the tokenizer puts one; without one the first token of the text is not
// measured, nor, if they lie side by side, that of another window. With a stride below the window each token is measured
// once, in the first window that holds it, and those before it there are what it is foretold from: windows that overlap
// take longer and are nearer to what the model can do. It errs for a window of less than two tokens or
// more than the context holds, for a stride above the window, and when ctx is done.
func (l *Language) Measure(ctx context.Context, text string, o Reading) (m train.Metrics, err error) {
	before := token.EncodeSpecial(l.Tokenizer, "", nil)
	limit := model.Context(l.Model)
	if o.Window == 0 {
		o.Window = 1024
		if limit > 0 {
			o.Window = min(limit-len(before), 1024)
		}
	}
	if o.Window < 2 || limit > 0 && o.Window+len(before) > limit {
		return m, fmt.Errorf("generate: windows of %d tokens; want 2 to what the context of %d holds besides the %d that begin a text", o.Window, limit, len(before))
	}
	if o.Stride == 0 {
		o.Stride = o.Window
	}
	if o.Stride < 1 || o.Stride > o.Window {
		return m, fmt.Errorf("generate: a stride of %d tokens; want 1 to the %d of a window", o.Stride, o.Window)
	}
	ids := l.Tokenizer.Encode(text, nil)
	var nats, squares float64
	right := 0
	for at, done := 0, 0; done < len(ids); at += o.Stride {
		end := min(at+o.Window, len(ids))
		w := append(before[:len(before):len(before)], ids[at:end]...)
		err = l.window(ctx, w, max(len(before)+done-at, 1), func(loss float64, likeliest bool) {
			nats += loss
			squares += loss * loss
			m.Examples++
			if likeliest {
				right++
			}
		})
		if err != nil {
			return m, fmt.Errorf("generate: %w", err)
		}
		if done = end; o.Tell != nil {
			o.Tell(done, len(ids))
		}
	}
	if m.Examples == 0 {
		return m, fmt.Errorf("generate: the text has %d tokens; there is nothing to foretell", len(ids))
	}
	n := float64(m.Examples)
	m.Loss = nats / n
	m.Perplexity, m.BitsPerByte, m.Accuracy = math.Exp(m.Loss), bitsOf(nats, len(text)), float64(right)/n
	if n > 1 {
		m.LossError = math.Sqrt(max(squares-nats*m.Loss, 0) / (n - 1) / n)
	}
	return m, nil
}

// window reads ids and tells of each from the first-th on what it cost, in pieces, so that the logits of a long window
// need no memory all at once.
func (l *Language) window(ctx context.Context, ids []int32, first int, tell func(loss float64, likeliest bool)) error {
	tape := &grad.Tape{NoGrad: true, Memory: map[any]any{}, Device: newReader(l.Model, 0, nil).dev}
	for at := 0; at < len(ids)-1; {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(readAtOnce, len(ids)-1-at)
		err := grad.Catch(func() {
			tape.Reset()
			next := ids[at+1:][:n]
			y := l.Model.Forward(tape.IDs(ids[at:at+n], 1, n)).Reshape(n, -1)
			losses := y.CrossEntropy(tape.IDs(next, n), grad.CrossEntropyOptions{Reduction: device.None}).Data()
			best := y.ArgMax(-1).IDs()
			for i, loss := range losses {
				if at+i+1 >= first {
					tell(float64(loss), best[i] == next[i])
				}
			}
		})
		if err != nil {
			return err
		}
		at += n
	}
	return nil
}
