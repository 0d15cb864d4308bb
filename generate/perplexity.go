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

// Measure is how well the model foretells a text: the mean of −ln p of its tokens, the perplexity, the bits for each byte,
// and the share of tokens that were likeliest. The text is cut into windows of so many tokens, each of which is read from
// nothing, after the token that begins a text where the tokenizer puts one; without one the first token of a window is not
// measured. window 0 means what the model's context holds, at most 1024. It errs for a window of less than two tokens or
// more than the context holds, and when ctx is done.
func (l *Language) Measure(ctx context.Context, text string, window int) (m train.Metrics, err error) {
	before := token.EncodeSpecial(l.Tokenizer, "", nil)
	limit := model.Context(l.Model)
	if window == 0 {
		window = 1024
		if limit > 0 {
			window = min(limit-len(before), 1024)
		}
	}
	if window < 2 || limit > 0 && window+len(before) > limit {
		return m, fmt.Errorf("generate: windows of %d tokens; want 2 to what the context of %d holds besides the %d that begin a text", window, limit, len(before))
	}
	ids := l.Tokenizer.Encode(text, nil)
	nats, right, measured := 0.0, 0, 0
	for at := 0; at < len(ids); at += window {
		w := append(before[:len(before):len(before)], ids[at:min(at+window, len(ids))]...)
		err = l.window(ctx, w, max(len(before), 1), func(loss float64, likeliest bool) {
			nats += loss
			measured++
			if likeliest {
				right++
			}
		})
		if err != nil {
			return m, fmt.Errorf("generate: %w", err)
		}
	}
	if measured == 0 {
		return m, fmt.Errorf("generate: the text has %d tokens; there is nothing to foretell", len(ids))
	}
	m.Loss, m.Examples = nats/float64(measured), measured
	m.Perplexity, m.BitsPerByte, m.Accuracy = math.Exp(m.Loss), bitsOf(nats, len(text)), float64(right)/float64(measured)
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
