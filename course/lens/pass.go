package lens

import (
	"fmt"
	"math"
	"reflect"
	"strings"

	"brick/device/cpu"
	"brick/grad"
	"brick/kernel"
	"brick/model"
	"brick/nn"
)

// Pass is what was seen while a model read T tokens. C is the width of the
// residual stream, V the vocabulary; layers are the blocks with attention.
type Pass struct {
	IDs        []int32
	Streams    [][]kernel.Float // after the embedding and after each layer, (T, C)
	Attentions []Attention      // in the order in which they were computed
	Turns      []Turn           // rotations: of the queries, then of the keys, of each attention that has them
	Gates      []Gate           // middles of feed-forward branches
	Parts      []Part           // what the parts of each layer gave
	Logits     []kernel.Float   // (T, V)
	Width      int              // C
	Vocab      int              // V

	chain  nn.Chain
	layers []int // where in the chain the layers are

	products int // multiplications of matrix products
}

// Attention is one attention of a pass: y = softmax(scale·q·kᵀ)·v, the heads side by side.
type Attention struct {
	Layer           int
	Heads, KeyHeads int // H, K: query head h reads key head h·K/H
	Dim, T, S       int // D numbers a head, T queries, S keys
	Scale           float64
	Q, K, V, Y      []kernel.Float // (T, H, D), (S, K, D), (S, K, D), (T, H, D); q and k as rotated

	options attnOptions
	dev     attnDevice
}

// Gate is the middle of a feed-forward branch, I numbers a token. Where there is a gate, out = silu(gate) ⊙ up. An expert of a
// mixture reads the N tokens that were sent to it, other branches all T.
type Gate struct {
	Layer, Rows   int            // N
	Gate, Up, Out []kernel.Float // (N, I); gate and up nil where the branch has none, or none by silu
}

// Part is the length ‖y‖ of what a part of a layer, such as self_attn, gave for each token.
type Part struct {
	Layer   int
	Name    string // the field's, as in the names of parameters
	Lengths []float64
}

// Layers is how many blocks have attention.
func (p *Pass) Layers() int { return len(p.layers) }

// T is the number of tokens.
func (p *Pass) T() int { return len(p.IDs) }

// Look lets the model read ids, 1 or more. The error says what does not fit: ids
// beyond the context or the vocabulary, a model that is no chain of blocks with attention.
func (m Model) Look(ids []int32) (p *Pass, err error) {
	p = &Pass{IDs: ids, chain: model.Chain(m.Block)}
	if caught := grad.Catch(func() { err = p.read(ids) }); caught != nil {
		err = caught
	}
	return p, err
}

// read is the forward pass, block by block.
func (p *Pass) read(ids []int32) error {
	dev := &watch{Device: cpu.Default(), keep: p, mutedAt: -1}
	tape := &grad.Tape{Device: dev, NoGrad: true}
	var inside map[nn.Block]string
	tape.Trace = func(b grad.Block, y *grad.Var) {
		if !reflect.TypeOf(b).Comparable() { // a nested chain: it has no name of its own
			return
		}
		if name := inside[b]; name != "" && y.Len() == len(ids)*p.Width {
			p.Parts = append(p.Parts, Part{dev.layer, name, lengths(y.Data(), p.Width)})
		}
	}
	x := tape.IDs(ids, 1, len(ids))
	for i, b := range p.chain {
		calls := len(p.Attentions)
		dev.layer, inside = len(p.layers), parts(b)
		y := nn.Scope(b, x)
		if len(p.Attentions) > calls {
			if x.Rank() != 3 || y.Len() != x.Len() {
				return fmt.Errorf("lens: block %d of the model has attention but no residual stream: it maps %v to %v", i, x.Shape(), y.Shape())
			}
			if len(p.layers) == 0 {
				p.Streams = append(p.Streams, copied(x))
			}
			p.layers = append(p.layers, i)
			p.Streams = append(p.Streams, copied(y))
		}
		if x = y; len(p.layers) == 0 && x.Rank() == 3 {
			p.Width = x.Dim(2)
		}
	}
	if len(p.layers) == 0 {
		return fmt.Errorf("lens: the model has no chain of blocks with attention to look into; it is a %T of %d blocks", p.chain[0], len(p.chain))
	}
	if x.Rank() != 3 {
		return fmt.Errorf("lens: the model gives %v; want a logit for each token of the vocabulary at each place", x.Shape())
	}
	p.Logits, p.Vocab, p.products = copied(x), x.Dim(2), dev.products
	return nil
}

// Says is what the model would say after a layer, 0 for the embedding: the blocks after the last layer (the norm and the
// head) applied to the residual stream there, as logits (T, V). After the last layer they are those of the
// model itself (nostalgebraist 2020, "Interpreting GPT: the logit lens").
func (p *Pass) Says(layer int) []kernel.Float {
	tape := &grad.Tape{NoGrad: true}
	x := tape.Const(p.Streams[layer], 1, p.T(), p.Width)
	return copied(p.chain[p.layers[len(p.layers)-1]+1:].Forward(x))
}

// Softmax is the probabilities of rows of v logits at a temperature above 0, by the engine's own op.
func Softmax(logits []kernel.Float, v int, temperature float64) []kernel.Float {
	tape := &grad.Tape{NoGrad: true}
	return copied(tape.Const(logits, len(logits)/v, v).Scale(kernel.Float(1 / temperature)).Softmax(-1))
}

// parts names the blocks directly inside b.
func parts(b nn.Block) map[nn.Block]string {
	names := map[nn.Block]string{}
	for name, part := range nn.Blocks(b) {
		if name != "" && !strings.Contains(name, ".") {
			names[part] = name
		}
	}
	return names
}

// lengths is ‖row‖ of each row of c numbers.
func lengths(x []kernel.Float, c int) (l []float64) {
	for at := 0; at < len(x); at += c {
		sum := 0.0
		for _, v := range x[at : at+c] {
			sum += float64(v) * float64(v)
		}
		l = append(l, math.Sqrt(sum))
	}
	return l
}

// Lengths is ‖x‖ of the residual stream after a layer, 0 for the embedding, at each token.
func (p *Pass) Lengths(layer int) []float64 { return lengths(p.Streams[layer], p.Width) }

func copied(v *grad.Var) []kernel.Float { return append([]kernel.Float(nil), v.Data()...) }
