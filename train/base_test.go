package train_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"brick/grad"
	"brick/model"
	"brick/nn"
	"brick/train"
)

// qlora is a job of adapters on a model whose matrices stay in the types of its file.
func qlora(base, text string) train.Job {
	j := train.Job{From: base, Data: train.DataJob{Source: text, Context: 16}, Batch: 2, Steps: 6, Seed: 2,
		LoRA: train.LoRAJob{Rank: 4, Dropout: 0.1, Type: "file"}, Eval: train.EvalJob{Every: 3, Batches: 2}, Save: train.SaveJob{Every: 2, Keep: 3}}
	j.Optimizer.LR = 0.01
	return j
}

// logits are what a model says of a few ids.
func logits(m nn.Block) []grad.Float {
	tape := &grad.Tape{NoGrad: true}
	return append([]grad.Float{}, m.Forward(tape.IDs([]int32{84, 104, 101, 32, 98, 114, 105, 99, 107}, 1, 9)).Data()...)
}

// What a run with adapters writes is the model of its file with what was learnt added, and says what the run's own says: within
// the rounding of floats, or that of what is multiplied by weights in blocks. Only the adapters learn, and the loss falls.
func TestQLoRAMerged(t *testing.T) {
	o := setup(t)
	text := write(t, "poem.txt", poem)
	for _, c := range []struct {
		shape, mix string
		most       float64 // difference of logits, as a share of the largest
	}{{smallLlama, "f32", 2e-6}, {smallLlama, "q8_0", 0.03}, {smallGPT, "q4_0", 0.03}, {smallGPT, "bf16", 2e-6}} {
		base := ggufOf(t, c.shape, c.mix)
		job := qlora(base, text)
		r := create(t, job, o)
		before := logits(r.Model)
		finish(t, r)
		m, err := model.Open(r.Dir, model.OpenOptions{Keeping: model.Widened})
		if err != nil {
			t.Fatal(err)
		}
		own, merged := logits(r.Model), logits(m)
		scale := 0.0
		for _, v := range own {
			scale = max(scale, math.Abs(float64(v)))
		}
		off, moved := distance(own, merged)/scale, distance(own, before)/scale
		t.Logf("%s: merged logits are off by %.2g of the largest, and were moved by %.2g", c.mix, off, moved)
		if off > c.most || moved < 0.1 {
			t.Errorf("%s of %s: merged logits are off by %.2g of the largest, want at most %.2g; learning moved them by %.2g", c.mix, c.shape, off, c.most, moved)
		}
		for name, p := range nn.State(r.Model) {
			kept := p.Buf().Kept != nil
			if want := c.mix != "f32" && len(p.Shape) == 2 && !strings.Contains(name, "lora_") && !strings.Contains(name, "wpe"); kept != want {
				t.Errorf("%s: %s is kept in its file's type: %v, want %v", c.mix, name, kept, want)
			}
		}
	}
}

// A run whose checkpoints have no more than its adapters is resumed to the same bits, and used before its end, as long as its
// file is the same. Its memory is planned with the bytes of the file's types.
func TestQLoRAResumed(t *testing.T) {
	o := setup(t)
	text, base := write(t, "poem.txt", poem), ggufOf(t, smallLlama, "q4_0")
	job := qlora(base, text)
	r := create(t, job, o)
	finish(t, r)
	want, own := hashFile(t, filepath.Join(r.Dir, "model.safetensors")), logits(r.Model)
	bytes := 0
	for _, p := range nn.Params(r.Model) {
		bytes += p.Buf().Type.Bytes(p.Len())
	}
	if r.Memory.Weights != int64(bytes) {
		t.Errorf("weights of %d bytes are planned, there are %d", r.Memory.Weights, bytes)
	}
	for name := range tensors(t, filepath.Join(r.Dir, "checkpoints", "step-000004", "model.safetensors")) {
		if strings.HasSuffix(name, "_proj.weight") || strings.Contains(name, "embed") {
			t.Errorf("the checkpoint has %s", name)
		}
	}
	r.Close()
	remove := func(names ...string) {
		for _, name := range names {
			if err := os.RemoveAll(filepath.Join(r.Dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	remove("DONE", "model.safetensors", "config.json")
	used, err := train.Open(r.Dir, o)
	if err != nil {
		t.Fatal(err)
	}
	if d := distance(logits(used.Model), own); d != 0 {
		t.Errorf("opened before its end the run says other things, by %v", d)
	}
	remove("checkpoints/step-000006")
	_, err = train.Create(context.Background(), train.Job{From: r.Dir}, o)
	if err == nil || !strings.Contains(err.Error(), "finish the run first") {
		t.Errorf("from adapters alone: %v", err)
	}
	again, err := train.Resume(context.Background(), r.Dir, o)
	if err != nil {
		t.Fatal(err)
	}
	finish(t, again)
	again.Close()
	if got := hashFile(t, filepath.Join(r.Dir, "model.safetensors")); got != want {
		t.Error("resumed, the run ends in other bits")
	}

	// Another file under the same name is noticed, and none is.
	remove("DONE", "model.safetensors", "checkpoints/step-000006")
	b, err := os.ReadFile(base)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)-40] ^= 1
	if err := os.WriteFile(base, b, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"learnt on other weights than", "put it back where it was"} {
		if _, err := train.Resume(context.Background(), r.Dir, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nwant %q in it", err, want)
		}
		if _, err := train.Open(r.Dir, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nwant %q in it", err, want)
		}
		os.Remove(base) // for the second round
	}
}

// A type is for what adapters leave as it is.
func TestQLoRAErrors(t *testing.T) {
	o := setup(t)
	for _, c := range []struct {
		lora train.LoRAJob
		want string
	}{{train.LoRAJob{Rank: 2, Type: "q4"}, `lora.type is "q4"; want auto, file or f32`}, {train.LoRAJob{Type: "file"}, "want lora.rank too"}} {
		job := train.Job{From: "x", LoRA: c.lora}
		if _, err := train.Create(context.Background(), job, o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v\nwant %q in it", err, c.want)
		}
	}
}

// A model that is too large to be trained as a whole is refused with the adapters that would fit, and those with wide weights with
// the types of the file.
func TestQLoRAFits(t *testing.T) {
	o := setup(t)
	text := write(t, "poem.txt", poem)
	base := ggufOf(t, "embed(256) 2*llama(heads=4,ff=512) rmsnorm linear", "q4_0")
	for _, c := range []struct {
		lora  train.LoRAJob
		limit int64
		want  string
	}{
		{train.LoRAJob{}, 10 << 20, "What would fit: --lora rank=8 ("},
		{train.LoRAJob{Rank: 2, Type: "f32"}, 6 << 20, "What would fit: --type file ("},
	} {
		job := qlora(base, text)
		job.LoRA, o.Memory = c.lora, c.limit
		_, err := train.Create(context.Background(), job, o)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v\nwant %q in it", err, c.want)
		}
		if c.lora.Rank == 0 {
			job.LoRA = train.LoRAJob{Rank: 8}
		} else {
			job.LoRA.Type = "file"
		}
		create(t, job, o)
	}
}
