package generate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"brick/device/cpu"
	"brick/grad"
	"brick/model"
	"brick/nn"
	"brick/tensor/safetensors"
	"brick/token"
)

// build is a language model of random weights, large enough not to repeat one token for ever.
func build(t testing.TB, stack string) model.Model {
	t.Helper()
	m, err := model.New(stack, nn.Input{Vocab: 257})
	if err != nil {
		t.Fatal(err)
	}
	nn.Build(m, 9)
	for _, p := range nn.Params(m) {
		if x := p.Data(); len(p.Shape) == 2 {
			for i := range x {
				x[i] *= 8
			}
		}
	}
	return m
}

const (
	gpt   = "embed(24,pos=64) 2*gpt(heads=2) layernorm linear"
	llama = "embed(24) 2*llama(heads=4,kv=2,ff=48) rmsnorm linear"
)

// logitsOf reads ids afresh, without memory.
func logitsOf(m nn.Block, ids []int32) []grad.Float {
	y := m.Forward((&grad.Tape{NoGrad: true}).IDs(ids, 1, len(ids)))
	return y.Data()[y.Len()-y.Dim(-1):]
}

func argmax(l []grad.Float) int32 {
	best := 0
	for i, v := range l {
		if v > l[best] {
			best = i
		}
	}
	return int32(best)
}

// ids are n ids that look like nothing.
func ids(n, seed int) (out []int32) {
	for i := range n {
		out = append(out, int32((i*i*31+i*7+seed*13)%256))
	}
	return out
}

// collect is the ids of a stream, and its error.
func collect(seq func(func(Token, error) bool)) (out []int32, text string, last Token, err error) {
	for t, e := range seq {
		if e != nil {
			return out, text, last, e
		}
		out, text, last = append(out, t.ID), text+t.Text, t
	}
	return out, text, last, nil
}

// Greedy text with a memory is that of reading everything again for each token, for prompts of any length.
func TestCacheEqualsRecomputation(t *testing.T) {
	for name, stack := range map[string]string{"GPT": gpt, "LLaMA": llama} {
		m := build(t, stack)
		for _, length := range []int{1, 3, 14} {
			all := ids(length, 1)
			got, _, last, err := collect(Stream(m, all, Sampling{Max: 50}))
			if err != nil || last.Reason != Length {
				t.Fatal(last, err)
			}
			for n, id := range got {
				if want := argmax(logitsOf(m, all)); id != want {
					t.Fatalf("%s, prompt of %d: token %d is %d, recomputed %d", name, length, n, id, want)
				}
				all = append(all, id)
			}
			if len(got) != 50 || len(slices.Compact(slices.Clone(got))) < 5 {
				t.Errorf("%s: %v", name, got)
			}
		}
	}
}

// A prompt that is read in pieces gives what reading it at once gives.
func TestLongPrompt(t *testing.T) {
	m := build(t, llama)
	for _, length := range []int{readAtOnce - 1, readAtOnce, readAtOnce + 1, 2*readAtOnce + 50} {
		prompt := ids(length, 2)
		r := newReader(m, 0, nil)
		got, err := r.read(prompt)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range logitsOf(m, prompt) {
			if d := float64(got[i] - want); d > 1e-3 || d < -1e-3 {
				t.Fatalf("prompt of %d: logit %d is %v, at once %v", length, i, got[i], want)
			}
		}
	}
}

// Sessions that share a model do not disturb one another, whatever their lengths and order.
func TestSessionsInTurn(t *testing.T) {
	m := build(t, gpt)
	var want [][]int32
	var prompts [][]int32
	for i, n := range []int{1, 9, 4} {
		prompts = append(prompts, ids(n, i))
		got, _, _, err := collect(Stream(m, prompts[i], Sampling{Max: 20}))
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, got)
	}
	readers := make([]reader, len(prompts))
	next := slices.Clone(prompts)
	got := make([][]int32, len(prompts))
	for i := range readers {
		readers[i] = newReader(m, 0, nil)
	}
	for range 20 {
		for i := range readers {
			logits, err := readers[i].read(next[i])
			if err != nil {
				t.Fatal(err)
			}
			id := argmax(logits)
			got[i], next[i] = append(got[i], id), []int32{id}
		}
	}
	for i := range want {
		if !slices.Equal(got[i], want[i]) {
			t.Errorf("session %d: %v in turn, %v alone", i, got[i], want[i])
		}
	}
}

