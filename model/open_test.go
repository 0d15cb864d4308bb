package model_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"brick/device"
	"brick/grad"
	"brick/kernel"
	"brick/model"
	"brick/nn"
	"brick/tensor"
	"brick/tensor/safetensors"
)

// logitsOf is what a model makes of the test's ids.
func logitsOf(m nn.Block) []nn.Float {
	return slices.Clone(m.Forward((&grad.Tape{NoGrad: true}).IDs(variantIDs, 2, 24)).Data())
}

// Every architecture that is saved is read back as it was, and its folder says the same again.
func TestSaveOpen(t *testing.T) {
	for _, c := range variants {
		dir := filepath.Join(t.TempDir(), "new", "folder")
		m := drawnModel(t, c.js)
		if err := model.Save(dir, m); err != nil {
			t.Fatal(err)
		}
		again, err := model.Open(dir, model.OpenOptions{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if !slices.Equal(logitsOf(m), logitsOf(again)) {
			t.Errorf("%s: other logits when read back", c.name)
		}
		a, err1 := model.Config(m)
		b, err2 := model.Config(again)
		if err := errors.Join(err1, err2); err != nil || !bytes.Equal(a, b) {
			t.Errorf("%s: another config.json when read back: %v\n%s\n%s", c.name, err, a, b)
		}
		in := nn.Input{Vocab: 50, Outputs: 50, Shape: []int{24}}
		if c.name == "gpt2" {
			in.Shape = []int{40} // the places it has
		}
		named, err := model.New(m.Notation(), in)
		if err != nil || named.Notation() != m.Notation() || nn.Count(named) != nn.Count(m) {
			t.Errorf("%s: %s does not make it again: %v", c.name, m.Notation(), err)
		}
		if n, err := model.CountStack(m.Notation(), in); n != nn.Count(m) {
			t.Errorf("%s: counted %d parameters, want %d: %v", c.name, n, nn.Count(m), err)
		}
		if nn.Trainable(again) != nn.Count(again) {
			t.Errorf("%s: parts are frozen", c.name)
		}
	}
}

// folder is a saved model whose files a test spoils.
func folder(t *testing.T, js string) (dir string, m model.Model) {
	t.Helper()
	dir, m = t.TempDir(), drawnModel(t, js)
	if err := model.Save(dir, m); err != nil {
		t.Fatal(err)
	}
	return dir, m
}

// rewrite reads the tensors of a folder, lets a test change them and writes them back.
func rewrite(t *testing.T, dir string, change func(map[string]*tensor.Tensor)) {
	t.Helper()
	path := filepath.Join(dir, safetensors.SingleName)
	all, _, err := safetensors.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	change(all)
	write(t, path, all)
}

func write(t *testing.T, path string, all map[string]*tensor.Tensor) {
	t.Helper()
	var list []tensor.Named
	for _, name := range slices.Sorted(maps.Keys(all)) {
		list = append(list, tensor.Named{Name: name, Tensor: all[name]})
	}
	if err := safetensors.Write(path, list, nil); err != nil {
		t.Fatal(err)
	}
}

const twoLayers = `{"model_type":"llama","vocab_size":50,"hidden_size":32,"intermediate_size":40,"num_hidden_layers":2,"num_attention_heads":4,"max_position_embeddings":40,"tie_word_embeddings":true}`

// Shards, narrow types, older names and a head that is there twice are all the same model.
func TestOpenForms(t *testing.T) {
	dir, m := folder(t, twoLayers)
	want := logitsOf(m)
	rewrite(t, dir, func(all map[string]*tensor.Tensor) {
		all["lm_head.weight"] = all["model.embed_tokens.weight"]
		all["model.layers.0.self_attn.rotary_emb.inv_freq"] = tensor.View([]nn.Float{1, 2, 3, 4}, 4)
	})
	same := func(what string) {
		t.Helper()
		again, err := model.Open(dir, model.OpenOptions{Learn: true})
		if err != nil {
			t.Errorf("%s: %v", what, err)
		} else if !slices.Equal(logitsOf(again), want) {
			t.Errorf("%s: other logits", what)
		}
	}
	same("a head twice")
	all, _, err := safetensors.Read(filepath.Join(dir, safetensors.SingleName))
	if err != nil {
		t.Fatal(err)
	}
	delete(all, "lm_head.weight")
	parts, where := [2]map[string]*tensor.Tensor{{}, {}}, map[string]string{}
	names := [2]string{"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"}
	for i, name := range slices.Sorted(maps.Keys(all)) {
		parts[i%2][name], where[name] = all[name], names[i%2]
	}
	for i := range parts {
		write(t, filepath.Join(dir, names[i]), parts[i])
	}
	js, err := json.Marshal(map[string]any{"metadata": map[string]any{"total_size": 1}, "weight_map": where})
	if err == nil {
		err = errors.Join(os.WriteFile(filepath.Join(dir, safetensors.IndexName), js, 0o644), os.Remove(filepath.Join(dir, safetensors.SingleName)))
	}
	if err != nil {
		t.Fatal(err)
	}
	same("shards")

	// Numbers that fit BF16 and F16 exactly are read exactly.
	for _, p := range nn.Params(m) {
		for i := range p.Data() {
			p.Data()[i] = nn.Float(int(p.Data()[i]*16)) / 16
		}
	}
	want = logitsOf(m)
	for _, kind := range []device.Type{device.BF16, device.F16} {
		dir = t.TempDir()
		if err := model.Save(dir, m); err != nil {
			t.Fatal(err)
		}
		rewrite(t, dir, func(all map[string]*tensor.Tensor) {
			for name, x := range all {
				all[name] = tensor.FromFloats(x.Floats(nil), kind, x.Shape...)
			}
		})
		same(kind.String())
	}
}

// GPT-2 was published without the name of its body, and with its masks.
func TestOpenOldGPT2(t *testing.T) {
	dir, m := folder(t, variants[0].js)
	rewrite(t, dir, func(all map[string]*tensor.Tensor) {
		for _, name := range slices.Collect(maps.Keys(all)) {
			all[strings.TrimPrefix(name, "transformer.")] = all[name]
			delete(all, name)
		}
		all["h.0.attn.bias"] = tensor.View(make([]nn.Float, 16), 1, 1, 4, 4)
	})
	again, err := model.Open(dir, model.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(logitsOf(m), logitsOf(again)) {
		t.Error("other logits")
	}
}

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
