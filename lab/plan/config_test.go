package plan

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"brick/model"
	"brick/nn"
	"brick/tensor/wire"
)

// configs are models as their published config.json has them, without what does not count, and the number of their parameters, as their
// published weights have it; the active ones are those without the experts that rest.
var configs = []struct {
	name, js      string
	total, active int
}{
	{"gpt2", `{"model_type":"gpt2","vocab_size":50257,"n_positions":1024,"n_ctx":1024,"n_embd":768,"n_layer":12,"n_head":12,"activation_function":"gelu_new"}`, 124_439_808, 0},
	{"openai-gpt", `{"model_type":"openai-gpt","vocab_size":40478,"n_positions":512,"n_embd":768,"n_layer":12,"n_head":12}`, 116_534_784, 0},
	{"gpt-neo-125m", `{"model_type":"gpt_neo","vocab_size":50257,"max_position_embeddings":2048,"hidden_size":768,"num_layers":12,"num_heads":12,"intermediate_size":null}`, 125_198_592, 0},
	{"gpt-j-6b", `{"model_type":"gptj","vocab_size":50400,"n_positions":2048,"n_embd":4096,"n_layer":28,"n_head":16,"n_inner":null,"rotary_dim":64,"tie_word_embeddings":false}`, 6_050_882_784, 0},
	{"pythia-70m", `{"model_type":"gpt_neox","vocab_size":50304,"max_position_embeddings":2048,"hidden_size":512,"intermediate_size":2048,"num_hidden_layers":6,"num_attention_heads":8,"tie_word_embeddings":false}`, 70_426_624, 0},
	{"pythia-6.9b", `{"model_type":"gpt_neox","vocab_size":50432,"max_position_embeddings":2048,"hidden_size":4096,"intermediate_size":16384,"num_hidden_layers":32,"num_attention_heads":32,"tie_word_embeddings":false}`, 6_857_302_016, 0},
	{"opt-125m", `{"model_type":"opt","vocab_size":50272,"max_position_embeddings":2048,"hidden_size":768,"ffn_dim":3072,"num_hidden_layers":12,"num_attention_heads":12,"word_embed_proj_dim":768,"do_layer_norm_before":true,"_remove_final_layer_norm":false}`, 125_239_296, 0},
	{"opt-350m", `{"model_type":"opt","vocab_size":50272,"max_position_embeddings":2048,"hidden_size":1024,"ffn_dim":4096,"num_hidden_layers":24,"num_attention_heads":16,"word_embed_proj_dim":512,"do_layer_norm_before":false}`, 331_196_416, 0},
	{"bloom-560m", `{"model_type":"bloom","vocab_size":250880,"n_embed":1024,"n_layer":24,"num_attention_heads":16,"seq_length":2048}`, 559_214_592, 0},
	{"falcon-7b", `{"model_type":"falcon","vocab_size":65024,"hidden_size":4544,"num_hidden_layers":32,"num_attention_heads":71,"multi_query":true,"parallel_attn":true,"bias":false,"alibi":false,"new_decoder_architecture":false}`, 6_921_720_704, 0},
	{"falcon-40b", `{"model_type":"falcon","vocab_size":65024,"hidden_size":8192,"num_hidden_layers":60,"num_attention_heads":128,"num_kv_heads":8,"multi_query":true,"parallel_attn":true,"bias":false,"new_decoder_architecture":true}`, 41_303_293_952, 0},
	{"phi-2", `{"model_type":"phi","vocab_size":51200,"max_position_embeddings":2048,"hidden_size":2560,"intermediate_size":10240,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":null,"qk_layernorm":false,"tie_word_embeddings":false}`, 2_779_683_840, 0},
	{"phi-3-mini", `{"model_type":"phi3","vocab_size":32064,"max_position_embeddings":4096,"hidden_size":3072,"intermediate_size":8192,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":32,"tie_word_embeddings":false}`, 3_821_079_552, 0},
	{"starcoder2-3b", `{"model_type":"starcoder2","vocab_size":49152,"max_position_embeddings":16384,"hidden_size":3072,"intermediate_size":12288,"num_hidden_layers":30,"num_attention_heads":24,"num_key_value_heads":2,"use_bias":true}`, 3_030_371_328, 0},
	{"starcoder-1b", `{"model_type":"gpt_bigcode","vocab_size":49152,"n_positions":8192,"n_embd":2048,"n_inner":8192,"n_layer":24,"n_head":16,"multi_query":true}`, 1_137_207_296, 0},
	{"llama-3.2-1b", `{"model_type":"llama","vocab_size":128256,"max_position_embeddings":131072,"hidden_size":2048,"intermediate_size":8192,"num_hidden_layers":16,"num_attention_heads":32,"num_key_value_heads":8,"head_dim":64,"tie_word_embeddings":true,"rope_scaling":{"rope_type":"llama3","factor":32.0,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":8192}}`, 1_235_814_400, 0},
	{"mistral-7b", `{"model_type":"mistral","vocab_size":32000,"max_position_embeddings":32768,"hidden_size":4096,"intermediate_size":14336,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,"sliding_window":4096,"tie_word_embeddings":false}`, 7_241_732_096, 0},
	{"mixtral-8x7b", `{"model_type":"mixtral","vocab_size":32000,"max_position_embeddings":32768,"hidden_size":4096,"intermediate_size":14336,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,"num_local_experts":8,"num_experts_per_tok":2}`, 46_702_792_704, 12_879_925_248},
	{"qwen2.5-0.5b", `{"model_type":"qwen2","vocab_size":151936,"max_position_embeddings":32768,"hidden_size":896,"intermediate_size":4864,"num_hidden_layers":24,"num_attention_heads":14,"num_key_value_heads":2,"tie_word_embeddings":true}`, 494_032_768, 0},
	{"qwen3-0.6b", `{"model_type":"qwen3","vocab_size":151936,"max_position_embeddings":40960,"hidden_size":1024,"intermediate_size":3072,"num_hidden_layers":28,"num_attention_heads":16,"num_key_value_heads":8,"head_dim":128,"attention_bias":false,"tie_word_embeddings":true}`, 596_049_920, 0},
	{"qwen3-30b-a3b", `{"model_type":"qwen3_moe","vocab_size":151936,"max_position_embeddings":40960,"hidden_size":2048,"intermediate_size":6144,"moe_intermediate_size":768,"num_hidden_layers":48,"num_attention_heads":32,"num_key_value_heads":4,"head_dim":128,"num_experts":128,"num_experts_per_tok":8,"decoder_sparse_step":1,"mlp_only_layers":[],"tie_word_embeddings":false}`, 30_532_122_624, 3_353_032_704},
	{"gemma-2b", `{"model_type":"gemma","vocab_size":256000,"max_position_embeddings":8192,"hidden_size":2048,"intermediate_size":16384,"num_hidden_layers":18,"num_attention_heads":8,"num_key_value_heads":1,"head_dim":256}`, 2_506_172_416, 0},
	{"gemma-2-2b", `{"model_type":"gemma2","vocab_size":256000,"max_position_embeddings":8192,"hidden_size":2304,"intermediate_size":9216,"num_hidden_layers":26,"num_attention_heads":8,"num_key_value_heads":4,"head_dim":256}`, 2_614_341_888, 0},
	{"gemma-3-1b", `{"model_type":"gemma3_text","vocab_size":262144,"max_position_embeddings":32768,"hidden_size":1152,"intermediate_size":6912,"num_hidden_layers":26,"num_attention_heads":4,"num_key_value_heads":1,"head_dim":256}`, 999_885_952, 0},
	{"deepseek-v2-lite", `{"model_type":"deepseek_v2","vocab_size":102400,"max_position_embeddings":163840,"hidden_size":2048,"intermediate_size":10944,"moe_intermediate_size":1408,"num_hidden_layers":27,"num_attention_heads":16,"num_key_value_heads":16,"n_shared_experts":2,"n_routed_experts":64,"num_experts_per_tok":6,"first_k_dense_replace":1,"moe_layer_freq":1,"q_lora_rank":null,"kv_lora_rank":512,"qk_nope_head_dim":128,"qk_rope_head_dim":64,"v_head_dim":128}`, 15_706_484_224, 2_661_150_208},
	{"deepseek-v3", `{"model_type":"deepseek_v3","vocab_size":129280,"max_position_embeddings":163840,"hidden_size":7168,"intermediate_size":18432,"moe_intermediate_size":2048,"num_hidden_layers":61,"num_attention_heads":128,"n_shared_experts":1,"n_routed_experts":256,"num_experts_per_tok":8,"n_group":8,"topk_group":4,"first_k_dense_replace":3,"moe_layer_freq":1,"q_lora_rank":1536,"kv_lora_rank":512,"qk_nope_head_dim":128,"qk_rope_head_dim":64,"v_head_dim":128,"num_nextn_predict_layers":1}`, 671_026_419_200, 37_552_297_472},
}

