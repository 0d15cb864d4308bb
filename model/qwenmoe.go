package model

import (
	"fmt"
	"slices"

	"brick/nn"
)

// QwenMoE is Qwen2 or Qwen3 with experts (Qwen Team 2024, "Qwen1.5-MoE"; Yang et al. 2025, "Qwen3 technical report"). Its
// parameters have the names of Hugging Face's Qwen2MoeForCausalLM or Qwen3MoeForCausalLM.
type QwenMoE struct{ Decoder }

// QwenExperts is what the config.json of both have about experts.
type QwenExperts struct {
	Experts int   `json:"num_experts"`
	Active  int   `json:"num_experts_per_tok"`
	Inner   int   `json:"moe_intermediate_size"` // feed-forward width of an expert
	Shares  bool  `json:"norm_topk_prob"`        // the weights of the chosen sum to 1
	Step    int   `json:"decoder_sparse_step"`   // every so manieth layer has experts …
	Dense   []int `json:"mlp_only_layers"`       // … but for these
}

// Qwen2MoEConfig describes a QwenMoE after Qwen2. Its JSON is Hugging Face's config.json.
type Qwen2MoEConfig struct {
	Qwen2Config
	QwenExperts
	Shared int   `json:"shared_expert_intermediate_size"`
	Bias   *bool `json:"qkv_bias,omitzero"` // nil for true
}

// Qwen3MoEConfig describes a QwenMoE after Qwen3. Its JSON is Hugging Face's config.json.
type Qwen3MoEConfig struct {
	Qwen3Config
	QwenExperts
}

var (
	qwen2MoEDefaults = Qwen2MoEConfig{Qwen2Config: Qwen2Config{DecoderConfig: DecoderConfig{
		Vocab: 151936, Width: 2048, Hidden: 5632, Layers: 24, Heads: 16, KVHeads: 16, Context: 32768, Eps: 1e-6, RopeBase: 10000, Sigma: 0.02,
	}, Act: "silu", Window: 4096, Whole: 28}, QwenExperts: QwenExperts{Experts: 60, Active: 4, Inner: 1408, Step: 1}, Shared: 5632}

	qwen3MoEDefaults = Qwen3MoEConfig{Qwen3Config: Qwen3Config{Qwen2Config: Qwen2Config{DecoderConfig: DecoderConfig{
		Vocab: 151936, Width: 2048, Hidden: 6144, Layers: 24, Heads: 32, KVHeads: 4, Context: 32768, Eps: 1e-6, RopeBase: 10000, Sigma: 0.02,
	}, Act: "silu", Window: 4096}}, QwenExperts: QwenExperts{Experts: 128, Active: 8, Inner: 768, Step: 1}}
)

// New declares the model; nn.Build gives it memory.
func (c Qwen2MoEConfig) New() (*QwenMoE, error) {
	c.fill()
	if err := checkSizes("qwen2_moe", []size{{"shared_expert_intermediate_size", c.Shared}}); err != nil {
		return nil, err
	}
	bias := c.Bias == nil || *c.Bias
	return c.new("qwen2_moe", &c.Qwen2Config, c, func() *Attention { return newAttention(&c.DecoderConfig, bias, false) }, func(m *QwenExpertsMLP) {
		m.Shared, m.SharedGate = newSwiGLU(&c.DecoderConfig, c.Shared, false), newRouter(&c.DecoderConfig, 1)
	})
}

// New declares the model; nn.Build gives it memory.
func (c Qwen3MoEConfig) New() (*QwenMoE, error) {
	c.fill()
	return c.new("qwen3_moe", &c.Qwen2Config, c, func() *Attention { return newQwen3Attention(&c.DecoderConfig, c.AttnBias) }, func(*QwenExpertsMLP) {})
}

// new declares the model of a configuration, which has q; share adds what is beside the experts.
func (e *QwenExperts) new(kind string, q *Qwen2Config, config any, attention func() *Attention, share func(*QwenExpertsMLP)) (*QwenMoE, error) {
	c := &q.DecoderConfig
	if err := firstError(c.check(kind, size{"decoder_sparse_step", e.Step}), word(kind, "hidden_act", q.Act, "silu"), checkExperts(c, kind, "num_experts", e.Experts, e.Active, e.Inner)); err != nil {
		return nil, err
	}
	for _, i := range e.Dense {
		if i < 0 || i >= c.Layers {
			return nil, fmt.Errorf("model: %s: mlp_only_layers has %d; there are layers 0 to %d", kind, i, c.Layers-1)
		}
	}
	windows, err := qwenWindows(kind, q.Sliding, q.Window, q.Whole, q.Types, c.Layers)
	if err != nil {
		return nil, err
	}
	m := &QwenMoE{newDecoder(kind, c, rmsNorm(c.Width, c.Eps), config)}
	for i, window := range windows {
		attn := attention()
		attn.see.Window = window
		var mlp nn.Block = newSwiGLU(c, c.Hidden, false)
		if (i+1)%e.Step == 0 && !slices.Contains(e.Dense, i) {
			moe := &QwenExpertsMLP{Gate: newRouter(c, e.Experts), Experts: newExperts(c, e.Experts, e.Inner), active: e.Active, shares: e.Shares}
			share(moe)
			mlp = moe
		}
		m.Layers = append(m.Layers, &Layer{rmsNorm(c.Width, c.Eps), attn, rmsNorm(c.Width, c.Eps), mlp})
	}
	return m, nil
}

// QwenExpertsMLP gives each token to the experts with the highest scores and, in Qwen2, to one that all share.
//
//	p = softmax(x·Gᵀ)    y = Σ_{e chosen} p_e·expert_e(x) + σ(x·Sᵀ)·shared(x)     p over its sum, if norm_topk_prob
type QwenExpertsMLP struct {
	Gate       *nn.Linear `brick:"gate"` // (C → E)
	Experts    []*SwiGLU  `brick:"experts"`
	Shared     *SwiGLU    `brick:"shared_expert"`      // or nil
	SharedGate *nn.Linear `brick:"shared_expert_gate"` // (C → 1), or nil

	active int
	shares bool
}

// Forward maps (B, T, C) to (B, T, C).
func (m *QwenExpertsMLP) Forward(x *nn.Var) *nn.Var {
	B, T, C := x.Dim(0), x.Dim(1), x.Dim(2)
	rows := x.Reshape(B*T, C)
	scores := m.Gate.Forward(rows)
	chosen, w := chosenShares(scores, m.active)
	if !m.shares {
		w = scores.Softmax(-1).Gather(-1, chosen)
	}
	y := mixture(m.Experts, rows, chosen, w)
	if m.Shared != nil {
		y = y.Add(nn.Scope(m.Shared, rows).Mul(m.SharedGate.Forward(rows).Sigmoid()))
	}
	return y.Reshape(B, T, C)
}
