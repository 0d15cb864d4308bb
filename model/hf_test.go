package model_test

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"brick/grad"
	"brick/model"
	"brick/nn"
	"brick/tensor/goldentest"
	"brick/token"
)

// loadHF opens a Hugging Face folder.
func loadHF(t *testing.T, dir string) model.Model {
	t.Helper()
	m, err := model.Open(dir, model.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A trained LLaMA gives the logits and the greedy text that run.c and llama.cpp give.
func TestStories260K(t *testing.T) {
	m := loadHF(t, goldentest.Shared(t, "stories260k", "hf"))
	js, err := os.ReadFile(goldentest.Shared(t, "stories260k", "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Logits struct {
			IDs    []int32
			Values [][]float64
		}
		Greedy []struct {
			PromptIDs []int32 `json:"prompt_ids"`
			Steps     int
			IDs       []int32
		}
	}
	if err := json.Unmarshal(js, &want); err != nil {
		t.Fatal(err)
	}
	file, err := model.OpenGGUF(goldentest.Shared(t, "stories260k", "stories260k-f32.gguf"), model.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for where, m := range map[string]model.Model{"folder": m, "GGUF file": file} {
		tape := &grad.Tape{NoGrad: true}
		y := m.Forward(tape.IDs(want.Logits.IDs, 1, len(want.Logits.IDs)))
		worst := 0.0
		for i, row := range want.Logits.Values {
			for j, v := range row {
				worst = max(worst, math.Abs(v-float64(y.Data()[i*len(row)+j])))
			}
		}
		if worst > 1e-4 {
			t.Errorf("%s: logits differ by %v", where, worst)
		}
		t.Logf("%s: logits differ by at most %.2g", where, worst)
	}
	if testing.Short() {
		want.Greedy = nil // 600 tokens
	}
	for _, g := range want.Greedy {
		tape := &grad.Tape{NoGrad: true, Memory: map[any]any{}}
		ids, next := append([]int32(nil), g.PromptIDs...), g.PromptIDs
		for len(ids) < len(g.IDs) {
			tape.Reset()
			y := m.Forward(tape.IDs(next, 1, len(next)))
			best, logits := 0, y.Data()[y.Len()-y.Dim(-1):]
			for i, v := range logits {
				if v > logits[best] {
					best = i
				}
			}
			ids = append(ids, int32(best))
			next = ids[len(ids)-1:]
		}
		for i, id := range g.IDs {
			if ids[i] != id {
				t.Errorf("prompt %v: id %d is %d, want %d", g.PromptIDs, i, ids[i], id)
				break
			}
		}
	}
}

// The story's loss is that of float64: windows of 256 tokens, each after the token that begins a text.
func TestStories260KLoss(t *testing.T) {
	if testing.Short() {
		t.Skip("705 tokens")
	}
	dir := goldentest.Shared(t, "stories260k", "hf")
	m := loadHF(t, dir)
	tok, err := token.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	js, err := os.ReadFile(goldentest.Shared(t, "stories260k", "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		NLL struct {
			Text   string
			Tokens int       `json:"tokens_scored"`
			First  []float64 `json:"first_20_tokens_nll_float64"`
		}
	}
	if err := json.Unmarshal(js, &want); err != nil {
		t.Fatal(err)
	}
	ids := tok.Encode(want.NLL.Text, nil)
	if len(ids) != want.NLL.Tokens {
		t.Fatalf("the story has %d tokens, want %d", len(ids), want.NLL.Tokens)
	}
	sum := 0.0
	for at := 0; at < len(ids); at += 256 {
		window := ids[at:min(at+256, len(ids))]
		x := append([]int32{tok.Special().BOS}, window[:len(window)-1]...)
		y := m.Forward((&grad.Tape{NoGrad: true}).IDs(x, 1, len(x)))
		for i, id := range window {
			row, total := y.Data()[i*y.Dim(2):][:y.Dim(2)], 0.0
			for _, v := range row {
				total += math.Exp(float64(v))
			}
			nll := math.Log(total) - float64(row[id])
			sum += nll
			if n := at + i; n < len(want.NLL.First) && math.Abs(nll-want.NLL.First[n]) > 1e-4 {
				t.Errorf("token %d: %v nats, want %v", n, nll, want.NLL.First[n])
			}
		}
	}
	const float64s = 1.635900359
	mean := sum / float64(len(ids))
	t.Logf("%.9f nats a token", mean)
	if math.Abs(mean-float64s) > 1e-5 {
		t.Errorf("%.9f nats a token, want %.9f", mean, float64s)
	}
}

func TestConfigRoundTrip(t *testing.T) {
	for _, name := range []string{"gpt2", "llama-7b", "llama-2-70b", "gpt-tiny", "llama-tiny"} {
		m, err := model.New(name, nn.Input{})
		if err != nil {
			t.Fatal(err)
		}
		js, err := model.Config(m)
		if err != nil {
			t.Fatal(err)
		}
		again, err := model.FromConfig(js)
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, js)
		}
		if got, want := again.Notation(), m.Notation(); got != want {
			t.Errorf("%s: read back as %s, want %s", name, got, want)
		}
		if got, want := model.Count(again), model.Count(m); got != want {
			t.Errorf("%s: read back with %d parameters, want %d", name, got, want)
		}
	}
	if _, err := model.Config(nn.Chain{}); err == nil {
		t.Error("a chain has a config.json")
	}
}

func TestFromConfigRefuses(t *testing.T) {
	for _, c := range []struct{ js, want string }{
		{`{"model_type":"mamba"}`, `"mamba" is not known; there are deepseek_v2, deepseek_v3, gemma`},
		{`{}`, `gpt2, llama`},
		{`{"model_type":"llama","architectures":["LlamaForSequenceClassification"]}`, "LlamaForCausalLM"},
		{`{"model_type":"llama","hidden_size":64,"hidden_size":65}`, "duplicate"},
		{`{"model_type":"llama","hidden_size":-1}`, "hidden_size is -1"},
		{`{"model_type":"llama","hidden_size":1e30}`, "config.json"},
		{`{"model_type":"llama","num_hidden_layers":100000000}`, "at most 2000"},
		{`{"model_type":"llama","num_key_value_heads":7}`, "does not divide"},
		{`{"model_type":"llama","num_attention_heads":0}`, "num_attention_heads is 0"},
		{`{"model_type":"llama","head_dim":7}`, "odd"},
		{`{"model_type":"llama","head_dim":200000000,"num_attention_heads":200000000,"num_key_value_heads":1}`, "more than"},
		{`{"model_type":"llama","rope_scaling":{"type":"longrope","factor":2}}`, `rope_scaling: type "longrope" is not known`},
		{`{"model_type":"llama","hidden_act":"relu"}`, "silu"},
		{`{"model_type":"llama","rope_theta":0}`, "rope_theta is 0; want a number above 0"},
		{`{"model_type":"llama","rope_theta":1e300}`, "rope_theta is 1e+300"},
		{`{"model_type":"llama","rope_scaling":{"rope_type":"llama3","factor":8,"low_freq_factor":4,"high_freq_factor":1}}`, "low_freq_factor 4"},
		{`{"model_type":"llama","rope_scaling":{"type":"linear","factor":0.5}}`, "factor is 0.5"},
		{`{"model_type":"llama","rope_scaling":{"type":"yarn","factor":2,"beta_slow":9,"beta_fast":3}}`, "beta_slow 9"},
		{`{"model_type":"llama","rope_scaling":{"type":"llama3","factor":2,"low_freq_factor":1,"high_freq_factor":4,"original_max_position_embeddings":-1}}`, "original_max_position_embeddings is -1"},
		{`{"model_type":"llama","rope_parameters":{"full_attention":{"rope_theta":1}}}`, "rope_parameters"},
		{`{"model_type":"gemma3_text","rope_parameters":{"full_attention":{"rope_theta":1}}}`, "rope_parameters"},
		{`{"model_type":"gemma3_text","rope_parameters":{"full_attention":{"rope_theta":1},"sliding_attention":{"rope_theta":0}}}`, "rope_local_base_freq is 0"},
		{`{"model_type":"gemma3_text","rope_parameters":{"full_attention":{"rope_theta":1},"sliding_attention":{"rope_theta":5,"rope_type":"yarn"}}}`, "rope_type of sliding_attention"},
		{`{"model_type":"phi3","rope_parameters":{"rope_theta":1,"partial_rotary_factor":0.75}}`, "partial_rotary_factor is 0.75"},
		{`{"model_type":"mistral","sliding_window":-1}`, "sliding_window is -1"},
		{`{"model_type":"mistral","hidden_act":"gelu"}`, `hidden_act "gelu" is not known`},
		{`{"model_type":"qwen2","use_sliding_window":true,"max_window_layers":0,"sliding_window":-3,"layer_types":["sliding_attention"],"num_hidden_layers":1}`, "sliding_window is -3"},
		{`{"model_type":"qwen2","layer_types":["full_attention"]}`, "layer_types has 1 entries for 32 layers"},
		{`{"model_type":"qwen3","num_hidden_layers":1,"layer_types":["chunked_attention"]}`, `layer_types[0] is "chunked_attention"`},
		{`{"model_type":"gemma2","query_pre_attn_scalar":0}`, "query_pre_attn_scalar is 0"},
		{`{"model_type":"gemma2","attn_logit_softcapping":-1}`, "attn_logit_softcapping is -1"},
		{`{"model_type":"gemma2","hidden_activation":"gelu"}`, "gelu_pytorch_tanh"},
		{`{"model_type":"gemma3_text","sliding_window_pattern":0}`, "sliding_window_pattern is 0"},
		{`{"model_type":"gemma3_text","use_bidirectional_attention":true}`, "use_bidirectional_attention is true; only false is known"},
		{`{"model_type":"phi3","rope_scaling":{"type":"longrope","short_factor":[1],"long_factor":[1]}}`, `"longrope" is not known`},
		{`{"model_type":"phi3","partial_rotary_factor":0.75}`, "partial_rotary_factor is 0.75; only 1 is known"},
		{`{"model_type":"mixtral","num_local_experts":2,"num_experts_per_tok":3}`, "num_experts_per_tok is 3; want at most 2"},
		{`{"model_type":"mixtral","num_local_experts":100000}`, "num_local_experts is 100000; want at most 4096"},
		{`{"model_type":"qwen3_moe","mlp_only_layers":[24]}`, "mlp_only_layers has 24; there are layers 0 to 23"},
		{`{"model_type":"qwen3_moe","decoder_sparse_step":0}`, "decoder_sparse_step is 0"},
		{`{"model_type":"qwen2_moe","shared_expert_intermediate_size":0}`, "shared_expert_intermediate_size is 0"},
		{`{"model_type":"deepseek_v3","topk_group":9}`, "topk_group is 9; want at most 8"},
		{`{"model_type":"deepseek_v3","n_group":7}`, "n_routed_experts modulo n_group"},
		{`{"model_type":"deepseek_v3","q_lora_rank":-2}`, "q_lora_rank"},
		{`{"model_type":"deepseek_v2","norm_topk_prob":true}`, "norm_topk_prob is true"},
		{`{"model_type":"deepseek_v2","moe_layer_freq":2}`, "moe_layer_freq is 2; only 1 is known"},
		{`{"model_type":"deepseek_v2","topk_method":"best"}`, `topk_method "best"`},
		{`{"model_type":"deepseek_v2","qk_nope_head_dim":268435456,"num_attention_heads":1024,"num_key_value_heads":1024}`, "is 1024; want at most 0"},
		{`{"model_type":"mixtral","num_hidden_layers":2000,"num_local_experts":4096}`, "experts of all layers"},
		{`{"model_type":"gpt2","activation_function":"quick"}`, "gelu_new"},
		{`{"model_type":"gpt2","n_head":5}`, "does not divide"},
		{`{"model_type":"gpt2","scale_attn_by_inverse_layer_idx":true}`, "scale_attn"},
		{`{"model_type":"gpt2","resid_pdrop":1.5}`, "dropout"},
		{`{"model_type":"gpt2","layer_norm_epsilon":-1}`, "negative"},
		{"{\"model_type\":\"\xff\"}", "UTF-8"},
		{`{"model_type":"llama","quantization_config":{"quant_method":"gptq","bits":4}}`, `quantised by "gptq"`},
		{`[1]`, "config.json"},
		{``, "config.json"},
		{strings.Repeat("[", 1<<20+1), "bytes"},
	} {
		m, err := model.FromConfig([]byte(c.js))
		if err == nil {
			t.Errorf("%.80s: accepted as %v", c.js, m.Notation())
		} else if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.80s: error %q does not say %q", c.js, err, c.want)
		}
	}
}

