package train

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"brick/data"
	"brick/optim"
)

// A Job is a run file: everything needed to repeat a run. Its zero value, but for Model and Data.Source, is filled by Defaults.
type Job struct {
	Name       string    `yaml:"name,omitempty"` // of the run's folder under runs/; "" means made from model and data
	Model      string    `yaml:"model"`          // stack notation, or the name of a model
	Data       DataJob   `yaml:"data"`
	From       string    `yaml:"from,omitempty"`      // what the first weights are taken from: a run, a checkpoint, a Hugging Face folder, a GGUF file, a file of weights; then Model may be left open
	Head       string    `yaml:"head,omitempty"`      // the end of Model that starts anew, in stack notation
	Freeze     []string  `yaml:"freeze,omitempty"`    // what is kept as it is: body, all, blocks 0-3, paths and globs of parameters
	LoRA       LoRAJob   `yaml:"lora,omitempty"`      // low-rank adapters, everything else but a new head frozen
	Tokenizer  TokenJob  `yaml:"tokenizer,omitempty"` // for text
	Loss       string    `yaml:"loss,omitempty"`      // "" means cross-entropy for classes and tokens, mse for numbers
	Optimizer  Optimizer `yaml:"optimizer"`
	Rates      Rates     `yaml:"rates,omitempty"` // largest learning rates of parameters named as in Freeze, where they are not Optimizer.LR
	Schedule   Schedule  `yaml:"schedule"`
	Batch      int       `yaml:"batch"`                // examples in a micro-batch
	Accumulate int       `yaml:"accumulate,omitempty"` // micro-batches a step
	Steps      int       `yaml:"steps,omitempty"`      // in all; or
	Epochs     float64   `yaml:"epochs,omitempty"`     // passes over the training set, where steps is 0
	Seed       uint64    `yaml:"seed"`                 // of weights, order and dropout
	ClipNorm   float64   `yaml:"clip_norm,omitempty"`  // bound on the 2-norm of all gradients
	ClipValue  float64   `yaml:"clip_value,omitempty"` // bound on each gradient's absolute value
	EMA        float64   `yaml:"ema,omitempty"`        // decay of a moving average of the weights, evaluated and saved in their place; 0 means none
	Recompute  bool      `yaml:"recompute,omitempty"`  // less memory, one more forward pass
	Precision  string    `yaml:"precision,omitempty"`  // f32 (the default), bf16, or auto, which becomes one of them: how training reads operands of products
	Eval       EvalJob   `yaml:"eval"`
	Save       SaveJob   `yaml:"save"`
	Sample     SampleJob `yaml:"sample,omitempty"`
}

// Rates are learning rates by what they are for, such as body or 0-3.
type Rates map[string]float64

// DataJob names the data and how to read them; see data.Options for what each field means.
type DataJob struct {
	Source   string   `yaml:"source"`               // a named set, a file, a folder or a glob
	Target   []string `yaml:"target,omitempty"`     // columns of a table to predict
	Skip     []string `yaml:"skip,omitempty"`       // columns to leave out
	Template string   `yaml:"template,omitempty"`   // chat: name of the template that conversations are written by, see chat.Names, or a file; none means the model's own, or plain
	LossOn   string   `yaml:"loss_on,omitempty"`    // chat: answers, what the assistant says (the default), or all of a conversation
	Task     string   `yaml:"task,omitempty"`       // regression or classification; translation reads a .tsv file as pairs of texts, reading as images of lines and what they say; chat reads a .jsonl file as conversations, of which the answers are learnt
	Raw      bool     `yaml:"raw,omitempty"`        // do not standardise columns
	RawY     bool     `yaml:"raw_target,omitempty"` // do not standardise numbers to predict
	Size     int      `yaml:"size,omitempty"`       // side that images of folders are brought to, in place of height and width
	Height   int      `yaml:"height,omitempty"`     // of images
	Width    int      `yaml:"width,omitempty"`
	Channels int      `yaml:"channels,omitempty"`
	Augment  string   `yaml:"augment,omitempty"`  // of training images: transforms one after the other, such as crop(4) flip cutout(8)
	Context  int      `yaml:"context,omitempty"`  // tokens in an example of text; of pairs, in each of the two
	Carry    bool     `yaml:"carry,omitempty"`    // text: recurrent states go on from step to step, through batches that are streams of the text (truncated back-propagation through time)
	Limit    int64    `yaml:"limit,omitempty"`    // bytes of text to use, 0 for all
	Unique   int      `yaml:"unique,omitempty"`   // training examples to use, a choice by the seed; the others are never seen, and epochs pass over these; 0 for all
	Examples int      `yaml:"examples,omitempty"` // of a generated set
	Noise    float64  `yaml:"noise,omitempty"`
	Length   int      `yaml:"length,omitempty"`   // copy: symbols to copy; arithmetic: digits of a number
	Distance int      `yaml:"distance,omitempty"` // copy: blanks before they are asked for
	Valid    float64  `yaml:"valid,omitempty"`    // share held out for validation; negative for none
	Test     float64  `yaml:"test,omitempty"`     // share held out for the final test; negative for none
}