// An error leaves what was read before as it was.
func TestAfterAnError(t *testing.T) {
	m := build(t, llama)
	r := newReader(m, 0, nil)
	if _, err := r.read(ids(6, 0)); err != nil {
		t.Fatal(err)
	}
	var bad *grad.RangeError
	if _, err := r.read([]int32{3, 999, 4}); !errors.As(err, &bad) {
		t.Errorf("an id outside the vocabulary: %v", err)
	}
	got, err := r.read([]int32{5})
	if err != nil {
		t.Fatal(err)
	}
	got = slices.Clone(got)
	want := logitsOf(m, append(ids(6, 0), 5))
	for i := range want {
		if d := float64(got[i] - want[i]); d > 1e-3 || d < -1e-3 {
			t.Fatalf("logit %d is %v, want %v", i, got[i], want[i])
		}
	}
	for name, c := range map[string]struct {
		prompt []int32
		s      Sampling
		want   string
	}{
		"empty":         {nil, Sampling{}, "prompt is empty"},
		"too long":      {ids(65, 0), Sampling{}, "the prompt has 65 tokens; the model's context holds 64"},
		"unusable":      {ids(3, 0), Sampling{TopP: 2}, "top_p is 2"},
		"outside":       {[]int32{-1}, Sampling{}, "-1"},
		"outside above": {[]int32{257}, Sampling{}, "257"},
	} {
		if out, _, _, err := collect(Stream(build(t, gpt), c.prompt, c.s)); err == nil || len(out) > 0 || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, %v", name, out, err)
		}
	}
	numbers := nn.Build(nn.Chain{nn.NewLinear(4, 3)}, 1)
	var shape *grad.ShapeError
	if _, _, _, err := collect(Stream(numbers, ids(3, 0), Sampling{})); !errors.As(err, &shape) {
		t.Errorf("a model of numbers: %v", err)
	}
}

// The same seed writes the same text, on any number of workers; another seed another.
func TestSeed(t *testing.T) {
	m := build(t, llama)
	texts := map[string]int{}
	for _, seed := range []uint64{1, 1, 2, 3} {
		for _, workers := range []int{1, 3} {
			d := cpu.New(workers)
			r := newReader(m, 0, d)
			got, _, _, err := collect(r.write(context.Background(), ids(4, 0), Sampling{Max: 30, Temperature: 1, TopP: 0.9, Seed: seed}, nil))
			if err != nil {
				t.Fatal(err)
			}
			texts[fmt.Sprint(seed, got)]++
			texts[fmt.Sprint(got)]++
			d.Close()
		}
	}
	if len(texts) != 6 {
		t.Errorf("%d different keys, want 3 texts and their seeds", len(texts))
	}
}

// A cancelled context ends a stream before the next token; leaving the loop ends it too.
func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	r := newReader(build(t, llama), 0, nil)
	n := 0
	var err error
	for _, err = range r.write(ctx, ids(3, 0), Sampling{Max: 100}, nil) {
		if n++; n == 4 {
			cancel()
		}
	}
	if n != 5 || !errors.Is(err, context.Canceled) {
		t.Errorf("%d yields, %v", n, err)
	}
}

// A trained LLaMA writes what run.c and llama.cpp write.
func TestStories260K(t *testing.T) {
	dir := shared(t, "stories260k")
	js, err := os.ReadFile(filepath.Join(dir, "hf", "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.FromConfig(js)
	if err != nil {
		t.Fatal(err)
	}
	nn.BuildFrozen(cpu.Default(), m)
	weights, _, err := safetensors.Read(filepath.Join(dir, "hf", "model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range nn.Params(m) {
		if weights[name] == nil {
			t.Fatalf("no %s", name)
		}
		copy(p.Data(), weights[name].Floats(nil))
	}
	tok, err := token.Open(filepath.Join(dir, "hf"))
	if err != nil {
		t.Fatal(err)
	}
	if js, err = os.ReadFile(filepath.Join(dir, "expected.json")); err != nil {
		t.Fatal(err)
	}
	var expected struct {
		Greedy []struct {
			Prompt    string
			PromptIDs []int32 `json:"prompt_ids"`
			IDs       []int32
			Text      string
		}
	}
	if err := json.Unmarshal(js, &expected); err != nil {
		t.Fatal(err)
	}
	if testing.Short() {
		expected.Greedy = expected.Greedy[:1]
	}
	for _, g := range expected.Greedy {
		s := NewSession(m, tok, model.Context(m), nil)
		got, text, _, err := collect(s.Stream(context.Background(), g.Prompt, Sampling{Max: len(g.IDs) - len(g.PromptIDs)}))
		if err != nil {
			t.Fatal(err)
		}
		if want := g.IDs[len(g.PromptIDs):]; !slices.Equal(got, want) {
			t.Errorf("%q: %v\nwant %v", g.Prompt, got, want)
		}
		if got := strings.TrimSpace(g.Prompt + text); got != strings.TrimSpace(g.Text) {
			t.Errorf("%q: %q\nwant %q", g.Prompt, got, g.Text)
		}
	}
}

// shared is a folder of fixtures beside the module, or the test is passed over.
func shared(t *testing.T, name string) string {
	t.Helper()
	root := os.Getenv("BRICK_SHARED")
	for up := "."; root == ""; up = filepath.Join("..", up) {
		if _, err := os.Stat(filepath.Join(up, "go.mod")); err == nil {
			root = filepath.Join(up, "..", "shared")
		}
	}
	dir := filepath.Join(root, name)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no %s here", dir)
	}
	return dir
}
