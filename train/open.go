package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"unicode/utf8"

	"brick/data"
	"brick/device"
	"brick/device/cpu"
	"brick/model"
	"brick/nn"
)

// Open loads a finished run, or the newest checkpoint of an unfinished one, for use: no training data, no optimizer. It
// computes in f32, whatever precision the run was trained in.
func Open(dir string, o Options) (*Run, error) {
	r, err := describe(dir)
	if err != nil {
		return nil, err
	}
	if r.dev = o.Device; r.dev == nil {
		r.dev = cpu.Default()
	}
	if r.Loss, err = lossByName(r.Job.Loss); err != nil {
		return nil, err
	}
	switch {
	case r.Info.Symbols != nil:
		r.Tokenizer = newSymbols(r.Info.Symbols)
	case r.Info.Tokens:
		if r.Tokenizer, err = loadTokenizer(dir); err != nil {
			return nil, err
		}
	}
	weights, s, err := r.weightsFile()
	if err != nil {
		return nil, err
	}
	r.plain = weights == filepath.Join(dir, modelFile)
	if err := r.build(o.root()); err != nil {
		return nil, err
	}
	if err := r.sameBase(s); err != nil {
		return nil, err
	}
	if err := loadWeights(r.Model, weights); err != nil {
		return nil, err
	}
	return r, nil
}

// build declares the model and gives it memory, for weights that will be read.
func (r *Run) build(root string) (err error) {
	if r.Model, err = r.declared(); err != nil {
		return err
	}
	from, err := r.openBase(root)
	if err != nil {
		return err
	}
	defer from.close()
	if err = r.findBase(from); err != nil {
		return err
	}
	var kept map[*nn.Param]device.Buf
	if kept, r.state.Base, err = r.base.keep(r.dev, r.Model); err == nil {
		nn.BuildAround(r.dev, r.Model, false, kept)
	}
	return err
}

// Declared is the model of the run in dir, without memory, and what its data give it.
func Declared(dir string) (m model.Model, in nn.Input, err error) {
	r, err := describe(dir)
	if err != nil {
		return nil, in, err
	}
	m, err = r.declared()
	return m, r.input(), err
}

// describe reads what a run is about, without weights.
func describe(dir string) (*Run, error) {
	job, err := LoadJob(filepath.Join(dir, jobFile))
	if err != nil {
		return nil, err
	}
	info, err := readInfo(dir)
	if err != nil {
		return nil, err
	}
	return &Run{Dir: dir, Job: job, Info: info, vault: newVault(dir)}, nil
}

// readInfo reads data.json of a run.
func readInfo(dir string) (info data.Info, err error) {
	path := filepath.Join(dir, infoFile)
	js, err := readBounded(path, 64<<20)
	if err == nil {
		err = json.Unmarshal(js, &info)
	}
	if err == nil {
		err = checkInfo(&info)
	}
	if err != nil {
		return info, fmt.Errorf("train: %s: %w", path, err)
	}
	return info, nil
}

// checkInfo refuses descriptions of data that none of ours can be.
func checkInfo(info *data.Info) error {
	for _, n := range info.Input {
		if n < 1 || n > nn.MaxSize {
			return fmt.Errorf("input has shape %v; want sizes of 1 to %d", info.Input, nn.MaxSize)
		}
	}
	switch {
	case len(info.Input) == 0 || len(info.Input) > 4:
		return fmt.Errorf("input has shape %v; want 1 to 4 sizes", info.Input)
	case info.Outputs() < 1 || info.Vocab < 0 || info.Targets < 0:
		return fmt.Errorf("%v with %d targets, %d classes and a vocabulary of %d: there is nothing to predict", info.Task, info.Targets, len(info.Classes), info.Vocab)
	case info.Task == data.Translation && (len(info.Input) != 1 || info.Source < 1 || info.Source >= info.Input[0] || info.Vocab <= int(data.Marks)):
		return fmt.Errorf("pairs of shape %v with a source of %d and a vocabulary of %d; want one size, more than the source's, and more ids than %d", info.Input, info.Source, info.Vocab, data.Marks)
	case info.Picture != nil && (info.Task != data.Translation || len(info.Picture) != 3 || !isVolume(info.Picture, info.Source)):
		return fmt.Errorf("pictures of shape %v as sources of %d ids; want three sizes with that product", info.Picture, info.Source)
	case info.Task == data.Reading && (len(info.Input) != 3 || info.Targets < 1 || info.Targets > nn.MaxSize/2 || len(info.Classes) < 2):
		return fmt.Errorf("lines of shape %v with up to %d symbols of %d; want three sizes, and a symbol or more beside the blank", info.Input, info.Targets, len(info.Classes))
	case len(info.Mean) != len(info.Std):
		return fmt.Errorf("%d means and %d standard deviations", len(info.Mean), len(info.Std))
	case info.Symbols != nil && len(info.Symbols) != info.Vocab:
		return fmt.Errorf("%d symbols for a vocabulary of %d", len(info.Symbols), info.Vocab)
	case info.Labelled() && (len(info.Input) != 1 || info.Vocab < 2 || info.Columns != nil && info.Columns.TextColumn() == ""):
		return fmt.Errorf("texts of shape %v with a vocabulary of %d; want one size, 2 ids or more, and a column of text", info.Input, info.Vocab)
	case info.Columns == nil:
		return nil
	}
	cs := info.Columns
	if utf8.RuneCountInString(cs.Delimiter) != 1 {
		return fmt.Errorf("columns: delimiter %q; want one character", cs.Delimiter)
	}
	for _, t := range cs.Targets {
		if t < 0 || t >= len(cs.Columns) {
			return fmt.Errorf("columns: target %d of %d columns", t, len(cs.Columns))
		}
	}
	if cs.Width() != info.Input[0] && !info.Labelled() || info.Task == data.Regression && len(cs.Targets) != info.Targets || len(cs.Targets) == 0 {
		return fmt.Errorf("columns make %d inputs and %d targets; want %d and %d", cs.Width(), len(cs.Targets), info.Input[0], info.Targets)
	}
	return nil
}

// isVolume reports whether n is the product of sizes.
func isVolume(sizes []int, n int) bool {
	for _, d := range sizes {
		if d < 1 || n%d != 0 {
			return false
		}
		n /= d
	}
	return n == 1
}

// sameData reports how data differ from those a run began with: then it could not go on as if nothing had happened.
func sameData(began, now data.Info) error {
	a, err1 := fieldsOf(began)
	b, err2 := fieldsOf(now)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			a[name] = nil
		}
	}
	for _, name := range slices.Sorted(maps.Keys(a)) {
		if name != "origin" && name != "rule" && string(a[name]) != string(b[name]) {
			return fmt.Errorf("the data have changed since the run began: %s was %.200s and is now %.200s; put the old data back, or start a new run", name, a[name], b[name])
		}
	}
	return nil
}

// fieldsOf is a description by the names of its JSON fields.
func fieldsOf(info data.Info) (fields map[string]json.RawMessage, err error) {
	js, err := json.Marshal(info)
	if err == nil {
		err = json.Unmarshal(js, &fields)
	}
	return fields, err
}
