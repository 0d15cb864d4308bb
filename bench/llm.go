package bench

import (
	"context"
	"fmt"
	"iter"
	"path/filepath"
	"runtime/debug"
	"strings"

	"brick/device/cpu"
	"brick/generate"
	"brick/grad"
	"brick/model"
	"brick/nn"
)

// Tokens are how many LLM reads and writes; 0 leaves a test out.
type Tokens struct{ Prompt, Write int }

// LLM times the language models of folders and GGUF files in the manner of llama.cpp's llama-bench: reading a prompt of so
// many tokens from nothing, and writing so many, one after the other, from nothing. The operations are two for each weight
// and token, the rows of an embedding that is only looked up apart; the bytes are those of the weights, once a token that is
// written. Of mixtures of experts, which use a part of them, neither is known.
func LLM(ctx context.Context, o Options, paths []string, n Tokens, keeping model.Keeping) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		o := o.filled()
		for _, threads := range o.Threads {
			rows, roof := measureRoof(ctx, o, threads, true)
			for _, r := range rows {
				if !yield(r, ctx.Err()) || ctx.Err() != nil {
					return
				}
			}
			for _, path := range paths {
				rows, err := llm(ctx, o, threads, path, n, keeping)
				if err == nil {
					err = ctx.Err()
				}
				if err != nil {
					yield(Row{}, err)
					return
				}
				for _, r := range rows {
					if !yield(r.against(roof), nil) {
						return
					}
				}
			}
		}
	}
}

// readAtOnce is how many tokens of a prompt go through the model together, as in package generate.
const readAtOnce = 256

// passOver gives a model without a past so many tokens, some at a time.
func passOver(m model.Model, dev *cpu.Device, n, together int) {
	tape := &grad.Tape{Device: dev, NoGrad: true, Memory: map[any]any{}}
	ids := make([]int32, n)
	for i := range ids {
		ids[i] = int32(i % model.Vocab(m))
	}
	for at := 0; at < n; at += together {
		tape.Reset()
		now := ids[at:min(at+together, n)]
		m.Forward(tape.IDs(now, 1, len(now)))
	}
}

// multiplied is how many weights each token is multiplied by, and their bytes; 0 if that depends on the token.
func multiplied(m model.Model) (n int, bytes float64) {
	var embed *nn.Param
	tied := false
	for name, b := range nn.Blocks(m) {
		switch b := b.(type) {
		case *nn.Embedding:
			embed = b.W
		case *nn.Linear:
			tied = tied || b.W == embed
		}
		if strings.Contains(name, "experts.") {
			return 0, 0
		}
	}
	for _, p := range nn.Params(m) {
		if t := p.Buf().Type; tied || p != embed {
			n += p.Len()
			bytes += float64(p.Len()) / float64(t.Block()) * float64(t.BlockSize())
		}
	}
	return n, bytes
}

// llm times one model on so many cores.
func llm(ctx context.Context, o Options, threads int, path string, n Tokens, keeping model.Keeping) (rows []Row, err error) {
	debug.FreeOSMemory()
	forgetResident()
	dev, err := o.device(threads)
	if err != nil {
		return nil, err
	}
	defer dev.Close()
	l, err := generate.Open(path, model.OpenOptions{Device: dev, Keeping: keeping})
	if err != nil {
		return nil, err
	}
	if limit := model.Context(l.Model); limit > 0 && max(n.Prompt, n.Write) > limit {
		return nil, fmt.Errorf("bench: %s: %d tokens; the context holds %d", path, max(n.Prompt, n.Write), limit)
	}
	weights, each := multiplied(l.Model)
	used := float64(weights)
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	for _, test := range []struct {
		kind             string
		tokens, together int
		bytes            float64
	}{{"pp", n.Prompt, readAtOnce, 0}, {"tg", n.Write, 1, each}} {
		if test.tokens == 0 {
			continue
		}
		r := Row{Bench: "llm", Case: fmt.Sprint(name, " ", test.kind, test.tokens), Threads: threads, Precision: o.Precision, Unit: "tokens"}
		r.FLOPs, r.Bytes = 2*used*float64(test.tokens), test.bytes*float64(test.tokens)
		err := grad.Catch(func() {
			r.Time = measure(ctx, o.MinTime, func() { passOver(l.Model, dev, test.tokens, test.together) })
		})
		if err != nil {
			return nil, fmt.Errorf("bench: %s: %w", path, err)
		}
		if r.Median > 0 {
			r.Rate = float64(test.tokens) / r.Median
		}
		r.RSS = resident()
		rows = append(rows, r)
	}
	return rows, nil
}
