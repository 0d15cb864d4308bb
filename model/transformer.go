package model

import (
	"fmt"
	"math"
	"strings"

	"brick/device"
	"brick/nn"
)

// Transformer is the encoder–decoder of Vaswani et al. 2017, "Attention is all you need": it reads a source, and writes a
// target while it looks at what it has read. Its layers have the names of torch.nn.Transformer.
//
//	x = √C·E[source] + waves    m = encoderₙ(… encoder₁(x))    z = √C·E[target] + waves    y = decoderₙ(… decoder₁(z, m), m)
//	ids (B, S+T): the source, filled up with 0, and the target   m (B, S, C)   y (B, T, C)
//
// A tape with a memory reads the source in its first pass; what comes after continues the target.
type Transformer struct {
	Embed   *nn.Embedding      `brick:"embed"` // (V, C), of both texts
	Waves   *nn.Sinusoidal     `brick:"waves"`
	Encoder []*nn.EncoderBlock `brick:"encoder.layers"`
	NormE   *nn.LayerNorm      `brick:"encoder.norm"` // nil unless norms come first
	Decoder []*nn.DecoderBlock `brick:"decoder.layers"`
	NormD   *nn.LayerNorm      `brick:"decoder.norm"`

	source int // S
	drop   float64
}

// TransformerConfig describes a Transformer.
type TransformerConfig struct {
	Vocab, Width, Layers, Heads, FF int
	Source, Target                  int     // longest texts, in ids
	Drop                            float64 // share of the embeddings and of each branch's result that is dropped in training
	NormFirst                       bool    // norms before the branches, not after
}

// New declares the model; nn.Build gives it memory. It panics unless Heads divides Width.
func (c TransformerConfig) New() *Transformer {
	m := &Transformer{
		Embed: nn.NewEmbedding(c.Vocab, c.Width), Waves: nn.NewSinusoidal(max(c.Source, c.Target), c.Width),
		source: c.Source, drop: c.Drop,
	}
	m.Embed.W.Init = nn.Normal(1 / math.Sqrt(float64(c.Width)))
	for range c.Layers {
		e, d := nn.NewEncoderBlock(c.Width, c.Heads, c.FF), nn.NewDecoderBlock(c.Width, c.Heads, c.FF)
		e.Drop, e.NormFirst, d.Drop, d.NormFirst = c.Drop, c.NormFirst, c.Drop, c.NormFirst
		d.Attn.Context = c.Target
		m.Encoder, m.Decoder = append(m.Encoder, e), append(m.Decoder, d)
	}
	if c.NormFirst {
		m.NormE, m.NormD = nn.NewLayerNorm(c.Width), nn.NewLayerNorm(c.Width)
	}
	return m
}

// sourceRead says whether a tape's memory has the source.
type sourceRead struct{ done bool }

// Pick keeps what is true of all sequences.
func (*sourceRead) Pick(device.Device, []int) {}

// Forward maps ids (B, S+T) to a vector for each place of the target, (B, T, C); or, where the tape remembers a
// source, ids (B, T).
func (m *Transformer) Forward(ids *nn.Var) *nn.Var {
	read := nn.Recall[sourceRead](ids.Tape(), m)
	var mask, memory *nn.Var
	if read == nil || !read.done {
		mask, ids = partPair("transformer", ids, m.source)
		memory = m.encode(mask)
	}
	x := nn.Drop(nn.Scope(m.Waves, m.embed(ids)), m.drop) // (B, T, C)
	for _, b := range m.Decoder {
		x = b.Attend(x, memory, mask)
	}
	if read != nil {
		read.done = true
	}
	if m.NormD != nil {
		x = nn.Scope(m.NormD, x)
	}
	return x
}

// partPair is the source (B, S), which is also its own mask, and the target (B, T) of ids (B, S+T).
func partPair(block string, ids *nn.Var, s int) (source, target *nn.Var) {
	if ids.Rank() != 2 || ids.Dim(1) <= s {
		nn.Refuse(block, fmt.Sprintf("want ids (B, S+T) with a source of S = %d and a target of 1 or more", s), ids.Shape())
	}
	return ids.Columns(0, s), ids.Columns(s, ids.Dim(1))
}

