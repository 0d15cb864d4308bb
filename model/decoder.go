package model

import (
	"brick/grad"
	"brick/nn"
)

// A Decoder is what the architectures after LLaMA have in common: an embedding, layers, a norm and a head, under the
// names of Hugging Face's checkpoints.
//
//	x = s·embed[ids]     x = layerₙ(…layer₁(x))     logits = cap(norm(x)·lm_headᵀ)     s = 1, but for Gemma
//
// Shapes: B batch, T time, C width, H query heads, K key heads, D head width, I feed-forward width, V vocabulary.
type Decoder struct {
	Embed  nn.Block   `brick:"model.embed_tokens"` // (V, C)
	Layers []nn.Block `brick:"model.layers"`
	Norm   nn.Block   `brick:"model.norm"` // over C
	Head   nn.Block   `brick:"lm_head"`    // (C → V), no bias; its matrix is Embed's, if tied

	kind    string // model_type
	config  any    // what config.json has beside it
	context int    // positions
}

// newDecoder declares all but the layers. config is the whole configuration, of which c is a part.
func newDecoder(kind string, c *DecoderConfig, norm nn.Block, config any) Decoder {
	embed, head := nn.NewEmbedding(c.Vocab, c.Width), nn.NewLinear(c.Width, c.Vocab).NoBias().Start(nn.Normal(c.Sigma))
	embed.W.Init = nn.Normal(c.Sigma)
	if c.Tied {
		head.W = embed.W
	}
	return Decoder{Embed: embed, Norm: norm, Head: head, kind: kind, config: config, context: c.Context}
}

// Forward maps ids (B, T) to logits (B, T, V).
func (d *Decoder) Forward(ids *nn.Var) *nn.Var {
	x := nn.Scope(d.Embed, ids) // (B, T, C)
	for _, l := range d.Layers {
		x = nn.Scope(l, x)
	}
	return nn.Scope(d.Head, nn.Scope(d.Norm, x)) // (B, T, V)
}

func (d *Decoder) chain() nn.Chain {
	return append(append(nn.Chain{d.Embed}, d.Layers...), d.Norm, d.Head)
}

// Notation is the model's config.json in one line, which New reads: stack notation has no word for its layers.
func (d *Decoder) Notation() string { return line(d) }

func (d *Decoder) modelType() string { return d.kind }
func (d *Decoder) published() any    { return d.config }

// positions is how long a text may be.
func (d *Decoder) positions() int { return d.context }

// A Layer is the residual pair  x += attn(norm(x));  x += mlp(norm(x)).    x, y (B, T, C)
type Layer struct {
	Norm1 nn.Block `brick:"input_layernorm"`
	Attn  nn.Block `brick:"self_attn"`
	Norm2 nn.Block `brick:"post_attention_layernorm"`
	MLP   nn.Block `brick:"mlp"`
}

// Forward is the layer.
func (l *Layer) Forward(x *nn.Var) *nn.Var {
	x = x.Add(nn.Scope(l.Attn, nn.Scope(l.Norm1, x)))
	return x.Add(nn.Scope(l.MLP, nn.Scope(l.Norm2, x)))
}

// rmsNorm declares the norm of LLaMA over c numbers.
func rmsNorm(c int, eps float64) *nn.RMSNorm {
	n := nn.NewRMSNorm(c)
	n.Eps = eps
	return n
}

// Attention is causal self-attention of H query heads over K key heads, with rotary positions. Where there are norms they
// scale each head's queries and keys before they are rotated.
//
//	q, k, v = x·Wᵀ + b    y = concat(softmax(scale·rope(q)·rope(k)ᵀ)·v)·Wᵀ
type Attention struct {
	Q     *nn.Linear `brick:"q_proj"` // (C → H·D)
	K     *nn.Linear `brick:"k_proj"` // (C → K·D)
	V     *nn.Linear `brick:"v_proj"` // (C → K·D)
	O     *nn.Linear `brick:"o_proj"` // (H·D → C)
	QNorm nn.Block   `brick:"q_norm"` // over D, or nil
	KNorm nn.Block   `brick:"k_norm"` // over D, or nil

	heads, kv, context int
	rope               grad.RoPE
	see                grad.AttentionOptions
}

// newAttention declares attention; inside says whether queries, keys and values have biases, outside whether the result has.
func newAttention(c *DecoderConfig, inside, outside bool) *Attention {
	w, d := nn.Normal(c.Sigma), c.HeadDim
	return &Attention{
		Q: biased(nn.NewLinear(c.Width, c.Heads*d), inside).Start(w),
		K: biased(nn.NewLinear(c.Width, c.KVHeads*d), inside).Start(w),
		V: biased(nn.NewLinear(c.Width, c.KVHeads*d), inside).Start(w),
		O: biased(nn.NewLinear(c.Heads*d, c.Width), outside).Start(nn.ResidualNormal(c.Sigma, c.Layers)),

		heads: c.Heads, kv: c.KVHeads, context: c.Context, rope: c.rope(), see: grad.AttentionOptions{Causal: true},
	}
}

// Forward is the attention of x (B, T, C) to itself and, where the tape has a memory, to what came before.
func (a *Attention) Forward(x *nn.Var) *nn.Var {
	B, T, D := x.Dim(0), x.Dim(1), a.rope.Dim
	past := nn.Recall[nn.Cache](x.Tape(), a) // nil in training
	q := a.Q.Forward(x).Reshape(B, T, a.heads, D)
	k := a.K.Forward(x).Reshape(B, T, a.kv, D)
	v := a.V.Forward(x).Reshape(B, T, a.kv, D) // (B, T, K, D)
	if a.QNorm != nil {
		q, k = a.QNorm.Forward(q), a.KNorm.Forward(k)
	}
	q, k = past.RoPE(q, a.rope, 0), past.RoPE(k, a.rope, 0) // (B, T, H, D), (B, T, K, D)
	y := past.Attend(q, k, v, a.context, a.see)             // (B, T, H, D)
	return a.O.Forward(y.Reshape(B, T, a.heads*D))          // (B, T, C)
}

func (a *Attention) positions() int { return a.context }
