package model_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"brick/device"
	"brick/kernel"
	"brick/model"
	"brick/nn"
	"brick/tensor"
	"brick/tensor/safetensors"
)

// What is wrong with a folder is named, and nothing outside it is read.
func TestOpenRefuses(t *testing.T) {
	for _, c := range []struct {
		what  string
		spoil func(t *testing.T, dir string)
		want  []string
	}{
		{"missing", func(t *testing.T, dir string) {
			rewrite(t, dir, func(all map[string]*tensor.Tensor) { delete(all, "model.norm.weight") })
		}, []string{"tensors are missing", `"model.norm.weight" [32]`}},
		{"many missing", func(t *testing.T, dir string) {
			rewrite(t, dir, func(all map[string]*tensor.Tensor) {
				maps.DeleteFunc(all, func(name string, _ *tensor.Tensor) bool { return strings.Contains(name, "layers.1") })
			})
		}, []string{"(9 in all)"}},
		{"extra", func(t *testing.T, dir string) {
			rewrite(t, dir, func(all map[string]*tensor.Tensor) {
				all["model.layers.0.self_attn.q_proj.bias"] = tensor.View(make([]nn.Float, 32), 32)
			})
		}, []string{"not part of this model", "q_proj.bias"}},
		{"shape", func(t *testing.T, dir string) {
			rewrite(t, dir, func(all map[string]*tensor.Tensor) {
				all["model.norm.weight"] = tensor.View(make([]nn.Float, 33), 33)
			})
		}, []string{`"model.norm.weight" has shape [33]; config.json wants [32]`}},
		{"type", func(t *testing.T, dir string) {
			rewrite(t, dir, func(all map[string]*tensor.Tensor) {
				all["model.norm.weight"] = &tensor.Tensor{Type: device.I32, Shape: []int{32}, Data: make([]byte, 128)}
			})
		}, []string{"model.norm.weight", "F64, F32, F16 or BF16"}},
		{"another head", func(t *testing.T, dir string) {
			rewrite(t, dir, func(all map[string]*tensor.Tensor) {
				all["lm_head.weight"] = tensor.View(make([]nn.Float, 50*32), 50, 32)
			})
		}, []string{"tie_word_embeddings must be false"}},
		{"no weights", func(t *testing.T, dir string) { remove(t, dir, safetensors.SingleName) }, []string{"model.safetensors"}},
		{"no config", func(t *testing.T, dir string) { remove(t, dir, "config.json") }, []string{"config.json"}},
		{"long config", func(t *testing.T, dir string) { put(t, dir, "config.json", strings.Repeat(" ", 1<<20+1)) }, []string{"config.json has 1048577 bytes"}},
		{"cut", func(t *testing.T, dir string) {
			path := filepath.Join(dir, safetensors.SingleName)
			b, err := os.ReadFile(path)
			if err == nil {
				err = os.WriteFile(path, b[:len(b)-5], 0o644)
			}
			if err != nil {
				t.Fatal(err)
			}
		}, []string{"safetensors"}},
		{"a shard elsewhere", func(t *testing.T, dir string) {
			put(t, dir, safetensors.IndexName, `{"weight_map":{"model.norm.weight":"../x.safetensors"}}`)
		}, []string{"inside the folder"}},
		{"a link elsewhere", func(t *testing.T, dir string) {
			remove(t, dir, "config.json")
			other := t.TempDir()
			put(t, other, "config.json", twoLayers)
			if err := os.Symlink(filepath.Join(other, "config.json"), filepath.Join(dir, "config.json")); err != nil {
				t.Skip(err)
			}
		}, []string{"config.json"}},
	} {
		dir, _ := folder(t, twoLayers)
		c.spoil(t, dir)
		_, err := model.Open(dir, model.OpenOptions{})
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %v does not say %q", c.what, err, want)
			}
		}
	}
	dir, m := folder(t, twoLayers)
	_, err := model.Open(dir, model.OpenOptions{Limit: 1000})
	if err == nil || !strings.Contains(err.Error(), "parameters need") {
		t.Errorf("a limit of 1000 bytes: %v", err)
	}
	need := int64(nn.Count(m)) * kernel.FloatBits / 8
	if _, err := model.Open(dir, model.OpenOptions{Limit: need}); err != nil {
		t.Error(err)
	}
	if _, err := model.Open(dir, model.OpenOptions{Limit: need, Learn: true}); err == nil {
		t.Error("gradients are not counted")
	}
	if _, err := model.Open(filepath.Join(dir, "nosuch"), model.OpenOptions{}); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func remove(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// A config.json as the name of a model fits its data or says why not.
func TestNewOfConfig(t *testing.T) {
	js := small("mistral", "")
	for _, c := range []struct {
		in   nn.Input
		want string
	}{
		{nn.Input{}, ""},
		{nn.Input{Vocab: 2, Shape: []int{40}}, ""},
		{nn.Input{Vocab: 51}, "a vocabulary of 51; the model has rows for 50"},
		{nn.Input{Vocab: 50, Shape: []int{41}}, "sequences of 41; the model's context holds 40"},
		{nn.Input{Shape: []int{3}}, "foretells the next token"},
		{nn.Input{Vocab: 50, Outputs: 2}, "foretells the next token"},
	} {
		_, err := model.New(js, c.in)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%+v: %v; want %q", c.in, err, c.want)
		}
	}
	if _, err := model.New("{", nn.Input{}); err == nil {
		t.Error("half a config.json is accepted")
	}
	if _, err := model.CountStack("{", nn.Input{}); err == nil {
		t.Error("half a config.json is counted")
	}
}

func TestOpenGeneration(t *testing.T) {
	for _, c := range []struct {
		generation, config string
		want               []int32
		err                string
	}{
		{`{"eos_token_id":[7,9],"do_sample":true,"temperature":0.6,"top_k":20,"top_p":0.9}`, `{"eos_token_id":3}`, []int32{7, 9}, ""},
		{`{"temperature":0.5}`, `{"eos_token_id":3}`, []int32{3}, ""},
		{``, `{"eos_token_id":[4]}`, []int32{4}, ""},
		{`{"eos_token_id":null}`, `{}`, nil, ""},
		{`{"eos_token_id":"x"}`, `{}`, nil, "generation_config.json: eos_token_id"},
		{`{"eos_token_id":[1.5]}`, `{}`, nil, "eos_token_id"},
		{`{"eos_token_id":[` + strings.Repeat("1,", 64) + `1]}`, `{}`, nil, "at most 64"},
		{`[]`, `{}`, nil, "generation_config.json"},
	} {
		dir := t.TempDir()
		if c.generation != "" {
			put(t, dir, "generation_config.json", c.generation)
		}
		put(t, dir, "config.json", c.config)
		g, err := model.OpenGeneration(dir)
		if c.err == "" && err == nil && slices.Equal(g.Ends, c.want) {
			continue
		}
		if c.err == "" || err == nil || !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s %s: %+v, %v", c.generation, c.config, g, err)
		}
	}
}
