package bench

import (
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"brick/device/cpu"
	"brick/generate"
	"brick/grad"
	"brick/kernel"
	"brick/model"
	"brick/nn"
)

// Tokens are how many LLM reads and writes; 0 leaves a test out.
type Tokens struct{ Prompt, Write int }

// A Subject is a language model to be timed: that of a folder or a GGUF file, or of a shape with drawn weights, which lie in a
// temporary file of their type while they are timed.
type Subject struct {
	Path  string
	Shape string // a name of model.Table; "" for what is at Path
	Type  string // a name of model.Mixes
}

// LLM times language models in the manner of llama.cpp's llama-bench: reading a prompt of so
// many tokens from nothing, and writing so many, one after the other, from nothing. The operations are two for each weight
// and token, the rows of an embedding that is only looked up apart; the bytes are those of the weights as they are kept, once
// a token that is written. The peak that the operations are a share of is that of the precision of most weights. Of mixtures of experts, which use a part of them, neither is known.
func LLM(ctx context.Context, o Options, list []Subject, n Tokens, how model.Keeping) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		o := o.filled()
		for _, threads := range o.Threads {
			rows, roof := measureRoof(ctx, o, threads, true)
			for _, r := range rows {
				if !yield(r, ctx.Err()) || ctx.Err() != nil {
					return
				}
			}
			for _, s := range list {
				rows, err := s.time(ctx, o, threads, n, how)
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

// precision is what most products with the weights of m are computed in: of weights kept in blocks those of 8-bit integers.
func precision(m model.Model, given string) string {
	blocks, all := 0, 0
	for _, p := range nn.Params(m) {
		all += p.Len()
		if p.Buf().Type.Block() > 1 {
			blocks += p.Len()
		}
	}
	if 2*blocks > all {
		return "int8"
	}
	return given
}

// multiplied is how many weights each token is multiplied by and how many bytes they take, 0 if that depends on the token.
func multiplied(m model.Model) (weights, bytes float64) {
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
		if p == embed && !tied {
			continue
		}
		weights += float64(p.Len())
		if kept := p.Buf().Kept; kept != nil {
			bytes += float64(kept.Bytes())
		} else {
			bytes += float64(p.Len()) * kernel.FloatBits / 8
		}
	}
	return weights, bytes
}

// time times one model on so many cores.
func (s Subject) time(ctx context.Context, o Options, threads int, n Tokens, how model.Keeping) ([]Row, error) {
	if s.Shape == "" {
		return llm(ctx, o, threads, s.Path, n, how)
	}
	mix, err := model.FindMix(s.Type)
	if err != nil {
		return nil, err
	}
	m, err := model.New(s.Shape, nn.Input{})
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "brick-bench-")
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	defer os.RemoveAll(dir) // a file that is still mapped goes when the program ends
	path := filepath.Join(dir, s.Shape+" "+s.Type+".gguf")
	if err := generate.ConvertRandom(ctx, m, s.Shape, path, mix, 1); err != nil {
		return nil, err
	}
	return llm(ctx, o, threads, path, n, how)
}

// llm times one model on so many cores.
func llm(ctx context.Context, o Options, threads int, path string, n Tokens, how model.Keeping) (rows []Row, err error) {
	debug.FreeOSMemory()
	forgetResident()
	dev, err := o.device(threads)
	if err != nil {
		return nil, err
	}
	defer dev.Close()
	l, err := generate.Open(path, model.OpenOptions{Device: dev, Keeping: how})
	if err != nil {
		return nil, err
	}
	if limit := model.Context(l.Model); limit > 0 && max(n.Prompt, n.Write) > limit {
		return nil, fmt.Errorf("bench: %s: %d tokens; the context holds %d", path, max(n.Prompt, n.Write), limit)
	}
	weights, bytes := multiplied(l.Model)
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	for _, test := range []struct {
		kind             string
		tokens, together int
		bytes            float64
	}{{"pp", n.Prompt, readAtOnce, 0}, {"tg", n.Write, 1, bytes}} {
		if test.tokens == 0 {
			continue
		}
		r := Row{Bench: "llm", Case: fmt.Sprint(name, " ", test.kind, test.tokens), Threads: threads, Precision: precision(l.Model, o.Precision), Unit: "tokens"}
		r.FLOPs, r.Bytes = 2*weights*float64(test.tokens), test.bytes*float64(test.tokens)
		err := grad.Catch(func() {
			r.Time = measure(ctx, o.MinTime, func() { passOver(l.Model, dev, test.tokens, test.together) })
		})
		if err != nil {
			return nil, fmt.Errorf("bench: %s: %w", path, err)
		}
		if r.Mean > 0 {
			r.Rate = float64(test.tokens) / r.Mean
		}
		r.RSS = resident()
		rows = append(rows, r)
	}
	return rows, nil
}
