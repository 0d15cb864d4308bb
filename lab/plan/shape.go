package plan

import (
	"fmt"
	"math"

	"brick/nn"
)

// A Norm is what normalises vectors in a transformer.
type Norm string

// The norms, by how many numbers they learn for each of a vector.
const (
	RMS       Norm = "rms"       // a scale
	LayerNorm Norm = "layernorm" // a scale and a shift
)

// A Shape is how a decoder-only transformer is built, as far as its parameters, its operations and its memory depend on it. Sizes are
// numbers of a vector, 0 where there is none.
type Shape struct {
	Layers  int `json:"layers"`
	Width   int `json:"width"`    // of the vectors between blocks
	Heads   int `json:"heads"`    // of queries
	KVHeads int `json:"kv_heads"` // of keys and values
	HeadDim int `json:"head_dim"` // of a query and a key, and of a value unless Latent says otherwise
	FF      int `json:"ff"`       // of the feed-forward layers that are dense
	Vocab   int `json:"vocab"`
	Context int `json:"context"` // the longest sequence

	Positions  int  `json:"positions,omitempty"`   // vectors that are learnt for places
	EmbedWidth int  `json:"embed_width,omitempty"` // of the token embedding where matrices lead from it to Width and back; 0: Width
	Tied       bool `json:"tied"`                  // the head's matrix is the embedding's
	HeadBias   bool `json:"head_bias,omitempty"`

	Norm       Norm `json:"norm"`
	BlockNorms int  `json:"block_norms"` // in a block
	OuterNorms int  `json:"outer_norms"` // before the first block and after the last
	QKNorm     bool `json:"qk_norm,omitempty"`

	Gated   bool `json:"gated"`              // three feed-forward matrices, not two
	QKVBias bool `json:"qkv_bias,omitempty"` // of queries, keys and values
	OutBias bool `json:"out_bias,omitempty"` // of attention's last matrix
	FFBias  bool `json:"ff_bias,omitempty"`
	// Relative positions as in Transformer-XL: a matrix for their keys and two vectors in each block.
	Relative bool `json:"relative,omitempty"`

	Experts *Experts `json:"experts,omitempty"` // nil: every block is dense
	Latent  *Latent  `json:"latent,omitempty"`  // nil: keys and values come from the block's input at once
}

// Experts are feed-forward layers of which a router chooses some for each token (Shazeer et al. 2017; Fedus et al. 2021).
type Experts struct {
	Count  int  `json:"count"`          // that the router chooses from
	Active int  `json:"active"`         // that a token goes through
	FF     int  `json:"ff"`             // width of each
	Shared int  `json:"shared"`         // that every token goes through besides, each FF wide
	Dense  int  `json:"dense"`          // first blocks that have none, but Shape.FF
	Bias   bool `json:"bias,omitempty"` // a number for each that balances their load (DeepSeek-V3)
}

// Latent is multi-head latent attention (DeepSeek-AI 2024, DeepSeek-V2, §2.1): queries, and keys and values together, go through a narrow
// vector with a norm of its own, and a part of the keys with rotary positions is shared by all heads.
type Latent struct {
	QRank  int `json:"q_rank"` // 0: queries come from the block's input at once
	KVRank int `json:"kv_rank"`
	Nope   int `json:"nope"` // numbers of a head's query and key without positions
	Rope   int `json:"rope"` // and with rotary positions
	Value  int `json:"value"`
}

// query is the numbers of a head's query or key, value those of its value.
func (s Shape) query() int {
	if l := s.Latent; l != nil {
		return l.Nope + l.Rope
	}
	return s.HeadDim
}

func (s Shape) value() int {
	if s.Latent != nil {
		return s.Latent.Value
	}
	return s.HeadDim
}

// check errs for sizes that are no sizes and heads that do not divide each other, and for more parameters than can be counted.
func (s Shape) check() error {
	sizes := []struct {
		name  string
		value int
		least int
	}{
		{"layers", s.Layers, 1}, {"width", s.Width, 1}, {"heads", s.Heads, 1}, {"key heads", s.KVHeads, 1}, {"head width", s.HeadDim, 1},
		{"feed-forward width", s.FF, 0}, {"vocabulary", s.Vocab, 1}, {"context", s.Context, 0}, {"places", s.Positions, 0}, {"embedding width", s.EmbedWidth, 0},
	}
	type named = struct {
		name         string
		value, least int
	}
	if e := s.Experts; e != nil {
		sizes = append(sizes, named{"experts", e.Count, 1}, named{"active experts", e.Active, 1}, named{"expert width", e.FF, 1}, named{"shared experts", e.Shared, 0}, named{"dense layers", e.Dense, 0})
		if e.Active > e.Count {
			return fmt.Errorf("a token goes through %d experts of %d; want at most as many as there are", e.Active, e.Count)
		}
		if e.Dense > s.Layers {
			return fmt.Errorf("the first %d layers of %d are dense; want at most as many as there are", e.Dense, s.Layers)
		}
	}
	if l := s.Latent; l != nil {
		sizes = append(sizes, named{"query rank", l.QRank, 0}, named{"key and value rank", l.KVRank, 1}, named{"query without positions", l.Nope, 0}, named{"query with positions", l.Rope, 0}, named{"value", l.Value, 1})
	}
	for _, z := range sizes {
		if z.value < z.least || z.value > nn.MaxSize {
			return fmt.Errorf("%s is %d; want %d to %d", z.name, z.value, z.least, nn.MaxSize)
		}
	}
	if s.Heads%s.KVHeads != 0 {
		return fmt.Errorf("%d key heads do not divide %d heads", s.KVHeads, s.Heads)
	}
	if (s.Experts == nil || s.Experts.Dense > 0) && s.FF == 0 {
		return fmt.Errorf("feed-forward width is 0; want 1 to %d", nn.MaxSize)
	}
	if n := s.rough(); n > math.MaxInt64/1024 {
		return fmt.Errorf("%.3g parameters are more than can be counted; want less than 2^53", n)
	}
	return nil
}

// rough is at least the number of parameters, in floating point, which cannot overflow.
func (s Shape) rough() float64 {
	c, h := float64(s.Width+s.EmbedWidth), float64(s.Heads)
	d := float64(s.HeadDim)
	if l := s.Latent; l != nil {
		d = float64(l.Nope + l.Rope + l.Value + l.QRank + l.KVRank)
		c += float64(l.QRank + l.KVRank)
	}
	ff := float64(s.FF)
	if e := s.Experts; e != nil {
		ff += float64(e.Count+e.Shared) * (float64(e.FF) + 1)
	}
	return float64(s.Layers)*(c+8)*(4*(h+1)*(d+1)+3*ff+2*c+8) + (c+2)*(2*float64(s.Vocab)+float64(s.Positions)+c)
}
