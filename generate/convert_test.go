package generate

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"brick/model"
	"brick/nn"
	"brick/tensor/gguf"
	"brick/tensor/goldentest"
)

func mixOf(t *testing.T, name string) model.Mix {
	t.Helper()
	m, err := model.FindMix(name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// sameTensors errs unless two GGUF files have the same tensors, byte for byte.
func sameTensors(t *testing.T, got, want string) {
	t.Helper()
	a, err := gguf.Open(got)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	b, err := gguf.Open(want)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if x, y := slices.Sorted(slices.Values(a.Names())), slices.Sorted(slices.Values(b.Names())); !slices.Equal(x, y) {
		t.Fatalf("%s has tensors %v, want %v", got, x, y)
	}
	for _, name := range b.Names() {
		x, err := a.Tensor(name)
		if err != nil {
			t.Fatal(err)
		}
		y, err := b.Tensor(name)
		if err != nil {
			t.Fatal(err)
		}
		if x.Type != y.Type || !slices.Equal(x.Shape, y.Shape) || !slices.Equal(x.Data, y.Data) {
			t.Errorf("%s: %s %v is not the %v of %s", got, name, x, y, want)
		}
	}
}

// A trained model's folder becomes, tensor by tensor, the files that llama.cpp's tools make of it, and those become the folder.
func TestConvertStories(t *testing.T) {
	if testing.Short() {
		t.Skip("4,000 tokens")
	}
	dir, want := t.TempDir(), readStories(t)
	hf := goldentest.Shared(t, "stories260k", "hf")
	for _, kind := range []string{"f32", "f16", "q8_0", "q4_0", "q4_k_m"} {
		published, file, again, back := goldentest.Shared(t, "stories260k", "stories260k-"+kind+".gguf"), filepath.Join(dir, kind+".gguf"), filepath.Join(dir, kind+"-again.gguf"), filepath.Join(dir, kind)
		for _, step := range []struct {
			in, out string
			mix     model.Mix
		}{{hf, file, mixOf(t, kind)}, {goldentest.Shared(t, "stories260k", "stories260k-f32.gguf"), again, mixOf(t, kind)}, {file, back, model.Mix{}}} {
			if err := Convert(t.Context(), step.in, step.out, step.mix); err != nil {
				t.Fatal(err)
			}
		}
		sameTensors(t, file, published)
		sameTensors(t, again, published)
		for _, path := range []string{file, back} {
			l, err := Open(path, model.OpenOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if kind == "f32" {
				want.greedy(t, l)
			}
			want.loss(t, l, kind, map[bool]float64{true: 1e-5, false: 1e-3}[kind == "f32"])
		}
	}
}

// A folder, its GGUF file and the folder made of that hold one model, one tokenizer and one way of writing.
func TestConvertThereAndBack(t *testing.T) {
	in, dir := littleFolder(t, 300), t.TempDir()
	file, back := filepath.Join(dir, "m.gguf"), filepath.Join(dir, "back")
	if err := Convert(t.Context(), in, file, model.Mix{}); err != nil {
		t.Fatal(err)
	}
	if err := Convert(t.Context(), file, back, model.Mix{}); err != nil {
		t.Fatal(err)
	}
	a, err := Open(in, model.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, back} {
		b, err := Open(path, model.OpenOptions{})
		if err != nil {
			t.Fatal(err)
		}
		x := strings.NewReplacer(`"initializer_range":0.3`, `"initializer_range":0.02`, `"hidden_act":""`, `"hidden_act":"silu"`).Replace(a.Model.Notation())
		if y := b.Model.Notation(); x != y {
			t.Errorf("%s holds %s, want %s", path, y, x)
		}
		of := map[string]*nn.Param{}
		for name, p := range nn.State(b.Model) {
			of[name] = p
		}
		for name, p := range nn.State(a.Model) {
			if of[name] == nil || !slices.Equal(p.Data(), of[name].Data()) {
				t.Errorf("%s: other values of %s", path, name)
			}
		}
		const text = "fly, brick: 飞！"
		if x, y := a.Tokenizer.Encode(text, nil), b.Tokenizer.Encode(text, nil); !slices.Equal(x, y) || b.Tokenizer.Special().EOS != a.Tokenizer.Special().EOS {
			t.Errorf("%s: ids %v, want %v", path, y, x)
		}
	}
}

// A drawn model has the weights that one built with its seed has.
func TestConvertRandom(t *testing.T) {
	m, err := model.New("llama-tiny", nn.Input{Vocab: 300})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "tiny.gguf")
	if err := ConvertRandom(t.Context(), m, "tiny", path, mixOf(t, "f32"), 7); err != nil {
		t.Fatal(err)
	}
	l, err := Open(path, model.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]*nn.Param{}
	for name, p := range nn.State(l.Model) {
		got[name] = p
	}
	for name, p := range nn.State(nn.Build(m, 7)) {
		if got[name] == nil || !slices.Equal(p.Data(), got[name].Data()) {
			t.Errorf("other values of %s", name)
		}
	}
}

func TestConvertRefuses(t *testing.T) {
	in, dir := littleFolder(t, 257), t.TempDir()
	for _, c := range []struct {
		in, out, mix, want string
	}{
		{in, in, "f32", "cannot be converted to itself"},
		{in, filepath.Join(dir, "q"), "q8_0", "a folder has no place for q8_0"},
		{filepath.Join(dir, "none"), filepath.Join(dir, "x"), "f32", "no such file"},
		{littleFolder(t, 200), filepath.Join(dir, "x.gguf"), "f32", "257 ids; the model has rows for 200"},
	} {
		if err := Convert(t.Context(), c.in, c.out, mixOf(t, c.mix)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.out, err, c.want)
		}
	}
	if _, err := model.FindMix("q3_x"); err == nil || !strings.Contains(err.Error(), "there are bf16, f16, f32, q4_0") {
		t.Error(err)
	}
}

// What is interrupted leaves the file that was there, and no other.
func TestConvertInterrupted(t *testing.T) {
	in, dir := littleFolder(t, 300), t.TempDir()
	file := filepath.Join(dir, "m.gguf")
	if err := Convert(t.Context(), in, file, model.Mix{}); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.New("llama-tiny", nn.Input{Vocab: 300})
	if err != nil {
		t.Fatal(err)
	}
	again := filepath.Join(dir, "again.gguf")
	if err := Convert(t.Context(), in, again, model.Mix{}); err != nil {
		t.Fatal(err)
	}
	for name, write := range map[string]func(ctx context.Context) error{
		"folder to file": func(ctx context.Context) error { return Convert(ctx, in, file, mixOf(t, "f16")) },
		"file to file":   func(ctx context.Context) error { return Convert(ctx, again, file, mixOf(t, "f16")) },
		"random":         func(ctx context.Context) error { return ConvertRandom(ctx, m, "tiny", file, mixOf(t, "f32"), 7) },
	} {
		ctx := &endsAfter{Context: t.Context(), left: 5}
		if err := write(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want %v", name, err, context.Canceled)
		}
		if after, err := os.ReadFile(file); err != nil || !bytes.Equal(after, before) {
			t.Errorf("%s: the file is another (%v)", name, err)
		}
		list, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) != 2 {
			t.Errorf("%s: left %v", name, list)
		}
	}
}

// endsAfter is a context that ends after it was asked a number of times.
type endsAfter struct {
	context.Context
	left int
}

func (c *endsAfter) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// A drawn model is the same file whatever the number of cores that draw, turn and quantise it.
func TestConvertRandomWorkers(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var want []byte
	for _, cores := range []int{1, 2, 5} {
		runtime.GOMAXPROCS(cores)
		m, err := model.FromConfig([]byte(`{"model_type":"gpt2","vocab_size":1300,"n_positions":64,"n_embd":96,"n_head":3,"n_layer":1}`))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "m.gguf")
		if err := ConvertRandom(t.Context(), m, "m", path, mixOf(t, "q8_0"), 3); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if want != nil && !bytes.Equal(got, want) {
			t.Errorf("%d cores write another file than one", cores)
		}
		want = got
	}
}
