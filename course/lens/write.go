package lens

import (
	"context"
	"slices"
	"time"

	"brick/device/cpu"
	"brick/grad"
	"brick/kernel"
)

// Written is what was written after a prompt, and what that cost.
type Written struct {
	IDs      []int32 // those written
	Products int     // multiplications in matrices
	Attended int     // … and in attention: q·k, and weights times v
	Took     time.Duration
}

// Write writes n tokens after ids, always the likeliest. With a cache the model remembers the keys and values of
// what it has read and reads each new token alone; without, it reads everything again for each.
func (m Model) Write(ctx context.Context, ids []int32, n int, cache bool) (w Written, err error) {
	dev := &watch{Device: cpu.Default(), mutedAt: -1}
	tape := &grad.Tape{Device: dev, NoGrad: true}
	if cache {
		tape.Memory = map[any]any{}
	}
	all, next := slices.Clone(ids), ids
	begin := time.Now()
	for range n {
		if err := ctx.Err(); err != nil {
			return w, err
		}
		if !cache {
			next = all
		}
		var logits []kernel.Float
		err := grad.Catch(func() {
			tape.Reset()
			y := m.Block.Forward(tape.IDs(next, 1, len(next)))
			logits = y.Data()
			logits = logits[len(logits)-y.Dim(-1):]
		})
		if err != nil {
			return w, err
		}
		best := int32(0)
		for id, v := range logits {
			if v > logits[best] {
				best = int32(id)
			}
		}
		all = append(all, best)
		next = all[len(all)-1:]
	}
	w.IDs, w.Products, w.Attended, w.Took = all[len(ids):], dev.products, dev.attended, time.Since(begin)
	return w, nil
}

// Expected is what Write multiplies by formula, for a prompt of p tokens and n written ones. With P the weights a token
// passes and A = Σ over layers of H·D, or for layers that see a window W of keys at most, with Σ min(i, W) for i = 1 … m in
// place of m·(m+1)/2:
//
//	cache      P·m + A·m·(m+1)                      m = p + n − 1
//	no cache   Σ over m = p … p + n − 1 of the same
func (m Model) Expected(p, n int, cache bool) (products, attended int) {
	weights, layers := m.Weights(), m.attention()
	first := p
	if cache {
		first = p + n - 1
	}
	for read := first; read < p+n; read++ {
		products += weights * read
		for _, a := range layers {
			attended += 2 * a.Heads * a.Dim * seenKeys(read, read, a.options.Window)
		}
	}
	return products, attended
}

// attention is what one token passes in attention.
func (m Model) attention() []Attention {
	p, err := m.Look([]int32{0})
	if err != nil {
		return nil
	}
	return p.Attentions
}
