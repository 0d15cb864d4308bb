package lens

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"brick/data"
	"brick/device/cpu"
	"brick/nn"
	"brick/train"
)

// Cut is what is left when a part of the model is silenced.
type Cut struct {
	Layer int     // −1 for the whole model, which comes first
	Head  int     // of the layer; −1 for the whole block
	Loss  float64 // nats a token
	Delta float64 // by how much that is above the whole model's
}

// Ablate measures the model on batches of a set, whole, then with each head and each block silenced in turn: a head
// gives 0 in place of its mixture, a block lets the residual stream pass as it is. limit batches of batch examples, spread
// over the set, are read each time; 0 means all.
func (m Model) Ablate(ctx context.Context, set data.Set, batch, limit int) iter.Seq2[Cut, error] {
	return func(yield func(Cut, error) bool) {
		p, err := m.Look([]int32{0})
		if err != nil {
			yield(Cut{}, err)
			return
		}
		whole := 0.0
		measure := func(c Cut, b nn.Block, dev *watch) bool {
			counted := nn.Func(func(x *nn.Var) *nn.Var { dev.calls = 0; return b.Forward(x) })
			metrics, err := train.Evaluate(ctx, dev, counted, set, train.CrossEntropy, batch, limit)
			if err != nil {
				yield(c, fmt.Errorf("lens: %s without a part: %w", m.Name, err))
				return false
			}
			if c.Loss = metrics.Loss; c.Layer < 0 {
				whole = c.Loss
			}
			c.Delta = c.Loss - whole
			return yield(c, nil)
		}
		if !measure(Cut{Layer: -1, Head: -1}, m.Block, &watch{Device: cpu.Default(), mutedAt: -1}) {
			return
		}
		for layer, at := range p.layers {
			for call, a := range p.Attentions {
				if a.Layer != layer {
					continue
				}
				for head := range a.Heads {
					if !measure(Cut{Layer: layer, Head: head}, m.Block, &watch{Device: cpu.Default(), mutedAt: call, muted: map[int]bool{head: true}}) {
						return
					}
				}
			}
			if !measure(Cut{Layer: layer, Head: -1}, slices.Delete(slices.Clone(p.chain), at, at+1), &watch{Device: cpu.Default(), mutedAt: -1}) {
				return
			}
		}
	}
}

// Text is a set of one example: ids and what follows each, for a model that brings no held-out text. It has 2 ids or more.
func Text(ids []int32, vocab int) data.Set {
	return &text{ids, data.Info{Name: "text", Task: data.Language, Input: []int{len(ids) - 1}, Tokens: true, Vocab: vocab}}
}

type text struct {
	ids  []int32
	info data.Info
}

func (t *text) Info() *data.Info { return &t.info }
func (t *text) Len() int         { return 1 }

func (t *text) Read(b *data.Batch, index []int, _ uint64) error {
	n := len(t.ids) - 1
	b.Shape, b.YShape = []int{len(index), n}, []int{len(index), n}
	b.IDs, b.Labels = b.IDs[:0], b.Labels[:0]
	for range index {
		b.IDs, b.Labels = append(b.IDs, t.ids[:n]...), append(b.Labels, t.ids[1:]...)
	}
	return nil
}
