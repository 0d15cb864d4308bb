package train_test

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"brick/device"
	"brick/device/cpu"
	"brick/kernel"
	"brick/train"
)

// poem is enough text to be split and learnt from.
var poem = strings.Repeat("床前明月光，疑是地上霜。\n举头望明月，低头思故乡。\nThe moon is bright before my bed.\nIs it frost upon the ground?\n", 30)

// mlpJob is an MLP with all that a run has to keep: momentum, an average of weights, accumulation, dropout.
func mlpJob() train.Job {
	return train.Job{
		Name: "mlp", Model: "linear(16) tanh dropout(0.2) linear(8) tanh linear", Data: train.DataJob{Source: "moons", Examples: 200},
		Optimizer: train.Optimizer{Name: "nesterov", LR: 0.05, Args: map[string]any{"momentum": 0.9}}, Schedule: train.Schedule{Name: "cosine"},
		Batch: 8, Accumulate: 3, Steps: 24, Seed: 7, EMA: 0.9, ClipNorm: 1,
		Eval: train.EvalJob{Every: 3, Patience: 50}, Save: train.SaveJob{Every: 5},
	}
}

// resnetJob is a small ResNet, whose batch norms have state beside the parameters.
func resnetJob() train.Job {
	job := mlpJob()
	job.Name, job.Model = "resnet", "conv(4,3,stride=3,pad=1,bias=false) batchnorm relu resblock(4) resblock(6,stride=2) globalpool linear"
	job.Data, job.Accumulate = train.DataJob{Source: "digits", Examples: 80}, 2
	return job
}

// llamaJob is a small LLaMA on text at path.
func llamaJob(path string) train.Job {
	return train.Job{
		Name: "llama", Model: "embed(16) 2*llama(heads=2,ff=24) dropout(0.1) rmsnorm linear(tied=true)", Data: train.DataJob{Source: path, Context: 12, Valid: 0.2, Test: -1},
		Tokenizer: train.TokenJob{Kind: "chars"},
		Optimizer: train.Optimizer{Name: "adamw", LR: 0.01, Args: map[string]any{"beta2": 0.95}}, Schedule: train.Schedule{Name: "wsd"},
		Batch: 2, Accumulate: 2, Steps: 12, Seed: 3, ClipNorm: 1, EMA: 0.8,
		Eval: train.EvalJob{Every: 4, Batches: 3}, Save: train.SaveJob{Every: 4},
	}
}

// carryJob is two LSTMs whose states go on from step to step.
func carryJob(path string) train.Job {
	j := llamaJob(path)
	j.Model, j.Data.Carry, j.Data.Context = "embed(16) lstm(12,layers=2,dropout=0.2) linear", true, 6
	return j
}

// pairsJob is a small Transformer on lines of pairs at path.
func pairsJob(path string) train.Job {
	return train.Job{
		Name: "pairs", Model: "transformer(width=16,layers=1,heads=2,ff=24,dropout=0.1) linear", Data: train.DataJob{Source: path, Task: "translation", Valid: 0.2, Test: -1},
		Tokenizer: train.TokenJob{Kind: "chars"},
		Optimizer: train.Optimizer{Name: "adamw", LR: 0.01}, Schedule: train.Schedule{Name: "cosine"},
		Batch: 4, Accumulate: 2, Steps: 12, Seed: 3, ClipNorm: 1, EMA: 0.8,
		Eval: train.EvalJob{Every: 4, Batches: 3}, Save: train.SaveJob{Every: 4},
	}
}

// numerals are pairs of numbers and how they are said.
var numerals = func() string {
	say := []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, "%d\t%s %s\n", i, say[i/10], say[i%10])
	}
	return b.String()
}()

// write makes a file in a folder of the test's own.
func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// setup keeps the caches of data sets inside the test.
func setup(t testing.TB) train.Options {
	t.Helper()
	t.Setenv("BRICK_DATA", t.TempDir())
	return train.Options{Root: t.TempDir()}
}

