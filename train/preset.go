package train

import (
	"os"
	"path/filepath"
	"strings"

	"brick/data"
	"brick/model"
)

// A Preset is a job that works as it is: a model with data that show something.
type Preset struct {
	Name     string `json:"name"`
	What     string `json:"what"`     // it shows
	Measured string `json:"measured"` // time and result on 2 cores
	Job      Job    `json:"-"`
}

// defaultPreset is the main job: what `brick train` does when told nothing.
const defaultPreset = "go"

// Presets lists the presets, simplest first.
func Presets() []Preset {
	return []Preset{
		{"line", "least squares: gradient descent finds what the closed form says", "0.01 s: agrees with least squares to 3e-8", Job{
			Model: "linear(1)", Data: DataJob{Source: "line", Raw: true}, Loss: "mse"}},
		{"xor", "one line cannot, a hidden layer can", "0.03 s: 4 of 4 right", Job{
			Model: "linear(8) tanh linear(1)", Data: DataJob{Source: "xor", Raw: true, Valid: -1, Test: -1}, Loss: "bce",
			Optimizer: Optimizer{Name: "adam", LR: 0.05}, Batch: 4, Steps: 500}},
		{"moons", "two interleaved half circles, bent apart by an MLP", "0.01 s: 99.5 % right", Job{
			Model: "linear(16) tanh linear(16) tanh linear", Data: DataJob{Source: "moons"},
			Optimizer: Optimizer{Name: "adam", LR: 0.01}, Epochs: 40}},
		{"spirals", "the hard one of the two-dimensional sets", "0.06 s: 98.7 % right", Job{
			Model: "linear(32) tanh linear(32) tanh linear", Data: DataJob{Source: "spirals"},
			Optimizer: Optimizer{Name: "adam", LR: 0.01}, Epochs: 100}},
		{"digits", "an MLP reads digits drawn from strokes, no download", "0.3 s: 99.9 % right", Job{
			Model: "flatten linear(128) relu linear(64) relu linear", Data: DataJob{Source: "digits"},
			Optimizer: Optimizer{Name: "adamw", LR: 2e-3}, Epochs: 5}},
		{"fashion-mnist", "an MLP tells ten kinds of clothes apart", "1.7 s: 89.3 % right", Job{
			Model: "mlp", Data: DataJob{Source: "fashion-mnist"},
			Optimizer: Optimizer{Name: "adamw", LR: 1.5e-3}, Batch: 128, Epochs: 10}},
		{"fashion-lenet", "LeNet-5 on the same clothes", "10 s: 90.9 % right", Job{
			Model: "lenet", Data: DataJob{Source: "fashion-mnist"}, Optimizer: Optimizer{Name: "adamw", LR: 2e-3}, Batch: 64, Epochs: 10}},
		{"fashion-resnet", "ResNet-20 on the same, each image cropped and turned over at random", "6 m 57 s: 93.4 % right", Job{
			Model: "resnet20", Data: DataJob{Source: "fashion-mnist", Augment: "crop(2) flip"},
			Optimizer: Optimizer{Name: "nesterov", LR: 0.1, Args: map[string]any{"weight_decay": 5e-4}}, Batch: 128, Epochs: 12}},
		{"tinyshakespeare", "a GPT learns Shakespeare character by character", "3.1 s: 2.90 bits per byte", Job{
			Model: "embed(96,pos=64) 2*gpt(heads=3) layernorm linear", Data: DataJob{Source: "tinyshakespeare", Context: 64},
			Tokenizer: TokenJob{Kind: "chars"}, Optimizer: Optimizer{Name: "adamw", LR: 5e-3}, Batch: 4, Steps: 2000,
			Sample: SampleJob{Prompt: "ROMEO:", Tokens: 200}}},
		{"digit-lines", "convolutions and LSTMs read lines of digits, trained without being told where they stand", "18 s: 99.3 % of 4,000 exact", Job{
			Model: "crnn", Data: DataJob{Source: "digit-lines"},
			Optimizer: Optimizer{Name: "adamw", LR: 5e-3}, Batch: 32, Steps: 1200}},
		{"arithmetic", "a LLaMA learns to add numbers it has not seen", "4 s: 99.6 % of digits right", Job{
			Model: "embed(64) 2*llama(heads=4,ff=128) rmsnorm linear", Data: DataJob{Source: "arithmetic"},
			Optimizer: Optimizer{Name: "adamw", LR: 3e-3}, Batch: 64, Steps: 2000,
			Sample: SampleJob{Prompt: "27+58=", Tokens: 8}}},
		{"months", "GRUs read a date as people write it from both ends and name its month", "2.3 s: 100.0 % of 3,653 right", Job{
			Model: "embed(32) gru(64,bidirectional=true) mean linear", Data: DataJob{Source: "months"},
			Optimizer: Optimizer{Name: "adamw", LR: 5e-3}, Batch: 64, Steps: 1000}},
		{"dates", "a Transformer translates dates as people write them, days it has not seen", "21 s: 100.0 % of 3,653 exact", Job{
			Model: "transformer(width=64,layers=2,heads=4,ff=128,norm_first=true) linear", Data: DataJob{Source: "dates"},
			Optimizer: Optimizer{Name: "adamw", LR: 3e-3}, Batch: 64, Steps: 2000}},
		{"dates-lstm", "the same by LSTMs with attention", "18 s: 100.0 % of 3,653 exact", Job{
			Model: "seq2seq(hidden=96) linear", Data: DataJob{Source: "dates"},
			Optimizer: Optimizer{Name: "adamw", LR: 3e-3}, Batch: 64, Steps: 2000}},
		{"shapes", "convolutions look at pictures of shapes, a decoder says what they show", "33 s: 98.6 % of 4,000 exact", Job{
			Model: "caption(width=96) linear", Data: DataJob{Source: "shapes"},
			Optimizer: Optimizer{Name: "adamw", LR: 2e-3}, Batch: 64, Steps: 3000}},
		{"shakespeare-lstm", "an LSTM reads Shakespeare character by character, its state carried on", "23 s: 1.49 nats a character", Job{
			Model: "embed(64) lstm(256) linear", Data: DataJob{Source: "tinyshakespeare", Context: 64, Carry: true, Valid: 0.1, Test: -1},
			Tokenizer: TokenJob{Kind: "chars"}, Optimizer: Optimizer{Name: "muon", LR: 1e-2}, Batch: 32, Steps: 1200,
			Sample: SampleJob{Prompt: "ROMEO:", Tokens: 200}}},
		{"tang", "an LSTM writes lines of five or seven characters after three hundred poems of Tang", "31 s: 98 % of phrases have 5 or 7 characters", Job{
			Model: "embed(64) dropout(0.5) lstm(256) dropout(0.5) linear", Data: DataJob{Source: "tang", Context: 64, Valid: -1, Test: -1},
			Tokenizer: TokenJob{Kind: "chars"}, Optimizer: Optimizer{Name: "adamw", LR: 1e-2}, Batch: 16, Steps: 1200,
			Sample: SampleJob{Tokens: 100}}},
		{defaultPreset, "the main job: a LLaMA learns to write Go from the toolchain's own source", "1 m 16 s: 1.83 bits per byte", Job{
			Model:     "embed(128) 3*llama(heads=4,ff=344) rmsnorm linear(tied=true)",
			Data:      DataJob{Source: "go", Context: 96, Limit: 24 << 20},
			Tokenizer: TokenJob{Kind: "bpe", Vocab: 4096, Limit: 8 << 20},
			Optimizer: Optimizer{Name: "muon", LR: 5e-3},
			Schedule:  Schedule{Name: "cosine", Args: map[string]any{"min_lr": 1e-4}},
			Batch:     12, Steps: 2600, ClipNorm: 1,
			Eval:   EvalJob{Every: 520, Batches: 50},
			Save:   SaveJob{Every: 200},
			Sample: SampleJob{Prompt: "func (b *Buffer) Read(", Tokens: 120}}},
	}
}

