package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"brick/data"
	"brick/generate"
	"brick/model"
	"brick/token"
	"brick/train"
)

// maxText bounds the text that eval measures a language model on.
const maxText = 1 << 30

// folderOf is the folder or file that a name means where it means no run: one with a config.json, or a GGUF file. Else err
// says why it means none.
func folderOf(name string) (dir string, err error) {
	_, err = train.Find(runsRoot(), name)
	if err == nil {
		return "", nil
	}
	if isGGUF(name) {
		info, e := os.Stat(name)
		if e != nil {
			return "", e
		}
		if info.Mode().IsRegular() {
			return name, nil
		}
	}
	if info, e := os.Stat(filepath.Join(name, "config.json")); e == nil && info.Mode().IsRegular() {
		return name, nil
	}
	return "", err
}

// A writer is a session with the language model of a run or a folder.
type writer struct {
	*generate.Session
	tok   token.Tokenizer
	usual generate.Sampling // how the folder says that it writes
	says  bool              // whether it says so
	run   *train.Run        // nil for a folder
	close func() error
}

func openWriter(name string, how *sitting) (w writer, err error) {
	if err := how.check(); err != nil {
		return w, err
	}
	dir, err := folderOf(name)
	if err != nil {
		return w, usageError{err}
	}
	if dir != "" {
		l, err := how.open(dir)
		if err != nil {
			return w, err
		}
		w.usual, w.says = l.Sampling()
		w.Session, w.tok, w.close = l.Session(), l.Tokenizer, func() error { return nil }
		return w, how.sit(w.Session, l)
	}
	r, err := open(name)
	if err != nil {
		return w, err
	}
	switch {
	case r.Tokenizer == nil:
		err = usagef("%s is not a language model: it was trained on %s", r.Dir, r.Job.Data.Source)
	case r.Info.Task == data.Translation:
		err = usagef("%s translates: brick predict %s does it line by line", r.Dir, r.Dir)
	case r.Info.Labelled():
		err = usagef("%s names classes of texts: brick predict %s does it", r.Dir, r.Dir)
	}
	if err != nil {
		return w, errors.Join(err, r.Close())
	}
	w.run, w.tok, w.close = r, r.Tokenizer, r.Close
	w.Session = generate.NewSession(r.Model, w.tok, model.Context(r.Model), nil)
	if err := how.sit(w.Session, nil); err != nil {
		return w, errors.Join(err, r.Close())
	}
	return w, nil
}

// template is the text of the model's chat template, "" where it has none.
func (w *writer) template() (string, error) {
	if s, ok := w.tok.(*token.Subword); ok && s.ChatTemplate != "" {
		return s.ChatTemplate, nil
	}
	if w.run != nil {
		return w.run.ChatTemplate()
	}
	return "", nil
}

// fill sets of o what the folder says and no flag of cmd does.
func (w *writer) fill(cmd *cobra.Command, o *generate.Sampling) error {
	if !w.says {
		return nil
	}
	for flag, set := range map[string]func(){
		"temperature": func() { o.Temperature = w.usual.Temperature }, "top-k": func() { o.TopK = w.usual.TopK },
		"top-p": func() { o.TopP = w.usual.TopP }, "repeat-penalty": func() { o.RepeatPenalty = w.usual.RepeatPenalty },
	} {
		if !cmd.Flag(flag).Changed {
			set()
		}
	}
	return o.Check()
}

// measureText prints how well a language model foretells a text file.
func measureText(cmd *cobra.Command, l *generate.Language, name, file string, o generate.Reading, asJSON bool) error {
	if file == "" {
		return usagef("%s is a model and no data: want --data with a text file, or --choices with questions", name)
	}
	text, err := readText(file)
	if err != nil {
		return err
	}
	o.Tell = newCounter(cmd.ErrOrStderr(), "tokens")
	m, err := l.Measure(cmd.Context(), text, o)
	if err != nil {
		return err
	}
	if asJSON {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(m)
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%v (%d tokens)\n", m, m.Examples)
	return err
}

// measureChoices prints how many questions of a file a language model answers.
func measureChoices(cmd *cobra.Command, l *generate.Language, file string, asJSON bool) error {
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("eval: %w", err)
	}
	defer f.Close() // of a file that was only read
	questions, err := generate.ReadQuestions(f)
	if err != nil {
		return fmt.Errorf("eval: %s: %w", file, err)
	}
	tell := newCounter(cmd.ErrOrStderr(), "questions")
	var sum generate.Answers
	out := json.NewEncoder(cmd.OutOrStdout())
	for a, err := range l.Choose(cmd.Context(), questions) {
		if err != nil {
			return err
		}
		sum.Add(a)
		if tell(sum.Questions, len(questions)); asJSON {
			if err := out.Encode(a); err != nil {
				return err
			}
		}
	}
	if asJSON {
		return out.Encode(sum)
	}
	_, err = fmt.Fprintln(cmd.OutOrStdout(), sum)
	return err
}

// readText reads a file of bounded size.
func readText(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", fmt.Errorf("eval: %w", err)
	}
	defer f.Close() // of a file that was only read
	if info, err := f.Stat(); err == nil && !info.Mode().IsRegular() {
		return "", fmt.Errorf("eval: %s is not a regular file", file)
	}
	b, err := io.ReadAll(io.LimitReader(f, maxText+1))
	if err == nil && len(b) > maxText {
		err = fmt.Errorf("more than the %d bytes that fit", maxText)
	}
	if err != nil {
		return "", fmt.Errorf("eval: %s: %w", file, err)
	}
	return string(b), nil
}