func TestReadConfig(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range configs {
		s, err := ReadConfig(c.name, []byte(c.js))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if c.active == 0 {
			c.active = c.total
		}
		if p := s.Params(); p.Total != c.total || p.Active != c.active {
			t.Errorf("%s: %d parameters, %d active; want %d, %d", c.name, p.Total, p.Active, c.total, c.active)
		}
		_, rest, _ := strings.Cut(c.js, `"model_type":"`)
		kind, _, _ := strings.Cut(rest, `"`)
		seen[kind] = true
	}
	for _, kind := range Families() {
		if !seen[kind] {
			t.Errorf("model_type %s: no published count to compare with", kind)
		}
	}
}

// Every wrong file says what is wrong with which field, and what would fit.
func TestReadConfigRefuses(t *testing.T) {
	llama := func(old, new string) string {
		return strings.Replace(`{"model_type":"llama","vocab_size":100,"max_position_embeddings":64,"hidden_size":32,"intermediate_size":80,"num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2}`, old, new, 1)
	}
	if _, err := ReadConfig("ok", []byte(llama("", ""))); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{
		{"", "a JSON object"},
		{"[]", "a JSON object"},
		{`{"model_type":"llama"`, "a JSON object"},
		{"{}", "model_type: found nothing"},
		{llama(`"llama"`, `"mamba"`), `found "mamba", want one whose parameters are counted here: bloom, deepseek_v2`},
		{llama(`"llama"`, `3`), "want a string"},
		{llama(`"hidden_size":32,`, ``), "hidden_size: found nothing"},
		{llama(`"hidden_size":32`, `"hidden_size":null`), "hidden_size: found nothing"},
		{llama(`"hidden_size":32`, `"hidden_size":"32"`), `hidden_size: found "32", want a number from 1`},
		{llama(`"hidden_size":32`, `"hidden_size":32.5`), "hidden_size: found 32.5"},
		{llama(`"hidden_size":32`, `"hidden_size":0`), "hidden_size: found 0"},
		{llama(`"hidden_size":32`, `"hidden_size":-1`), "hidden_size: found -1"},
		{llama(`"hidden_size":32`, `"hidden_size":1e400`), "hidden_size: found 1e400"},
		{llama(`"hidden_size":32`, `"hidden_size":99999999999999999999`), "hidden_size: found 99999999999999999999"},
		{llama(`"hidden_size":32`, `"hidden_size":33`), "num_attention_heads: found 4, want a number that divides the width 33"},
		{llama(`"num_key_value_heads":2`, `"num_key_value_heads":3`), "3 key heads do not divide 4 heads"},
		{llama(`"vocab_size":100`, `"vocab_size":100,"attention_bias":1`), "attention_bias: found 1, want true or false"},
		{llama(`"vocab_size":100`, `"vocab_size":100,"vocab_size":100`), "no field twice"},
		{llama(`"vocab_size":100`, "\"vocab_size\":100,\"x\":\"\xff\""), "no field twice"},
		{llama(`"model_type":"llama"`, `"model_type":"qwen3"`), "head_dim: found nothing"},
		{`{"model_type":"llava","text_config":{}}`, "of a language model alone"},
		{`{"model_type":"gpt2","add_cross_attention":true,"vocab_size":9,"n_positions":9,"n_embd":9,"n_layer":9,"n_head":9}`, "add_cross_attention: found true, want false"},
		{strings.Replace(configs[len(configs)-1].js, `"num_experts_per_tok":8`, `"num_experts_per_tok":800`, 1), "800 experts of 256"},
		{strings.Replace(configs[len(configs)-1].js, `"first_k_dense_replace":3`, `"first_k_dense_replace":62`, 1), "first 62 layers of 61"},
		{strings.Replace(configs[20].js, `"mlp_only_layers":[]`, `"mlp_only_layers":[0]`, 1), "mlp_only_layers: found [0]"},
		{llama(`"num_hidden_layers":2`, `"num_hidden_layers":16777216,"head_dim":16777216`), "more than can be counted"},
		{`{"x":"` + strings.Repeat("x", maxConfig) + `"}`, "at most 1048576"},
	} {
		_, err := ReadConfig("config.json", []byte(c[0]))
		var file *wire.Error
		if err == nil || !errors.As(err, &file) || !strings.Contains(err.Error(), c[1]) {
			t.Errorf("%.120s: %v; want %q", c[0], err, c[1])
		}
	}
}

