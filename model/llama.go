package model

import (
	"fmt"
	"strings"

	"brick/grad"
	"brick/nn"
)

// Llama is the decoder-only transformer of Touvron et al. 2023, "LLaMA: open and
// efficient foundation language models": RMS norm before each branch, rotary positions, grouped
// queries, SwiGLU, no biases. Its parameters have the names of Hugging Face's LlamaForCausalLM.
//
//	x = embed[ids]     x = layerₙ(…layer₁(x))     logits = norm(x)·lm_headᵀ
//
// Shapes: B batch, T time, C width, H query heads, K key heads, D head width, I feed-forward width, V vocabulary.
type Llama struct {
	Embed  *nn.Embedding `brick:"model.embed_tokens"` // (V, C)
	Layers []*LlamaBlock `brick:"model.layers"`
	Norm   *nn.RMSNorm   `brick:"model.norm"` // over C
	Head   *nn.Linear    `brick:"lm_head"`    // (C → V), no bias; its matrix is Embed's, if tied

	config LlamaConfig
}

// LlamaConfig describes a Llama. Its JSON is Hugging Face's config.json.
type LlamaConfig struct {
	DecoderConfig
	AttnBias bool   `json:"attention_bias"`
	MLPBias  bool   `json:"mlp_bias"`
	Act      string `json:"hidden_act"` // silu
}

// New declares the model; nn.Build gives it memory.
func (c LlamaConfig) New() (*Llama, error) {
	c.fill()
	if err := c.checkAll(); err != nil {
		return nil, err
	}
	m := &Llama{
		Embed: nn.NewEmbedding(c.Vocab, c.Width), Norm: nn.NewRMSNorm(c.Width),
		Head: nn.NewLinear(c.Width, c.Vocab).NoBias().Start(nn.Normal(c.Sigma)), config: c,
	}
	m.Embed.W.Init = nn.Normal(c.Sigma)
	m.Norm.Eps = c.Eps
	if c.Tied {
		m.Head.W = m.Embed.W
	}
	for range c.Layers {
		m.Layers = append(m.Layers, newLlamaBlock(c))
	}
	return m, nil
}

// Forward maps ids (B, T) to logits (B, T, V).
func (m *Llama) Forward(ids *nn.Var) *nn.Var {
	x := nn.Scope(m.Embed, ids) // (B, T, C)
	for _, l := range m.Layers {
		x = nn.Scope(l, x)
	}
	return nn.Scope(m.Head, nn.Scope(m.Norm, x)) // (B, T, V)
}

func (m *Llama) chain() nn.Chain {
	c := nn.Chain{m.Embed}
	for _, b := range m.Layers {
		c = append(c, b)
	}
	return append(c, m.Norm, m.Head)
}

// Notation is the model in stack notation, or, where that has no word for its rotary positions, its config.json in one line.
func (m *Llama) Notation() string {
	if m.config.rope().Stretch.Kind != grad.StretchNone {
		return line(m)
	}
	return m.chain().Notation()
}

// LlamaBlock is the residual pair  x += attn(norm(x));  x += mlp(norm(x)).    x, y (B, T, C)
type LlamaBlock struct {
	Norm1 *nn.RMSNorm     `brick:"input_layernorm"`
	Attn  *LlamaAttention `brick:"self_attn"`
	Norm2 *nn.RMSNorm     `brick:"post_attention_layernorm"`
	MLP   *SwiGLU         `brick:"mlp"`
}

func newLlamaBlock(c LlamaConfig) *LlamaBlock {
	b := &LlamaBlock{Norm1: nn.NewRMSNorm(c.Width), Attn: newLlamaAttention(c), Norm2: nn.NewRMSNorm(c.Width), MLP: newSwiGLU(&c.DecoderConfig, c.Hidden, c.MLPBias)}
	b.Norm1.Eps, b.Norm2.Eps = c.Eps, c.Eps
	return b
}

// Forward is the block.
func (b *LlamaBlock) Forward(x *nn.Var) *nn.Var {
	x = x.Add(nn.Scope(b.Attn, nn.Scope(b.Norm1, x)))
	return x.Add(nn.Scope(b.MLP, nn.Scope(b.Norm2, x)))
}

