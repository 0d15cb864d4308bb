package model

import (
	"math"

	"brick/nn"
)

// Gemma2 is the decoder of Gemma Team 2024, "Gemma 2: improving open language models at a practical size": Gemma with
// norms after the branches too, caps on scores and logits, and a window in every other layer. Its parameters have the names
// of Hugging Face's Gemma2ForCausalLM.
type Gemma2 struct{ Decoder }

// Gemma2Config describes a Gemma2. Its JSON is Hugging Face's config.json.
type Gemma2Config struct {
	GemmaConfig
	Query    float64  `json:"query_pre_attn_scalar"` // scores are divided by its root
	ScoreCap float64  `json:"attn_logit_softcapping"`
	LogitCap float64  `json:"final_logit_softcapping"`
	Window   int      `json:"sliding_window"`       // keys that a position of the first layer sees, and of every other
	Types    []string `json:"layer_types,omitzero"` // full_attention or sliding_attention, for each layer
}

var gemma2Defaults = Gemma2Config{GemmaConfig: GemmaConfig{DecoderConfig: DecoderConfig{
	Vocab: 256000, Width: 2304, Hidden: 9216, Layers: 26, Heads: 8, KVHeads: 4, HeadDim: 256, Context: 8192, Eps: 1e-6, RopeBase: 10000, Sigma: 0.02, Tied: true,
}}, Query: 256, ScoreCap: 50, LogitCap: 30, Window: 4096}

// New declares the model; nn.Build gives it memory.
func (c Gemma2Config) New() (*Gemma2, error) {
	c.fill()
	err := firstError(c.check("gemma2", size{"sliding_window", c.Window}), word("gemma2", "hidden_activation", c.Act, "gelu_pytorch_tanh"), c.checkCaps("gemma2"))
	if err != nil {
		return nil, err
	}
	slide, err := slides("gemma2", c.Types, c.Layers, func(i int) bool { return i%2 == 0 })
	if err != nil {
		return nil, err
	}
	m := &Gemma2{newDecoder("gemma2", &c.DecoderConfig, gemmaNorm(c.Width, c.Eps), c)}
	m.enlarge(c.Width, c.LogitCap)
	for i := range c.Layers {
		m.Layers = append(m.Layers, newGemma2Layer(&c, slide[i]))
	}
	return m, nil
}

func (c *Gemma2Config) checkCaps(kind string) error {
	return checkReals(kind, []real{{"query_pre_attn_scalar", c.Query, false}, {"attn_logit_softcapping", c.ScoreCap, true}, {"final_logit_softcapping", c.LogitCap, true}})
}

// Gemma2Layer has a norm before and after each branch.
//
//	x += n₂(attn(n₁(x)))    x += n₄(mlp(n₃(x)))     x, y (B, T, C)
type Gemma2Layer struct {
	Norm1 *GemmaNorm `brick:"input_layernorm"`
	Attn  *Attention `brick:"self_attn"`
	Norm2 *GemmaNorm `brick:"post_attention_layernorm"`
	Norm3 *GemmaNorm `brick:"pre_feedforward_layernorm"`
	MLP   *GeGLU     `brick:"mlp"`
	Norm4 *GemmaNorm `brick:"post_feedforward_layernorm"`
}

func newGemma2Layer(c *Gemma2Config, slides bool) *Gemma2Layer {
	norm := func() *GemmaNorm { return gemmaNorm(c.Width, c.Eps) }
	l := &Gemma2Layer{norm(), newAttention(&c.DecoderConfig, c.AttnBias, c.AttnBias), norm(), norm(), newGeGLU(&c.DecoderConfig), norm()}
	l.Attn.see.Scale, l.Attn.see.Cap = nn.Float(1/math.Sqrt(c.Query)), nn.Float(c.ScoreCap)
	if slides {
		l.Attn.see.Window = c.Window
	}
	return l
}

// Forward is the layer.
func (l *Gemma2Layer) Forward(x *nn.Var) *nn.Var {
	x = x.Add(nn.Scope(l.Norm2, nn.Scope(l.Attn, nn.Scope(l.Norm1, x))))
	return x.Add(nn.Scope(l.Norm4, nn.Scope(l.MLP, nn.Scope(l.Norm3, x))))
}
