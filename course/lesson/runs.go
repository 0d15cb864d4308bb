package lesson

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"brick/generate"
	"brick/model"
	"brick/train"
)

// Bounds of Runs.
const (
	maxOpen   = 3   // models in memory
	maxListed = 200 // runs that are listed

	// MaxParams is how many parameters a model may have that pages look into.
	MaxParams = 600_000_000
)

// Runs are the run folders under Root: what the learner trained, with the
// course or at the command line. A name from a page is looked for in the list
// of folders, and never made part of a path. Beside the runs there are model
// files, which pages look into too: those under Root, and Files.
type Runs struct {
	Root  string
	Files map[string]string // paths of model files elsewhere, by name: see NameFiles

	mu   sync.Mutex
	open []*opened
}

type opened struct {
	mu   sync.Mutex // held by the one who uses the model
	name string
	at   time.Time // of the run's last change when it was opened
	run  *train.Run

	language *generate.Language // of a model file
}

// RunInfo describes a run in a list.
type RunInfo struct {
	Name   string `json:"name"`
	Stack  string `json:"stack"`
	Source string `json:"source"` // of its data
	Kind   string `json:"kind"`   // text, images, other, or file for a model file
	Done   bool   `json:"done"`
}

// List gives the runs, newest first, then the model files. A folder that holds no readable run is left out.
func (r *Runs) List() (list []RunInfo, err error) {
	entries, err := os.ReadDir(r.Root)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	type dated struct {
		RunInfo
		at time.Time
	}
	var all []dated
	for _, e := range entries {
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		dir := filepath.Join(r.Root, e.Name())
		job, err := train.LoadJob(filepath.Join(dir, "run.yaml"))
		if err != nil {
			continue
		}
		_, in, err := train.Declared(dir)
		if err != nil {
			continue
		}
		kind := "other"
		switch {
		case in.Vocab > 0:
			kind = "text"
		case len(in.Shape) == 3:
			kind = "images"
		}
		all = append(all, dated{RunInfo{e.Name(), job.Model, job.Data.Source, kind, train.Done(dir)}, changed(dir)})
	}
	slices.SortFunc(all, func(a, b dated) int { return b.at.Compare(a.at) })
	for _, d := range all[:min(len(all), maxListed)] {
		list = append(list, d.RunInfo)
	}
	files, err := r.listFiles()
	return append(list, files[:min(len(files), maxListed)]...), err
}

// changed is when a run last changed: when it was done, else when it began.
func changed(dir string) time.Time {
	for _, name := range []string{"DONE", "run.yaml"} {
		if s, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return s.ModTime()
		}
	}
	return time.Time{}
}

// begun says whether a run folder is set up so far that it can be resumed.
func begun(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "run.yaml"))
	return err == nil
}

// dir is the folder of a listed run.
func (r *Runs) dir(name string) (string, error) {
	entries, err := os.ReadDir(r.Root)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	for _, e := range entries {
		if e.IsDir() && e.Name() == name {
			return filepath.Join(r.Root, e.Name()), nil
		}
	}
	return "", &Refusal{Key: "refused.run", Args: []any{name}, Field: "run", Message: fmt.Sprintf("no run is called %q", name)}
}

// Has says whether a finished run of this name is there.
func (r *Runs) Has(name string) bool {
	dir, err := r.dir(name)
	return err == nil && train.Done(dir)
}

// With lets f use a run's model, which nobody else uses meanwhile. Models stay
// in memory until three others were used.
func (r *Runs) With(name string, f func(*train.Run) error) error {
	dir, err := r.dir(name)
	if err != nil {
		return err
	}
	return r.use(name, changed(dir), func(o *opened) error {
		m, _, err := train.Declared(dir)
		if err == nil {
			err = fits(name, m)
		}
		if err == nil {
			o.run, err = train.Open(dir, train.Options{})
		}
		return err
	}, func(o *opened) error { return f(o.run) })
}

// use lets f use what open opens of a name, last changed at a time, or what is still open of it.
func (r *Runs) use(name string, at time.Time, open, f func(*opened) error) error {
	r.mu.Lock()
	i := slices.IndexFunc(r.open, func(o *opened) bool { return o.name == name && o.at.Equal(at) })
	var o *opened
	if i >= 0 {
		o = r.open[i]
		r.open = slices.Delete(r.open, i, i+1)
	} else {
		o = &opened{name: name, at: at}
		r.open = slices.DeleteFunc(r.open, func(o *opened) bool { return o.name == name })
		if len(r.open) >= maxOpen {
			r.open = slices.Delete(r.open, 0, 1)
		}
	}
	r.open = append(r.open, o)
	r.mu.Unlock()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.run == nil && o.language == nil {
		if err := open(o); err != nil {
			r.mu.Lock()
			r.open = slices.DeleteFunc(r.open, func(p *opened) bool { return p == o })
			r.mu.Unlock()
			return err
		}
	}
	return f(o)
}

// fits refuses a model that is too large for pages, before any of it is read.
func fits(name string, m model.Model) error {
	if n := model.Count(m); n > MaxParams {
		return &Refusal{Key: "refused.large", Args: []any{name, n, MaxParams}, Field: "run", Message: fmt.Sprintf("%s has %d parameters; pages look into models of at most %d", name, n, MaxParams)}
	}
	return nil
}

// Train makes the run of this name be done: it trains job, goes on with what an
// earlier call left half done, or finds it done. It refuses while somebody else
// trains that run. each sees every step; an error of its own ends the training,
// which is saved first.
func (r *Runs) Train(ctx context.Context, name string, job train.Job, each func(*train.Run, train.Event) error) error {
	o := train.Options{Root: r.Root}
	var run *train.Run
	dir, err := r.dir(name)
	switch {
	case err == nil && train.Done(dir):
		return nil
	case err == nil && begun(dir):
		run, err = train.Resume(ctx, dir, o)
	default:
		job.Name = name
		run, err = train.Create(ctx, job, o)
	}
	if errors.Is(err, train.ErrLocked) || errors.Is(err, train.ErrExists) { // it exists where another was quicker
		return &Refusal{Key: "refused.locked", Args: []any{name}, Message: fmt.Sprintf("another learner trains %s now; it can be used as soon as it is there", name)}
	}
	if err != nil {
		return err
	}
	err = func() error {
		for e, err := range run.Train(ctx) {
			if err == nil {
				err = each(run, e)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}()
	return errors.Join(err, run.Close())
}
