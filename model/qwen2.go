package model

import "slices"

// Qwen2 is the decoder of Yang et al. 2024, "Qwen2 technical report", and of Qwen2.5: LLaMA with biases on queries, keys
// and values. Its parameters have the names of Hugging Face's Qwen2ForCausalLM.
type Qwen2 struct{ Decoder }

// Qwen2Config describes a Qwen2. Its JSON is Hugging Face's config.json.
type Qwen2Config struct {
	DecoderConfig
	Act     string   `json:"hidden_act"` // silu
	Sliding bool     `json:"use_sliding_window"`
	Window  int      `json:"sliding_window"`       // keys that a position sees, where layers slide
	Whole   int      `json:"max_window_layers"`    // the first layers, which see all
	Types   []string `json:"layer_types,omitzero"` // full_attention or sliding_attention, for each layer
}

var qwen2Defaults = Qwen2Config{DecoderConfig: DecoderConfig{
	Vocab: 151936, Width: 4096, Hidden: 22016, Layers: 32, Heads: 32, KVHeads: 32, Context: 32768, Eps: 1e-6, RopeBase: 10000, Sigma: 0.02,
}, Act: "silu", Window: 4096, Whole: 28}

// New declares the model; nn.Build gives it memory.
func (c Qwen2Config) New() (*Qwen2, error) {
	c.fill()
	if err := firstError(c.check("qwen2"), word("qwen2", "hidden_act", c.Act, "silu")); err != nil {
		return nil, err
	}
	windows, err := qwenWindows("qwen2", c.Sliding, c.Window, c.Whole, c.Types, c.Layers)
	if err != nil {
		return nil, err
	}
	m := &Qwen2{newDecoder("qwen2", &c.DecoderConfig, rmsNorm(c.Width, c.Eps), c)}
	for _, window := range windows {
		attn := newAttention(&c.DecoderConfig, true, false)
		attn.see.Window = window
		m.Layers = append(m.Layers, &Layer{rmsNorm(c.Width, c.Eps), attn, rmsNorm(c.Width, c.Eps), newSwiGLU(&c.DecoderConfig, c.Hidden, false)})
	}
	return m, nil
}

// qwenWindows is the window of each layer, 0 for none: those from whole on slide, if any does.
func qwenWindows(kind string, sliding bool, window, whole int, types []string, layers int) ([]int, error) {
	slide, err := slides(kind, types, layers, func(i int) bool { return sliding && window > 0 && i >= whole })
	if err != nil {
		return nil, err
	}
	out := make([]int, layers)
	if !slices.Contains(slide, true) {
		return out, nil
	}
	for i := range out {
		if slide[i] {
			out[i] = window
		}
	}
	return out, checkSizes(kind, []size{{"sliding_window", window}})
}
