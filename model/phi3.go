package model

import (
	"brick/grad"
	"brick/nn"
)

// Phi3 is the decoder of Abdin et al. 2024, "Phi-3 technical report": LLaMA that keeps queries, keys and values in one
// matrix, and both inner feed-forward ones. Its parameters have the names of Hugging Face's Phi3ForCausalLM.
type Phi3 struct{ Decoder }

// Phi3Config describes a Phi3. Its JSON is Hugging Face's config.json.
type Phi3Config struct {
	DecoderConfig
	Act     string  `json:"hidden_act"`     // silu
	Window  int     `json:"sliding_window"` // keys that a position sees; 0, which is null, for all
	Turned  float64 `json:"partial_rotary_factor"`
	Resid   float64 `json:"resid_pdrop"`
	EmbDrop float64 `json:"embd_pdrop"`
}

var phi3Defaults = Phi3Config{DecoderConfig: DecoderConfig{
	Vocab: 32064, Width: 3072, Hidden: 8192, Layers: 32, Heads: 32, Context: 4096, Eps: 1e-5, RopeBase: 10000, Sigma: 0.02,
}, Act: "silu", Turned: 1}

// New declares the model; nn.Build gives it memory. The long texts of longrope, whose frequencies depend on the length of
// a text, are refused.
func (c Phi3Config) New() (*Phi3, error) {
	c.fill()
	err := firstError(c.check("phi3", size{"twice intermediate_size", 2 * c.Hidden}), checkWindow("phi3", c.Window), word("phi3", "hidden_act", c.Act, "silu"),
		only("phi3", "partial_rotary_factor", c.Turned, 1), only("phi3", "resid_pdrop", c.Resid, 0), only("phi3", "embd_pdrop", c.EmbDrop, 0))
	if err != nil {
		return nil, err
	}
	m := &Phi3{newDecoder("phi3", &c.DecoderConfig, rmsNorm(c.Width, c.Eps), c)}
	w, end := nn.Normal(c.Sigma), nn.ResidualNormal(c.Sigma, c.Layers)
	for range c.Layers {
		attn := &Phi3Attention{
			QKV: nn.NewLinear(c.Width, (c.Heads+2*c.KVHeads)*c.HeadDim).NoBias().Start(w), O: nn.NewLinear(c.Heads*c.HeadDim, c.Width).NoBias().Start(end),
			heads: c.Heads, kv: c.KVHeads, context: c.Context, rope: c.rope(), see: grad.AttentionOptions{Causal: true, Window: c.Window},
		}
		mlp := &Phi3MLP{nn.NewLinear(c.Width, 2*c.Hidden).NoBias().Start(w), nn.NewLinear(c.Hidden, c.Width).NoBias().Start(end)}
		m.Layers = append(m.Layers, &Layer{rmsNorm(c.Width, c.Eps), attn, rmsNorm(c.Width, c.Eps), mlp})
	}
	return m, nil
}

// Phi3Attention is LLaMA's attention with one matrix for queries, keys and values.
type Phi3Attention struct {
	QKV *nn.Linear `brick:"qkv_proj"` // (C → (H + 2K)·D)
	O   *nn.Linear `brick:"o_proj"`   // (H·D → C)

	heads, kv, context int
	rope               grad.RoPE
	see                grad.AttentionOptions
}

// Forward is the attention of x (B, T, C) to itself and, where the tape has a memory, to what came before.
func (a *Phi3Attention) Forward(x *nn.Var) *nn.Var {
	B, T, H, K, D := x.Dim(0), x.Dim(1), a.heads, a.kv, a.rope.Dim
	past := nn.Recall[nn.Cache](x.Tape(), a)           // nil in training
	qkv := a.QKV.Forward(x).Reshape(B, T, H+2*K, D)    // (B, T, H + 2K, D)
	q := past.RoPE(qkv.Slice(2, 0, H, 1), a.rope, 0)   // (B, T, H, D)
	k := past.RoPE(qkv.Slice(2, H, H+K, 1), a.rope, 0) // (B, T, K, D)
	v := qkv.Slice(2, H+K, H+2*K, 1)                   // (B, T, K, D)
	y := past.Attend(q, k, v, a.context, a.see)        // (B, T, H, D)
	return a.O.Forward(y.Reshape(B, T, H*D))           // (B, T, C)
}

func (a *Phi3Attention) positions() int { return a.context }

// Phi3MLP is SwiGLU with one matrix for the gate and what it gates.
type Phi3MLP struct {
	GateUp *nn.Linear `brick:"gate_up_proj"` // (C → 2I)
	Down   *nn.Linear `brick:"down_proj"`    // (I → C)
}

// Forward maps (B, T, C) to (B, T, C).
func (m *Phi3MLP) Forward(x *nn.Var) *nn.Var {
	y, I := m.GateUp.Forward(x), m.Down.W.Shape[1] // (B, T, 2I)
	return m.Down.Forward(y.Slice(2, 0, I, 1).SwiGLU(y.Slice(2, I, 2*I, 1)))
}
