package gguf_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"brick/device"
	"brick/kernel"
	"brick/tensor"
	"brick/tensor/gguf"
	"brick/tensor/goldentest"
)

// A real model in five files that other programs wrote: each is read in full and written again as the same bytes, and
// quantising the F32 tensors gives the bytes of the quantised ones.
func TestSharedFiles(t *testing.T) {
	open := func(kind string) (*gguf.File, []byte) {
		path := goldentest.Shared(t, "stories260k", "stories260k-"+kind+".gguf")
		f, err := gguf.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return f, b
	}
	exact, _ := open("f32")
	for _, kind := range []string{"f32", "f16", "q8_0", "q4_0", "q4_k_m"} {
		f, b := open(kind)
		var all []gguf.Source
		types := map[device.Type]int{}
		for _, name := range f.Names() {
			x, err := f.Tensor(name)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, gguf.From(tensor.Named{Name: name, Tensor: x}))
			types[x.Type]++
			w, err := exact.Tensor(name)
			if err != nil {
				t.Fatal(err)
			}
			if again := tensor.FromFloats(w.Floats(nil), x.Type, w.Shape...); !bytes.Equal(again.Data, x.Data) {
				at := 0
				for again.Data[at] == x.Data[at] {
					at++
				}
				t.Errorf("%s: %s quantised to %v differs from byte %d of %d on", kind, name, x, at, len(x.Data))
			}
		}
		var out bytes.Buffer
		if err := gguf.Encode(&out, f.Metadata(), all); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(out.Bytes(), b) {
			again, err := everything(out.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			same(t, f, again)
			t.Errorf("%s: written again, the file has other bytes: %d, want %d", kind, out.Len(), len(b))
		}
		t.Logf("%s: %d keys, tensors %v", kind, f.Metadata().Len(), types)
	}
	m := exact.Metadata()
	layers, err1 := m.Int("llama.block_count")
	eps, err2 := m.Float("llama.attention.layer_norm_rms_epsilon")
	arch, err3 := m.Text("general.architecture")
	tokens, err4 := m.Texts("tokenizer.ggml.tokens")
	scores, err5 := m.Floats("tokenizer.ggml.scores")
	kinds, err6 := m.Ints("tokenizer.ggml.token_type")
	if layers != 5 || float32(eps) != 1e-5 || arch != "llama" || len(tokens) != 512 || tokens[1] != "<s>" || len(scores) != 512 || len(kinds) != 512 || kinds[1] != 3 {
		t.Errorf("metadata: %v %v %v %d %d %d; %v %v %v %v %v %v", layers, eps, arch, len(tokens), len(scores), len(kinds), err1, err2, err3, err4, err5, err6)
	}
}

// The ways to ask for metadata say what was found and what was wanted.
func TestMetadata(t *testing.T) {
	m := values()
	for i, want := range []int{200, -3, 60000, -300, 4e9, -70000, 0, -1 << 40} {
		got, err := m.Int(fmt.Sprintf("key.%d", i))
		if got != want || (err != nil) != (i == 6) {
			t.Errorf("key.%d: %d, %v, want %d", i, got, err, want)
		}
	}
	for i := 12; i < 20; i++ {
		v, err := m.Ints(fmt.Sprintf("key.%d", i))
		raw, _ := m.Get(fmt.Sprintf("key.%d", i))
		if i == 18 != (err != nil) || err == nil && fmt.Sprint(v) != fmt.Sprint(raw) {
			t.Errorf("key.%d: %v, %v, want %v", i, v, err, raw)
		}
	}
	f32, err1 := m.Float("key.8")
	f64, err2 := m.Float("key.9")
	yes, err3 := m.Bool("key.10")
	text, err4 := m.Text("key.11")
	if f32 != float64(float32(1e-5)) || f64 != 0.1 || !yes || text != "砖" || err1 != nil || err2 != nil || err3 != nil || err4 != nil {
		t.Errorf("%v %v %v %q; %v %v %v %v", f32, f64, yes, text, err1, err2, err3, err4)
	}
	fs, err1 := m.Floats("key.20")
	gs, err2 := m.Floats("key.21")
	if fmt.Sprint(fs, gs) != "[0.5 -1] [1e+300]" || err1 != nil || err2 != nil {
		t.Errorf("%v %v; %v %v", fs, gs, err1, err2)
	}
	for _, c := range []struct {
		err  func() error
		want string
	}{
		{func() error { _, err := m.Int("key.11"); return err }, `metadata "key.11": found string, want an integer`},
		{func() error { _, err := m.Int("none"); return err }, `found no metadata "none", want an integer`},
		{func() error { _, err := m.Int("key.6"); return err }, "found 9223372036854775808, want at most"},
		{func() error { _, err := m.Float("key.0"); return err }, "found u8, want a floating-point number"},
		{func() error { _, err := m.Bool("key.0"); return err }, "want a bool"},
		{func() error { _, err := m.Text("key.23"); return err }, "found string[], want a string"},
		{func() error { _, err := m.Texts("key.12"); return err }, "found u8[], want an array of strings"},
		{func() error { _, err := m.Floats("key.12"); return err }, "want an array of floating-point numbers"},
		{func() error { _, err := m.Ints("key.20"); return err }, "found f32[], want an array of integers"},
	} {
		if err := c.err(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("found error %v, want %q", err, c.want)
		}
	}
}

func TestOpenOnlyRegularFiles(t *testing.T) {
	dir := t.TempDir()
	if _, err := gguf.Open(dir); err == nil || !strings.Contains(err.Error(), "found a directory") {
		t.Errorf("a directory: %v", err)
	}
	path := filepath.Join(dir, "bad.gguf")
	if err := os.WriteFile(path, bad[1].file, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := gguf.Open(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("the error does not name the file: %v", err)
	}
	f, err := everything(small(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Tensor("absent"); err == nil || !strings.Contains(err.Error(), `no tensor "absent" among 4`) {
		t.Errorf("an absent tensor: %v", err)
	}
}

func FuzzGGUF(f *testing.F) {
	f.Add(small(f))
	for _, c := range bad {
		f.Add([]byte(c.file))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := everything(b)
		if err != nil {
			return
		}
		// What was read can be written, and reads as the same.
		var all []gguf.Source
		for _, name := range file.Names() {
			x, err := file.Tensor(name)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, gguf.From(tensor.Named{Name: name, Tensor: x}))
		}
		var out bytes.Buffer
		if err := gguf.Encode(&out, file.Metadata(), all); err != nil {
			t.Fatal(err)
		}
		again, err := everything(out.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		same(t, file, again)
	})
}

func Example() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "model.gguf")

	var m gguf.Metadata
	m.Set("general.architecture", "llama")
	m.Set("llama.block_count", uint32(5))
	w := make([]kernel.Float, 64)
	for i := range w {
		w[i] = kernel.Float(i) - 31
	}
	x := tensor.FromFloats(w, device.Q8_0, 2, 32)
	if err := gguf.Write(path, &m, []gguf.Source{gguf.From(tensor.Named{Name: "output.weight", Tensor: x})}); err != nil {
		fmt.Println(err)
		return
	}
	f, err := gguf.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	layers, err := f.Metadata().Int("llama.block_count")
	fmt.Println(layers, err)
	for _, name := range f.Names() {
		x, err := f.Tensor(name)
		fmt.Printf("%s %v %d bytes %.4f %v\n", name, x, x.Bytes(), x.Floats(nil)[60:], err)
	}
	// Output:
	// 5 <nil>
	// output.weight Q8_0[2 32] 68 bytes [28.9746 29.9824 30.9902 31.9980] <nil>
}
