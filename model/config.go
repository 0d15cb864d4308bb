package model

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

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
	Quant *struct {
		Method string `json:"quant_method"`
	} `json:"quantization_config,omitzero"`
}

// An architecture is one that a config.json may name.
type architecture struct {
	class string // of Hugging Face's transformers library
	read  func(js []byte) (Model, error)
}

// architectures are those there are, by model_type.
var architectures = map[string]architecture{
	"deepseek_v2": {"DeepseekV2ForCausalLM", reader(deepSeekDefaults(2))},
	"deepseek_v3": {"DeepseekV3ForCausalLM", reader(deepSeekDefaults(3))},
	"gemma":       {"GemmaForCausalLM", reader(gemmaDefaults)},
	"gemma2":      {"Gemma2ForCausalLM", reader(gemma2Defaults)},
	"gemma3_text": {"Gemma3ForCausalLM", reader(gemma3Defaults)},
	"gpt2":        {"GPT2LMHeadModel", gpt2FromConfig},
	"llama":       {"LlamaForCausalLM", reader(llamaDefaults)},
	"mistral":     {"MistralForCausalLM", reader(mistralDefaults)},
	"mixtral":     {"MixtralForCausalLM", reader(mixtralDefaults)},
	"phi3":        {"Phi3ForCausalLM", reader(phi3Defaults)},
	"qwen2":       {"Qwen2ForCausalLM", reader(qwen2Defaults)},
	"qwen2_moe":   {"Qwen2MoeForCausalLM", reader(qwen2MoEDefaults)},
	"qwen3":       {"Qwen3ForCausalLM", reader(qwen3Defaults)},
	"qwen3_moe":   {"Qwen3MoeForCausalLM", reader(qwen3MoEDefaults)},
}

// Architectures lists the values of model_type that FromConfig knows, in alphabetical order.
func Architectures() []string { return slices.Sorted(maps.Keys(architectures)) }

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
	arch, ok := architectures[h.Type]
	if !ok {
		return nil, fmt.Errorf("model: config.json: model_type %q is not known; there are %s", h.Type, names(architectures))
	}
	for _, a := range h.Archs {
		if a != arch.class {
			return nil, fmt.Errorf("model: config.json: architecture %q is not known; for model_type %s there is %s", a, h.Type, arch.class)
		}
	}
	if h.Quant != nil {
		return nil, fmt.Errorf("model: config.json: quantization_config: weights quantised by %q are not known; there are F32, F16 and BF16", h.Quant.Method)
	}
	return arch.read(js)
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

// published is a model with a config.json of its own: its model_type, and what stands there beside that.
type published interface {
	modelType() string
	published() any
}

func (m *GPT2) modelType() string  { return "gpt2" }
func (m *GPT2) published() any     { return m.config }
func (m *Llama) modelType() string { return "llama" }
func (m *Llama) published() any    { return m.config }

// Config is the config.json of a model, indented, so that other programs can read its folder.
// The error wraps ErrNoConfig for a model that is none of Architectures.
func Config(m nn.Block) ([]byte, error) {
	p, ok := m.(published)
	if !ok {
		return nil, fmt.Errorf("model: config.json of a %T: %w", m, ErrNoConfig)
	}
	js, err := compact(p)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := stdjson.Indent(&b, js, "", "  "); err != nil {
		return nil, fmt.Errorf("model: config.json: %w", err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// compact is a model's config.json in one line.
func compact(p published) ([]byte, error) {
	kind := p.modelType()
	head, err := json.Marshal(header{Type: kind, Archs: []string{architectures[kind].class}})
	if err != nil {
		return nil, fmt.Errorf("model: config.json: %w", err)
	}
	body, err := json.Marshal(p.published())
	if err != nil {
		return nil, fmt.Errorf("model: config.json: %w", err)
	}
	return slices.Concat(head[:len(head)-1], []byte(","), body[1:len(body)-1], []byte(`,"torch_dtype":"float32"}`)), nil
}

// line is compact for a model of New's, whose numbers are all finite and so have a spelling.
func line(p published) string {
	js, err := compact(p)
	if err != nil {
		panic(err)
	}
	return string(js)
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