func TestOpenConfig(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(configs[0].js), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, filepath.Join(dir, "config.json")} {
		if s, err := OpenConfig(path); err != nil || s.Params().Total != configs[0].total {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := OpenConfig(filepath.Join(dir, "nosuch")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

// Whatever the file holds, the answer is a shape that can be counted, or an error.
func FuzzReadConfig(f *testing.F) {
	for _, c := range configs {
		f.Add([]byte(c.js))
	}
	f.Add([]byte(`{"model_type":"opt"`))
	f.Add([]byte(`{"model_type":{"model_type":[]}}`))
	f.Fuzz(func(t *testing.T, js []byte) {
		s, err := ReadConfig("config.json", js)
		if err != nil {
			var file *wire.Error
			if !errors.As(err, &file) {
				t.Errorf("%v is no *wire.Error", err)
			}
			return
		}
		p := s.Params()
		parts := p.Embedding + p.Positions + p.Attention + p.FeedForward + p.Router + p.Norms + p.Head
		if p.Total <= 0 || p.Active <= 0 || p.Active > p.Total || parts != p.Total || p.Body() <= 0 {
			t.Errorf("%s: %+v", js, p)
		}
		if TrainingFLOPs(s, 1) <= 0 || s.ModelFLOPs(2048) <= 0 {
			t.Errorf("%s: no operations", js)
		}
	})
}

// The architectures that can be loaded have as many parameters, declared one by one, as are counted here and were published.
func TestReadConfigEqualsModels(t *testing.T) {
	known := model.Architectures()
	seen := map[string]bool{}
	for _, c := range configs {
		_, rest, _ := strings.Cut(c.js, `"model_type":"`)
		kind, _, _ := strings.Cut(rest, `"`)
		if !slices.Contains(known, kind) {
			continue
		}
		seen[kind] = true
		m, err := model.FromConfig([]byte(c.js))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		n := 0
		for _, p := range nn.State(m) { // with the biases of DeepSeek's choice, which no gradient learns
			n += p.Len()
		}
		if n != c.total {
			t.Errorf("%s: %d parameters declared, want %d", c.name, n, c.total)
		}
	}
	if len(seen) < 12 {
		t.Errorf("only %d architectures are compared", len(seen))
	}
}
