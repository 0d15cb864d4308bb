package train

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"brick/data"
)

// A full job says everything that a job can.
func fullJob() Job {
	return Job{
		Name: "a/b", Model: "linear(4) relu linear", Loss: "huber",
		Data: DataJob{Source: "yes: no.csv", Target: []string{"价格", "null"}, Skip: []string{"1e3"}, Task: "regression", Raw: true, RawY: true,
			Height: 1, Width: 2, Channels: 3, Augment: "crop(4) flip", Context: 4, Limit: 5, Examples: 6, Noise: 0.7, Valid: -1, Test: 0.25},
		From: "runs/a", Head: "linear", Freeze: []string{"0-1", "*.bias"}, LoRA: LoRAJob{4, 8, 0.1, []string{"q_proj"}, []string{"embed"}, "file"}, Rates: Rates{"body": 1e-4},
		Tokenizer: TokenJob{Kind: "bpe", Vocab: 300, Limit: 7},
		Optimizer: Optimizer{Name: "adamw", LR: 3e-4, Args: map[string]any{"beta2": 0.95, "amsgrad": true}},
		Schedule:  Schedule{Name: "multistep", Args: map[string]any{"milestones": []any{3, 5}, "gamma": 0.5}},
		Batch:     8, Accumulate: 9, Steps: 10, Epochs: 1.5, Seed: 1<<64 - 1, ClipNorm: 0.1, ClipValue: 0.2, EMA: 0.999, Recompute: true, Precision: "bf16",
		Eval: EvalJob{1, 2, 3}, Save: SaveJob{4, 5}, Sample: SampleJob{"床前 #:\n\"", 6},
	}
}

func TestJobRoundTrip(t *testing.T) {
	jobs := []Job{fullJob(), tiny(), {}}
	for _, p := range Presets() {
		jobs = append(jobs, p.Job)
	}
	for _, j := range jobs {
		path := filepath.Join(t.TempDir(), "run.yaml")
		if err := os.WriteFile(path, j.YAML(), 0o666); err != nil {
			t.Fatal(err)
		}
		back, err := LoadJob(path)
		if err != nil {
			t.Fatalf("%v\n%s", err, j.YAML())
		}
		if !reflect.DeepEqual(back, j) || !bytes.Equal(back.YAML(), j.YAML()) {
			t.Errorf("%+v\nbecame %+v", j, back)
		}
	}
	if full := fullJob(); reflect.ValueOf(full).NumField() != 25 {
		t.Errorf("a Job has %d fields: let fullJob say the new ones", reflect.ValueOf(full).NumField())
	}
}

