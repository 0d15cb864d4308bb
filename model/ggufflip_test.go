package model_test

import (
	"bytes"
	"os"
	"runtime"
	"testing"

	"brick/model"
	"brick/nn"
	"brick/tensor/gguf"
)

// Of a small file cut at any byte of its header, and of one with any byte of it changed, a model or an error comes out, and
// never one that is larger than its file, or that took more memory to find out.
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
		frugal(t, i, func() {
			if open(whole[:i]) == nil {
				t.Errorf("a file of %d of %d bytes is a model", i, len(whole))
			}
			b := bytes.Clone(whole)
			b[i] ^= 1 << (i % 8)
			_ = open(b) // another name, another number: many are models still
			b[i] = 0xff
			_ = open(b)
		})
	}
}

// Of a config.json cut at any byte, or with any byte of it changed, a declared model or an error comes out.
func TestConfigFlips(t *testing.T) {
	for _, js := range []string{small("llama", `"num_hidden_layers":2,"rope_scaling":{"rope_type":"linear","factor":8.0}`),
		small("mixtral", `"num_hidden_layers":1,"num_local_experts":2,"num_experts_per_tok":2`)} {
		if _, err := model.FromConfig([]byte(js)); err != nil {
			t.Fatal(err)
		}
		read := 0
		for i := range len(js) {
			frugal(t, i, func() {
				if _, err := model.FromConfig([]byte(js[:i])); err == nil {
					t.Errorf("the first %d of %d bytes are a model", i, len(js))
				}
				for bit := range 8 {
					b := []byte(js)
					b[i] ^= 1 << bit
					if m, err := model.FromConfig(b); err == nil && nn.Count(m) > 0 {
						read++
					}
				}
			})
		}
		t.Logf("%d of %d flips are models", read, 8*len(js))
	}
}

// frugal runs f and fails if it allocates more than 16 MiB, at once or not; at is the byte in hand.
func frugal(t *testing.T, at int, f func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 16<<20 {
		t.Errorf("byte %d changed: %d bytes allocated, want at most 16 MiB", at, got)
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
