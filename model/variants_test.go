package model_test

import (
	"encoding/json"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"brick/model"
	"brick/nn"
)

// variants are small models of every architecture that FromConfig knows, with each of its settings on and off.
var variants = []struct{ name, js string }{
	{"gpt2", `{"model_type":"gpt2","vocab_size":50,"n_positions":40,"n_embd":32,"n_layer":2,"n_head":4,"resid_pdrop":0,"embd_pdrop":0,"attn_pdrop":0}`},
	{"llama", small("llama", `"num_key_value_heads":2`)},
	{"llama biased, untied", small("llama", `"num_key_value_heads":4,"attention_bias":true,"mlp_bias":true,"tie_word_embeddings":false,"head_dim":12`)},
	{"llama 3.1", small("llama", `"num_key_value_heads":2,"rope_theta":50,"rope_scaling":{"rope_type":"llama3","factor":4.0,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":20}`)},
	{"llama linear", small("llama", `"num_key_value_heads":2,"rope_scaling":{"type":"linear","factor":2.0}`)},
	{"llama dynamic", small("llama", `"rope_scaling":{"type":"dynamic","factor":2.0}`)},
	{"llama, newer place of rope", small("llama", `"rope_parameters":{"rope_type":"linear","factor":3.0,"rope_theta":77.0}`)},
	{"mistral", small("mistral", `"num_key_value_heads":2,"sliding_window":5`)},
	{"mistral without window", small("mistral", `"num_key_value_heads":2,"sliding_window":null`)},
	{"qwen2", small("qwen2", `"num_key_value_heads":2,"use_sliding_window":false,"sliding_window":4`)},
	{"qwen2 sliding, yarn", small("qwen2", `"num_key_value_heads":2,"use_sliding_window":true,"sliding_window":4,"max_window_layers":1,"rope_theta":100,"rope_scaling":{"type":"yarn","factor":4.0,"original_max_position_embeddings":30}`)},
	{"qwen3", small("qwen3", `"num_key_value_heads":2,"head_dim":16`)},
	{"qwen3 by layer types", small("qwen3", `"num_key_value_heads":2,"head_dim":6,"attention_bias":true,"sliding_window":3,"layer_types":["full_attention","sliding_attention","full_attention"]`)},
	{"gemma", small("gemma", `"num_key_value_heads":1,"head_dim":16`)},
	{"gemma2", small("gemma2", `"num_key_value_heads":2,"head_dim":16,"query_pre_attn_scalar":24,"attn_logit_softcapping":2.0,"final_logit_softcapping":6.0,"sliding_window":4`)},
	{"gemma3", small("gemma3_text", `"num_key_value_heads":1,"head_dim":16,"query_pre_attn_scalar":16,"sliding_window":4,"sliding_window_pattern":2,"rope_theta":1000,"rope_local_base_freq":30,"rope_scaling":{"rope_type":"linear","factor":8.0}`)},
	{"phi3", small("phi3", `"num_key_value_heads":2,"sliding_window":7`)},
	{"mixtral", small("mixtral", `"num_key_value_heads":2,"rope_theta":500,"num_local_experts":5,"num_experts_per_tok":2`)},
	{"qwen2 moe", small("qwen2_moe", `"num_experts":6,"num_experts_per_tok":3,"moe_intermediate_size":12,"shared_expert_intermediate_size":20,"decoder_sparse_step":1,"mlp_only_layers":[1]`)},
	{"qwen3 moe", small("qwen3_moe", `"num_key_value_heads":2,"head_dim":8,"num_experts":6,"num_experts_per_tok":2,"moe_intermediate_size":12,"norm_topk_prob":true,"decoder_sparse_step":2`)},
	{"deepseek 2 lite", small("deepseek_v2", `"q_lora_rank":null,"kv_lora_rank":10,"qk_nope_head_dim":6,"qk_rope_head_dim":4,"v_head_dim":7,"n_routed_experts":6,"n_shared_experts":2,"num_experts_per_tok":3,"moe_intermediate_size":9,"first_k_dense_replace":1,"topk_method":"greedy","routed_scaling_factor":1.0,"rope_scaling":{"type":"yarn","factor":40,"original_max_position_embeddings":32,"beta_fast":32,"beta_slow":1,"mscale":0.707,"mscale_all_dim":0.6}`)},
	{"deepseek 2", small("deepseek_v2", `"q_lora_rank":12,"kv_lora_rank":10,"qk_nope_head_dim":6,"qk_rope_head_dim":4,"v_head_dim":12,"n_routed_experts":8,"n_shared_experts":1,"num_experts_per_tok":3,"moe_intermediate_size":9,"first_k_dense_replace":0,"topk_method":"group_limited_greedy","n_group":4,"topk_group":2,"routed_scaling_factor":3.0`)},
	{"deepseek 3", small("deepseek_v3", `"q_lora_rank":12,"kv_lora_rank":10,"qk_nope_head_dim":6,"qk_rope_head_dim":4,"v_head_dim":10,"n_routed_experts":8,"n_shared_experts":1,"num_experts_per_tok":3,"moe_intermediate_size":9,"first_k_dense_replace":1,"n_group":4,"topk_group":2,"norm_topk_prob":true,"routed_scaling_factor":2.5`)},
}

// small is a config.json of three layers of width 32; more comes last and has what the architecture wants besides.
func small(kind, more string) string {
	fields := map[string]string{
		"vocab_size": "50", "hidden_size": "32", "intermediate_size": "40", "num_hidden_layers": "3", "num_attention_heads": "4",
		"num_key_value_heads": "4", "max_position_embeddings": "40", "tie_word_embeddings": "true", "rms_norm_eps": "1e-5", "head_dim": "8",
	}
	var own map[string]json.RawMessage
	if err := json.Unmarshal([]byte("{"+more+"}"), &own); err != nil {
		panic(err)
	}
	for k, v := range own {
		fields[k] = string(v)
	}
	parts := []string{`"model_type":"` + kind + `"`}
	for _, k := range slices.Sorted(maps.Keys(fields)) {
		parts = append(parts, `"`+k+`":`+fields[k])
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// drawn declares a variant and draws weights that make it far from linear.
func drawnModel(t testing.TB, js string) model.Model {
	t.Helper()
	m, err := model.FromConfig([]byte(js))
	if err != nil {
		t.Fatal(err)
	}
	nn.Build(m, 3)
	for name, p := range nn.State(m) {
		h := fnv.New64a()
		h.Write([]byte(name))
		r := rand.New(rand.NewPCG(h.Sum64(), 1))
		for i := range p.Data() {
			p.Data()[i] = nn.Float(r.NormFloat64() * 0.3)
			if strings.Contains(name, "norm") || strings.Contains(name, "ln_") {
				p.Data()[i] += 1
			}
		}
	}
	return m
}

var variantIDs = func() (ids []int32) {
	for i := range int32(2 * 24) {
		ids = append(ids, (i*i*7+i*3)%50)
	}
	return ids
}()
