package train

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"brick/data"
	"brick/model"
	"brick/tensor/gguf"
	"brick/tensor/safetensors"
	"brick/token"
)

// A source is what a job's first weights come from: a run, a checkpoint of one, a folder with a config.json, a GGUF file, or
// a file of weights alone.
type source struct {
	name    string          // as the job has it
	dir     string          // folder that may hold a tokenizer
	file    string          // model.safetensors or the GGUF file
	job     *Job            // of the run, nil where it is none
	info    *data.Info      // of the run's data, nil where they are not known
	model   model.Model     // declared, without memory; nil where only names and shapes are known
	weights *model.Weights  // of a folder with a config.json, which may have them in shards, or of a GGUF file; else nil
	reads   token.Tokenizer // that of a GGUF file
}

// canStartFrom is what a job may start from.
const canStartFrom = "a run, a folder with " + configFile + " and " + modelFile + " or its shards, a GGUF file (.gguf), or a safetensors file"

// openSource finds what from names: a path, or a run under root. The source is to be closed.
func openSource(from, root string) (*source, error) {
	path := from
	stat, err := os.Stat(path)
	if err != nil {
		path = filepath.Join(root, from)
		if stat, err = os.Stat(path); err != nil {
			return nil, usagef("train: from %q is neither a run, nor a path; want %s", from, canStartFrom)
		}
	}
	s := &source{name: path, dir: path, file: filepath.Join(path, modelFile)}
	if !stat.IsDir() {
		s.dir, s.file = filepath.Dir(path), path
		if strings.EqualFold(filepath.Ext(path), ggufExt) {
			return s, s.ofGGUF()
		}
	}
	for _, dir := range []string{s.dir, filepath.Dir(filepath.Dir(s.dir))} { // a checkpoint lies two folders below its run
		if _, err := os.Stat(filepath.Join(dir, jobFile)); err == nil {
			return s, s.ofRun(dir, path == dir)
		}
	}
	config, err := readBounded(filepath.Join(s.dir, configFile), maxJob)
	if errors.Is(err, os.ErrNotExist) {
		return s, s.checkAlone(path)
	}
	if err == nil {
		s.model, err = model.Describe(config)
	}
	if err == nil && stat.IsDir() {
		s.weights, err = model.OpenWeights(s.dir, s.model)
	}
	if err != nil {
		return nil, fmt.Errorf("train: from %s: %w", from, err)
	}
	return s, nil
}

// checkAlone errs unless the source is a file of weights alone, or a folder with one.
func (s *source) checkAlone(path string) error {
	if _, err := os.Stat(s.file); err != nil {
		return usagef("train: from %s: the folder has neither %s, %s nor %s; want %s", path, jobFile, configFile, modelFile, canStartFrom)
	}
	f, err := safetensors.Open(s.file)
	if err != nil {
		return fmt.Errorf("train: from: %w; want %s", err, canStartFrom)
	}
	return f.Close()
}

// ggufExt is how the names of GGUF files end.
const ggufExt = ".gguf"

// ofGGUF reads the model and the tokenizer of a GGUF file.
func (s *source) ofGGUF() error {
	f, err := gguf.Open(s.file)
	if err != nil {
		return fmt.Errorf("train: from: %w", err)
	}
	s.reads, err = token.FromGGUF(maps.Collect(f.Metadata().All()))
	if err == nil {
		s.model, s.weights, err = model.DeclareGGUF(s.file, f)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("train: from %s: %w", s.file, err), f.Close())
	}
	return nil
}

// close releases the files, which were only read. s may be nil.
func (s *source) close() error {
	if s == nil || s.weights == nil {
		return nil
	}
	return s.weights.Close()
}

// ofRun describes the source as the run in dir, or one of its checkpoints.
func (s *source) ofRun(dir string, whole bool) error {
	r, err := describe(dir)
	if err != nil {
		return err
	}
	if whole {
		if s.file, _, err = r.weightsFile(); err != nil {
			return err
		}
	}
	r.plain = s.file == filepath.Join(dir, modelFile)
	if r.keepsBase() {
		return usagef("train: from %s: a checkpoint of adapters of %s, without that model: finish the run first, --resume %s", s.name, r.Job.From, dir)
	}
	s.dir, s.job, s.info = dir, &r.Job, &r.Info
	s.model, err = r.declared()
	return err
}

// weightsFile is the finished model of a run, or that of its newest whole checkpoint, and what that says of the run.
func (r *Run) weightsFile() (string, state, error) {
	file := filepath.Join(r.Dir, modelFile)
	if _, err := os.Stat(file); err == nil {
		return file, state{}, nil
	}
	path, s, damaged, err := r.vault.latest()
	if err != nil {
		return "", s, err
	}
	if path == "" {
		return "", s, errors.Join(fmt.Errorf("train: %s has neither %s nor a whole checkpoint: the run has not got that far", r.Dir, modelFile), damaged)
	}
	return filepath.Join(path, modelFile), s, nil
}

// prepare fills in of a job what its source says: the data and how text is read.
func (s *source) prepare(j *Job) error {
	j.From = s.name
	if s.job == nil {
		if j.Data.Source == "" {
			return usagef("train: from %s: nothing says what to learn from; name the data: --data poems.txt", s.name)
		}
		return nil
	}
	if j.Data.Source == "" {
		j.Data = s.job.Data
	}
	if j.Data.Context == 0 && data.IsText(j.Data.Source) {
		j.Data.Context = s.job.Data.Context
	}
	return nil
}

// tokenizer is the source's, where it has one: the ids must mean what they meant. One that the job names must be the same.
func (s *source) tokenizer(j *Job, named func() (token.Tokenizer, error)) (token.Tokenizer, error) {
	file, own := s.file, s.reads
	if own == nil {
		file = filepath.Join(s.dir, tokenizerFile)
		if _, err := os.Stat(file); err != nil {
			return named()
		}
		var err error
		if own, err = loadTokenizer(s.dir); err != nil {
			return nil, err
		}
	}
	if j.Tokenizer == (TokenJob{}) {
		j.Tokenizer.Kind = file
		return own, nil
	}
	t, err := named()
	if err != nil {
		return nil, err
	}
	if a, b := newEncoder(own), newEncoder(t); a.fingerprint != b.fingerprint {
		return nil, usagef("train: tokenizer %s has other tokens (%d) than %s was trained with (%d): leave it out, and those of %s are used", j.Tokenizer.Kind, t.Vocab(), s.name, own.Vocab(), file)
	}
	return t, nil
}

// rescale gives images the normalisation that a model's weights were learnt with:  x = (pixel/255 − mean)/std. The
// data's own would shift what the first layer sees.
func (r *Run) rescale(info *data.Info) {
	if len(info.Mean) == 0 || len(info.Mean) != len(r.Info.Mean) {
		return
	}
	seen := r.Info
	seen.Mean, seen.Std = info.Mean, info.Std
	for _, set := range []*data.Set{&r.Splits.Train, &r.Splits.Valid, &r.Splits.Test} {
		if *set != nil {
			*set = &rescaled{*set, &seen}
		}
	}
	r.Info = seen
}
