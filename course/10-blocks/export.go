package blocks

import (
	"context"
	"fmt"
	"strings"

	"brick/course/lesson"
	"brick/train"
)

// Export is a design in the forms in which it can be taken along.
type Export struct {
	Stack string `json:"stack"` // as it was printed back
	Go    string `json:"go"`    // a whole program that builds it and trains it
	YAML  string `json:"yaml"`  // a run file, for brick train --config
}

// export writes a design out.
var export = lesson.Ask("export", first, func(_ context.Context, s *lesson.Session, d Design) (e Export, err error) {
	from, err := open(s, d.Data, uint64(d.Seed))
	if err != nil {
		return e, err
	}
	p, _ := planned(d, from.in())
	if p.Fault != nil {
		return e, p.Fault.refuse()
	}
	e.Stack = p.Printed
	if e.Stack == "" { // too many blocks to be printed one by one
		e.Stack = strings.Join(strings.Fields(d.Stack), " ")
	}
	d.Stack = e.Stack
	e.Go, e.YAML = program(d, from.Kind), string(runFile(d, from.Kind).YAML())
	return e, nil
})

func showTrain(d Design) lesson.Shown {
	kind := "plane"
	for _, s := range sources {
		if s.Name == d.Data {
			kind = s.Kind
		}
	}
	return lesson.Shown{Go: program(d, kind)}
}

// runFile is a design as a job of brick train.
func runFile(d Design, kind string) train.Job {
	o := options(d.Data, uint64(d.Seed))
	j := train.Job{Model: d.Stack, Data: train.DataJob{Source: d.Data, Examples: o.Examples, Noise: o.Noise},
		Optimizer: train.Optimizer{Name: d.Optim, LR: d.LR}, Schedule: train.Schedule{Name: "constant"}, Batch: d.Batch, Steps: d.Steps, Seed: uint64(d.Seed)}
	if kind == "text" {
		j.Data.Context, j.Tokenizer = window, train.TokenJob{Kind: "chars"}
	}
	return j
}

// program is a design as a Go program that prints the losses the page shows.
func program(d Design, kind string) string {
	o := options(d.Data, uint64(d.Seed))
	seed := d.Seed
	if d.Data == "fashion-mnist" {
		seed = 1
	}
	fields := []string{fmt.Sprintf("Seed: %d", seed)}
	if o.Examples > 0 {
		fields = append(fields, fmt.Sprintf("Examples: %d", o.Examples))
	}
	if o.Noise > 0 {
		fields = append(fields, fmt.Sprintf("Noise: %v", o.Noise))
	}
	options := "data.Options{" + strings.Join(fields, ", ") + "}"
	imports, types, read := "", "", fmt.Sprintf(`splits, err := data.Open(%q, %s)
	if err != nil {
		return err
	}`, d.Data, options)
	if kind == "text" {
		imports = "\n\t\"brick/token\""
		types = textEncoder
		read = fmt.Sprintf(`o := %s
	text, err := data.OpenText(%q, o)
	if err != nil {
		return err
	}
	var all strings.Builder
	for piece, err := range text.Text("train") {
		if err != nil {
			return err
		}
		all.Write(piece)
	}
	chars, err := token.NewChars(all.String(), "<|endoftext|>")
	if err != nil {
		return err
	}
	o.Window, o.Encoder = %d, encoder{chars}
	splits, err := text.Tokens(o)
	if err != nil {
		return err
	}`, options, d.Data, window)
	}
	standard := "\n\t\"fmt\"\n\t\"os\""
	if kind == "text" {
		standard += "\n\t\"strings\""
	}
	return fmt.Sprintf(`package main

import (
	"context"%s

	"brick/data"
	"brick/model"
	"brick/nn"
	"brick/optim"%s
	"brick/train"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	%s
	info := splits.Info()
	m, err := model.New(%q, nn.Input{Shape: info.Input, Vocab: info.Vocab, Outputs: info.Outputs()})
	if err != nil {
		return err
	}
	m = nn.Build(m, %d)
	kind, err := optim.ByName(%q)
	if err != nil {
		return err
	}
	opt := kind.New()
	if err := optim.Attach(opt, m); err != nil {
		return err
	}
	loader := &data.Loader{Set: splits.Train, Batch: %d, Seed: %d}
	rate := func(int) float64 { return %v }
	for s, err := range train.Steps(context.Background(), m, opt, loader.From(0), train.Config{Steps: %d, Rate: rate, Seed: %d}) {
		if err != nil {
			return err
		}
		fmt.Println(s.N+1, s.Loss)
	}
	held, err := train.Evaluate(context.Background(), nil, m, splits.Valid, train.LossFor, %d, %d)
	if err != nil {
		return err
	}
	fmt.Println(held)
	return loader.Err()
}
%s`, standard, imports, read, d.Stack, d.Seed, d.Optim, d.Batch, d.Seed, d.LR, d.Steps, d.Seed, batchOf(kind), heldBatches, types)
}

const textEncoder = `
// encoder reads a text by characters.
type encoder struct{ *token.Chars }

func (e encoder) Encode(dst []int32, text []byte) []int32 { return e.Chars.Encode(string(text), dst) }
func (e encoder) VocabSize() int                          { return e.Vocab() }
func (e encoder) EndOfText() int32                        { return e.Special().EOS }
func (e encoder) Fingerprint() string                     { return "chars" }
func (e encoder) Bytes(id int32) int                      { return len(e.AppendBytes(nil, id)) }
`
