package model

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"brick/grad"
	"brick/nn"
)

// DecoderConfig is what the config.json of LLaMA and of the architectures after it have in common.
type DecoderConfig struct {
	Vocab      int          `json:"vocab_size"`
	Width      int          `json:"hidden_size"`
	Hidden     int          `json:"intermediate_size"`
	Layers     int          `json:"num_hidden_layers"`
	Heads      int          `json:"num_attention_heads"`
	KVHeads    int          `json:"num_key_value_heads"` // 0 for Heads
	HeadDim    int          `json:"head_dim"`            // 0 for Width/Heads
	Context    int          `json:"max_position_embeddings"`
	Eps        float64      `json:"rms_norm_eps"`
	RopeBase   float64      `json:"rope_theta"`
	Scaling    *RopeScaling `json:"rope_scaling"`
	Parameters *RopeScaling `json:"rope_parameters,omitzero"` // the newer place of both
	Sigma      float64      `json:"initializer_range"`        // σ of the weights' start
	Tied       bool         `json:"tie_word_embeddings"`
}

// rope is the rotary positions of a head; the scaling was checked.
func (c *DecoderConfig) rope() grad.RoPE {
	s, _ := c.Scaling.stretch(c.Context)
	return grad.RoPE{Base: c.RopeBase, Dim: c.HeadDim, Stretch: s}
}

// fill sets what follows from other fields.
func (c *DecoderConfig) fill() {
	if c.KVHeads == 0 {
		c.KVHeads = c.Heads
	}
	if c.HeadDim == 0 && c.Heads > 0 {
		c.HeadDim = c.Width / c.Heads
	}
	if p := c.Parameters; p != nil && p.Theta > 0 {
		c.RopeBase, c.Scaling, c.Parameters = p.Theta, p, nil
		if (p.kind() == "" || p.kind() == "default") && (p.Partial == 0 || p.Partial == 1) {
			c.Scaling = nil
		}
	}
}

// check errs for sizes out of range and numbers that are none. more are an architecture's own sizes.
func (c *DecoderConfig) check(kind string, more ...size) error {
	if err := checkSizes(kind, append([]size{
		{"vocab_size", c.Vocab}, {"hidden_size", c.Width}, {"intermediate_size", c.Hidden}, {"num_hidden_layers", c.Layers},
		{"num_attention_heads", c.Heads}, {"num_key_value_heads", c.KVHeads}, {"head_dim", c.HeadDim}, {"max_position_embeddings", c.Context},
	}, more...)); err != nil {
		return err
	}
	if _, err := c.Scaling.stretch(c.Context); err != nil {
		return fmt.Errorf("model: %s: %w", kind, err)
	}
	switch {
	case c.Parameters != nil:
		return fmt.Errorf("model: %s: rope_parameters without a rope_theta above 0: only one set for all layers is known", kind)
	case c.Heads > nn.MaxSize/c.HeadDim:
		return fmt.Errorf("model: %s: num_attention_heads %d times head_dim %d is more than %d", kind, c.Heads, c.HeadDim, nn.MaxSize)
	case c.Heads%c.KVHeads != 0:
		return fmt.Errorf("model: %s: num_key_value_heads %d does not divide num_attention_heads %d", kind, c.KVHeads, c.Heads)
	case c.HeadDim%2 != 0:
		return fmt.Errorf("model: %s: a head width of %d is odd; rotary positions turn pairs", kind, c.HeadDim)
	}
	return checkReals(kind, []real{{"rms_norm_eps", c.Eps, true}, {"initializer_range", c.Sigma, true}, {"rope_theta", c.RopeBase, false}})
}

// real is a field that is a number.
type real struct {
	name  string
	value float64
	zero  bool // it may be 0
}

// checkReals errs for a number that is negative, not finite, or 0 where it must not be.
func checkReals(kind string, list []real) error {
	for _, r := range list {
		if !(r.value >= 0 && r.value <= 1e30) || r.value == 0 && !r.zero {
			least := "above 0"
			if r.zero {
				least = "that is not negative"
			}
			return fmt.Errorf("model: %s: %s is %v; want a number %s and at most 1e30", kind, r.name, r.value, least)
		}
	}
	return nil
}

// word refuses another value of a field than those known; "" stands for the first.
func word(kind, field, value string, known ...string) error {
	if value == "" || slices.Contains(known, value) {
		return nil
	}
	return fmt.Errorf("model: %s: %s %q is not known; there is %s", kind, field, value, strings.Join(known, ", "))
}

// only refuses another value of a field than the one that is computed here.
func only[T comparable](kind, field string, value, known T) error {
	if value == known {
		return nil
	}
	return fmt.Errorf("model: %s: %s is %v; only %v is known", kind, field, value, known)
}

// atMost errs for a number above another.
func atMost(kind, field string, value, most int) error {
	if value <= most {
		return nil
	}
	return fmt.Errorf("model: %s: %s is %d; want at most %d", kind, field, value, most)
}

// slides reports which layers have a window: those that layer_types names, if there are any, else those that usual says.
func slides(kind string, types []string, layers int, usual func(i int) bool) ([]bool, error) {
	out := make([]bool, layers)
	if types != nil && len(types) != layers {
		return nil, fmt.Errorf("model: %s: layer_types has %d entries for %d layers", kind, len(types), layers)
	}
	for i := range out {
		switch {
		case types == nil:
			out[i] = usual(i)
		case types[i] == "sliding_attention":
			out[i] = true
		case types[i] != "full_attention":
			return nil, fmt.Errorf("model: %s: layer_types[%d] is %q; there are full_attention, sliding_attention", kind, i, types[i])
		}
	}
	return out, nil
}

// firstError is the first of errs that is one.
func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// reader is how a config.json is read that may leave out what defaults has.
func reader[M Model, C newer[M]](defaults C) func(js []byte) (Model, error) {
	return func(js []byte) (Model, error) { return fromJSON[M](js, defaults) }
}

// newer declares a model of its configuration.
type newer[M Model] interface {
	New() (M, error)
	depth() (field string, layers int)
}

func (c DecoderConfig) depth() (string, int) { return "num_hidden_layers", c.Layers }

// fromJSON reads a config.json into c, which holds what it may leave out, and declares the model.
func fromJSON[M Model, C newer[M]](js []byte, c C) (Model, error) {
	if err := json.Unmarshal(js, &c); err != nil {
		return nil, fmt.Errorf("model: config.json: %w", err)
	}
	if field, n := c.depth(); n > maxLayers {
		return nil, fmt.Errorf("model: config.json: %s is %d; want at most %d", field, n, maxLayers)
	}
	m, err := c.New()
	if err != nil {
		return nil, err
	}
	return m, nil
}
