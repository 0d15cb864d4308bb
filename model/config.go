package model

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"brick/nn"
)

// ErrNoConfig is wrapped by the error of Config for a model that Hugging Face has no architecture for.
var ErrNoConfig = errors.New("no Hugging Face architecture fits")

// maxConfig bounds the config.json that is read; published ones have some kilobytes.
const maxConfig = 1 << 20

// maxLayers bounds the layers that a config.json may ask for.
const maxLayers = 2_000

// header is what says which architecture a config.json describes.
type header struct {
	Type  string   `json:"model_type"`
	Archs []string `json:"architectures"`
}

// reader of each model_type, by name.
var architectures = map[string]func(js []byte) (Model, error){
	"gpt2":  gpt2FromConfig,
	"llama": llamaFromConfig,
}

// archNames are the class names of each model_type that these readers stand for.
var archNames = map[string][]string{
	"gpt2":  {"GPT2LMHeadModel"},
	"llama": {"LlamaForCausalLM"},
}

// FromConfig declares the model that a Hugging Face config.json describes. It refuses
// an architecture it does not have, naming those it has, sizes out of range, and settings that would change
// the computation in a way it does not know. JSON is read strictly: no field twice, no invalid UTF-8.
func FromConfig(js []byte) (Model, error) {
	if len(js) > maxConfig {
		return nil, fmt.Errorf("model: config.json has %d bytes; at most %d fit", len(js), maxConfig)
	}
	var h header
	if err := json.Unmarshal(js, &h); err != nil {
		return nil, fmt.Errorf("model: config.json: %w", err)
	}
	read, ok := architectures[h.Type]
	if !ok {
		return nil, fmt.Errorf("model: config.json: model_type %q is not known; there are %s", h.Type, names(architectures))
	}
	for _, a := range h.Archs {
		if !slices.Contains(archNames[h.Type], a) {
			return nil, fmt.Errorf("model: config.json: architecture %q is not known; for model_type %s there is %s", a, h.Type, strings.Join(archNames[h.Type], ", "))
		}
	}
	return read(js)
}

func gpt2FromConfig(js []byte) (Model, error) {
	c := struct {
		GPT2Config
		Scale   bool `json:"scale_attn_weights"`
		Inverse bool `json:"scale_attn_by_inverse_layer_idx"`
		Cross   bool `json:"add_cross_attention"`
	}{GPT2Config: gpt2Defaults, Scale: true}
	if err := json.Unmarshal(js, &c); err != nil {
		return nil, fmt.Errorf("model: config.json: %w", err)
	}
	if !c.Scale || c.Inverse || c.Cross {
		return nil, fmt.Errorf("model: config.json: scale_attn_weights=%v, scale_attn_by_inverse_layer_idx=%v, add_cross_attention=%v: only true, false, false is known", c.Scale, c.Inverse, c.Cross)
	}
	if c.Layers > maxLayers {
		return nil, fmt.Errorf("model: config.json: n_layer is %d; want at most %d", c.Layers, maxLayers)
	}
	m, err := c.GPT2Config.New()
	if err != nil {
		return nil, err
	}
	return m, nil
}

func llamaFromConfig(js []byte) (Model, error) {
	c := struct {
		LlamaConfig
		Scaling map[string]any `json:"rope_scaling"`
		Groups  int            `json:"pretraining_tp"`
	}{LlamaConfig: llamaDefaults, Groups: 1}
	if err := json.Unmarshal(js, &c); err != nil {
		return nil, fmt.Errorf("model: config.json: %w", err)
	}
	if len(c.Scaling) > 0 {
		return nil, fmt.Errorf("model: config.json: rope_scaling %v is not known; want null", c.Scaling)
	}
	if c.Layers > maxLayers {
		return nil, fmt.Errorf("model: config.json: num_hidden_layers is %d; want at most %d", c.Layers, maxLayers)
	}
	m, err := c.LlamaConfig.New()
	if err != nil {
		return nil, err
	}
	return m, nil
}

// Config is the config.json of a model, indented, so that other programs can read its folder.
// The error wraps ErrNoConfig for a model that is neither a GPT2 nor a Llama.
func Config(m nn.Block) ([]byte, error) {
	var v any
	switch m := m.(type) {
	case *GPT2:
		v = struct {
			Archs []string `json:"architectures"`
			Type  string   `json:"model_type"`
			GPT2Config
			DType string `json:"torch_dtype"`
		}{archNames["gpt2"], "gpt2", m.config, "float32"}
	case *Llama:
		v = struct {
			Archs []string `json:"architectures"`
			Type  string   `json:"model_type"`
			LlamaConfig
			DType string `json:"torch_dtype"`
		}{archNames["llama"], "llama", m.config, "float32"}
	default:
		return nil, fmt.Errorf("model: config.json of a %T: %w", m, ErrNoConfig)
	}
	js, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("model: config.json: %w", err)
	}
	var b bytes.Buffer
	if err := stdjson.Indent(&b, js, "", "  "); err != nil {
		return nil, fmt.Errorf("model: config.json: %w", err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// size is a field of a configuration that must be a sensible size.
type size struct {
	name  string
	value int
}

// checkSizes errs for a size that is not from 1 to nn.MaxSize.
func checkSizes(arch string, list []size) error {
	for _, s := range list {
		if s.value < 1 || s.value > nn.MaxSize {
			return fmt.Errorf("model: %s: %s is %d; want 1 to %d", arch, s.name, s.value, nn.MaxSize)
		}
	}
	return nil
}