func FuzzFromConfig(f *testing.F) {
	f.Add([]byte(`{"model_type":"llama","hidden_size":64,"num_attention_heads":4,"num_hidden_layers":2}`))
	f.Add([]byte(`{"model_type":"gpt2","n_embd":64,"n_inner":null}`))
	for _, c := range variants {
		f.Add([]byte(c.js))
	}
	f.Fuzz(func(t *testing.T, js []byte) {
		if m, err := model.FromConfig(js); err == nil && nn.Count(m) <= 0 {
			t.Errorf("%s: %d parameters", js, nn.Count(m))
		}
	})
}

// Rotary positions of each kind of Gemma 3's layers have two places in a config.json, which mean one model.
func TestRopeParameters(t *testing.T) {
	const sizes = `"head_dim":16,"query_pre_attn_scalar":16,"sliding_window":4,"sliding_window_pattern":2,`
	older := drawnModel(t, small("gemma3_text", sizes+`"rope_theta":1000,"rope_local_base_freq":30,"rope_scaling":{"rope_type":"linear","factor":8.0}`))
	newer := drawnModel(t, small("gemma3_text", sizes+`"rope_parameters":{"full_attention":{"rope_type":"linear","factor":8.0,"rope_theta":1000.0},"sliding_attention":{"rope_type":"default","rope_theta":30.0}}`))
	x, y := older.Forward((&grad.Tape{NoGrad: true}).IDs(variantIDs, 2, 24)).Data(), newer.Forward((&grad.Tape{NoGrad: true}).IDs(variantIDs, 2, 24)).Data()
	for i := range x {
		if x[i] != y[i] {
			t.Fatalf("logit %d is %v in the newer place, %v in the older", i, y[i], x[i])
		}
	}
}
