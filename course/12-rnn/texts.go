package rnn

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"brick/course/lesson"
	"brick/data"
	"brick/nn"
	"brick/train"
)

const stack = "embed(32) lstm(128) linear"

// A language is a text that a small character model is trained on.
type language struct {
	name   string // of the data set
	sample string // a text like it, to be read
	prompt string // a beginning, to be gone on with
	before string // what comes after a place of the sample that is worth a look: it follows from what was read long before
}

// languages are stories and couplets, made by rules, and real poems in traditional characters, whose file a machine may
// not have.
var languages = []language{
	{"stories", "Anna had a big red ball. Anna met Ben in the garden and gave it to Ben. Who has the big red ball now? Ben has the big red ball.", "Mary had a little", "Ben has the"},
	{"couplets", "晓竹吹高草，夜松照低间。朝花迷深影，暮草随浅还。", "春风", "松照"},
	{"tang", "白日依山盡，黃河入海流。欲窮千里目，更上一層樓。", "白日", "海流"},
}

// look is that place, in characters.
func (l language) look() int {
	return utf8.RuneCountInString(l.sample[:strings.Index(l.sample, l.before)]) - 1
}

// first is what a page asks first of the text's model.
func (l language) first() NextIn {
	return NextIn{ReadIn: ReadIn{RunIn: RunIn{Text: l.name}}, At: l.look(), Temperature: 1}
}

// run is the name of the model's run.
func (l language) run() string { return "learn-" + l.name + "-rnn" }

// model is what is trained.
func (l language) model() lesson.Model {
	return lesson.Model{Name: l.run(), Job: train.Job{Model: stack, Data: train.DataJob{Source: l.name, Context: 96},
		Tokenizer: train.TokenJob{Kind: "chars"}, Seed: 1, Steps: 400, Batch: 16, Optimizer: train.Optimizer{Name: "adamw", LR: 8e-3},
		Eval: train.EvalJob{Every: 50, Batches: 8}}}
}

// ready says whether the text is on this machine.
func (l language) ready() bool {
	return slices.ContainsFunc(data.List(""), func(d data.Listing) bool { return d.Name == l.name && d.Ready })
}

// find gives the language of a data set, the first for a name that is none.
func find(name string) language {
	i := slices.IndexFunc(languages, func(l language) bool { return l.name == name })
	return languages[max(i, 0)]
}

// oneOfTexts refuses a name that is no text's.
func oneOfTexts(name string) error {
	var known []string
	for _, l := range languages {
		known = append(known, l.name)
	}
	return lesson.OneOf("text", name, known...)
}

// Text is a text that a model can be trained on.
type Text struct {
	Name    string `json:"name"`
	Run     string `json:"run"`
	Sample  string `json:"sample"`
	Prompt  string `json:"prompt"`
	Look    int    `json:"look"`    // place of the sample that is worth a look, as of NextIn
	Ready   bool   `json:"ready"`   // it is on this machine
	Trained bool   `json:"trained"` // its model is
}

// texts lists what there is.
var texts = lesson.Ask("texts", struct{}{}, func(_ context.Context, s *lesson.Session, _ struct{}) (list []Text, err error) {
	for _, l := range languages {
		list = append(list, Text{l.name, l.run(), l.sample, l.prompt, l.look(), l.ready(), s.Runs.Has(l.run())})
	}
	return list, nil
})

// RunIn names a model: a run of the learner's, or the one of a text.
type RunIn struct {
	Run  string `json:"run"` // "" for the text's own
	Text string `json:"text"`
}

func (in RunIn) check() error {
	return lesson.First(oneOfTexts(in.Text), lesson.Within("run", float64(len(in.Run)), 0, 200))
}

// name is that of the run.
func (in RunIn) name() string {
	if in.Run != "" {
		return in.Run
	}
	return find(in.Text).run()
}

// with lets f use the model, and says whether it is there. That a named run is not is an error.
func (in RunIn) with(s *lesson.Session, f func(r *train.Run) error) (trained bool, err error) {
	if in.Run == "" && !s.Runs.Has(in.name()) {
		return false, nil
	}
	return true, s.Runs.With(in.name(), func(r *train.Run) error {
		if r.Tokenizer == nil || r.Info.Task != data.Language {
			return &lesson.Refusal{Key: "refused.text", Args: []any{in.name()}, Field: "run", Message: fmt.Sprintf("%s is no model of text; want one that says what comes next", in.name())}
		}
		return f(r)
	})
}

// opening is the head of a program that has the run.
func (in RunIn) opening(imports, body string) string {
	return fmt.Sprintf(`package main

import (
%s	"fmt"

	"brick/train"
)

func main() {
	run, err := train.Open(%q, train.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
%s}
`, imports, "runs/"+in.name(), body)
}

// params is how many numbers a run's model has learnt.
func params(r *train.Run) int { return nn.Count(r.Model) }
