package model

import (
	"math"

	"brick/kernel"
	"brick/nn"
)

// Gemma is the decoder of Gemma Team 2024, "Gemma: open models based on Gemini research and technology": LLaMA with an
// embedding times √C, norms that scale by 1 + w, and GELU for the gate. Its parameters have the names of Hugging Face's
// GemmaForCausalLM.
type Gemma struct{ Decoder }

// GemmaConfig describes a Gemma. Its JSON is Hugging Face's config.json.
type GemmaConfig struct {
	DecoderConfig
	Act      string `json:"hidden_activation"` // gelu_pytorch_tanh, whatever the older hidden_act says
	AttnBias bool   `json:"attention_bias"`
}

var gemmaDefaults = GemmaConfig{DecoderConfig: DecoderConfig{
	Vocab: 256000, Width: 3072, Hidden: 24576, Layers: 28, Heads: 16, KVHeads: 16, HeadDim: 256, Context: 8192, Eps: 1e-6, RopeBase: 10000, Sigma: 0.02, Tied: true,
}}

// New declares the model; nn.Build gives it memory.
func (c GemmaConfig) New() (*Gemma, error) {
	c.fill()
	if err := firstError(c.check("gemma"), word("gemma", "hidden_activation", c.Act, "gelu_pytorch_tanh")); err != nil {
		return nil, err
	}
	m := &Gemma{newDecoder("gemma", &c.DecoderConfig, gemmaNorm(c.Width, c.Eps), c)}
	m.enlarge(c.Width, 0)
	for range c.Layers {
		attn := newAttention(&c.DecoderConfig, c.AttnBias, c.AttnBias)
		m.Layers = append(m.Layers, &Layer{gemmaNorm(c.Width, c.Eps), attn, gemmaNorm(c.Width, c.Eps), newGeGLU(&c.DecoderConfig)})
	}
	return m, nil
}

// enlarge makes the embedding one times √width, and caps the logits of the head unless cap is 0.
func (d *Decoder) enlarge(width int, cap float64) {
	d.Embed = &ScaledEmbedding{d.Embed.(*nn.Embedding), nn.Float(math.Sqrt(float64(width)))}
	if cap > 0 {
		d.Head = &CappedLinear{d.Head.(*nn.Linear), nn.Float(cap)}
	}
}

// ScaledEmbedding is an Embedding whose rows are multiplied.
//
//	y = s·W[ids]     ids (B, T) → y (B, T, C)
type ScaledEmbedding struct {
	*nn.Embedding

	scale nn.Float
}

// Forward looks up the rows of ids.
func (e *ScaledEmbedding) Forward(ids *nn.Var) *nn.Var {
	return e.Embedding.Forward(ids).Scale(e.scale)
}

// Notation says what it is; stack notation has no word for it.
func (e *ScaledEmbedding) Notation() string { return "scaled " + e.Embedding.Notation() }

// CappedLinear is a Linear whose results stay between −cap and cap.
//
//	y = cap·tanh((x·Wᵀ)/cap)     x (..., C) → y (..., V)
type CappedLinear struct {
	*nn.Linear

	cap nn.Float
}

// Forward is the layer.
func (l *CappedLinear) Forward(x *nn.Var) *nn.Var {
	return l.Linear.Forward(x).Scale(1 / l.cap).Tanh().Scale(l.cap)
}

// Notation says what it is; stack notation has no word for it.
func (l *CappedLinear) Notation() string { return "capped " + l.Linear.Notation() }

// GemmaNorm is RMSNorm whose scale is near 1 where w is near 0.
//
//	y = (1 + w) ⊙ x/√(mean x² + ε)     x, y (..., C)
type GemmaNorm struct {
	W *nn.Param `brick:"weight"` // (C)

	eps float64
}

func gemmaNorm(c int, eps float64) *GemmaNorm { return &GemmaNorm{nn.NewParam(nn.Zeros, c), eps} }

// Forward normalises the last axis of x.
func (n *GemmaNorm) Forward(x *nn.Var) *nn.Var {
	return x.RMSNorm(x.Tape().Use(n.W.Value()).AddScalar(1), nn.Float(n.eps))
}

// GeGLU is the gated feed-forward branch  down(gelu(gate(x)) ⊙ up(x))  (Shazeer 2020).
type GeGLU struct {
	Gate *nn.Linear `brick:"gate_proj"` // (C → I)
	Up   *nn.Linear `brick:"up_proj"`   // (C → I)
	Down *nn.Linear `brick:"down_proj"` // (I → C)
}

func newGeGLU(c *DecoderConfig) *GeGLU {
	w := nn.Normal(c.Sigma)
	return &GeGLU{
		nn.NewLinear(c.Width, c.Hidden).NoBias().Start(w), nn.NewLinear(c.Width, c.Hidden).NoBias().Start(w),
		nn.NewLinear(c.Hidden, c.Width).NoBias().Start(nn.ResidualNormal(c.Sigma, c.Layers)),
	}
}

// Forward maps (..., C) to (..., C).
func (m *GeGLU) Forward(x *nn.Var) *nn.Var {
	return m.Down.Forward(m.Gate.ForwardAct(x, kernel.GELUTanh).Mul(m.Up.Forward(x)))
}
