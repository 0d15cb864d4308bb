package model_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"brick/grad"
	"brick/model"
	"brick/nn"
	"brick/tensor/goldentest"
	"brick/tensor/safetensors"
)

// loadHF declares the model of a Hugging Face folder and copies its weights in.
func loadHF(t *testing.T, dir string) model.Model {
	t.Helper()
	js, err := os.ReadFile(filepath.Join(dir, "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.FromConfig(js)
	if err != nil {
		t.Fatal(err)
	}
	nn.Build(m, 1)
	tensors, _, err := safetensors.Read(filepath.Join(dir, "model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range nn.Params(m) {
		x := tensors[name]
		if x == nil || x.Len() != p.Len() {
			t.Fatalf("%s: found %v, want shape %v", name, x, p.Shape)
		}
		copy(p.Data(), x.Floats(nil))
		delete(tensors, name)
	}
	if len(tensors) > 0 {
		t.Fatalf("%d tensors left over", len(tensors))
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
	tape := &grad.Tape{NoGrad: true}
	y := m.Forward(tape.IDs(want.Logits.IDs, 1, len(want.Logits.IDs)))
	worst := 0.0
	for i, row := range want.Logits.Values {
		for j, v := range row {
			worst = max(worst, math.Abs(v-float64(y.Data()[i*len(row)+j])))
		}
	}
	if worst > 1e-4 {
		t.Errorf("logits differ by %v", worst)
	}
	t.Logf("logits differ by at most %.2g", worst)
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
		{`{"model_type":"gpt2","activation_function":"quick"}`, "gelu_new"},
		{`{"model_type":"gpt2","n_head":5}`, "does not divide"},
		{`{"model_type":"gpt2","scale_attn_by_inverse_layer_idx":true}`, "scale_attn"},
		{`{"model_type":"gpt2","resid_pdrop":1.5}`, "dropout"},
		{`{"model_type":"gpt2","layer_norm_epsilon":-1}`, "negative"},
		{"{\"model_type\":\"\xff\"}", "UTF-8"},
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
	f.Fuzz(func(t *testing.T, js []byte) {
		if m, err := model.FromConfig(js); err == nil && nn.Count(m) <= 0 {
			t.Errorf("%s: %d parameters", js, nn.Count(m))
		}
	})
}
