package main

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"brick/data"
	"brick/train"
)

// maxNotes bounds the notes on what was done to inputs.
const maxNotes = 5

// predictor prints what a model says about inputs.
type predictor struct {
	run   *train.Run
	asked train.Asked
	json  *json.Encoder // nil for lines
	out   io.Writer
	notes io.Writer
	said  string          // the argument that is the text itself, or ""
	noted map[string]bool // notes that were told
}

// input predicts for a file, a folder of images, or a text.
func (p *predictor) input(ctx context.Context, name string) error {
	fi, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) && p.readsText() && !namesFile(name) {
		p.said = name
		defer func() { p.said = "" }()
		return p.stream(ctx, "argument", strings.NewReader(name))
	}
	if p.run.Info.Task == data.Language { // whatever there is, it has no prediction of it
		return p.stream(ctx, name, strings.NewReader(""))
	}
	if err != nil {
		return fmt.Errorf("predict: %w", err)
	}
	files := []string{name}
	if fi.IsDir() {
		if len(p.run.Info.Input) != 3 && p.run.Info.Picture == nil {
			return usagef("predict: %s is a folder; folders hold images, and %s was not trained on any", name, p.run.Dir)
		}
		if files, err = data.ImageFiles(name); err != nil {
			return fmt.Errorf("predict: %w", err)
		}
	}
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			return fmt.Errorf("predict: %w", err)
		}
		err = p.file(ctx, file, f)
		f.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// file predicts for what a file holds; of tables and texts it may be packed by gzip.
func (p *predictor) file(ctx context.Context, name string, f *os.File) error {
	if !strings.EqualFold(filepath.Ext(name), ".gz") || len(p.run.Info.Input) == 3 {
		return p.stream(ctx, name, f)
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		return &train.InputError{Err: fmt.Errorf("predict: %s: %w", name, err)}
	}
	return p.stream(ctx, name, z)
}

// namesFile says whether an argument is surely meant as the name of a file.
func namesFile(name string) bool {
	return slices.Contains([]string{".csv", ".tsv", ".tab", ".txt", ".gz", ".json", ".jsonl"}, strings.ToLower(filepath.Ext(name)))
}

// readsText says whether an argument may be the text itself.
func (p *predictor) readsText() bool {
	return p.run.Info.Task == data.Translation && p.run.Info.Picture == nil || p.run.Info.Labelled()
}

// stream predicts for what in holds.
func (p *predictor) stream(ctx context.Context, name string, in io.Reader) error {
	list := p.run.Predict(ctx, name, in, p.asked)
	for one, err := range list {
		if err != nil {
			return err
		}
		if p.said != "" && !strings.Contains(p.said, "\n") { // it says best which one is meant
			one.Source, one.Row = strings.ReplaceAll(p.said, "\t", " "), 0
		}
		if p.json != nil {
			err = p.json.Encode(one)
		} else {
			p.note(one)
			_, err = fmt.Fprintln(p.out, one)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// note tells each note once, with the first input it is about.
func (p *predictor) note(one train.Prediction) {
	if one.Note == "" || len(p.noted) >= maxNotes || p.noted[one.Note] {
		return
	}
	if p.noted == nil {
		p.noted = map[string]bool{}
	}
	p.noted[one.Note] = true
	fmt.Fprintf(p.notes, "%s: %s\n", one.Source, one.Note)
}