// A run file that cannot be used is refused with line, field, what was found and what would fit.
func TestBadJobs(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"model: linear\nbatch: many\n", "line 2: batch is many; want a whole number"},
		{"model: linear\n\noptimizer:\n  name: adam\n  lr: fast\n", "line 5: optimizer.lr is fast; want a number"},
		{"eval: {every: 1.5}\n", "line 1: eval.every is 1.5; want a whole number"},
		{"seed: -1\n", "line 1: seed is -1; want a whole number, 0 or more"},
		{"recompute: 3\n", "line 1: recompute is 3; want true or false"},
		{"data: file.csv\n", "line 1: data is file.csv; want a section of fields"},
		{"data:\n  target: 5\n", "want a list of texts"},
		{"model: [a, b]\n", "line 1: model is a list; want text"},
		{"model: linear\nstepz: 5\n", "line 2: stepz is not a field of a run file; there are name, model, data"},
		{"eval:\n  never: 5\n", "line 2: never is not a field of a run file; there are every, batches, patience"},
		{"batch: 3\nbatch: 4\n", "line 2: "},
		{"batch: 1e3\nsteps: 1e-1", "line 2: steps is 1e-1; want a whole number"},
		{"batch: 3, 4\n", "line 1: batch is 3, 4; want a whole number"},
		{"optimizer: {name: 5, lr: fast}\n", "line 1: optimizer.lr is fast; want a number"},
		{"a: b: c\n", "line 1"},
		{"\tmodel: x\n", "line 1"},
		{"batch: -1\n", "batch is -1; want 0 (for the default) to 16777216"},
		{"batch: 99999999999999999999\n", "line 1: batch is 9999999...; want a whole number"},
		{"steps: -4\n", "steps is -4"},
		{"epochs: .nan\n", "epochs is NaN; want 0 to"},
		{"epochs: 1e300\n", "epochs is 1e+300"},
		{"optimizer: {lr: -.inf}\n", "optimizer.lr is -Inf"},
		{"ema: 1\n", "ema is 1: the average would never move"},
		{"save: {keep: -1}\n", "save.keep is -1"},
		{"data: {size: 5000}\n", "data.size is 5000; want 0 (for the default) to 4096"},
		{"data: {size: 32, width: 16}\n", "data.size is 32, and data.height or data.width is given too"},
		{"data: {augment: crop}\n", "crop needs its padding; want crop(padding): black padding"},
		{"data: {augment: crop(4) flop}\n", "column 9: there is no transform \"flop\", did you mean flip?; want one of crop(padding), flip(p=0.5), rotate(degrees), color(strength), cutout(side), mixup(alpha)"},
		{"data: {augment: cutout(1.5)}\n", "cutout: side=1.5; a whole number from 1 to 4096 would fit"},
		{"data: {augment: 'flip(0.5,2)'}\n", "flip: found 2 arguments; want flip(p=0.5)"},
		{"data: {augment: rotate(angle=3)}\n", "rotate: found angle=3; want rotate(degrees)"},
		{"data: {augment: 2*flip}\n", "2 times flip; want each transform once"},
		{"data: {augment: 'flip[crop(2)]'}\n", "found brackets; want transforms one after the other"},
		{"eval: {patience: -1}\n", "eval.patience is -1"},
		{"data: {task: guess}\n", `data.task is "guess"; want regression, classification, translation, reading or chat`},
		{"data: {valid: 2}\n", "data.valid is 2"},
		{"model: a\n---\nmodel: b\n", "second document"},
		{"a: &a [x,x]\nb: &b [*a,*a]\n", "not a field"},
		{"- 1\n", "want a section of fields"},
		{strings.Repeat("[", 20000), ""},
		{strings.Repeat("#", maxJob+1), "more than the 1048576 bytes"},
	} {
		path := filepath.Join(t.TempDir(), "run.yaml")
		if err := os.WriteFile(path, []byte(c.text), 0o666); err != nil {
			t.Fatal(err)
		}
		_, err := LoadJob(path)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "unmarshal") {
			t.Errorf("%.60q: %v\nwant %s", c.text, err, c.want)
		}
		var j *JobError
		if !errors.As(err, &j) && len(c.text) < maxJob {
			t.Errorf("%.60q: error of type %T", c.text, err)
		}
	}
	if _, err := LoadJob(filepath.Join(t.TempDir(), "absent.yaml")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if _, err := LoadJob(t.TempDir()); err == nil || !strings.Contains(err.Error(), "no regular file") {
		t.Error(err)
	}
}

// Every single byte of a run file may be damaged: an error or another job, never a panic.
func TestDamagedJobs(t *testing.T) {
	job, good := fullJob(), fullJob().YAML()
	for at := range good {
		for _, bit := range []byte{1, 8, 32, 128} {
			bad := bytes.Clone(good)
			bad[at] ^= bit
			j := job
			_ = j.merge(bad)
		}
		j := job
		_ = j.merge(good[:at])
	}
}

func TestSet(t *testing.T) {
	j := fullJob()
	for _, s := range []string{"batch=32", "optimizer.lr=3e-3", "optimizer.beta1 = 0.8", "data.target=[a, b]", "eval={every: 7}", "name=", "sample.prompt='x: y'", "schedule.gamma=0.1", "seed=18446744073709551615"} {
		if err := j.Set(s); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
	want := fullJob()
	want.Batch, want.Optimizer.LR, want.Name, want.Sample.Prompt, want.Eval.Every = 32, 3e-3, "", "x: y", 7
	want.Data.Target, want.Optimizer.Args["beta1"], want.Schedule.Args["gamma"] = []string{"a", "b"}, 0.8, 0.1
	if !reflect.DeepEqual(j, want) {
		t.Errorf("%+v\nwant %+v", j, want)
	}
	other := j
	if err := other.Set("optimizer.beta1=0.1"); err != nil || j.Optimizer.Args["beta1"] != 0.8 {
		t.Errorf("setting a copy changed the other: %v, %v", j.Optimizer.Args, err)
	}
	for s, want := range map[string]string{
		"batch":           "field=value",
		"=3":              "field=value",
		"":                "field=value",
		"batch=x":         "set batch=x: batch is x; want a whole number",
		"batsh=3":         "batsh is not a field of a run file",
		"eval.evry=3":     "evry is not a field",
		"batch.size=3":    "batch is a section of fields; want a whole number",
		"data=3":          "data is 3; want a section of fields",
		"model=[":         "is no value",
		"batch=-3":        "batch is -3; want 0",
		"save.keep=-3":    "save.keep is -3",
		"optimizer.lr=??": "optimizer.lr is ??; want a number",
	} {
		before := j.YAML()
		if err := j.Set(s); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "unmarshal") || !strings.Contains(err.Error(), s) {
			t.Errorf("%q: %v, want %s", s, err, want)
		}
		if !bytes.Equal(j.YAML(), before) {
			t.Errorf("%q changed the job", s)
		}
	}
}

