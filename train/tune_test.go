package train_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"brick/data"
	"brick/grad"
	"brick/nn"
	"brick/optim"
	"brick/tensor/safetensors"
	"brick/train"
)

// tunedJobs go on from two finished runs: a small ResNet with a new head on a body that is kept, and a LLaMA with adapters.
func tunedJobs(t testing.TB, text string, o train.Options) (frozen, adapted train.Job) {
	t.Helper()
	base := resnetJob()
	base.Name, base.Steps = "base-resnet", 6
	finish(t, create(t, base, o))
	frozen = resnetJob()
	frozen.Model, frozen.Head, frozen.From, frozen.Freeze, frozen.Data.Examples = "", "linear", "base-resnet", []string{"body"}, 60
	frozen.Rates = train.Rates{"fc.bias": 0.01}

	base = llamaJob(text)
	base.Name = "base-llama"
	finish(t, create(t, base, o))
	adapted = llamaJob(text)
	adapted.Model, adapted.From, adapted.LoRA = "", "base-llama", train.LoRAJob{Rank: 2, Dropout: 0.1}
	return frozen, adapted
}

// tensors are the weights in a file by name.
func tensors(t testing.TB, path string) map[string][]grad.Float {
	t.Helper()
	f, err := safetensors.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all := map[string][]grad.Float{}
	for _, name := range f.Names() {
		x, err := f.Tensor(name)
		if err != nil {
			t.Fatal(err)
		}
		if x.Floats(nil) != nil {
			all[name] = x.Floats(nil)
		}
	}
	return all
}

// distance is the largest difference of two tensors.
func distance(a, b []grad.Float) (worst float64) {
	for i := range a {
		worst = max(worst, math.Abs(float64(a[i]-b[i])))
	}
	return worst
}

// What is frozen keeps its bits, running statistics included; what is not moves.
func TestFreeze(t *testing.T) {
	o := setup(t)
	job, _ := tunedJobs(t, write(t, "poem.txt", poem), o)
	job.Name, job.EMA = "tuned", 0
	r := create(t, job, o)
	if want := "conv(4,3,stride=3,pad=1,bias=false) batchnorm relu resblock(4) resblock(6,stride=2) globalpool linear(10)"; r.Model.Notation() != want {
		t.Errorf("the model is %s, want %s", r.Model.Notation(), want)
	}
	finish(t, r)
	before := tensors(t, filepath.Join(o.Root, "base-resnet", "model.safetensors"))
	after := tensors(t, filepath.Join(r.Dir, "model.safetensors"))
	if len(before) != len(after) || len(after) < 10 {
		t.Fatalf("%d tensors before, %d after", len(before), len(after))
	}
	for name, was := range before {
		head := strings.HasPrefix(name, "fc.")
		if moved := distance(was, after[name]) > 0; moved != head {
			t.Errorf("%s has changed: %v, want %v", name, moved, head)
		}
	}
}

