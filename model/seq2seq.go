package model

import (
	"fmt"
	"strings"

	"brick/grad"
	"brick/kernel"
	"brick/nn"
)

// Seq2Seq is the recurrent encoder–decoder with attention: an encoder reads the source from both ends (Bahdanau et al.
// 2015, "Neural machine translation by jointly learning to align and translate"), a decoder writes the target, and
// each of its states takes a mixture of the encoder's that resemble it (Luong et al. 2015, "Effective approaches to
// attention-based neural machine translation", global attention with the general score).
//
//	m = [→h; ←h] of the source    s₀ = tanh(W_s·m_end + b_s)    s = decoder(E[target], s₀)
//	a = attention(s → m)    y = tanh(W_c·[a; s] + b_c)
//	ids (B, S+T): the source, filled up with 0, and the target   m (B, S, H)   s, y (B, T, H)
//
// A tape with a memory reads the source in its first pass; what comes after continues the target.
type Seq2Seq struct {
	Embed   *nn.Embedding          `brick:"embed"`   // (V, H), of both texts
	Encoder *nn.Recurrent          `brick:"encoder"` // in both directions
	Start   *nn.Linear             `brick:"start"`   // of the states of the decoder's layers, (H → L·H)
	Decoder *nn.Recurrent          `brick:"decoder"`
	Attn    *nn.MultiheadAttention `brick:"attention"`
	Combine *nn.Linear             `brick:"combine"` // (2H → H)

	source int // S
	drop   float64
}

// Seq2SeqConfig describes a Seq2Seq.
type Seq2SeqConfig struct {
	Vocab, Hidden, Layers int
	GRU                   bool    // GRUs in place of LSTMs
	Source                int     // longest source, in ids
	Drop                  float64 // share of each layer's input that is dropped in training
}

// New declares the model; nn.Build gives it memory. It panics unless Hidden is even: each direction has half of it.
func (c Seq2SeqConfig) New() *Seq2Seq {
	h := c.Hidden
	if h%2 != 0 {
		panic(fmt.Sprintf("model: seq2seq: hidden is %d; want an even number", h))
	}
	m := &Seq2Seq{
		Embed: nn.NewEmbedding(c.Vocab, h), Attn: nn.NewMultiheadAttention(h, 1), Combine: nn.NewLinear(2*h, h), Start: nn.NewLinear(h, c.Layers*h),
		source: c.Source, drop: c.Drop,
	}
	m.Embed.W.Init = nn.Normal(1)
	cell := kernel.LSTMCell
	if c.GRU {
		cell = kernel.GRUCell
	}
	m.Encoder, m.Decoder = nn.NewRecurrent(cell, h, h/2, c.Layers, true, true), nn.NewRecurrent(cell, h, h, c.Layers, false, true)
	m.Encoder.Dropout, m.Decoder.Dropout = c.Drop, c.Drop
	return m
}

// Forward maps ids (B, S+T) to a vector for each place of the target, (B, T, H); or, where the tape remembers a
// source, ids (B, T).
func (m *Seq2Seq) Forward(ids *nn.Var) *nn.Var {
	read := nn.Recall[sourceRead](ids.Tape(), m)
	var mask, memory, start *nn.Var
	if read == nil || !read.done {
		mask, ids = partPair("seq2seq", ids, m.source)
		memory, start = m.encode(mask)
	}
	x := m.Decoder.From(nn.Drop(nn.Scope(m.Embed, ids), m.drop), start) // (B, T, H)
	a := m.Attn.Watch(x, memory, mask)
	if read != nil {
		read.done = true
	}
	return m.Combine.ForwardAct(grad.Concat(2, a, x), kernel.Tanh)
}

// encode reads the source from both ends, without the places at its end whose id is 0. start is the states that the decoder begins
// with, made of those where the encoder stopped at either end.    ids (B, S) → y (B, S, H), start (B, L·H)
func (m *Seq2Seq) encode(ids *nn.Var) (y, start *nn.Var) {
	lengths := ids.Lengths()
	y = m.Encoder.Over(nn.Drop(nn.Scope(m.Embed, ids), m.drop), lengths)
	return y, m.Start.ForwardAct(m.Encoder.Ends(y, lengths), kernel.Tanh)
}

// Table is the embedding's matrix.
func (m *Seq2Seq) Table() *nn.Param { return m.Embed.W }

// Notation is seq2seq(hidden=…,layers=…) with what is not usual.
func (m *Seq2Seq) Notation() string {
	var s strings.Builder
	fmt.Fprintf(&s, "seq2seq(hidden=%d,layers=%d", m.Combine.W.Shape[0], m.Decoder.Layers())
	if m.Decoder.Cell == kernel.GRUCell {
		s.WriteString(",cell=gru")
	}
	if m.drop != 0 {
		fmt.Fprintf(&s, ",dropout=%v", m.drop)
	}
	return s.String() + ")"
}

// cellWord is the recurrent layer as an argument in stack notation.
var cellWord = nn.ArgDef{Name: "cell", Kind: nn.Word, Default: "lstm", Doc: "recurrent layer", Words: []string{"lstm", "gru"}}

func init() {
	nn.Register(&nn.Def{Name: "seq2seq", Doc: "a recurrent encoder and decoder with attention for pairs of texts (Bahdanau et al. 2015, Luong et al. 2015); put linear after it",
		Args: []nn.ArgDef{
			{Name: "hidden", Kind: nn.Size, Default: "256", Doc: "numbers in a state and in an embedding; even"},
			{Name: "layers", Kind: nn.Size, Default: "1", Doc: "of the encoder, and as many of the decoder"},
			cellWord,
			{Name: "dropout", Kind: nn.Share, Default: "0", Doc: "share of each layer's input that is dropped"},
		},
		Fit: func(s *nn.Site, a *nn.Args) ([]int, func(*nn.Maker) nn.Block, error) {
			source, target, err := s.Pair("seq2seq")
			if err != nil {
				return nil, nil, err
			}
			c := Seq2SeqConfig{Vocab: s.Input.Vocab, Hidden: a.Int("hidden", 256), Layers: a.Int("layers", 1),
				GRU: a.Word(&cellWord) == "gru", Source: source, Drop: a.Float("dropout", 0)}
			switch {
			case c.Layers > maxLayers || c.Hidden > maxPairWidth:
				return nil, nil, s.Refuse(nn.TooLarge, fmt.Sprintf("seq2seq has %d layers of width %d", c.Layers, c.Hidden), fmt.Sprintf("at most %d layers of width %d fit", maxLayers, maxPairWidth))
			case c.Hidden%2 != 0:
				return nil, nil, s.Refuse(nn.BadArgument, fmt.Sprintf("seq2seq has states of %d numbers", c.Hidden), "hidden must be even: half of it reads from each end")
			}
			s.Embedded(c.Vocab, c.Hidden)
			return []int{target, c.Hidden}, func(k *nn.Maker) nn.Block {
				m := c.New()
				if k.Embedding == nil {
					k.Embedding = m.Embed
				}
				return m
			}, nil
		}})
}
