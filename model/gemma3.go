package model

import (
	"brick/grad"
)

// Gemma3 is the text decoder of Gemma Team 2025, "Gemma 3 technical report": Gemma 2 that normalises each head's queries
// and keys instead of capping scores, with five layers that see a window to one that sees all, and rotary positions of
// another base in each kind. Its parameters have the names of Hugging Face's Gemma3ForCausalLM.
type Gemma3 struct{ Decoder }

// Gemma3Config describes a Gemma3. Its JSON is Hugging Face's config.json.
type Gemma3Config struct {
	Gemma2Config
	LocalBase float64 `json:"rope_local_base_freq"`        // of layers with a window; they are not scaled
	Pattern   int     `json:"sliding_window_pattern"`      // every so manieth layer sees all, if layer_types does not say
	BothWays  bool    `json:"use_bidirectional_attention"` // only false is known
}

var gemma3Defaults = Gemma3Config{Gemma2Config: Gemma2Config{GemmaConfig: GemmaConfig{DecoderConfig: DecoderConfig{
	Vocab: 262208, Width: 2304, Hidden: 9216, Layers: 26, Heads: 8, KVHeads: 4, HeadDim: 256, Context: 131072, Eps: 1e-6, RopeBase: 1e6, Sigma: 0.02, Tied: true,
}}, Query: 256, Window: 4096}, LocalBase: 10000, Pattern: 6}

// New declares the model; nn.Build gives it memory.
func (c Gemma3Config) New() (*Gemma3, error) {
	const kind = "gemma3_text"
	if p := c.Parameters; p != nil && p.Full != nil && p.Sliding != nil {
		if err := word(kind, "rope_type of sliding_attention", p.Sliding.kind(), "default"); err != nil {
			return nil, err
		}
		c.LocalBase, c.Parameters = p.Sliding.Theta, p.Full
	}
	c.fill()
	err := firstError(c.check(kind, size{"sliding_window", c.Window}, size{"sliding_window_pattern", c.Pattern}), c.checkCaps(kind),
		word(kind, "hidden_activation", c.Act, "gelu_pytorch_tanh"), checkReals(kind, []real{{"rope_local_base_freq", c.LocalBase, false}}),
		only(kind, "use_bidirectional_attention", c.BothWays, false))
	if err != nil {
		return nil, err
	}
	slide, err := slides(kind, c.Types, c.Layers, func(i int) bool { return (i+1)%c.Pattern != 0 })
	if err != nil {
		return nil, err
	}
	m := &Gemma3{newDecoder(kind, &c.DecoderConfig, gemmaNorm(c.Width, c.Eps), c)}
	m.enlarge(c.Width, c.LogitCap)
	for i := range c.Layers {
		l := newGemma2Layer(&c.Gemma2Config, slide[i])
		l.Attn.QNorm, l.Attn.KNorm = gemmaNorm(c.HeadDim, c.Eps), gemmaNorm(c.HeadDim, c.Eps)
		if slide[i] {
			l.Attn.rope = grad.RoPE{Base: c.LocalBase, Dim: c.HeadDim}
		}
		m.Layers = append(m.Layers, l)
	}
	return m, nil
}
