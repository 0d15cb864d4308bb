package model

import (
	"math"

	"brick/grad"
	"brick/nn"
)

// DeepSeek is the decoder of DeepSeek-AI 2024, "DeepSeek-V2" and "DeepSeek-V3 technical report": keys and values made of a
// short vector for each token, and many small experts beside some that all tokens share. Its parameters have the names of
// Hugging Face's DeepseekV2ForCausalLM and DeepseekV3ForCausalLM; the module that predicted tokens further ahead while V3
// was trained is no part of it.
type DeepSeek struct{ Decoder }

// DeepSeekConfig describes a DeepSeek. Its JSON is Hugging Face's config.json.
type DeepSeekConfig struct {
	DecoderConfig
	Version  int     `json:"-"`          // 2 or 3
	Act      string  `json:"hidden_act"` // silu
	AttnBias bool    `json:"attention_bias"`
	QRank    int     `json:"q_lora_rank"` // numbers that queries are made of; 0, which is null, for the token itself
	KVRank   int     `json:"kv_lora_rank"`
	Nope     int     `json:"qk_nope_head_dim"` // numbers of a query without position …
	Rope     int     `json:"qk_rope_head_dim"` // … and with
	Value    int     `json:"v_head_dim"`
	Routed   int     `json:"n_routed_experts"`
	Shared   int     `json:"n_shared_experts"`
	Active   int     `json:"num_experts_per_tok"`
	Inner    int     `json:"moe_intermediate_size"`
	Dense    int     `json:"first_k_dense_replace"` // layers without experts
	Freq     int     `json:"moe_layer_freq"`        // 1
	Groups   int     `json:"n_group"`               // of experts, of which a token chooses
	Chosen   int     `json:"topk_group"`            // so many
	Method   string  `json:"topk_method"`           // greedy, group_limited_greedy or noaux_tc
	Scoring  string  `json:"scoring_func"`          // softmax or sigmoid
	Shares   bool    `json:"norm_topk_prob"`        // weights of the chosen sum to 1, before they are scaled
	Scale    float64 `json:"routed_scaling_factor"`
}

func deepSeekDefaults(version int) DeepSeekConfig {
	c := DeepSeekConfig{DecoderConfig: DecoderConfig{
		Vocab: 102400, Width: 4096, Hidden: 11008, Layers: 32, Heads: 32, Context: 2048, Eps: 1e-6, RopeBase: 10000, Sigma: 0.02,
	}, Version: version, Act: "silu", QRank: 1536, KVRank: 512, Nope: 128, Rope: 64, Value: 128, Shared: 2, Routed: 64, Active: 6, Inner: 1407,
		Freq: 1, Groups: 1, Chosen: 1, Method: "greedy", Scoring: "softmax", Scale: 1}
	if version == 3 {
		c.Vocab, c.Width, c.Hidden, c.Layers, c.Heads, c.KVHeads, c.Context = 129280, 7168, 18432, 61, 128, 128, 4096
		c.Shared, c.Routed, c.Active, c.Inner, c.Dense, c.Groups, c.Chosen = 1, 256, 8, 2048, 3, 8, 4
		c.Method, c.Scoring, c.Shares, c.Scale = "noaux_tc", "sigmoid", true, 2.5
	}
	return c
}

// kind is the model_type.
func (c *DeepSeekConfig) kind() string {
	if c.Version == 3 {
		return "deepseek_v3"
	}
	return "deepseek_v2"
}