// create sets up a run that is closed when the test ends.
func create(t testing.TB, job train.Job, o train.Options) *train.Run {
	t.Helper()
	r, err := train.Create(context.Background(), job, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// finish trains a run to its end.
func finish(t testing.TB, r *train.Run) {
	t.Helper()
	for _, err := range r.Train(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// hashFile names the content of a file.
func hashFile(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	h := fnv.New64a()
	h.Write(b)
	return fmt.Sprintf("%016x", h.Sum64())
}

// logOf is run.jsonl without what a clock says.
func logOf(t testing.TB, dir string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "run.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for line := range strings.Lines(string(text)) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		delete(fields, "seconds")
		delete(fields, "per_second")
		js, _ := json.Marshal(fields)
		out.Write(append(js, '\n'))
	}
	return out.String()
}

// A run that is stopped at every checkpoint, and one that is stopped after any step, evaluations included,
// ends in the bits of one that never was, and in its log.
func TestExactResume(t *testing.T) {
	o := setup(t)
	text := write(t, "poem.txt", poem)
	early := mlpJob()
	early.Eval.Patience, early.Optimizer.LR = 1, 0.5
	lstms := pairsJob(write(t, "n.tsv", numerals))
	lstms.Model = "seq2seq(hidden=16,dropout=0.1) linear"
	frozen, adapted := tunedJobs(t, text, o)
	augmented := resnetJob()
	augmented.Data.Augment = "crop(4) flip rotate(10) color(0.2) cutout(8) mixup(0.2)"
	reading := readingJob()
	reading.Data.Augment = "crop(2) color(0.1)"
	caption := mlpJob()
	caption.Model, caption.Data, caption.Batch = "caption(width=16,heads=2,ff=24,dropout=0.1) linear", train.DataJob{Source: "shapes", Examples: 40}, 4
	for name, job := range map[string]train.Job{"labelled": labelledJob(write(t, "texts.csv", labelledTexts)), "augmented": augmented, "caption": caption, "reading": reading, "carry": carryJob(text), "frozen": frozen, "adapted": adapted, "lstms": lstms, "mlp": mlpJob(), "llama": llamaJob(text), "early": early, "resnet": resnetJob(), "pairs": pairsJob(write(t, "n.tsv", numerals))} {
		t.Run(name, func(t *testing.T) {
			job.Name = name + "-whole"
			whole := create(t, job, o)
			finish(t, whole)
			want, wantLog := hashFile(t, filepath.Join(whole.Dir, "model.safetensors")), logOf(t, whole.Dir)
			for _, every := range []int{1, 4, 5} {
				job.Name = fmt.Sprintf("%s-%d", name, every)
				r := create(t, job, o)
				stops := 0
				for !train.Done(r.Dir) {
					if stops++; stops > 100 {
						t.Fatalf("no end after %d stops, at step %d", stops, r.Step())
					}
					if err := interrupt(r, every, stops%2 == 0); err != nil {
						t.Fatal(err)
					}
					dir := r.Dir
					r.Close()
					var err error
					if r, err = train.Resume(context.Background(), dir, o); err != nil {
						t.Fatal(err)
					}
				}
				r.Close()
				if got := hashFile(t, filepath.Join(r.Dir, "model.safetensors")); got != want {
					t.Errorf("stopped every %d steps: weights %s, uninterrupted %s", every, got, want)
				}
				if got := logOf(t, r.Dir); got != wantLog {
					t.Errorf("stopped every %d steps: the log differs:\n%s\nuninterrupted:\n%s", every, got, wantLog)
				}
				if stops < 2 {
					t.Errorf("stopped %d times", stops)
				}
			}
		})
	}
}

// interrupt trains until the number of steps done is a multiple of every, and cancels in the middle of the next
// step, in the evaluation too if one is due; with every = 1 even before the first if atOnce.
func interrupt(r *train.Run, every int, atOnce bool) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if every == 1 && atOnce {
		cancel()
	}
	for e, err := range r.Train(ctx) {
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		if (e.Done+1)%every == 0 {
			cancel()
		}
	}
	return nil
}

// Leaving the loop saves; SaveNow saves without leaving.
func TestSaveOnDemand(t *testing.T) {
	job := mlpJob()
	job.Save.Every = 1000
	r := create(t, job, setup(t))
	saved := map[int]bool{}
	for e, err := range r.Train(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Saved != "" {
			saved[e.Done] = true
		}
		if e.Done == 4 {
			r.SaveNow()
		}
		if e.Done == 9 {
			break
		}
	}
	found, _ := filepath.Glob(filepath.Join(r.Dir, "checkpoints", "step-*"))
	if len(saved) != 1 || !saved[5] || len(found) != 2 || filepath.Base(found[1]) != "step-000009" {
		t.Errorf("saved %v, folders %v", saved, found)
	}
}

// The weights after 100 steps (of images 40) are the same bits for any number of workers, at every level of instructions; and at all
// levels that fuse products they are the same.
func TestWorkers(t *testing.T) {
	o := setup(t)
	text := write(t, "poem.txt", poem)
	job := mlpJob()
	job.Steps, job.Eval.Every, job.Save.Every, job.Model = 100, 50, 50, "linear(64) tanh dropout(0.1) linear(64) tanh linear"
	llama := llamaJob(text)
	llama.Steps, llama.Eval.Every, llama.Save.Every = 100, 50, 50
	gpt := llama
	gpt.Model = "embed(16,pos=12) 2*gpt(heads=2) layernorm linear"
	resnet, lenet := resnetJob(), resnetJob()
	resnet.Steps, resnet.Save.Every = 40, 40
	lenet.Model, lenet.Steps, lenet.Save.Every = "conv(4,5,pad=2) relu maxpool(2) conv(6,5) relu maxpool(2) flatten linear(20) relu linear(16) relu linear", 40, 40
	pairs := pairsJob(write(t, "n.tsv", numerals))
	pairs.Steps, pairs.Eval.Every, pairs.Save.Every = 100, 50, 50
	lstm, gru := carryJob(text), carryJob(text)
	lstm.Steps, lstm.Eval.Every, lstm.Save.Every, lstm.Batch = 60, 30, 30, 5
	gru.Steps, gru.Eval.Every, gru.Save.Every, gru.Model, gru.Data.Carry = 60, 30, 30, "embed(16) gru(12) rnn(8) linear", false
	frozen, adapted := tunedJobs(t, text, o)
	reading := readingJob()
	reading.Data.Augment, reading.Steps, reading.Save.Every = "crop(2) rotate(3)", 40, 40
	labelled := labelledJob(write(t, "texts.csv", labelledTexts))
	labelled.Steps, labelled.Eval.Every, labelled.Save.Every = 40, 20, 20
	workers := []int{1, 2, 3, 5, 8}
	if testing.Short() {
		workers = []int{1, 3}
	}
	for name, job := range map[string]train.Job{"MLP": job, "GPT": gpt, "LLaMA": llama, "ResNet": resnet, "LeNet": lenet, "Transformer": pairs, "LSTM": lstm, "GRU": gru, "frozen": frozen, "LoRA": adapted, "CRNN": reading, "labelled": labelled} {
		fused := ""
		for _, level := range kernel.Levels() {
			restore := kernel.SetLevel(level)
			for _, precision := range []string{"f32", "bf16"} {
				if precision == "bf16" && !kernel.HasBF16() {
					continue
				}
				job.Precision = precision
				want := ""
				for _, n := range workers {
					d := cpu.New(n)
					got := trainOn(t, d, job, o, fmt.Sprintf("%s-%v-%s-%d", name, level, precision, n))
					d.Close()
					if want == "" {
						want = got
					}
					if got != want {
						t.Errorf("%s at level %v, %s: %d workers give %s, 1 gives %s", name, level, precision, n, got, want)
					}
				}
				if level.Fused() && precision == "f32" {
					if fused == "" {
						fused = want
					}
					if want != fused {
						t.Errorf("%s: level %v gives %s, another one %s", name, level, want, fused)
					}
				}
				t.Logf("%s after %d steps at level %v, %s, with %v workers: %.16s", name, job.Steps, level, precision, workers, want)
			}
			restore()
		}
	}
}

func trainOn(t *testing.T, d device.Device, job train.Job, o train.Options, name string) string {
	t.Helper()
	o.Device, job.Name = d, name
	r := create(t, job, o)
	defer r.Close()
	finish(t, r)
	return hashFile(t, filepath.Join(r.Dir, "model.safetensors"))
}

// A run in bf16 does not change how another one of the process computes, and is used in f32.
func TestPrecisionIsTheRunsOwn(t *testing.T) {
	if !kernel.HasBF16() {
		t.Skip("this processor, or this build, does not multiply bfloat16")
	}
	o := setup(t)
	job := mlpJob()
	job.Steps, job.Eval.Every, job.Save.Every = 20, 10, 10
	hash := func(name, precision string) string {
		job.Name, job.Precision = name, precision
		r := create(t, job, o)
		defer r.Close()
		finish(t, r)
		return hashFile(t, filepath.Join(r.Dir, "model.safetensors"))
	}
	alone := hash("alone", "")
	job.Name, job.Precision = "half", "auto"
	half := create(t, job, o)
	defer half.Close()
	if half.Job.Precision != "bf16" {
		t.Errorf("auto came to %q, want bf16", half.Job.Precision)
	}
	if beside := hash("beside", ""); beside != alone {
		t.Error("beside a run in bf16, a run in f32 gives other bits")
	}
	finish(t, half)
	if hashFile(t, filepath.Join(half.Dir, "model.safetensors")) == alone {
		t.Error("bf16 gives the bits of f32")
	}
}
