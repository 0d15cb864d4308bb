package train

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"brick/data"
	"brick/model"
	"brick/token"
)

// A source is what a job's first weights come from: a run, a checkpoint of one, a folder with a config.json, or a
// file of weights alone.
type source struct {
	name  string      // as the job has it
	dir   string      // folder that may hold a tokenizer
	file  string      // model.safetensors
	job   *Job        // of the run, nil where it is none
	info  *data.Info  // of the run's data, nil where they are not known
	model model.Model // declared, without memory; nil where only names and shapes are known
	hf    bool        // a folder with a config.json, which may have its weights in shards
}

// openSource finds what from names: a path, or a run under root.
func openSource(from, root string) (*source, error) {
	path := from
	stat, err := os.Stat(path)
	if err != nil {
		path = filepath.Join(root, from)
		if stat, err = os.Stat(path); err != nil {
			return nil, usagef("train: from %q is neither a run, a folder with %s, nor a file of weights", from, modelFile)
		}
	}
	s := &source{name: path, dir: path, file: filepath.Join(path, modelFile)}
	if !stat.IsDir() {
		s.dir, s.file = filepath.Dir(path), path
	}
	for _, dir := range []string{s.dir, filepath.Dir(filepath.Dir(s.dir))} { // a checkpoint lies two folders below its run
		if _, err := os.Stat(filepath.Join(dir, jobFile)); err == nil {
			return s, s.ofRun(dir, path == dir)
		}
	}
	config, err := readBounded(filepath.Join(s.dir, configFile), maxJob)
	if errors.Is(err, os.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		s.model, err = model.Describe(config)
		s.hf = stat.IsDir()
	}
	if err != nil {
		return nil, fmt.Errorf("train: from %s: %w", from, err)
	}
	return s, nil
}

// ofRun describes the source as the run in dir, or one of its checkpoints.
func (s *source) ofRun(dir string, whole bool) error {
	r, err := describe(dir)
	if err != nil {
		return err
	}
	if whole {
		if s.file, err = r.weightsFile(); err != nil {
			return err
		}
	}
	r.plain = s.file == filepath.Join(dir, modelFile)
	s.dir, s.job, s.info = dir, &r.Job, &r.Info
	s.model, err = r.declared()
	return err
}

// weightsFile is the finished model of a run, or that of its newest whole checkpoint.
func (r *Run) weightsFile() (string, error) {
	file := filepath.Join(r.Dir, modelFile)
	if _, err := os.Stat(file); err == nil {
		return file, nil
	}
	path, _, damaged, err := r.vault.latest()
	if err != nil {
		return "", err
	}
	if path == "" {
		return "", errors.Join(fmt.Errorf("train: %s has neither %s nor a whole checkpoint: the run has not got that far", r.Dir, modelFile), damaged)
	}
	return filepath.Join(path, modelFile), nil
}

// prepare fills in of a job what its source says: the data and how text is read.
func (s *source) prepare(j *Job) {
	j.From = s.name
	if s.job == nil {
		return
	}
	if j.Data.Source == "" {
		j.Data = s.job.Data
	}
	if j.Data.Context == 0 && data.IsText(j.Data.Source) {
		j.Data.Context = s.job.Data.Context
	}
}

// tokenizer is the source's, where it has one: the ids must mean what they meant. One that the job names must be the same.
func (s *source) tokenizer(j *Job, named func() (token.Tokenizer, error)) (token.Tokenizer, error) {
	file := filepath.Join(s.dir, tokenizerFile)
	if _, err := os.Stat(file); err != nil {
		return named()
	}
	own, err := loadTokenizer(s.dir)
	if err != nil {
		return nil, err
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
