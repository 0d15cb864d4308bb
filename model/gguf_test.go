package model_test

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"brick/grad"
	"brick/model"
	"brick/nn"
	"brick/tensor"
	"brick/tensor/gguf"
)

// valuesOf gives the values of a built model.
func valuesOf(p *nn.Param) (*tensor.Tensor, error) { return tensor.View(p.Data(), p.Shape...), nil }

// sayable are small models that a GGUF file has words for.
var sayable = []struct{ name, js string }{
	{"qwen2, yarn", small("qwen2", `"num_key_value_heads":2,"rope_theta":100,"rope_scaling":{"type":"yarn","factor":4.0,"original_max_position_embeddings":30,"beta_fast":16,"attention_factor":1.5}`)},
	{"gemma2", small("gemma2", `"num_key_value_heads":2,"head_dim":16,"query_pre_attn_scalar":16,"attn_logit_softcapping":2.0,"final_logit_softcapping":6.0,"sliding_window":4`)},
	{"gemma3", small("gemma3_text", `"num_hidden_layers":7,"num_key_value_heads":1,"head_dim":16,"query_pre_attn_scalar":16,"sliding_window":4,"rope_theta":1000,"rope_scaling":{"rope_type":"linear","factor":8.0}`)},
	{"qwen2 moe", small("qwen2_moe", `"num_experts":6,"num_experts_per_tok":3,"moe_intermediate_size":12,"shared_expert_intermediate_size":20`)},
	{"qwen3 moe", small("qwen3_moe", `"num_key_value_heads":2,"head_dim":8,"num_experts":6,"num_experts_per_tok":2,"moe_intermediate_size":12,"norm_topk_prob":true`)},
	{"llama 3.1, other numbers", small("llama", `"head_dim":32,"rope_theta":50,"rope_scaling":{"rope_type":"llama3","factor":4.0,"low_freq_factor":0.5,"high_freq_factor":3.0,"original_max_position_embeddings":20}`)},
	{"deepseek 2 lite, one scale", small("deepseek_v2", `"q_lora_rank":null,"kv_lora_rank":10,"qk_nope_head_dim":6,"qk_rope_head_dim":4,"v_head_dim":7,"n_routed_experts":6,"n_shared_experts":2,"num_experts_per_tok":3,"moe_intermediate_size":9,"first_k_dense_replace":1,"rope_scaling":{"type":"yarn","factor":40,"original_max_position_embeddings":32,"beta_fast":32,"beta_slow":1,"mscale":0.707,"mscale_all_dim":0.707}`)},
	{"deepseek without experts", small("deepseek_v2", `"q_lora_rank":12,"kv_lora_rank":10,"qk_nope_head_dim":6,"qk_rope_head_dim":4,"v_head_dim":7,"n_routed_experts":0,"n_shared_experts":0,"tie_word_embeddings":false`)},
	{"mixtral, window", small("mixtral", `"num_key_value_heads":2,"sliding_window":5,"num_local_experts":4,"num_experts_per_tok":2,"tie_word_embeddings":false`)},
}

// unsayable are variants that a file would say something else of, and what is wrong with them.
var unsayable = map[string]string{
	"qwen2 sliding, yarn": "layer 1 sees", "qwen3 by layer types": "layer 1 sees", "gemma2": "query_pre_attn_scalar is 24", "gemma3": "rope_local_base_freq is 30",
	"qwen2 moe": "decoder_sparse_step", "qwen3 moe": "decoder_sparse_step is 2", "deepseek 2 lite": "layer 0 sees",
}