// LlamaAttention is causal self-attention of H query heads over K key heads, with
// rotary positions (Su et al. 2021; Ainslie et al. 2023).
type LlamaAttention struct {
	Q *nn.Linear `brick:"q_proj"` // (C → H·D)
	K *nn.Linear `brick:"k_proj"` // (C → K·D)
	V *nn.Linear `brick:"v_proj"` // (C → K·D)
	O *nn.Linear `brick:"o_proj"` // (H·D → C)

	heads, kv, context int
	rope               grad.RoPE
}

func newLlamaAttention(c LlamaConfig) *LlamaAttention {
	w, d := nn.Normal(c.Sigma), c.HeadDim
	return &LlamaAttention{
		Q: biased(nn.NewLinear(c.Width, c.Heads*d), c.AttnBias).Start(w),
		K: biased(nn.NewLinear(c.Width, c.KVHeads*d), c.AttnBias).Start(w),
		V: biased(nn.NewLinear(c.Width, c.KVHeads*d), c.AttnBias).Start(w),
		O: biased(nn.NewLinear(c.Heads*d, c.Width), c.AttnBias).Start(nn.ResidualNormal(c.Sigma, c.Layers)),

		heads: c.Heads, kv: c.KVHeads, context: c.Context,
		rope: c.rope(),
	}
}

// Forward is the attention of x (B, T, C) to itself and, where the tape has a memory, to what came before.
func (a *LlamaAttention) Forward(x *nn.Var) *nn.Var {
	B, T, D := x.Dim(0), x.Dim(1), a.rope.Dim
	past := nn.Recall[nn.Cache](x.Tape(), a)                                  // nil in training
	q := past.RoPE(a.Q.Forward(x).Reshape(B, T, a.heads, D), a.rope, 0)       // (B, T, H, D)
	k := past.RoPE(a.K.Forward(x).Reshape(B, T, a.kv, D), a.rope, 0)          // (B, T, K, D)
	v := a.V.Forward(x).Reshape(B, T, a.kv, D)                                // (B, T, K, D)
	y := past.Attend(q, k, v, a.context, grad.AttentionOptions{Causal: true}) // (B, T, H, D)
	return a.O.Forward(y.Reshape(B, T, a.heads*D))                            // (B, T, C)
}

func (a *LlamaAttention) positions() int { return a.context }

// SwiGLU is the gated feed-forward branch  down(silu(gate(x)) ⊙ up(x))  (Shazeer 2020).
type SwiGLU struct {
	Gate *nn.Linear `brick:"gate_proj"` // (C → I)
	Up   *nn.Linear `brick:"up_proj"`   // (C → I)
	Down *nn.Linear `brick:"down_proj"` // (I → C)
}

// newSwiGLU declares the branch with an inner width, with or without biases.
func newSwiGLU(c *DecoderConfig, inner int, bias bool) *SwiGLU {
	w := nn.Normal(c.Sigma)
	return &SwiGLU{
		Gate: biased(nn.NewLinear(c.Width, inner), bias).Start(w),
		Up:   biased(nn.NewLinear(c.Width, inner), bias).Start(w),
		Down: biased(nn.NewLinear(inner, c.Width), bias).Start(nn.ResidualNormal(c.Sigma, c.Layers)),
	}
}

// Forward maps (..., C) to (..., C).
func (m *SwiGLU) Forward(x *nn.Var) *nn.Var {
	return m.Down.Forward(m.Gate.Forward(x).SwiGLU(m.Up.Forward(x)))
}

func biased(l *nn.Linear, bias bool) *nn.Linear {
	if !bias {
		l.NoBias()
	}
	return l
}

// llamaDefaults are the values that config.json may leave out.
var llamaDefaults = LlamaConfig{DecoderConfig: DecoderConfig{
	Vocab: 32000, Width: 4096, Hidden: 11008, Layers: 32, Heads: 32, Context: 2048, Eps: 1e-6, RopeBase: 10000, Sigma: 0.02,
}, Act: "silu"}

