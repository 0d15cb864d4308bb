package model

import (
	"fmt"
	"math"
	"reflect"

	"github.com/go-json-experiment/json"

	"brick/device"
	"brick/kernel"
	"brick/tensor"
	"brick/tensor/gguf"
)

// fieldsOf are the fields of a model's config.json.
func fieldsOf(m published) (map[string]any, error) {
	js, err := compact(m)
	if err != nil {
		return nil, err
	}
	var c map[string]any
	if err := json.Unmarshal(js, &c); err != nil {
		return nil, fmt.Errorf("model: config.json: %w", err)
	}
	return c, nil
}

// ggufMetadata is what a file says of a model, its tokenizer and types apart.
func ggufMetadata(m published, name string) (*gguf.Metadata, error) {
	g, err := ggufOf(m.modelType())
	if err != nil {
		return nil, err
	}
	c, err := fieldsOf(m)
	if err != nil {
		return nil, err
	}
	meta := new(gguf.Metadata)
	meta.Set("general.architecture", g.arch)
	meta.Set("general.type", "model")
	meta.Set("general.name", name)
	for _, f := range g.all() {
		v, ok := c[f.field].(float64)
		if f.field == "n_inner" && !ok {
			v, ok = 4*c["n_embd"].(float64), true // null
		}
		switch {
		case !ok || f.maybe && v == 0:
		case f.real:
			meta.Set(g.arch+"."+f.key, float32(v))
		default:
			meta.Set(g.arch+"."+f.key, uint32(v))
		}
	}
	if d, ok := m.published().(DeepSeekConfig); ok {
		d.deepSeekTell(meta, g.arch)
	} else if dim, ok := c["head_dim"].(float64); ok {
		meta.Set(g.arch+".attention.value_length", uint32(dim))
		meta.Set(g.arch+".rope.dimension_count", uint32(dim))
	}
	meta.Set(g.arch+".vocab_size", uint32(c["vocab_size"].(float64)))
	if s := scalingOf(m); s != nil {
		s.tell(meta, g.arch+".rope.scaling.", g.arch == deepSeekArch)
	}
	return meta, nil
}

// tell writes what a file says of a scaling. That of LLaMA 3.1 is a tensor, see llama3Divisors, and the context here.
func (s *RopeScaling) tell(meta *gguf.Metadata, key string, deep bool) {
	switch kind := s.kind(); kind {
	case "linear", "yarn":
		meta.Set(key+"type", kind)
		meta.Set(key+"factor", float32(s.Factor))
	}
	if s.Original > 0 {
		meta.Set(key+"original_context_length", uint32(s.Original))
	}
	if s.kind() == "yarn" {
		if s.Fast > 0 {
			meta.Set(key+"yarn_beta_fast", float32(s.Fast))
		}
		if s.Slow > 0 {
			meta.Set(key+"yarn_beta_slow", float32(s.Slow))
		}
		if deep && s.MScaleAll > 0 {
			meta.Set(key+"yarn_log_multiplier", float32(0.1*s.MScaleAll)) // see deepSeekScaling
			return
		}
		if extra := s.size() / sharpness(s.Factor, 1); math.Abs(extra-1) > 1e-6 {
			meta.Set(key+"attn_factor", float32(extra))
		}
	}
}

// decoderOf is the part of a model's configuration that decoders share; nil for GPT-2.
func decoderOf(m published) *DecoderConfig {
	v := reflect.ValueOf(m.published())
	if f := v.FieldByName("DecoderConfig"); f.IsValid() {
		c := f.Interface().(DecoderConfig)
		return &c
	}
	return nil
}

// scalingOf is how a model's rotary positions are scaled, nil if they are not.
func scalingOf(m published) *RopeScaling {
	if c := decoderOf(m); c != nil {
		return c.Scaling
	}
	return nil
}

// divisors is LLaMA 3.1's tensor of them, nil for models without.
func divisors(m published) *tensor.Tensor {
	c, s := decoderOf(m), scalingOf(m)
	if s == nil || s.kind() != "llama3" {
		return nil
	}
	of := *s
	if of.Original == 0 {
		of.Original = c.Context
	}
	var list []kernel.Float
	for _, d := range llama3Divisors(&of, c.RopeBase, c.HeadDim) {
		list = append(list, kernel.Float(d))
	}
	return tensor.FromFloats(list, device.F32, len(list))
}