// A model of every architecture comes out of its file as it went in, and what a file has no words for is refused.
func TestGGUFRoundTrip(t *testing.T) {
	seen := map[string]bool{}
	for i, c := range slices.Concat(variants, sayable) {
		m := drawnModel(t, c.js)
		path := filepath.Join(t.TempDir(), "m.gguf")
		err := model.WriteGGUF(path, c.name, m, valuesOf, model.Mix{}, map[string]any{"tokenizer.ggml.model": "none"})
		if want := unsayable[c.name]; want != "" && i < len(variants) {
			if err == nil || !strings.Contains(err.Error(), want) && !strings.Contains(err.Error(), "mlp_only_layers") {
				t.Errorf("%s: %v, want %q", c.name, err, want)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		back, err := model.OpenGGUF(path, model.OpenOptions{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		ids := variantIDs
		x, y := m.Forward((&grad.Tape{NoGrad: true}).IDs(ids, 2, 24)).Data(), back.Forward((&grad.Tape{NoGrad: true}).IDs(ids, 2, 24)).Data()
		for j := range x {
			if !(math.Abs(float64(x[j]-y[j])) <= 1e-4) {
				t.Errorf("%s: logit %d is %v, was %v", c.name, j, y[j], x[j])
				break
			}
		}
		f, err := gguf.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		arch, _ := f.Metadata().Text("general.architecture")
		seen[arch] = true
		f.Close()
	}
	for _, arch := range model.GGUFArchitectures() {
		if !seen[arch] {
			t.Errorf("general.architecture %s is not tried", arch)
		}
	}
}

// Numbers that are out of range, do not fit each other or are not there are refused by their key.
func TestGGUFRefuses(t *testing.T) {
	dir := t.TempDir()
	m := drawnModel(t, small("llama", `"num_key_value_heads":2,"tie_word_embeddings":false`))
	whole := filepath.Join(dir, "whole.gguf")
	if err := model.WriteGGUF(whole, "m", m, valuesOf, model.Mix{}, nil); err != nil {
		t.Fatal(err)
	}
	f, err := gguf.Open(whole)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for i, c := range []struct {
		key   string // or tensor
		value any    // nil to leave it out
		want  string
	}{
		{"general.architecture", "rwkv9", `general.architecture "rwkv9" is not known; there are deepseek2, gemma, gemma2`},
		{"general.architecture", uint32(1), "general.architecture"},
		{"general.architecture", nil, "general.architecture"},
		{"llama.attention.head_count", uint32(0), "llama.attention.head_count is 0; want 1 to"},
		{"llama.attention.head_count", uint32(3), "llama.attention.head_count_kv 2 does not divide llama.attention.head_count 3"},
		{"llama.attention.head_count_kv", uint32(3), "llama.attention.head_count_kv 3 does not divide llama.attention.head_count 4"},
		{"llama.attention.head_count_kv", []int32{2, 2, 2}, "llama.attention.head_count_kv"},
		{"llama.attention.head_count", nil, "llama.attention.head_count"},
		{"llama.attention.key_length", uint32(7), "llama.attention.value_length is 8; only the width of a head, 7"},
		{"llama.attention.key_length", uint32(1 << 31), "llama.attention.key_length is 2147483648; want 1 to"},
		{"llama.rope.dimension_count", uint32(4), "llama.rope.dimension_count is 4"},
		{"llama.block_count", uint32(1 << 30), "llama.block_count is 1073741824; want 1 to 2000"},
		{"llama.block_count", uint32(0), "llama.block_count is 0"},
		{"llama.block_count", int32(-1), "llama.block_count is -1"},
		{"llama.block_count", uint32(4), `tensors are missing: "blk.3.attn_norm.weight" [32]`},
		{"llama.block_count", uint32(2), `tensors are not part of this model: "blk.2.attn_k.weight"`},
		{"llama.embedding_length", uint64(math.MaxUint64), "llama.embedding_length"},
		{"llama.embedding_length", uint32(64), `"token_embd.weight" has shape [50 32]; the metadata want [50 64]`},
		{"llama.feed_forward_length", uint32(0), "llama.feed_forward_length is 0"},
		{"llama.context_length", uint32(0), "llama.context_length is 0"},
		{"llama.attention.layer_norm_rms_epsilon", float32(math.NaN()), "llama.attention.layer_norm_rms_epsilon is NaN"},
		{"llama.attention.layer_norm_rms_epsilon", nil, "llama.attention.layer_norm_rms_epsilon"},
		{"llama.rope.freq_base", float32(math.Inf(1)), "llama.rope.freq_base is +Inf"},
		{"llama.rope.freq_base", float32(0), "llama.rope.freq_base is 0; want a number above 0"},
		{"llama.rope.scaling.type", "longrope", `llama.rope.scaling.type "longrope" is not known; there are none, linear, yarn`},
		{"llama.expert_count", uint32(8), "llama.expert_used_count"},
		{"token_embd.weight", nil, "token_embd.weight"},
		{"blk.1.ffn_up.weight", nil, `tensors are missing: "blk.1.ffn_up.weight" [40 32]`},
		{"rope_freqs.weight", []float32{1, 2}, `tensor "rope_freqs.weight" has shape [2]; heads of 8 want [4]`},
		{"rope_freqs.weight", []float32{1, 2, 0, 8}, `tensor "rope_freqs.weight" has 0; want numbers from 1`},
		{"rope_freqs.weight", []float32{4, 1, 3, 2}, "are not those of LLaMA 3.1"},
	} {
		meta := new(gguf.Metadata)
		for k, v := range f.Metadata().All() {
			meta.Set(k, v)
		}
		var list []tensor.Source
		for _, name := range f.Names() {
			x, err := f.Tensor(name)
			if err != nil {
				t.Fatal(err)
			}
			if name != c.key {
				list = append(list, tensor.SourceOf(tensor.Named{Name: name, Tensor: x}))
			}
		}
		freqs, isTensor := c.value.([]float32)
		switch {
		case isTensor:
			v := make([]nn.Float, len(freqs))
			for i := range v {
				v[i] = nn.Float(freqs[i])
			}
			list = append(list, tensor.SourceOf(tensor.Named{Name: c.key, Tensor: tensor.View(v, len(v))}))
		case c.value != nil:
			meta.Set(c.key, c.value)
		default:
			left := new(gguf.Metadata)
			for k, v := range meta.All() {
				if k != c.key {
					left.Set(k, v)
				}
			}
			meta = left
		}
		path := filepath.Join(dir, fmt.Sprint(i, ".gguf"))
		if err := gguf.Write(path, meta, list); err != nil {
			t.Fatal(err)
		}
		if _, err := model.OpenGGUF(path, model.OpenOptions{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s = %v: %v, want %q", c.key, c.value, err, c.want)
		}
	}
	if _, err := model.OpenGGUF(whole, model.OpenOptions{Limit: 1000}); err == nil || !strings.Contains(err.Error(), "of memory") {
		t.Error(err)
	}
}
