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
	Embed   *nn.Embedding          `brick:"embed"` // (V, H), of both texts
	Ahead   []*recurrent           `brick:"encoder.forward"`
	Back    []*recurrent           `brick:"encoder.backward"`
	Start   []*nn.Linear           `brick:"start"` // of each layer's state, (H → H)
	Decoder []*recurrent           `brick:"decoder"`
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
		Embed: nn.NewEmbedding(c.Vocab, h), Attn: nn.NewMultiheadAttention(h, 1), Combine: nn.NewLinear(2*h, h),
		source: c.Source, drop: c.Drop,
	}
	m.Embed.W.Init = nn.Normal(1)
	cell := kernel.LSTMCell
	if c.GRU {
		cell = kernel.GRUCell
	}
	for range c.Layers {
		m.Ahead, m.Back = append(m.Ahead, newRecurrent(h, h/2, cell)), append(m.Back, newRecurrent(h, h/2, cell))
		m.Start, m.Decoder = append(m.Start, nn.NewLinear(h, h)), append(m.Decoder, newRecurrent(h, h, cell))
	}
	return m
}

// Forward maps ids (B, S+T) to a vector for each place of the target, (B, T, H); or, where the tape remembers a
// source, ids (B, T).
func (m *Seq2Seq) Forward(ids *nn.Var) *nn.Var {
	read := nn.Recall[sourceRead](ids.Tape(), m)
	var mask, memory, end *nn.Var
	if read == nil || !read.done {
		mask, ids = partPair("seq2seq", ids, m.source)
		memory, end = m.encode(mask)
	}
	x := nn.Scope(m.Embed, ids) // (B, T, H)
	for i, r := range m.Decoder {
		var h *nn.Var
		if end != nil {
			h = m.Start[i].ForwardAct(end, kernel.Tanh)
		}
		x = r.run(nn.Drop(x, m.drop), h)
	}
	a := m.Attn.Watch(x, memory, mask)
	if read != nil {
		read.done = true
	}
	return m.Combine.ForwardAct(grad.Concat(2, a, x), kernel.Tanh)
}

// encode reads the source from both ends, without the places at its end whose id is 0. end is where each direction
// stopped.    ids (B, S) → y (B, S, H), end (B, H)
func (m *Seq2Seq) encode(ids *nn.Var) (y, end *nn.Var) {
	y = nn.Scope(m.Embed, ids)
	lengths := ids.Lengths()
	for i := range m.Ahead {
		y = nn.Drop(y, m.drop)
		ahead, back := m.Ahead[i].pass(y, nn.Memory{}, lengths, false), m.Back[i].pass(y, nn.Memory{}, lengths, true)
		if y = grad.Concat(2, ahead, back); i == len(m.Ahead)-1 {
			end = grad.Concat(1, nn.LastState(ahead, false, lengths), nn.LastState(back, true, lengths))
		}
	}
	return y, end
}

// Table is the embedding's matrix.
func (m *Seq2Seq) Table() *nn.Param { return m.Embed.W }

// Notation is seq2seq(hidden=…,layers=…) with what is not usual.
func (m *Seq2Seq) Notation() string {
	var s strings.Builder
	fmt.Fprintf(&s, "seq2seq(hidden=%d,layers=%d", m.Combine.W.Shape[0], len(m.Decoder))
	if m.Decoder[0].cell == kernel.GRUCell {
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
				return nil, nil, s.Fail(fmt.Sprintf("seq2seq has %d layers of width %d", c.Layers, c.Hidden), fmt.Sprintf("at most %d layers of width %d fit", maxLayers, maxPairWidth))
			case c.Hidden%2 != 0:
				return nil, nil, s.Fail(fmt.Sprintf("seq2seq has states of %d numbers", c.Hidden), "hidden must be even: half of it reads from each end")
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