// A run with adapters is written as one without: the same predictions, in the shapes of the model it came from; what was learnt
// alone lies beside it under the names of the PEFT library.
func TestLoRARun(t *testing.T) {
	o := setup(t)
	_, job := tunedJobs(t, write(t, "poem.txt", poem), o)
	job.Name, job.EMA, job.Optimizer.LR = "adapted", 0, 0.05
	r := create(t, job, o)
	finish(t, r)
	own, err := r.Evaluate(context.Background(), "valid", "")
	if err != nil {
		t.Fatal(err)
	}
	merged, err := train.Open(r.Dir, o)
	if err != nil {
		t.Fatal(err)
	}
	defer merged.Close()
	other, err := merged.Evaluate(context.Background(), "valid", "")
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(own.Loss-other.Loss) > 1e-5*own.Loss {
		t.Errorf("loss %v with adapters, %v merged", own.Loss, other.Loss)
	}
	before := tensors(t, filepath.Join(o.Root, "base-llama", "model.safetensors"))
	after := tensors(t, filepath.Join(r.Dir, "model.safetensors"))
	changed := 0
	for name, was := range before {
		if len(after[name]) != len(was) {
			t.Errorf("%s has %d numbers, had %d", name, len(after[name]), len(was))
		} else if distance(was, after[name]) > 0 {
			changed++
			if !strings.Contains(name, "_proj.weight") {
				t.Errorf("%s has changed: it has no adapter", name)
			}
		}
	}
	if changed != 14 || len(after) != len(before) { // q, k, v, o, gate, up, down of two blocks
		t.Errorf("%d of %d tensors changed, there were %d", changed, len(after), len(before))
	}
	learnt := tensors(t, filepath.Join(r.Dir, "adapter_model.safetensors"))
	for name := range learnt {
		if !strings.HasPrefix(name, "base_model.model.") || !strings.Contains(name, ".lora_") {
			t.Errorf("adapter %s", name)
		}
	}
	if len(learnt) != 28 {
		t.Errorf("%d tensors of adapters, want 28", len(learnt))
	}
	var config struct {
		Type    string   `json:"peft_type"`
		Rank    int      `json:"r"`
		Alpha   float64  `json:"lora_alpha"`
		Targets []string `json:"target_modules"`
	}
	text, err := os.ReadFile(filepath.Join(r.Dir, "adapter_config.json"))
	if err == nil {
		err = json.Unmarshal(text, &config)
	}
	if err != nil || config.Type != "LORA" || config.Rank != 2 || config.Alpha != 4 || len(config.Targets) != 14 {
		t.Errorf("adapter_config.json: %+v, %v", config, err)
	}
}

// A step of SGD moves parameters by their own learning rates.
func TestRates(t *testing.T) {
	o := setup(t)
	job := mlpJob()
	job.Optimizer, job.Schedule, job.ClipNorm, job.EMA, job.Steps = train.Optimizer{Name: "sgd", LR: 0.1}, train.Schedule{Name: "constant"}, 0, 0, 1
	step := func(name string, rates train.Rates) map[string][]grad.Float {
		job.Name, job.Rates = name, rates
		r := create(t, job, o)
		finish(t, r)
		return tensors(t, filepath.Join(r.Dir, "model.safetensors"))
	}
	job.Optimizer.LR = 1e-30
	start := step("start", nil)
	job.Optimizer.LR = 0.1
	plain, rated := step("plain", nil), step("rated", train.Rates{"body": 0.01})
	for name, w := range start {
		want := 0.1
		if strings.HasPrefix(name, "5.") {
			want = 1
		}
		full, part := distance(w, plain[name]), distance(w, rated[name])
		if full == 0 || math.Abs(part/full-want) > 0.01 {
			t.Errorf("%s moved by %v, alone by %v: want %v of it", name, part, full, want)
		}
	}
}

// What does not fit is refused before anything is written, and the error says what would.
func TestTuneErrors(t *testing.T) {
	o := setup(t)
	text := write(t, "poem.txt", poem)
	frozen, adapted := tunedJobs(t, text, o)
	bare := filepath.Join(t.TempDir(), "bare.safetensors")
	weights, err := os.ReadFile(filepath.Join(o.Root, "base-resnet", "model.safetensors"))
	if err == nil {
		err = os.WriteFile(bare, weights, 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		job    train.Job
		change func(*train.Job)
		want   string
	}{
		{frozen, func(j *train.Job) { j.From = "nowhere" }, `from "nowhere" is neither a run, nor a path; want a run, a folder with config.json and model.safetensors or its shards, a GGUF file (.gguf), or a safetensors file`},
		{frozen, func(j *train.Job) { j.From, j.Head = bare, "" }, "nothing says what network these weights belong to"},
		{frozen, func(j *train.Job) { j.Head = "linaer" }, "did you mean linear"},
		{frozen, func(j *train.Job) { j.Head = "globalpool linear" }, "globalpool"},
		{frozen, func(j *train.Job) { j.Freeze = []string{"all"} }, "leaves nothing to train"},
		{frozen, func(j *train.Job) { j.Freeze = []string{"7-9"} }, `"7-9" names no parameter; there are blocks 0 to 6`},
		{frozen, func(j *train.Job) { j.Freeze = []string{"[a"} }, "syntax error in pattern"},
		{frozen, func(j *train.Job) { j.Rates = train.Rates{"6": 0.1, "fc.bias": 0.1} }, "both name fc.bias"},
		{frozen, func(j *train.Job) { j.Rates = train.Rates{"6": -1} }, "want a number above 0"},
		{frozen, func(j *train.Job) {
			j.Model, j.Head = "conv(8,3,stride=3,pad=1,bias=false) batchnorm globalpool linear", ""
		}, "block 0 is conv(4,3,stride=3,pad=1,bias=false) there"},
		{frozen, func(j *train.Job) { j.Data = train.DataJob{Source: "moons", Examples: 50} }, "conv"},
		{frozen, func(j *train.Job) { j.LoRA = train.LoRAJob{Rank: 2} }, "no layer"},
		{adapted, func(j *train.Job) { j.LoRA.Rank = 17 }, "want at most 16"},
		{adapted, func(j *train.Job) { j.LoRA.Targets = []string{"query"} }, "there are 1.self_attn.q_proj"},
		{adapted, func(j *train.Job) { j.From = "" }, "from"},
		{adapted, func(j *train.Job) { j.Tokenizer.Kind = "bytes" }, "leave it out"},
	} {
		job := c.job
		job.Name = "refused"
		c.change(&job)
		r, err := train.Create(context.Background(), job, o)
		if err == nil {
			r.Close()
			t.Errorf("no error where %q was due: %s", c.want, r.Model.Notation())
			continue
		}
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v\nwant %q in it", err, c.want)
		}
		if _, err := os.Stat(filepath.Join(o.Root, "refused")); !errors.Is(err, os.ErrNotExist) {
			t.Fatalf("%s: a folder is left", c.want)
		}
	}
}

