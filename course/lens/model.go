package lens

import (
	"context"
	"fmt"
	"strings"

	"brick/data"
	"brick/generate"
	"brick/model"
	"brick/nn"
	"brick/token"
	"brick/train"
)

// Model is a language model to look into: a chain of blocks (see model.Chain) that
// maps ids (B, T) to logits (B, T, V), and the tokenizer its ids are of.
type Model struct {
	Name      string
	Block     nn.Block
	Tokenizer token.Tokenizer

	// Held opens text that the model was not trained on; done closes it. It may be nil.
	Held func(ctx context.Context) (set data.Set, done func(error) error, err error)
}

// OfRun is the model of a run that was opened for use; an error says why it is no language model.
func OfRun(name string, r *train.Run) (Model, error) {
	if r.Tokenizer == nil || r.Info.Task != data.Language {
		return Model{}, fmt.Errorf("lens: run %s is no language model: it was trained on %s", name, r.Job.Data.Source)
	}
	return Model{name, r.Model, r.Tokenizer, func(ctx context.Context) (data.Set, func(error) error, error) {
		return r.OpenSplit(ctx, "valid")
	}}, nil
}

// OfFile is the model of a folder or a GGUF file; it brings no held-out text.
func OfFile(name string, l *generate.Language) Model {
	return Model{Name: name, Block: l.Model, Tokenizer: l.Tokenizer}
}

// Encode gives the ids of a text as training texts begin: after the token that
// begins or ends one, where the tokenizer has such.
func (m Model) Encode(text string) []int32 {
	ids := token.EncodeSpecial(m.Tokenizer, text, nil)
	if len(ids) > 0 && m.Tokenizer.IsSpecial(ids[0]) {
		return ids
	}
	for _, start := range []int32{m.Tokenizer.Special().BOS, m.Tokenizer.Special().EOS} {
		if start != token.None {
			return append([]int32{start}, ids...)
		}
	}
	return ids
}

// Context is how many tokens the model can read, 0 for no bound.
func (m Model) Context() int { return model.Context(m.Block) }

// Weights is the multiplications that one token costs in the matrices it passes,
// those of attention's scores left out:  P = Σ in·out. Of a mixture of experts a token passes a few of the matrices:
// there they are counted while one token passes.
func (m Model) Weights() (p int) {
	for name, b := range nn.Blocks(m.Block) {
		if strings.Contains(name, "experts.") {
			if one, err := m.Look([]int32{0}); err == nil {
				return one.products
			}
		}
		switch b := b.(type) {
		case *nn.Linear:
			p += b.W.Shape[0] * b.W.Shape[1]
		case *nn.Conv1D:
			p += b.W.Shape[0] * b.W.Shape[1]
		case *nn.MultiheadAttention:
			p += b.InW.Shape[0] * b.InW.Shape[1]
		}
	}
	return p
}