// New declares the model; nn.Build gives it memory.
func (c DeepSeekConfig) New() (*DeepSeek, error) {
	c.HeadDim = c.Rope // the numbers that rotate
	c.fill()
	c.Groups, c.Chosen = max(c.Groups, 1), max(c.Chosen, 1) // null stands for one group
	if err := c.checkAll(); err != nil {
		return nil, err
	}
	m := &DeepSeek{newDecoder(c.kind(), &c.DecoderConfig, rmsNorm(c.Width, c.Eps), c)}
	for i := range c.Layers {
		var mlp nn.Block = newSwiGLU(&c.DecoderConfig, c.Hidden, false)
		if i >= c.Dense && c.Routed > 0 {
			mlp = newDeepSeekMoE(&c)
		}
		m.Layers = append(m.Layers, &Layer{rmsNorm(c.Width, c.Eps), newLatentAttention(&c), rmsNorm(c.Width, c.Eps), mlp})
	}
	return m, nil
}

func (c *DeepSeekConfig) checkAll() error {
	kind := c.kind()
	err := firstError(c.check(kind, size{"kv_lora_rank", c.KVRank}, size{"qk_nope_head_dim", c.Nope}, size{"v_head_dim", c.Value}, size{"q_lora_rank + 1", c.QRank + 1}),
		word(kind, "hidden_act", c.Act, "silu"), only(kind, "attention_bias", c.AttnBias, false), only(kind, "moe_layer_freq", c.Freq, 1),
		only(kind, "num_key_value_heads", c.KVHeads, c.Heads), atMost(kind, "num_attention_heads times a head's numbers", c.Heads, nn.MaxSize/(c.Nope+c.Rope+c.Value)))
	if err != nil || c.Routed == 0 {
		return err
	}
	if c.Version == 2 {
		err = only(kind, "norm_topk_prob", c.Shares, false)
	}
	if err != nil {
		return err
	}
	err = firstError(checkExperts(&c.DecoderConfig, kind, "n_routed_experts", c.Routed, c.Active, c.Inner), checkSizes(kind, []size{{"n_group", c.Groups}, {"topk_group", c.Chosen}, {"n_shared_experts + 1", c.Shared + 1}}),
		atMost(kind, "n_shared_experts", c.Shared, nn.MaxSize/c.Inner), atMost(kind, "topk_group", c.Chosen, c.Groups), checkReals(kind, []real{{"routed_scaling_factor", c.Scale, false}}),
		word(kind, "topk_method", c.Method, "greedy", "group_limited_greedy", "noaux_tc"), word(kind, "scoring_func", c.Scoring, "softmax", "sigmoid"))
	if err != nil {
		return err
	}
	if c.Method == "greedy" {
		return nil
	}
	return firstError(only(kind, "n_routed_experts modulo n_group", c.Routed%c.Groups, 0), atMost(kind, "num_experts_per_tok", c.Active, c.Chosen*(c.Routed/max(c.Groups, 1))),
		atMost(kind, "two experts of a group", 2, c.Routed/max(c.Groups, 1)))
}

// LatentAttention makes keys and values of a short vector for each token, and queries too where q_lora_rank is above 0.
// The part of a key that rotates is one for all heads.
//
//	q = [q_nope, rope(q_rope)] = norm(x·Aᵀ)·Bᵀ    [c, r] = x·Dᵀ    [k_nope, v] = norm(c)·Uᵀ    k = [k_nope, rope(r)]
//	y = concat(softmax(scale·q·kᵀ)·v)·Wᵀ
type LatentAttention struct {
	Q      *nn.Linear  `brick:"q_proj"`             // (C → H·(N+R)), or nil
	QA     *nn.Linear  `brick:"q_a_proj"`           // (C → q_lora_rank), or nil
	QANorm *nn.RMSNorm `brick:"q_a_layernorm"`      // or nil
	QB     *nn.Linear  `brick:"q_b_proj"`           // (q_lora_rank → H·(N+R)), or nil
	KVA    *nn.Linear  `brick:"kv_a_proj_with_mqa"` // (C → kv_lora_rank + R)
	KVNorm *nn.RMSNorm `brick:"kv_a_layernorm"`
	KVB    *nn.Linear  `brick:"kv_b_proj"` // (kv_lora_rank → H·(N+V))
	O      *nn.Linear  `brick:"o_proj"`    // (H·V → C)

	heads, nope, value, context int
	rope                        grad.RoPE
	see                         grad.AttentionOptions
}

