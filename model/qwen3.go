package model

// Qwen3 is the decoder of Yang et al. 2025, "Qwen3 technical report": LLaMA that normalises each head's queries and
// keys. Its parameters have the names of Hugging Face's Qwen3ForCausalLM.
type Qwen3 struct{ Decoder }

// Qwen3Config describes a Qwen3. Its JSON is Hugging Face's config.json.
type Qwen3Config struct {
	Qwen2Config
	AttnBias bool `json:"attention_bias"`
}

var qwen3Defaults = Qwen3Config{Qwen2Config: Qwen2Config{DecoderConfig: DecoderConfig{
	Vocab: 151936, Width: 4096, Hidden: 22016, Layers: 32, Heads: 32, KVHeads: 32, HeadDim: 128, Context: 32768, Eps: 1e-6, RopeBase: 10000, Sigma: 0.02,
}, Act: "silu", Window: 4096, Whole: 28}}

// New declares the model; nn.Build gives it memory.
func (c Qwen3Config) New() (*Qwen3, error) {
	c.fill()
	if err := firstError(c.check("qwen3"), word("qwen3", "hidden_act", c.Act, "silu")); err != nil {
		return nil, err
	}
	windows, err := qwenWindows("qwen3", c.Sliding, c.Window, c.Whole, c.Types, c.Layers)
	if err != nil {
		return nil, err
	}
	m := &Qwen3{newDecoder("qwen3", &c.DecoderConfig, rmsNorm(c.Width, c.Eps), c)}
	for _, window := range windows {
		attn := newQwen3Attention(&c.DecoderConfig, c.AttnBias)
		attn.see.Window = window
		m.Layers = append(m.Layers, &Layer{rmsNorm(c.Width, c.Eps), attn, rmsNorm(c.Width, c.Eps), newSwiGLU(&c.DecoderConfig, c.Hidden, false)})
	}
	return m, nil
}

func newQwen3Attention(c *DecoderConfig, bias bool) *Attention {
	a := newAttention(c, bias, bias)
	a.QNorm, a.KNorm = rmsNorm(c.HeadDim, c.Eps), rmsNorm(c.HeadDim, c.Eps)
	return a
}
