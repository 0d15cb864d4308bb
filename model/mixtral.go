package model

import (
	"brick/nn"
)

// Mixtral is the decoder of Jiang et al. 2024, "Mixtral of experts": Mistral whose feed-forward branch is one of several
// for each token. Its parameters have the names of Hugging Face's MixtralForCausalLM.
type Mixtral struct{ Decoder }

// MixtralConfig describes a Mixtral. Its JSON is Hugging Face's config.json.
type MixtralConfig struct {
	MistralConfig
	Experts int `json:"num_local_experts"`
	Active  int `json:"num_experts_per_tok"`
}

var mixtralDefaults = MixtralConfig{MistralConfig: MistralConfig{DecoderConfig: DecoderConfig{
	Vocab: 32000, Width: 4096, Hidden: 14336, Layers: 32, Heads: 32, KVHeads: 8, Context: 131072, Eps: 1e-5, RopeBase: 1e6, Sigma: 0.02,
}, Act: "silu"}, Experts: 8, Active: 2}

// New declares the model; nn.Build gives it memory.
func (c MixtralConfig) New() (*Mixtral, error) {
	c.fill()
	err := firstError(c.check("mixtral"), checkWindow("mixtral", c.Window), word("mixtral", "hidden_act", c.Act, "silu"),
		checkExperts(&c.DecoderConfig, "mixtral", "num_local_experts", c.Experts, c.Active, c.Hidden))
	if err != nil {
		return nil, err
	}
	m := &Mixtral{newDecoder("mixtral", &c.DecoderConfig, rmsNorm(c.Width, c.Eps), c)}
	for range c.Layers {
		attn := newAttention(&c.DecoderConfig, false, false)
		attn.see.Window = c.Window
		moe := &MixtralMoE{Gate: newRouter(&c.DecoderConfig, c.Experts), active: c.Active}
		for range c.Experts {
			moe.Experts = append(moe.Experts, newMixtralExpert(&c))
		}
		m.Layers = append(m.Layers, &MixtralLayer{rmsNorm(c.Width, c.Eps), attn, rmsNorm(c.Width, c.Eps), moe})
	}
	return m, nil
}

// MixtralLayer is the residual pair  x += attn(norm(x));  x += moe(norm(x)).    x, y (B, T, C)
type MixtralLayer struct {
	Norm1 *nn.RMSNorm `brick:"input_layernorm"`
	Attn  *Attention  `brick:"self_attn"`
	Norm2 *nn.RMSNorm `brick:"post_attention_layernorm"`
	MoE   *MixtralMoE `brick:"block_sparse_moe"`
}

// Forward is the layer.
func (l *MixtralLayer) Forward(x *nn.Var) *nn.Var {
	x = x.Add(nn.Scope(l.Attn, nn.Scope(l.Norm1, x)))
	return x.Add(nn.Scope(l.MoE, nn.Scope(l.Norm2, x)))
}

// MixtralMoE gives each token to the experts with the highest scores.
//
//	y = Σ_{e chosen} softmax_chosen(x·Gᵀ)_e · expert_e(x)
type MixtralMoE struct {
	Gate    *nn.Linear       `brick:"gate"` // (C → E)
	Experts []*MixtralExpert `brick:"experts"`

	active int
}

// Forward maps (B, T, C) to (B, T, C).
func (m *MixtralMoE) Forward(x *nn.Var) *nn.Var {
	B, T, C := x.Dim(0), x.Dim(1), x.Dim(2)
	rows := x.Reshape(B*T, C)
	chosen, w := chosenShares(m.Gate.Forward(rows), m.active)
	return mixture(m.Experts, rows, chosen, w).Reshape(B, T, C)
}

// MixtralExpert is SwiGLU under Mixtral's names:  w2(silu(w1(x)) ⊙ w3(x)).
type MixtralExpert struct {
	W1 *nn.Linear `brick:"w1"` // (C → I)
	W2 *nn.Linear `brick:"w2"` // (I → C)
	W3 *nn.Linear `brick:"w3"` // (C → I)
}

func newMixtralExpert(c *MixtralConfig) *MixtralExpert {
	w := nn.Normal(c.Sigma)
	return &MixtralExpert{
		nn.NewLinear(c.Width, c.Hidden).NoBias().Start(w), nn.NewLinear(c.Hidden, c.Width).NoBias().Start(nn.ResidualNormal(c.Sigma, c.Layers)),
		nn.NewLinear(c.Width, c.Hidden).NoBias().Start(w),
	}
}

// Forward maps (N, C) to (N, C).
func (e *MixtralExpert) Forward(x *nn.Var) *nn.Var {
	return e.W2.Forward(e.W1.Forward(x).SwiGLU(e.W3.Forward(x)))
}
