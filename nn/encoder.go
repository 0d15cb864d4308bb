package nn

import (
	"fmt"
	"strings"

	"brick/kernel"
)

// EncoderBlock is the transformer layer of "Attention is all you need"
// (Vaswani et al. 2017), with the names of torch.nn.TransformerEncoderLayer.
//
//	x₁ = LN₁(x + attention(x))    y = LN₂(x₁ + W₂·relu(W₁·x₁ + b₁) + b₂)     x, y (B, T, E)
//
// With NormFirst the norms stand before the branches, which trains without a warm-up (Xiong et al. 2020):
//
//	x₁ = x + attention(LN₁(x))    y = x₁ + W₂·relu(W₁·LN₂(x₁) + b₁) + b₂
type EncoderBlock struct {
	Attn  *MultiheadAttention `brick:"self_attn"`
	FC1   *Linear             `brick:"linear1"` // (E → F)
	FC2   *Linear             `brick:"linear2"` // (F → E)
	Norm1 *LayerNorm          `brick:"norm1"`
	Norm2 *LayerNorm          `brick:"norm2"`

	Drop      float64 // share of each branch's result that is dropped in training
	NormFirst bool
}

// NewEncoderBlock declares a layer of width e with a feed-forward width of ff.
func NewEncoderBlock(e, heads, ff int) *EncoderBlock {
	return &EncoderBlock{
		Attn: NewMultiheadAttention(e, heads),
		FC1:  NewLinear(e, ff), FC2: NewLinear(ff, e),
		Norm1: NewLayerNorm(e), Norm2: NewLayerNorm(e),
	}
}

// Forward is the layer.
func (b *EncoderBlock) Forward(x *Var) *Var { return b.Masked(x, filled(x, b.Attn.Causal)) }

// Masked is the layer that sees only the positions whose mask is not 0; mask nil shows all.    x, y (B, T, E)  mask ids (B, T)
func (b *EncoderBlock) Masked(x, mask *Var) *Var {
	attend := func(x *Var) *Var {
		if mask == nil {
			return Scope(b.Attn, x)
		}
		return b.Attn.Masked(x, mask)
	}
	if b.NormFirst {
		x = x.Add(Drop(attend(Scope(b.Norm1, x)), b.Drop))
		return x.Add(feed(b.FC1, b.FC2, Scope(b.Norm2, x), b.Drop))
	}
	x = Scope(b.Norm1, x.Add(Drop(attend(x), b.Drop)))
	return Scope(b.Norm2, x.Add(feed(b.FC1, b.FC2, x, b.Drop)))
}

// feed is the feed-forward branch  drop(W₂·drop(relu(W₁·x + b₁)) + b₂).
func feed(fc1, fc2 *Linear, x *Var, drop float64) *Var {
	h := Drop(fc1.ForwardAct(x, kernel.ReLU), drop)
	return Drop(Scope(fc2, h), drop)
}

// Notation is encoder(heads=h,ff=f,causal=…), with what is not usual.
func (b *EncoderBlock) Notation() string {
	var s strings.Builder
	fmt.Fprintf(&s, "encoder(heads=%d,ff=%d,causal=%v", b.Attn.Heads, b.FC1.W.Shape[0], b.Attn.Causal)
	if b.Drop != 0 {
		fmt.Fprintf(&s, ",dropout=%v", b.Drop)
	}
	if b.NormFirst {
		s.WriteString(",norm_first=true")
	}
	return s.String() + ")"
}