// llamaHidden is the usual feed-forward width: 8/3 of the width, rounded up to a multiple of 256.
func llamaHidden(width int) int { return (8*width/3 + 255) / 256 * 256 }

func (c *LlamaConfig) checkAll() error {
	return firstError(c.check("llama"), word("llama", "hidden_act", c.Act, "silu"))
}

// Notation is llama(heads=…) with what is not usual.
func (b *LlamaBlock) Notation() string {
	var s strings.Builder
	c := b.Norm1.W.Shape[0]
	fmt.Fprintf(&s, "llama(heads=%d", b.Attn.heads)
	if b.Attn.kv != b.Attn.heads {
		fmt.Fprintf(&s, ",kv=%d", b.Attn.kv)
	}
	if ff := b.MLP.Gate.W.Shape[0]; ff != llamaHidden(c) {
		fmt.Fprintf(&s, ",ff=%d", ff)
	}
	if b.Attn.rope.Base != 10000 {
		fmt.Fprintf(&s, ",rope=%v", b.Attn.rope.Base)
	}
	if b.Attn.rope.Dim != c/b.Attn.heads {
		fmt.Fprintf(&s, ",dim=%d", b.Attn.rope.Dim)
	}
	if b.Norm1.Eps != 1e-5 {
		fmt.Fprintf(&s, ",eps=%v", b.Norm1.Eps)
	}
	if b.Attn.Q.B != nil {
		s.WriteString(",bias=true")
	}
	if b.MLP.Gate.B != nil {
		s.WriteString(",mlp_bias=true")
	}
	return s.String() + ")"
}

func init() {
	nn.Register(&nn.Def{Name: "llama", Doc: "LLaMA's block: rotary attention and SwiGLU, each after an RMS norm (Touvron et al. 2023)", Deep: true,
		Args: []nn.ArgDef{
			{Name: "heads", Kind: nn.Size, Default: "width/64", Doc: "query heads; they divide the width unless dim is given"},
			{Name: "kv", Kind: nn.Size, Default: "heads", Doc: "key heads; they divide heads"},
			{Name: "ff", Kind: nn.Size, Default: "8/3*width", Doc: "feed-forward width"},
			{Name: "rope", Kind: nn.Real, Default: "10000", Doc: "base of the rotary angles"},
			{Name: "dim", Kind: nn.Size, Default: "width/heads", Doc: "numbers of a head, even"},
			{Name: "eps", Kind: nn.Real, Default: "1e-5", Doc: "added to the norms' mean square"},
			{Name: "bias", Kind: nn.Flag, Default: "false", Doc: "biases in attention"},
			{Name: "mlp_bias", Kind: nn.Flag, Default: "false", Doc: "biases in the feed-forward branch"},
		},
		Fit: func(s *nn.Site, a *nn.Args) ([]int, func(*nn.Maker) nn.Block, error) {
			_, width, err := s.Sequence("llama")
			if err != nil {
				return nil, nil, err
			}
			heads := a.Int("heads", max(width/64, 1))
			if !a.Has("dim") {
				if err := s.Heads(heads, width); err != nil {
					return nil, nil, err
				}
			}
			c := llamaDefaults
			c.Width, c.Heads, c.Layers, c.HeadDim = width, heads, s.Depth, a.Int("dim", 0)
			c.Eps, c.AttnBias, c.MLPBias = a.Float("eps", 1e-5), a.Bool("bias", false), a.Bool("mlp_bias", false)
			c.KVHeads, c.Hidden, c.RopeBase = a.Int("kv", heads), a.Int("ff", llamaHidden(width)), a.Float("rope", 10000)
			c.Context = s.Context(2048)
			c.fill()
			if err := c.checkAll(); err != nil {
				return nil, nil, s.Refuse(nn.BadArgument, strings.TrimPrefix(err.Error(), "model: "), "")
			}
			return s.In, func(*nn.Maker) nn.Block { return newLlamaBlock(c) }, nil
		}})
}
