package lesson

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"brick/generate"
	"brick/model"
	"brick/tensor/gguf"
)

// FilePrefix is what names of model files begin with, so that none is a run's.
const FilePrefix = "file:"

// NameFiles gives names to model files: Hugging Face folders and GGUF files. Pages know a file by its name alone, the last
// part of its path behind FilePrefix. It errs for a path that holds no language model, and for two of one name.
func NameFiles(paths []string) (map[string]string, error) {
	named := map[string]string{}
	for _, p := range paths {
		abs, err := filepath.Abs(p)
		if err != nil {
			return nil, fmt.Errorf("lesson: model file %s: %w", p, err)
		}
		name := FilePrefix + filepath.Base(abs)
		if before, twice := named[name]; twice && before != abs {
			return nil, fmt.Errorf("lesson: %s and %s are both called %s; rename one", before, abs, filepath.Base(abs))
		}
		m, err := declared(abs)
		if err != nil {
			return nil, fmt.Errorf("lesson: model file %s: %w", p, err)
		}
		if model.Vocab(m) == 0 {
			return nil, fmt.Errorf("lesson: model file %s reads no text: want a language model", p)
		}
		named[name] = abs
	}
	return named, nil
}

// IsFile says whether a page's name is that of a model file.
func IsFile(name string) bool { return strings.HasPrefix(name, FilePrefix) }

// files are the model files that pages may open, by name: those in the runs folder, and those that were named, which go first.
func (r *Runs) files() (map[string]string, error) {
	entries, err := os.ReadDir(r.Root)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	all := map[string]string{}
	for _, e := range entries {
		path := filepath.Join(r.Root, e.Name())
		if !strings.HasPrefix(e.Name(), ".") && (e.Type().IsRegular() && generate.IsGGUF(path) || e.IsDir() && isFolder(path)) {
			all[FilePrefix+e.Name()] = path
		}
	}
	for name, path := range r.Files {
		all[name] = path
	}
	return all, nil
}

// declared is the model of a folder or a GGUF file, without memory.
func declared(path string) (model.Model, error) {
	if s, err := os.Stat(path); err == nil && s.IsDir() {
		return model.Declare(path)
	}
	f, err := gguf.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() // of a file that was only read
	m, _, err := model.DeclareGGUF(path, f)
	return m, err
}

// isFolder says whether a folder holds a model that is no run.
func isFolder(dir string) bool {
	if _, err := os.Lstat(filepath.Join(dir, "run.yaml")); err == nil {
		return false
	}
	s, err := os.Lstat(filepath.Join(dir, "config.json"))
	return err == nil && s.Mode().IsRegular()
}

// listFiles gives the model files by name. One that holds no model that can be opened is left out.
func (r *Runs) listFiles() (list []RunInfo, err error) {
	all, err := r.files()
	for name, path := range all {
		if m, err := declared(path); err == nil && model.Vocab(m) > 0 {
			list = append(list, RunInfo{Name: name, Stack: m.Notation(), Kind: "file", Done: true})
		}
	}
	slices.SortFunc(list, func(a, b RunInfo) int { return cmp.Compare(a.Name, b.Name) })
	return list, err
}

// WithFile lets f use the model of a file, which nobody else uses meanwhile; see With. Its weights are widened to what
// the engine computes in.
func (r *Runs) WithFile(name string, f func(*generate.Language) error) error {
	all, err := r.files()
	if err != nil {
		return err
	}
	path, ok := all[name]
	if !ok {
		return &Refusal{Key: "refused.file", Args: []any{strings.TrimPrefix(name, FilePrefix)}, Field: "run", Message: fmt.Sprintf("no model file is called %q", strings.TrimPrefix(name, FilePrefix))}
	}
	at := time.Time{}
	if s, err := os.Stat(path); err == nil {
		at = s.ModTime()
	}
	return r.use(name, at, func(o *opened) error {
		m, err := declared(path)
		if err == nil {
			err = fits(strings.TrimPrefix(name, FilePrefix), m)
		}
		if err == nil {
			o.language, err = generate.Open(path, model.OpenOptions{Keeping: model.Widened})
		}
		if err != nil && !errors.As(err, new(*Refusal)) {
			err = &Refusal{Key: "refused.open", Args: []any{strings.TrimPrefix(name, FilePrefix), hidden(err, path)}, Field: "run", Message: hidden(err, path)}
		}
		return err
	}, func(o *opened) error { return f(o.language) })
}

// hidden is an error as pages may read it: with the file's name, not with where it lies.
func hidden(err error, path string) string {
	return strings.ReplaceAll(err.Error(), path, filepath.Base(path))
}
