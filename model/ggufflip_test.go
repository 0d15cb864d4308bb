package model_test

import (
	"bytes"
	"os"
	"testing"

	"brick/model"
	"brick/tensor/gguf"
)

// Of a small file cut at any byte of its header, and of one with any byte of it changed, a model or an error comes out, and
// never one that is larger than its file.
func TestGGUFFlips(t *testing.T) {
	js := small("mixtral", `"num_hidden_layers":1,"num_key_value_heads":2,"num_local_experts":2,"num_experts_per_tok":1`)
	whole := encoded(t, js)
	head := len(whole) - dataLen(t, whole)
	open := func(b []byte) error {
		f, err := gguf.Decode("flipped", bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return err
		}
		_, err = model.FromGGUF("flipped", f, model.OpenOptions{Limit: 1 << 20})
		return err
	}
	if err := open(whole); err != nil {
		t.Fatal(err)
	}
	step := 1
	if testing.Short() {
		step = 7
	}
	for i := 0; i < head; i += step {
		if open(whole[:i]) == nil {
			t.Errorf("a file of %d of %d bytes is a model", i, len(whole))
		}
		b := bytes.Clone(whole)
		b[i] ^= 1 << (i % 8)
		_ = open(b) // another name, another number: many are models still
		b[i] = 0xff
		_ = open(b)
	}
}

// encoded is the file of a drawn model.
func encoded(t *testing.T, js string) []byte {
	t.Helper()
	path := t.TempDir() + "/m.gguf"
	if err := model.WriteGGUF(path, "m", drawnModel(t, js), valuesOf, model.Mix{}, nil); err != nil {
		t.Fatal(err)
	}
	return readFile(t, path)
}

// dataLen is the bytes that the tensors of a file take, with what lies between them.
func dataLen(t *testing.T, file []byte) int {
	t.Helper()
	f, err := gguf.Decode("whole", bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, name := range f.Names() {
		x, err := f.Info(name)
		if err != nil {
			t.Fatal(err)
		}
		n += (x.Bytes() + f.Alignment() - 1) / f.Alignment() * f.Alignment()
	}
	return n
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
