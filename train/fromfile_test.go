package train_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"brick/generate"
	"brick/model"
	"brick/nn"
	"brick/train"
)

// ggufOf writes a model of a shape with drawn weights, stored as mix says, as a GGUF file that reads bytes.
func ggufOf(t testing.TB, shape, mix string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "base.gguf")
	m, err := model.New(shape, nn.Input{Vocab: 257})
	if err != nil {
		t.Fatal(err)
	}
	how, err := model.FindMix(mix)
	if err == nil {
		err = generate.ConvertRandom(context.Background(), m, "base", path, how, 5)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

const (
	smallLlama = "embed(64) 2*llama(heads=4,kv=2,ff=96) rmsnorm linear"
	smallGPT   = "embed(64,pos=64) 2*gpt(heads=4) layernorm linear"
)

// A GGUF file is gone on with as it is: its weights, its tokenizer. A run whose rate is next to nothing has them still.
func TestFromGGUF(t *testing.T) {
	o := setup(t)
	text := write(t, "poem.txt", poem)
	for _, shape := range []string{smallLlama, smallGPT} {
		base := ggufOf(t, shape, "q8_0")
		job := train.Job{From: base, Data: train.DataJob{Source: text, Context: 16}, Batch: 2, Steps: 1}
		job.Optimizer.LR = 1e-30
		r := create(t, job, o)
		finish(t, r)
		m, err := model.OpenGGUF(base, model.OpenOptions{Keeping: model.Widened})
		if err != nil {
			t.Fatal(err)
		}
		got := tensors(t, filepath.Join(r.Dir, "model.safetensors"))
		for name, p := range nn.State(m) {
			if len(got[name]) != p.Len() || distance(got[name], p.Buf().F) > 1e-20 {
				t.Errorf("%s: %s is not the file's", shape, name)
			}
		}
		if v := r.Tokenizer.Vocab(); v != 257 {
			t.Errorf("the tokenizer has %d ids, the file's has 257", v)
		}
		again := r.Job // a run file that is made of this one's begins in the same way
		again.Name = ""
		if r := create(t, again, o); r.Tokenizer.Vocab() != 257 {
			t.Errorf("again: %d ids", r.Tokenizer.Vocab())
		}
	}
}

// What a job cannot start from is refused with what it can.
func TestFromFileErrors(t *testing.T) {
	o := setup(t)
	text, base := write(t, "poem.txt", poem), ggufOf(t, smallLlama, "q8_0")
	cut, err := os.ReadFile(base)
	if err == nil {
		cut = cut[:len(cut)-1000]
		err = os.WriteFile(filepath.Join(filepath.Dir(base), "cut.gguf"), cut, 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ from, data, want string }{
		{base, "", "name the data: --data"},
		{base, "digits", "the model reads text, ids below 257; digits has examples of shape"},
		{filepath.Join(filepath.Dir(base), "cut.gguf"), text, "cut.gguf"},
		{filepath.Join(filepath.Dir(base), "none.gguf"), text, "a GGUF file (.gguf)"},
		{text, text, "a GGUF file (.gguf), or a safetensors file"},
		{t.TempDir(), text, "the folder has neither run.yaml, config.json nor model.safetensors"},
	} {
		r, err := train.Create(context.Background(), train.Job{From: c.from, Data: train.DataJob{Source: c.data, Context: 16}, Steps: 1, Batch: 2}, o)
		if err == nil {
			r.Close()
			t.Errorf("no error where %q was due", c.want)
		} else if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v\nwant %q in it", err, c.want)
		}
	}
}
