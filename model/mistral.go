package model

// Mistral is the decoder of Jiang et al. 2023, "Mistral 7B": LLaMA whose positions may see only a window of those before
// them. Its parameters have the names of Hugging Face's MistralForCausalLM.
type Mistral struct{ Decoder }

// MistralConfig describes a Mistral. Its JSON is Hugging Face's config.json.
type MistralConfig struct {
	DecoderConfig
	Act    string `json:"hidden_act"`     // silu
	Window int    `json:"sliding_window"` // keys that a position sees, itself included; 0, which is null, for all
}

var mistralDefaults = MistralConfig{DecoderConfig: DecoderConfig{
	Vocab: 32000, Width: 4096, Hidden: 14336, Layers: 32, Heads: 32, KVHeads: 8, Context: 131072, Eps: 1e-6, RopeBase: 10000, Sigma: 0.02,
}, Act: "silu", Window: 4096}

// New declares the model; nn.Build gives it memory.
func (c MistralConfig) New() (*Mistral, error) {
	c.fill()
	err := firstError(c.check("mistral"), checkWindow("mistral", c.Window), word("mistral", "hidden_act", c.Act, "silu"))
	if err != nil {
		return nil, err
	}
	m := &Mistral{newDecoder("mistral", &c.DecoderConfig, rmsNorm(c.Width, c.Eps), c)}
	for range c.Layers {
		attn := newAttention(&c.DecoderConfig, false, false)
		attn.see.Window = c.Window
		m.Layers = append(m.Layers, &Layer{rmsNorm(c.Width, c.Eps), attn, rmsNorm(c.Width, c.Eps), newSwiGLU(&c.DecoderConfig, c.Hidden, false)})
	}
	return m, nil
}

// checkWindow errs for a window that is none.
func checkWindow(kind string, window int) error {
	if window == 0 {
		return nil
	}
	return checkSizes(kind, []size{{"sliding_window", window}})
}
