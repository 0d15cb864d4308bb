package model

import (
	"fmt"
	"slices"
	"strings"

	"brick/tensor/gguf"
)

// A ggufArch is how GGUF files hold the models of an architecture; the formats' own definitions are gguf-py's constants and
// llama.cpp's converter.
type ggufArch struct {
	kind   string         // model_type
	arch   string         // general.architecture
	pairs  bool           // queries and keys lie as the pairs that rotate
	plus   bool           // norms are one more
	after  bool           // there are norms after the branches
	turn   bool           // matrices of the layers are transposed
	fields []ggufField    // beside those that all decoders have
	fixed  map[string]any // fields of config.json that no key says
	biased []biasField    // fields of config.json that tensors say
}

// A ggufField is a number that has a key in a GGUF file and a field in a config.json.
type ggufField struct {
	key, field string
	real       bool // a float32, else whole
	above      bool // a real number that must not be 0
	maybe      bool // it may be absent: the field is then left out
}

// A biasField is a field of config.json that says whether a tensor is there.
type biasField struct{ field, tensor string }

var (
	decoderFields = []ggufField{
		{key: "context_length", field: "max_position_embeddings"}, {key: "embedding_length", field: "hidden_size"},
		{key: "block_count", field: "num_hidden_layers"}, {key: "feed_forward_length", field: "intermediate_size"},
		{key: "attention.head_count", field: "num_attention_heads"}, {key: "attention.head_count_kv", field: "num_key_value_heads", maybe: true},
		{key: "attention.key_length", field: "head_dim", maybe: true},
		{key: "attention.layer_norm_rms_epsilon", field: "rms_norm_eps", real: true}, {key: "rope.freq_base", field: "rope_theta", real: true, above: true, maybe: true},
	}
	gpt2Fields = []ggufField{
		{key: "context_length", field: "n_positions"}, {key: "embedding_length", field: "n_embd"}, {key: "block_count", field: "n_layer"},
		{key: "feed_forward_length", field: "n_inner"}, {key: "attention.head_count", field: "n_head"},
		{key: "attention.layer_norm_epsilon", field: "layer_norm_epsilon", real: true},
	}
	windowField = ggufField{key: "attention.sliding_window", field: "sliding_window", maybe: true}
	scoreCap    = ggufField{key: "attn_logit_softcapping", field: "attn_logit_softcapping", real: true}
	logitCap    = ggufField{key: "final_logit_softcapping", field: "final_logit_softcapping", real: true}
	activeField = ggufField{key: "expert_used_count", field: "num_experts_per_tok"}
	qwenExperts = []ggufField{{key: "expert_count", field: "num_experts"}, activeField, {key: "expert_feed_forward_length", field: "moe_intermediate_size"}}
	gemmaFixed  = map[string]any{"hidden_activation": "gelu_pytorch_tanh"}
	attnBias    = biasField{"attention_bias", "blk.0.attn_q.bias"}
	gpt2NoDrop  = map[string]any{"activation_function": "gelu_new", "resid_pdrop": 0, "embd_pdrop": 0, "attn_pdrop": 0}
	noWindow    = map[string]any{"sliding_window": nil}
)

// ggufArchs are the architectures that GGUF files may hold here. Of those that share a name there the first without keys of
// its own comes last.
var ggufArchs = []*ggufArch{
	{kind: "mixtral", arch: "llama", pairs: true, fields: []ggufField{{key: "expert_count", field: "num_local_experts"}, activeField, windowField}, fixed: noWindow},
	{kind: "mistral", arch: "llama", pairs: true, fields: []ggufField{windowField}, fixed: noWindow},
	{kind: "llama", arch: "llama", pairs: true, biased: []biasField{attnBias, {"mlp_bias", "blk.0.ffn_gate.bias"}}},
	{kind: "gpt2", arch: "gpt2", turn: true, fixed: gpt2NoDrop},
	{kind: "qwen2", arch: "qwen2"},
	{kind: "qwen2_moe", arch: "qwen2moe", fields: append(slices.Clone(qwenExperts), ggufField{key: "expert_shared_feed_forward_length", field: "shared_expert_intermediate_size"}),
		fixed: map[string]any{"norm_topk_prob": false}, biased: []biasField{{"qkv_bias", "blk.0.attn_q.bias"}}},
	{kind: "qwen3", arch: "qwen3", biased: []biasField{attnBias}},
	{kind: "qwen3_moe", arch: "qwen3moe", fields: qwenExperts, fixed: map[string]any{"norm_topk_prob": true}, biased: []biasField{attnBias}},
	{kind: "gemma", arch: "gemma", plus: true, fixed: gemmaFixed, biased: []biasField{attnBias}},
	{kind: "gemma2", arch: "gemma2", plus: true, after: true, fields: []ggufField{scoreCap, logitCap, windowField}, fixed: gemmaFixed, biased: []biasField{attnBias}},
	{kind: "gemma3_text", arch: "gemma3", plus: true, after: true, fields: []ggufField{windowField}, fixed: gemmaFixed, biased: []biasField{attnBias}},
	{kind: "phi3", arch: "phi3", fields: []ggufField{windowField}, fixed: noWindow},
	{kind: "deepseek_v3", arch: deepSeekArch, fixed: deepSeekFixed},
	{kind: "deepseek_v2", arch: deepSeekArch, fixed: deepSeekFixed},
}

// ggufOf is how files hold a model_type.
func ggufOf(kind string) (*ggufArch, error) {
	for _, g := range ggufArchs {
		if g.kind == kind {
			return g, nil
		}
	}
	return nil, fmt.Errorf("model: a GGUF file has no place for a %s here; it has for %s", kind, ggufNames(func(g *ggufArch) string { return g.kind }))
}

// ggufNamed is how the file that has these metadata holds its model.
func ggufNamed(m *gguf.Metadata) (*ggufArch, error) {
	arch, err := m.Text("general.architecture")
	if err != nil {
		return nil, err
	}
	var found *ggufArch
	for _, g := range ggufArchs {
		if g.arch != arch {
			continue
		}
		found = g
		own := g.fields
		if len(own) > 0 && isSet(m, arch+"."+own[0].key) {
			break
		}
	}
	if found == nil {
		return nil, fmt.Errorf("general.architecture %q is not known; there are %s", arch, ggufNames(func(g *ggufArch) string { return g.arch }))
	}
	return found, nil
}

// isSet reports whether a whole number is there and not 0, which stands for none in the wild.
func isSet(m *gguf.Metadata, key string) bool {
	n, err := m.Int(key)
	return err != nil && m.Has(key) || err == nil && n != 0
}

func ggufNames(of func(*ggufArch) string) string {
	var list []string
	for _, g := range ggufArchs {
		list = append(list, of(g))
	}
	slices.Sort(list)
	return strings.Join(slices.Compact(list), ", ")
}

// all are the fields of the architecture in the order of a file.
func (g *ggufArch) all() []ggufField {
	switch g.arch {
	case "gpt2":
		return gpt2Fields
	case deepSeekArch:
		return deepSeekFields
	}
	return append(slices.Clone(decoderFields), g.fields...)
}
