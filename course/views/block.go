package views

import (
	"context"
	"fmt"
	"math"
	"slices"

	"brick/course/lens"
	"brick/course/lesson"
	"brick/grad"
	"brick/kernel"
)

// Block is the way of one token through all blocks, and the gates of one of them.
type Block struct {
	Info
	Layer  int       `json:"layer"`
	Query  int       `json:"query"`
	Layers int       `json:"layers"`
	Stages []Stage   `json:"stages"` // in order
	Units  []Unit    `json:"units"`  // the largest ones of this layer
	Hidden int       `json:"hidden"` // I, how many there are
	Gated  bool      `json:"gated"`
	Off    float64   `json:"off"`   // share of units with |silu(gate)| < 0.1, or |act| < 0.1 where there is no gate
	Width  int       `json:"width"` // C
	Stream []float64 `json:"stream"`
}

// Stage is the length of the residual stream, or of what a part adds to it.
type Stage struct {
	Layer  int     `json:"layer"` // −1 for the embedding
	Name   string  `json:"name"`  // stream, or the part's, such as self_attn
	Length float64 `json:"length"`
	Adds   bool    `json:"adds"` // what it gives is added to the stream
}

// Unit is a neuron of the feed-forward branch: out = silu(gate)·up.
type Unit struct {
	Unit   int        `json:"unit"`
	Gate   lesson.Num `json:"gate"`
	Opened lesson.Num `json:"opened"` // silu(gate)
	Up     lesson.Num `json:"up"`
	Out    lesson.Num `json:"out"`
}

var block = lesson.Shows(lesson.Ask("block", At{In: In{Text: example}, Query: -1}, func(ctx context.Context, s *lesson.Session, in At) (out Block, err error) {
	err = in.look(ctx, s, func(_ lens.Model, p *lens.Pass, i Info) error {
		at, _ := in.within(p)
		out = Block{Info: i, Layer: at.Layer, Query: at.Query, Layers: p.Layers(), Width: p.Width}
		out.Stages = append(out.Stages, Stage{-1, "stream", p.Lengths(0)[at.Query], false})
		for layer := range p.Layers() {
			for _, part := range p.Parts {
				if part.Layer == layer && !slices.Contains(norms, part.Name) {
					out.Stages = append(out.Stages, Stage{layer, part.Name, part.Lengths[at.Query], true})
				}
			}
			out.Stages = append(out.Stages, Stage{layer, "stream", p.Lengths(layer + 1)[at.Query], false})
		}
		for _, v := range short(p.Streams[at.Layer+1][at.Query*p.Width:][:p.Width]) {
			out.Stream = append(out.Stream, round(float64(v)))
		}
		for _, g := range p.Gates {
			if g.Layer == at.Layer && g.Rows == p.T() { // experts read a few of the tokens, and are not shown
				out.units(&g, at.Query, p.T())
				break
			}
		}
		return nil
	})
	return out, err
}), func(in At) lesson.Shown {
	return in.shown(fmt.Sprintf(`for layer := range p.Layers() + 1 {
	fmt.Println("residual stream after layer", layer, p.Lengths(layer))
}
for _, part := range p.Parts {
	fmt.Println(part.Layer, part.Name, part.Lengths)
}
g := p.Gates[%d] // of this layer
fmt.Println(g.Gate, g.Up, g.Out)`, in.Layer))
})

// norms are parts whose result is read by another part and not added to the stream.
var norms = []string{"input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm", "ln_1", "ln_2", "norm1", "norm2"}

// units fills in the largest units of a branch at a token.
func (b *Block) units(g *lens.Gate, t, tokens int) {
	n := len(g.Out) / tokens
	b.Hidden, b.Gated = n, g.Gate != nil
	row := func(x []kernel.Float) []kernel.Float {
		if x == nil {
			return nil
		}
		return x[t*n:][:n]
	}
	out, gate, up := row(g.Out), row(g.Gate), row(g.Up)
	opened := out
	if b.Gated {
		tape := &grad.Tape{NoGrad: true}
		opened = tape.Const(gate, n).SiLU().Data()
	}
	size := make([]kernel.Float, n)
	for i, v := range out {
		size[i] = kernel.Float(math.Abs(float64(v)))
		if math.Abs(float64(opened[i])) < 0.1 {
			b.Off += 1 / float64(n)
		}
	}
	nan := lesson.Num(math.NaN())
	for _, i := range largest(size, 10) {
		u := Unit{i, nan, nan, nan, lesson.Num(out[i])}
		if b.Gated {
			u.Gate, u.Opened, u.Up = lesson.Num(gate[i]), lesson.Num(opened[i]), lesson.Num(up[i])
		}
		b.Units = append(b.Units, u)
	}
}
