package plan

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"brick/nn"
	"brick/optim"
	"brick/train"
)

// Of a GPT whose branches are four times as wide, the account of activations is that of Korthikanti et al. 2022: 34 bytes a token and width
// in two bytes a number, but for 2 of dropout's masks.
func TestActivations(t *testing.T) {
	for _, name := range []string{"GPT-3", "GPT-2 XL"} {
		m, _ := FindModel(name)
		if got, want := 2*m.Shape.layerActivations(), 32*float64(m.Shape.Width); got != want {
			t.Errorf("%s: %g bytes a token and block, want %g", name, got, want)
		}
	}
	// Their table 2: GPT-3 with a batch of one sequence, recomputed in full, keeps 2·s·b·h a layer.
	m, _ := FindModel("GPT-3")
	kept, again := m.Shape.activations(BF16, 2048)
	inputs := 2.0 * 2048 * 12288 * 96
	if again < inputs || again > inputs+kept/90+4.1*2048*50257+4*2048*12288 {
		t.Errorf("recomputed %g, inputs of blocks %g", again, inputs)
	}
}

// 16 bytes a parameter in both precisions with AdamW (Rajbhandari et al. 2020), fewer with optimizers that keep less.
func TestStates(t *testing.T) {
	for _, c := range []struct {
		optimizer string
		p         Precision
		want      float64
	}{{"adamw", F32, 16}, {"adamw", BF16, 16}, {"sgd", F32, 8}, {"sgd", BF16, 8}, {"lion", F32, 12}, {"lion", BF16, 12}} {
		k, err := optim.ByName(c.optimizer)
		if err != nil {
			t.Fatal(err)
		}
		if w, g, o := states(c.p, k); w+g+o != c.want {
			t.Errorf("%s in %s: %g bytes a parameter, want %g", c.optimizer, c.p, w+g+o, c.want)
		}
	}
}

// Keys and values: 2 vectors of every key head, or the one narrow vector of latent attention (DeepSeek-V2, table 1: (512 + 64)·layers).
func TestCacheBytes(t *testing.T) {
	for name, want := range map[string]float64{"llama-2-70b": 2 * 80 * 8 * 128 * 2, "gpt3": 2 * 96 * 12288 * 2, "deepseek-v3": 61 * 576 * 2, "palm": 2 * 118 * 256 * 2} {
		m, _ := FindModel(name)
		if got := m.Shape.CacheBytes(BF16); got != want {
			t.Errorf("%s: %g bytes a token, want %g", name, got, want)
		}
	}
}

// text is a file of so many lines.
func text(t *testing.T, lines int) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "words.txt")
	if err := os.WriteFile(name, []byte(strings.Repeat("the quick brown fox jumps over the lazy dog\n", lines)), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// The memory of a plan is what brick train plans for the run, within 2 %, for every optimizer and with recomputation.
func TestMemoryOfRuns(t *testing.T) {
	source := text(t, 80000) // so many that the twenty batches of an evaluation are all full
	for _, c := range []struct {
		stack, optimizer string
		batch, context   int
		recompute        bool
	}{
		{"embed(64) 2*llama(heads=4) rmsnorm linear(tied=true)", "adamw", 16, 128, false},
		{"embed(64) 2*llama(heads=4) rmsnorm linear(tied=true)", "adamw", 16, 128, true},
		{"embed(128,pos=64) 6*gpt(heads=4) layernorm linear", "sgd", 8, 64, false},
		{"embed(96) 3*llama(heads=6,kv=2,ff=200) rmsnorm linear", "muon", 4, 100, false},
		{"embed(64) lstm(128) linear", "lion", 8, 50, false},
	} {
		r, err := train.Create(context.Background(), train.Job{
			Model: c.stack, Data: train.DataJob{Source: source, Context: c.context}, Tokenizer: train.TokenJob{Kind: "bytes"}, Optimizer: train.Optimizer{Name: c.optimizer},
			Batch: c.batch, Steps: 2, Recompute: c.recompute,
		}, train.Options{Root: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		real := float64(r.Memory.Total())
		target, err := Find(c.stack, nn.Input{Vocab: r.Info.Vocab})
		if err != nil {
			t.Fatal(err)
		}
		p, err := New(context.Background(), target, Options{Batch: c.batch, Context: c.context, Optimizer: c.optimizer, Recompute: c.recompute, NoMeasure: true})
		if err != nil {
			t.Fatal(err)
		}
		planned := p.Engine.Total(c.recompute)
		t.Logf("%s, %s: planned %.0f, the run %.0f: %+.2f %%", c.stack, c.optimizer, planned, real, 100*(planned/real-1))
		if math.Abs(planned/real-1) > 0.02 {
			t.Errorf("%s, %s: planned %.0f bytes, the run %.0f (%+v)", c.stack, c.optimizer, planned, real, r.Memory)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