func findPreset(name string) (Preset, bool) {
	for _, p := range Presets() {
		if p.Name == name {
			return p, true
		}
	}
	return Preset{}, false
}

// Choose makes a job from what was said: nothing at all, a preset, or a model (a stack or a name) with the source of its data.
func Choose(what, source string) (Job, error) {
	if what == "" && source == "" {
		what = defaultPreset
	}
	p, isPreset := findPreset(what)
	switch {
	case isPreset && (source == "" || source == p.Job.Data.Source):
		return p.Job, nil
	case source == "":
		if _, named := model.Find(what); named || strings.ContainsAny(what, "( ") {
			return Job{}, usagef("train: %q needs data: --data FILE or one of the sets of `brick data list`", what)
		}
		return Job{}, usagef("train: %q is neither a preset (brick train --list), a model nor a stack", what)
	case what == "":
		if data.IsText(source) {
			p, _ = findPreset(defaultPreset)
			j := p.Job
			j.Data.Source, j.Data.Limit, j.Sample.Prompt = source, 0, ""
			return j, nil
		}
		if what = "mlp"; data.IsLabelled(source, data.Options{}) {
			what = "text-classifier"
		}
	}
	return Job{Model: what, Data: DataJob{Source: source}}, nil
}

// Find resolves the folder of a run from a path, or from a name under root. The latest run is found by "last".
func Find(root, name string) (string, error) {
	if name == "last" {
		var newest string
		var when int64
		found, _ := filepath.Glob(filepath.Join(root, "*", jobFile))
		for _, f := range found {
			if info, err := os.Stat(f); err == nil && info.ModTime().UnixNano() > when {
				newest, when = filepath.Dir(f), info.ModTime().UnixNano()
			}
		}
		if newest == "" {
			return "", usagef("there is no run in %s yet: brick train makes one", root)
		}
		return newest, nil
	}
	for _, dir := range []string{name, filepath.Join(root, name)} {
		if _, err := os.Stat(filepath.Join(dir, jobFile)); err == nil {
			return dir, nil
		}
	}
	var names []string
	found, _ := filepath.Glob(filepath.Join(root, "*", jobFile))
	for _, f := range found {
		names = append(names, filepath.Base(filepath.Dir(f)))
	}
	if len(names) == 0 {
		return "", usagef("%s is no run folder (it has no %s), and there is no run in %s yet: brick train makes one", name, jobFile, root)
	}
	return "", usagef("%s is no run folder (it has no %s); the runs in %s are %s", name, jobFile, root, strings.Join(names, ", "))
}