// Settings that an optimizer, a schedule, a loss, a model or the data do not have are refused by name.
func TestBadSettings(t *testing.T) {
	t.Setenv("BRICK_DATA", t.TempDir())
	for set, want := range map[string]string{
		"optimizer.beta9=1":        "optimizer adam: beta9 is not a setting; there are beta1, beta2, eps",
		"optimizer.beta1=x":        "optimizer adam: beta1 is x; want a number",
		"optimizer.beta1=2":        "beta1 is 2",
		"optimizer.name=adm":       `"adm"; there are sgd`,
		"schedule.name=bent":       "bent",
		"schedule.gama=1":          "gama is not a setting; there are",
		"loss=mean":                `no loss is called "mean"`,
		"model=linear(4) bend":     "bend",
		"data.source=moon":         "did you mean moons?",
		"data.valid=0.9":           "leave nothing to train on",
		"tokenizer.kind=bytes":     "is not text",
		"ema=-1":                   "ema is -1",
		"data.target=[a]":          "",
		"schedule.warmup=-5":       "warmup",
		"schedule.milestones=true": "milestones is true; want a list of whole numbers",
	} {
		job := tiny()
		err := job.Set(set)
		if err == nil {
			var r *Run
			if r, err = Create(context.Background(), job, Options{Root: t.TempDir()}); err == nil {
				r.Close()
			}
		}
		if want == "" {
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", set, err, want)
		}
	}
}

// Every preset can be set up, and its completed run file is read back. Those whose data are not on this machine are passed over.
func TestPresets(t *testing.T) {
	for _, p := range Presets() {
		t.Run(p.Name, func(t *testing.T) {
			job := p.Job
			job.Steps, job.Epochs = 2, 0
			switch {
			case data.IsText(job.Data.Source):
				text := filepath.Join(t.TempDir(), "text.txt")
				if err := os.WriteFile(text, []byte(strings.Repeat("func main() { return }\nROMEO: speak.\n", 120)), 0o666); err != nil {
					t.Fatal(err)
				}
				t.Setenv("BRICK_DATA", t.TempDir())
				job.Data.Source, job.Tokenizer.Vocab = text, min(job.Tokenizer.Vocab, 300)
			case job.Data.Source == "fashion-mnist":
				job.Data.Source = "digits"
				job.Data.Examples = 100
			case job.Data.Examples == 0:
				job.Data.Examples = 50
			}
			o := Options{Root: t.TempDir()}
			r, err := Create(context.Background(), job, o)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			for _, err := range r.Train(context.Background()) {
				if err != nil {
					t.Fatal(err)
				}
			}
			rep, err := r.Report(context.Background())
			if err != nil || rep.Metrics == nil {
				t.Fatal(rep, err)
			}
			back, err := LoadJob(filepath.Join(r.Dir, jobFile))
			if err != nil || !bytes.Equal(back.YAML(), r.Job.YAML()) {
				t.Errorf("%v\n%s\nwant\n%s", err, back.YAML(), r.Job.YAML())
			}
			used, err := Open(r.Dir, o)
			if err != nil {
				t.Fatal(err)
			}
			if used.Info.Task == data.Language && used.Tokenizer == nil {
				t.Error("a language model without a tokenizer")
			}
			m, err := used.Evaluate(context.Background(), rep.Split, "")
			if err != nil || m.Loss == 0 {
				t.Errorf("%+v, %v", m, err)
			}
		})
	}
	if _, err := Choose("nothing", ""); err == nil || !strings.Contains(err.Error(), "neither a preset") {
		t.Error(err)
	}
}

// A vocabulary of symbols reads what it writes.
func TestSymbols(t *testing.T) {
	s := newSymbols([]string{"0", "1", "+", "=", "\n", "10"})
	ids := s.Encode("10+1=?\n", nil)
	if got := string(s.Decode(ids)); got != "10+1=\n" || len(ids) != 5 || s.Special().EOS != 4 || s.Vocab() != 6 || s.Piece(-1) != "" || s.IsSpecial(4) {
		t.Errorf("%v %q", ids, got)
	}
}