// TokenJob says how text becomes ids.
type TokenJob struct {
	Kind  string `yaml:"kind,omitempty"`  // bytes, chars, words, bpe, or the path of a tokenizer.json
	Vocab int    `yaml:"vocab,omitempty"` // size of a vocabulary of words or BPE that is learnt
	Limit int64  `yaml:"limit,omitempty"` // bytes of training text the vocabulary is learnt from
}

// Optimizer names an optimizer and its settings, such as {name: adamw, lr: 3e-3, beta2: 0.95}.
type Optimizer struct {
	Name string         `yaml:"name"`
	LR   float64        `yaml:"lr"` // the largest learning rate of the schedule
	Args map[string]any `yaml:",inline"`
}

// Schedule says how the learning rate goes from step to step, as a share of Optimizer.LR.
type Schedule struct {
	Name string         `yaml:"name"`
	Args map[string]any `yaml:",inline"`
}

// EvalJob says when the validation set is looked at.
type EvalJob struct {
	Every    int `yaml:"every,omitempty"`    // steps; 0 means ten times a run
	Batches  int `yaml:"batches,omitempty"`  // at most this many batches in each evaluation; 0 means all, or 20 for text, whose held-out part is long, or 20 for reading, or 5 for translation
	Patience int `yaml:"patience,omitempty"` // evaluations without improvement before the run stops early with its best weights; 0 means never
}

// SaveJob says when checkpoints are written.
type SaveJob struct {
	Every int `yaml:"every,omitempty"` // steps; 0 means ten times a run
	Keep  int `yaml:"keep,omitempty"`  // how many of the latest whole ones stay; 0 means 2
}

// SampleJob says what a language model writes when it is trained.
type SampleJob struct {
	Prompt string `yaml:"prompt,omitempty"`
	Tokens int    `yaml:"tokens,omitempty"`
}

// options are the data.Options of j.
func (j *Job) options(enc data.Encoder) data.Options {
	d := j.Data
	return data.Options{
		Seed: j.Seed, Valid: d.Valid, Test: d.Test,
		Target: d.Target, Skip: d.Skip, Task: d.Task, Raw: d.Raw, ScaleTarget: !d.Raw && !d.RawY,
		Height: cmp.Or(d.Height, d.Size), Width: cmp.Or(d.Width, d.Size), Channels: d.Channels,
		Encoder: enc, Window: d.Context, Limit: d.Limit, Carry: d.Carry,
		Examples: d.Examples, Noise: d.Noise, Length: d.Length, Distance: d.Distance,
	}
}

// labelled says whether the data are a table of texts and their classes.
func (j *Job) labelled() bool { return data.IsLabelled(j.Data.Source, j.options(nil)) }

// Defaults fills what was left open with what usually works, given the task of the data.
func (j *Job) Defaults(task data.Task) {
	set := func(p *string, v string) {
		if *p == "" {
			*p = v
		}
	}
	num := func(p *int, v int) {
		if *p == 0 {
			*p = v
		}
	}
	set(&j.Optimizer.Name, "adamw")
	if kind, err := optim.ByName(j.Optimizer.Name); err == nil && j.Optimizer.LR == 0 {
		j.Optimizer.LR = kind.LR
	}
	set(&j.Schedule.Name, "cosine")
	if task == data.Language {
		num(&j.Data.Context, 128)
		num(&j.Batch, 16)
		num(&j.Eval.Batches, 20)
		if j.ClipNorm == 0 {
			j.ClipNorm = 1
		}
	}
	if task == data.Translation {
		num(&j.Eval.Batches, 5) // each target is decoded
		if j.ClipNorm == 0 {
			j.ClipNorm = 1
		}
	}
	if task == data.Reading {
		num(&j.Eval.Batches, 20)
		if j.ClipNorm == 0 {
			j.ClipNorm = 1
		}
	}
	num(&j.Batch, 64)
	num(&j.Accumulate, 1)
	if j.Steps == 0 && j.Epochs == 0 {
		j.Epochs = 10
	}
	num(&j.Save.Keep, 2)
}

// folder makes a name for the run that no folder under root has: go-1, go-2, ….
func (j *Job) folder(root string) string {
	base := filepath.Base(j.Data.Source)
	base = strings.TrimSuffix(base, filepath.Ext(base))
	base = strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|[]{} `, r) || r < ' ' {
			return '-'
		}
		return r
	}, base), "-.")
	if base == "" {
		base = "run"
	}
	for i := 1; ; i++ {
		dir := filepath.Join(root, fmt.Sprintf("%s-%d", base, i))
		if _, err := os.Lstat(dir); err != nil { // it is free, or making it will say what is wrong
			return dir
		}
	}
}

// cloneArgs copies settings, so that two jobs never share them.
func cloneArgs(args map[string]any) map[string]any { return maps.Clone(args) }