// Weights come from a file alone, where the stack is named, from a checkpoint, and from a folder that config.json describes.
func TestFrom(t *testing.T) {
	o := setup(t)
	frozen, adapted := tunedJobs(t, write(t, "poem.txt", poem), o)
	at := func(job train.Job, name, from string) map[string][]grad.Float {
		job.Name, job.From, job.Steps, job.Optimizer.LR, job.EMA, job.LoRA = name, from, 1, 1e-30, 0, train.LoRAJob{}
		r := create(t, job, o)
		finish(t, r)
		return tensors(t, filepath.Join(r.Dir, "model.safetensors"))
	}
	same := func(got map[string][]grad.Float, path string) {
		t.Helper()
		for name, w := range tensors(t, path) {
			if len(got[name]) != len(w) || distance(got[name], w) > 0 {
				t.Errorf("%s is not that of %s", name, path)
			}
		}
	}
	run := filepath.Join(o.Root, "base-resnet")
	frozen.Head, frozen.Rates, frozen.Freeze = "", nil, []string{"0-5"} // running statistics keep still where the norms do
	same(at(frozen, "run", run), filepath.Join(run, "model.safetensors"))
	checkpoints, _ := filepath.Glob(filepath.Join(run, "checkpoints", "step-*"))
	if len(checkpoints) == 0 {
		t.Fatal("no checkpoints")
	}
	same(at(frozen, "checkpoint", checkpoints[0]), filepath.Join(checkpoints[0], "model.safetensors"))
	named := frozen
	named.Model = resnetJob().Model
	file := filepath.Join(t.TempDir(), "w.safetensors")
	weights, err := os.ReadFile(filepath.Join(run, "model.safetensors"))
	if err == nil {
		err = os.WriteFile(file, weights, 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
	same(at(named, "file", file), file)

	llama, folder := filepath.Join(o.Root, "base-llama"), t.TempDir()
	for _, name := range []string{"model.safetensors", "config.json", "tokenizer.json"} {
		text, err := os.ReadFile(filepath.Join(llama, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, name), text, 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	adapted.Tokenizer = train.TokenJob{}
	same(at(adapted, "folder", folder), filepath.Join(llama, "model.safetensors"))
}

// The prediction of an ensemble is the mean of its members', each on the scale that it has learnt on.
func TestEnsemble(t *testing.T) {
	o := setup(t)
	var b strings.Builder
	b.WriteString("x,z,y\n")
	for i := range 40 {
		x, z := float64(i), float64(i*i%17)
		text, _ := json.Marshal([]float64{x, z, 3*x - z + 5})
		b.WriteString(strings.Trim(string(text), "[]") + "\n")
	}
	table := write(t, "t.csv", b.String())
	var dirs []string
	for _, name := range []string{"a", "b", "c"} {
		job := mlpJob()
		job.Name, job.Model, job.Data, job.Seed, job.Loss = name, "linear(4) tanh linear", train.DataJob{Source: table}, uint64(name[0]), "mse"
		r := create(t, job, o)
		finish(t, r)
		dirs = append(dirs, r.Dir)
	}
	ask := func(dirs ...string) (y []float64) {
		r, err := train.OpenEnsemble(dirs, o)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		for p, err := range r.Predict(context.Background(), "rows", strings.NewReader("x,z\n1,2\n30,4\n"), train.Asked{}) {
			if err != nil {
				t.Fatal(err)
			}
			y = append(y, p.Values["y"])
		}
		return y
	}
	all, a, bs, c := ask(dirs...), ask(dirs[0]), ask(dirs[1]), ask(dirs[2])
	for i := range all {
		if mean := (a[i] + bs[i] + c[i]) / 3; math.Abs(all[i]-mean) > 1e-4*math.Abs(mean) || a[i] == bs[i] {
			t.Errorf("row %d: %v, the mean of %v %v %v is %v", i, all[i], a[i], bs[i], c[i], mean)
		}
	}

	job := mlpJob()
	job.Name = "moons"
	finish(t, create(t, job, o))
	if _, err := train.OpenEnsemble([]string{dirs[0], filepath.Join(o.Root, "moons")}, o); err == nil || !strings.Contains(err.Error(), "one is regression, the other classification") {
		t.Errorf("%v", err)
	}
}

// Classes are averaged by their probabilities, one logit as well as several.
func TestEnsembleOfClasses(t *testing.T) {
	constant := func(logits ...grad.Float) nn.Block {
		return nn.Func(func(x *grad.Var) *grad.Var { return x.Tape().Const(logits, 1, len(logits)) })
	}
	x := func() *grad.Var { return new(grad.Tape).Const([]grad.Float{0}, 1, 1) }
	two := train.Ensemble{Members: []nn.Block{constant(0, 0, 0), constant(2, 0, -1)}, Task: data.Classification}
	got := two.Forward(x()).Softmax(-1).Data()
	sum := math.Exp(2) + 1 + math.Exp(-1)
	for i, p := range []float64{math.Exp(2) / sum, 1 / sum, math.Exp(-1) / sum} {
		if want := (p + 1.0/3) / 2; math.Abs(float64(got[i])-want) > 1e-6 {
			t.Errorf("class %d: %v, want %v", i, got[i], want)
		}
	}
	one := train.Ensemble{Members: []nn.Block{constant(3), constant(-1)}, Task: data.Classification}
	want := (1/(1+math.Exp(-3)) + 1/(1+math.Exp(1))) / 2
	if p := float64(one.Forward(x()).Sigmoid().Item()); math.Abs(p-want) > 1e-6 {
		t.Errorf("one logit: %v, want %v", p, want)
	}
}

// A step that trains adapters, or the head of a frozen body, allocates nothing.
func TestTuneAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	tune := map[string]func(nn.Block){
		"adapters": func(m nn.Block) {
			nn.Freeze(m, true)
			for _, l := range nn.Adaptable(m) {
				in, out := l.Sizes()
				l.Adapt(nn.NewLoRA(in, out, 2, 4, 0.1))
			}
		},
		"head": func(m nn.Block) {
			for name, p := range nn.Params(m) {
				p.Freeze(!strings.HasPrefix(name, "fc."))
			}
		},
	}
	for name, stack := range map[string]string{"adapters": benchStacks[2].stack, "head": resnetJob().Model} {
		set := digits(t)
		if name == "adapters" {
			set = sums(t)
		}
		b := newTuned(t, stack, set, optim.NewAdamW(), 4, 1, 2, tune[name])
		next, stop := pull(b.steps(train.Config{Steps: 1 << 30, Rate: func(int) float64 { return 0.01 }, Clip: optim.Clip{Norm: 1}}))
		for range 20 {
			next()
		}
		if n := testing.AllocsPerRun(50, next); n != 0 {
			t.Errorf("%s: a step allocates %v times", name, n)
		}
		stop()
	}
}
