package plan

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"brick/model"
	"brick/nn"
)

// planned is the plan of a model, nothing timed.
func planned(t *testing.T, what string, in nn.Input, o Options) *Plan {
	t.Helper()
	target, err := Find(what, in)
	if err != nil {
		t.Fatal(err)
	}
	o.NoMeasure = true
	p, err := New(context.Background(), target, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Names of any spelling, stacks, files and folders are found; what is none of them says what there is.
func TestFind(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "config.json")
	if err := os.WriteFile(config, []byte(configs[0].js), 0o644); err != nil {
		t.Fatal(err)
	}
	for what, want := range map[string]int{
		"gpt-3": 174_604_259_328, "GPT-3 175B": 174_604_259_328, "DeepSeek-V3": 671_026_419_200, "PaLM 540B": 540_356_474_880, "Mixtral 8x7B": 46_702_792_704,
		"gpt2": 124_439_808, "mlp": 235_146, "resnet50": 25_557_032, config: 124_439_808, dir: 124_439_808,
		"embed(768,pos=1024,vocab=50257) 12*gpt(heads=12) layernorm linear":                                                        124_439_808,
		"embed(16384,vocab=128256) 126*llama(heads=128,kv=8,ff=53248) rmsnorm linear":                                              405_853_388_800,
		"embed(64,vocab=10) 2*[residual[rmsnorm attention(heads=4)] residual[rmsnorm linear(256) silu linear(64)]] rmsnorm linear": 101_056,
		"embed(8,vocab=2) 1000000*gpt(heads=1) layernorm linear":                                                                   872_000_032,
	} {
		target, err := Find(what, nn.Input{})
		if err != nil {
			t.Errorf("%s: %v", what, err)
		} else if target.Count != want {
			t.Errorf("%s: %d parameters, want %d", what, target.Count, want)
		}
	}
	for what, want := range map[string]string{
		"gpt5": "nor is it a published model; there are GPT-1", "embed(64) 2*lama rmsnorm linear": "did you mean llama", filepath.Join(dir, "nosuch"): "no such file",
		filepath.Join(dir, "nosuch.json"): "no such file", "": "",
	} {
		if _, err := Find(what, nn.Input{Vocab: 9}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want %q", what, err, want)
		}
	}
}

func TestOptions(t *testing.T) {
	for want, o := range map[string]Options{
		"no hardware is called \"h999\"; there are this, v100": {Hardware: "h999"}, "is no number of tokens": {Tokens: "lots"}, "utilisation of 40": {MFU: 40}, "utilisation of -1": {MFU: -1},
		"a batch of -1": {Batch: -1}, "a context of -1": {Context: -1}, "longer than the 1024 places": {Context: 2048}, "no optimizer \"adm\"": {Optimizer: "adm"},
		"-1 accelerators": {Accelerators: -1}, "-1 days": {Days: -1}, "precision \"f8\"": {Precision: "f8"}, "publishes no peak in f32": {Hardware: "tpu-v4", Precision: F32},
		"NaN days": {Days: math.NaN()}, "utilisation of NaN": {MFU: math.NaN()},
	} {
		target, err := Find("gpt2", nn.Input{})
		if err != nil {
			t.Fatal(err)
		}
		o.NoMeasure = true
		if _, err := New(context.Background(), target, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v; want %q", o, err, want)
		}
	}
}

// Batches and contexts of any size are planned without overflow, or refused.
func TestLarge(t *testing.T) {
	p := planned(t, "gpt3", nn.Input{}, Options{Batch: 1 << 22})
	small := planned(t, "gpt3", nn.Input{}, Options{Batch: 1})
	if ratio := p.Engine.Activations / small.Engine.Activations; math.Abs(ratio/(1<<22)-1) > 1e-9 || p.Executed != small.Executed || p.Here.Needs < 1e15 {
		t.Errorf("activations of 4 million sequences are %g times those of one", ratio)
	}
	p = planned(t, "resnet50", nn.Input{}, Options{Batch: 1 << 22})
	if p.Engine.Total(false) < 1e14 || p.perUnit <= 0 {
		t.Errorf("%+v", p.Engine)
	}
	if p := planned(t, "llama-7b", nn.Input{}, Options{Context: 1 << 24}); p.Model <= 0 || p.Formula <= 0 || p.Engine != nil || p.Here.Needs <= 0 {
		t.Errorf("%+v", p)
	}
}

// GPT-3 is planned as its paper has it, and refused here with figures.
func TestGPT3(t *testing.T) {
	p := planned(t, "gpt-3", nn.Input{}, Options{})
	if p.Tokens != 300e9 || science(p.SixND) != "3.14e23" || p.Context != 2048 {
		t.Errorf("%g tokens of %d, %g operations", p.Tokens, p.Context, p.SixND)
	}
	if off := math.Abs(p.Executed/p.Formula - 1); off > 0.03 || p.Executed == 0 {
		t.Errorf("executed %g, by formula %g", p.Executed, p.Formula)
	}
	if p.Here == nil || p.Here.Verdict == "" && p.Here.Available > 0 {
		t.Errorf("GPT-3 trains here: %+v", p.Here)
	}
	if p.Here.Available > 0 && (p.Fleet == nil || p.Fleet.Split == nil) {
		t.Fatal("and nowhere else")
	}
	out := p.String()
	for _, want := range []string{"174,604,259,328", "3.14e23 FLOPs", "6·N·D", "memory to train", "they contradict their own rule"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

// Every named model is planned, whatever it reads.
func TestEveryModel(t *testing.T) {
	for _, name := range append(model.Names(), ModelNames()...) {
		p := planned(t, name, nn.Input{}, Options{Tokens: "1M", Hardware: "a100"})
		if p.Status == Unconfirmed {
			continue
		}
		if p.Total == 0 || p.Executed == 0 && p.Model == 0 || p.Fleet == nil || len(p.String()) < 300 {
			t.Errorf("%s: %+v", name, p)
		}
		if _, err := json.Marshal(p); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Twice the accelerators take half the time; twice the tokens twice; energy is power times time.
func TestFleetScales(t *testing.T) {
	run := func(n int, tokens string) *Fleet {
		f := planned(t, "llama-7b", nn.Input{}, Options{Hardware: "a100", Accelerators: n, Tokens: tokens}).Fleet
		if f.Verdict != "" {
			t.Fatal(f.Verdict)
		}
		return f
	}
	a, b, c := run(64, "1T"), run(128, "1T"), run(64, "2T")
	if math.Abs(a.Seconds/b.Seconds-2) > 1e-9 || math.Abs(c.Seconds/a.Seconds-2) > 1e-9 {
		t.Errorf("%g s, %g s on twice as many, %g s for twice the tokens", a.Seconds, b.Seconds, c.Seconds)
	}
	if math.Abs(a.Joules-64*400*a.Seconds) > 1 {
		t.Errorf("%g J", a.Joules)
	}
	s := planned(t, "llama-7b", nn.Input{}, Options{Hardware: "a100"}).Shape
	if want := s.ModelFLOPs(2048) * 1e12 / (64 * 312e12 * 0.4); math.Abs(a.Seconds/want-1) > 1e-9 {
		t.Errorf("%g s, want %g", a.Seconds, want)
	}
	// LLaMA 7B took 82,432 GPU hours of A100 (Touvron et al. 2023, table 15): at about 0.44 of the peak, by this formula.
	hours := run(64, "1T").Seconds * 64 / 3600 * 0.4
	if mfu := hours / 82432; mfu < 0.35 || mfu > 0.65 {
		t.Errorf("the paper's hours come to a utilisation of %.2f", mfu)
	}
	if f := planned(t, "llama-7b", nn.Input{}, Options{Hardware: "a100", Accelerators: 17}).Fleet; f.Verdict == "" || !strings.Contains(f.Verdict, "would do") {
		t.Errorf("seventeen do not divide anything: %+v", f)
	}
	if f := planned(t, "gpt-3", nn.Input{}, Options{Hardware: "h100", Days: 0.0001}).Fleet; f.Verdict == "" {
		t.Errorf("GPT-3 in ten seconds: %+v", f)
	}
}

// Of GPT-4 nothing is claimed that is not marked.
func TestHearsay(t *testing.T) {
	p := planned(t, "GPT-4", nn.Input{}, Options{})
	out := p.String()
	if p.Total != 0 || p.Shape != nil || p.Fleet != nil || len(p.Advice) != 0 || p.Status != Unconfirmed || strings.Count(out, Unconfirmed) < 4 || strings.Contains(out, ",000,") {
		t.Errorf("%+v\n%s", p, out)
	}
	rungs := Ladder()
	if len(rungs) != 4 || rungs[0].Layers != 12 || rungs[1].Layers != 48 || rungs[2].Layers != 96 || rungs[3].Status != Unconfirmed || rungs[3].Exact != 0 {
		t.Errorf("%+v", rungs)
	}
	var b bytes.Buffer
	if err := WriteLadder(&b, rungs); err != nil || strings.Count(b.String(), Unconfirmed) != 2 || !strings.Contains(b.String(), "174,604,259,328") {
		t.Errorf("%v\n%s", err, b.String())
	}
}

// Hoffmann's rounded constants ask for several times the 20 tokens a parameter of their own paper, the refit does not.
func TestContradiction(t *testing.T) {
	rounded, refit := Contradiction()
	if !(rounded > 60) || !(refit > 14 && refit < 26) {
		t.Errorf("%g and %g tokens a parameter", rounded, refit)
	}
}

// A small model is timed here, and everything about it can be written as JSON.
func TestMeasured(t *testing.T) {
	if testing.Short() {
		t.Skip("times steps for some seconds")
	}
	target, err := Find("embed(16) llama(heads=2) rmsnorm linear(tied=true)", nn.Input{Vocab: 64})
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(context.Background(), target, Options{Batch: 2, Context: 16, Tokens: "100k"})
	if err != nil {
		t.Fatal(err)
	}
	m := p.Here.Measured
	if m == nil || !m.Planned || m.Steps < fewest || m.Seconds <= 0 || m.Evaluate <= 0 || m.Evaluate > m.Seconds*3 {
		t.Fatalf("%+v", m)
	}
	d, ok := p.Time()
	if want := 100e3 / 32 * m.Seconds; !ok || math.Abs(d.Seconds()/want-1) > 1e-6 {
		t.Errorf("%v, want %g s", d, want)
	}
	if _, err := json.Marshal(p); err != nil {
		t.Error(err)
	}
	if out := p.String(); !strings.Contains(out, "steps of this model, batch 2 × 16") || !strings.Contains(out, "stretched far") {
		t.Error(out)
	}
}

// What is timed in place of a large model is small, of the same block, and keeps its heads whole.
func TestSmaller(t *testing.T) {
	for _, m := range Models {
		if m.Shape == nil {
			continue
		}
		s, T := m.Shape.like().smaller(2048, 1e10)
		stack, ok := s.Stack()
		if !ok || s.check() != nil {
			t.Errorf("%s: %+v is no stack: %v", m.Name, s, s.check())
		}
		if work := float64(TrainingFLOPs(s, T)) * float64(T); work > 1e10 {
			t.Errorf("%s: %s takes %g operations", m.Name, stack, work)
		}
		if _, err := Find(stack, nn.Input{Vocab: s.Vocab, Shape: []int{T}}); err != nil {
			t.Errorf("%s: %v", m.Name, err)
		}
	}
}
