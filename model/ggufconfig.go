package model

import (
	"fmt"
	"math"
	"strconv"

	"github.com/go-json-experiment/json"

	"brick/nn"
	"brick/tensor"
	"brick/tensor/gguf"
)

// embedName and outputName are the tensors at both ends of a model in a GGUF file.
const (
	embedName  = "token_embd.weight"
	outputName = "output.weight"
)

// ggufHeader is what a file says beside the numbers in its tensors.
type ggufHeader interface {
	Metadata() *gguf.Metadata
	Has(name string) bool
	Info(name string) (*tensor.Tensor, error)
}

// ggufConfig is the config.json of the model of a file, whose head may be tied, and which may have divisors of frequencies.
// Numbers out of range are refused by their key.
func ggufConfig(f ggufHeader, tied bool, divisors *tensor.Tensor) (js []byte, err error) {
	m := f.Metadata()
	g, err := ggufNamed(m)
	if err != nil {
		return nil, err
	}
	c := map[string]any{"model_type": g.kind}
	if g.kind != "gpt2" {
		c["rope_theta"] = 10000.0 // where no key says otherwise
	}
	for field, v := range g.fixed {
		c[field] = v
	}
	for _, of := range g.all() {
		if err := of.read(m, g.arch+"."+of.key, c); err != nil {
			return nil, err
		}
	}
	if g.arch == deepSeekArch {
		err = g.deepSeekRead(f, c)
	} else {
		err = g.checkHeads(m, c)
	}
	if err != nil {
		return nil, err
	}
	embed, err := f.Info(embedName)
	if err != nil {
		return nil, err
	}
	c["vocab_size"], c["tie_word_embeddings"] = embed.Shape[0], tied
	for _, b := range g.biased {
		c[b.field] = f.Has(b.tensor)
	}
	if g.after {
		c["query_pre_attn_scalar"] = g.query(c)
	}
	if g.kind == "gemma3_text" {
		c["rope_local_base_freq"], c["sliding_window_pattern"] = 10000, 6
	}
	if g.kind != "gpt2" {
		if c["rope_scaling"], err = ggufScaling(m, g.arch, c, divisors); err != nil {
			return nil, err
		}
	}
	return json.Marshal(c, json.Deterministic(true))
}

// read takes a number to its field.
func (of ggufField) read(m *gguf.Metadata, key string, c map[string]any) error {
	if of.maybe && !m.Has(key) {
		return nil
	}
	if of.real {
		v, err := m.Float(key)
		if err != nil {
			return err
		}
		if !(v >= 0 && v <= 1e30) || v == 0 && of.above {
			least := "that is not negative"
			if of.above {
				least = "above 0"
			}
			return fmt.Errorf("%s is %v; want a number %s and at most 1e30", key, v, least)
		}
		c[of.field] = shortest(v)
		return nil
	}
	n, err := m.Int(key)
	if err != nil {
		return err
	}
	if of.maybe && n == 0 {
		return nil
	}
	most := nn.MaxSize
	if of.key == "block_count" {
		most = maxLayers
	}
	if n < 1 || n > most {
		return fmt.Errorf("%s is %d; want 1 to %d", key, n, most)
	}
	c[of.field] = n
	return nil
}

// shortest is the decimal fraction that a float32 was made of.
func shortest(v float64) float64 {
	short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', -1, 32), 64)
	if err != nil || float64(float32(v)) != v {
		return v
	}
	return short
}

// checkHeads errs for heads that do not fit each other, by their keys.
func (g *ggufArch) checkHeads(m *gguf.Metadata, c map[string]any) error {
	if g.kind == "gpt2" {
		if width, heads := c["n_embd"].(int), c["n_head"].(int); width%heads != 0 {
			return fmt.Errorf("%s.attention.head_count %d does not divide %[1]s.embedding_length %[3]d", g.arch, heads, width)
		}
		return nil
	}
	width, heads := c["hidden_size"].(int), c["num_attention_heads"].(int)
	if kv, ok := c["num_key_value_heads"].(int); ok && heads%kv != 0 {
		return fmt.Errorf("%s.attention.head_count_kv %d does not divide %[1]s.attention.head_count %[3]d", g.arch, kv, heads)
	}
	if _, ok := c["head_dim"]; !ok {
		if width%heads != 0 {
			return fmt.Errorf("%s.attention.head_count %d does not divide %[1]s.embedding_length %[3]d, and there is no %[1]s.attention.key_length", g.arch, heads, width)
		}
		c["head_dim"] = width / heads
	}
	for _, key := range []string{"attention.value_length", "rope.dimension_count"} {
		if key = g.arch + "." + key; !m.Has(key) {
			continue
		}
		n, err := m.Int(key)
		if err != nil {
			return err
		}
		if n != c["head_dim"] {
			return fmt.Errorf("%s is %d; only the width of a head, %d, is known", key, n, c["head_dim"])
		}
	}
	return nil
}

// query is what Gemma's scores are divided by the root of: llama.cpp knows it by the number of layers of the 27B models.
func (g *ggufArch) query(c map[string]any) int {
	if layers := c["num_hidden_layers"]; g.kind == "gemma2" && layers == 46 || g.kind == "gemma3_text" && layers == 62 {
		return c["hidden_size"].(int) / c["num_attention_heads"].(int)
	}
	return c["head_dim"].(int)
}

// ggufTied reports whether a file has no head of its own, or the embedding once more.
func ggufTied(f *gguf.File) (bool, error) {
	if !f.Has(outputName) {
		return true, nil
	}
	head, err := f.Tensor(outputName)
	if err != nil {
		return false, err
	}
	embed, err := f.Tensor(embedName)
	return err == nil && sameTensor(head, embed), err
}

// ggufScaling is the rope_scaling of a file, nil for none.
func ggufScaling(m *gguf.Metadata, arch string, c map[string]any, divisors *tensor.Tensor) (any, error) {
	var s RopeScaling
	key := func(name string) string { return arch + ".rope.scaling." + name }
	real := func(name string, v *float64) (err error) {
		if m.Has(key(name)) {
			*v, err = m.Float(key(name))
			*v = shortest(*v)
		}
		return err
	}
	kind := ""
	var err error
	if m.Has(key("type")) {
		if kind, err = m.Text(key("type")); err != nil {
			return nil, err
		}
	}
	if m.Has(key("original_context_length")) {
		if s.Original, err = m.Int(key("original_context_length")); err != nil {
			return nil, err
		}
	}
	if divisors != nil {
		return ggufLlama3(divisors, c, s.Original)
	}
	if err := real("factor", &s.Factor); err != nil {
		return nil, err
	}
	switch kind {
	case "", "none":
		return nil, nil
	case "linear":
		s.Type, s.Original = kind, 0
	case "yarn":
		s.Type = kind
		extra := 1.0
		if err := firstError(real("yarn_beta_fast", &s.Fast), real("yarn_beta_slow", &s.Slow), real("attn_factor", &extra)); err != nil {
			return nil, err
		}
		if extra != 1 {
			s.Attention = extra * sharpness(s.Factor, 1)
		}
		if arch == deepSeekArch {
			if err := deepSeekScaling(m, arch, &s); err != nil {
				return nil, err
			}
		}
	default:
		return nil, fmt.Errorf("%s %q is not known; there are none, linear, yarn", key("type"), kind)
	}
	if bad := math.IsNaN(s.Factor + s.Fast + s.Slow + s.Attention); bad {
		return nil, fmt.Errorf("%s and the numbers beside it: one is no number", key("factor"))
	}
	return &s, nil
}
