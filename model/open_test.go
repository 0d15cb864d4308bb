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