// embed is √C·E[ids].
func (m *Transformer) embed(ids *nn.Var) *nn.Var {
	return nn.Scope(m.Embed, ids).Scale(nn.Float(math.Sqrt(float64(m.Embed.W.Shape[1]))))
}

// encode reads the source; places whose id is 0 are not seen.    ids (B, S) → (B, S, C)
func (m *Transformer) encode(ids *nn.Var) *nn.Var {
	x := m.embed(ids)
	waves := ids.Tape().Use(m.Waves.W.Value()).Slice(0, 0, m.source, 1) // the target alone counts its places
	x = nn.Drop(x.Add(waves), m.drop)
	for _, b := range m.Encoder {
		x = b.Masked(x, ids)
	}
	if m.NormE != nil {
		x = nn.Scope(m.NormE, x)
	}
	return x
}

// TiesHead makes a head after it share the embedding's matrix, as in the paper.
func (m *Transformer) TiesHead() {}

// Table is the embedding's matrix.
func (m *Transformer) Table() *nn.Param { return m.Embed.W }

// Notation is transformer(width=…,layers=…,heads=…,ff=…) with what is not usual.
func (m *Transformer) Notation() string {
	e := m.Encoder[0]
	var s strings.Builder
	fmt.Fprintf(&s, "transformer(width=%d,layers=%d,heads=%d,ff=%d", m.Embed.W.Shape[1], len(m.Encoder), e.Attn.Heads, e.FC1.W.Shape[0])
	if m.drop != 0 {
		fmt.Fprintf(&s, ",dropout=%v", m.drop)
	}
	if e.NormFirst {
		s.WriteString(",norm_first=true")
	}
	return s.String() + ")"
}

// maxPairWidth bounds the width of an encoder–decoder, so that its parameters can be counted.
const maxPairWidth = 1 << 20

func init() {
	nn.Register(&nn.Def{Name: "transformer", Doc: "an encoder and a decoder for pairs of texts (Vaswani et al. 2017); put linear after it",
		Args: []nn.ArgDef{
			{Name: "width", Kind: nn.Size, Default: "512", Doc: "numbers in a vector"},
			{Name: "layers", Kind: nn.Size, Default: "6", Doc: "of the encoder, and as many of the decoder"},
			{Name: "heads", Kind: nn.Size, Default: "width/64", Doc: "how many; they divide the width"},
			{Name: "ff", Kind: nn.Size, Default: "4*width", Doc: "feed-forward width"},
			{Name: "dropout", Kind: nn.Share, Default: "0", Doc: "share of the embeddings and of each branch that is dropped"},
			{Name: "norm_first", Kind: nn.Flag, Default: "false", Doc: "norms before the branches, not after"},
		},
		Fit: func(s *nn.Site, a *nn.Args) ([]int, func(*nn.Maker) nn.Block, error) {
			source, target, err := s.Pair("transformer")
			if err != nil {
				return nil, nil, err
			}
			c := TransformerConfig{Vocab: s.Input.Vocab, Width: a.Int("width", 512), Layers: a.Int("layers", 6),
				Source: source, Target: target, Drop: a.Float("dropout", 0), NormFirst: a.Bool("norm_first", false)}
			c.Heads, c.FF = a.Int("heads", max(c.Width/64, 1)), a.Int("ff", 4*c.Width)
			if err := s.Heads(c.Heads, c.Width); err != nil {
				return nil, nil, err
			}
			if c.Layers > maxLayers || c.Width > maxPairWidth {
				return nil, nil, s.Refuse(nn.TooLarge, fmt.Sprintf("transformer has %d layers of width %d", c.Layers, c.Width), fmt.Sprintf("at most %d layers of width %d fit", maxLayers, maxPairWidth))
			}
			s.Embedded(c.Vocab, c.Width)
			s.Tie = true
			return []int{target, c.Width}, func(k *nn.Maker) nn.Block {
				m := c.New()
				if k.Embedding == nil {
					k.Embedding = m.Embed
				}
				return m
			}, nil
		}})
}