func newLatentAttention(c *DeepSeekConfig) *LatentAttention {
	linear := func(in, out int) *nn.Linear { return nn.NewLinear(in, out).NoBias().Start(nn.Normal(c.Sigma)) }
	a := &LatentAttention{
		KVA: linear(c.Width, c.KVRank+c.Rope), KVNorm: rmsNorm(c.KVRank, 1e-6), KVB: linear(c.KVRank, c.Heads*(c.Nope+c.Value)),
		O: linear(c.Heads*c.Value, c.Width).Start(nn.ResidualNormal(c.Sigma, c.Layers)),

		heads: c.Heads, nope: c.Nope, value: c.Value, context: c.Context, rope: c.rope(), see: grad.AttentionOptions{Causal: true},
	}
	a.rope.Interleaved = true
	if c.QRank == 0 {
		a.Q = linear(c.Width, c.Heads*(c.Nope+c.Rope))
	} else {
		a.QA, a.QANorm, a.QB = linear(c.Width, c.QRank), rmsNorm(c.QRank, 1e-6), linear(c.QRank, c.Heads*(c.Nope+c.Rope))
	}
	scale := 1 / math.Sqrt(float64(c.Nope+c.Rope))
	if s := c.Scaling; s != nil && s.kind() == "yarn" && s.MScaleAll != 0 {
		m := sharpness(s.Factor, s.MScaleAll)
		scale *= m * m
	}
	a.see.Scale = nn.Float(scale)
	return a
}

// Forward is the attention of x (B, T, C) to itself and, where the tape has a memory, to what came before. The memory
// holds whole keys and values: values that are shorter than keys, or the reverse, are filled up with zeros.
func (a *LatentAttention) Forward(x *nn.Var) *nn.Var {
	B, T, H, N, R, V := x.Dim(0), x.Dim(1), a.heads, a.nope, a.rope.Dim, a.value
	past := nn.Recall[nn.Cache](x.Tape(), a) // nil in training
	q := a.queries(x).Reshape(B, T, H, N+R)
	kv, rank := a.KVA.Forward(x), a.KVNorm.W.Shape[0]                                              // (B, T, rank + R)
	made := a.KVB.Forward(a.KVNorm.Forward(kv.Slice(2, 0, rank, 1))).Reshape(B, T, H, N+V)         // (B, T, H, N + V)
	r := past.RoPE(kv.Slice(2, rank, rank+R, 1).Reshape(B, T, 1, R), a.rope, N).Expand(B, T, H, R) // (B, T, H, R)
	q = grad.Concat(3, q.Slice(3, 0, N, 1), past.RoPE(q.Slice(3, N, N+R, 1), a.rope, N))           // (B, T, H, N + R)
	k, v := grad.Concat(3, made.Slice(3, 0, N, 1), r), made.Slice(3, N, N+V, 1)                    // (B, T, H, N + R), (B, T, H, V)
	D := max(N+R, V)
	y := past.Attend(widened(q, D), widened(k, D), widened(v, D), a.context, a.see) // (B, T, H, D)
	if V < D {
		y = y.Slice(3, 0, V, 1)
	}
	return a.O.Forward(y.Reshape(B, T, H*V))
}

func (a *LatentAttention) queries(x *nn.Var) *nn.Var {
	if a.Q != nil {
		return a.Q.Forward(x)
	}
	return a.QB.Forward(a.QANorm.Forward(a.QA.Forward(x)))
}

func (a *LatentAttention) positions() int { return a.context }

// widened fills the last axis up with zeros to d.
func widened(x *nn.Var, d int) *nn.Var {
	if x.Dim(3) == d {
		return x
	}
	return x.Pad([][2]int{{}, {}, {}, {0, d - x.Dim(3)}}, 0)
}
