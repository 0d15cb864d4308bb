package train

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"brick/data"
	"brick/grad"
)

// Evaluate measures the model on a split of the run's data, or on another source of the same kind: on the split of that
// name if the source brings it along, else on all of it.
func (r *Run) Evaluate(ctx context.Context, split, source string) (Metrics, error) {
	job := r.Job
	batch := max(min(job.Batch, 256), 1)
	if source != "" && r.Info.Columns != nil && !r.Info.Tokens { // read with the scaling and categories the model knows
		t, err := openTable(ctx, source, &r.Info)
		if err != nil {
			return Metrics{}, err
		}
		return Evaluate(ctx, r.dev, r.Model, t, r.Loss, batch, 0)
	}
	if source != "" {
		job.Data.Source = source
		job.Data.Valid, job.Data.Test, job.Data.Unique = -1, -1, 0
		if len(r.Info.Input) == 3 { // folders of images are brought to the size of those the model knows
			job.Data.Channels, job.Data.Height, job.Data.Width = r.Info.Input[0], r.Info.Input[1], r.Info.Input[2]
		}
	}
	s, err := r.reopen(ctx, &job)
	if err != nil {
		return Metrics{}, err
	}
	defer s.Close()
	var names []string
	for name, set := range s.Each {
		if name == split {
			return Evaluate(ctx, r.dev, r.Model, set, r.Loss, batch, 0)
		}
		names = append(names, name)
	}
	if source != "" && split != "train" {
		return Evaluate(ctx, r.dev, r.Model, s.Train, r.Loss, batch, 0)
	}
	return Metrics{}, usagef("train: %s has no %s split; it has %s", job.Data.Source, split, strings.Join(names, ", "))
}

// EvaluatePart measures the model on a split of the run's data, limit batches of batch examples evenly spread over it, as Evaluate
// does with a set in hand; limit 0 means all.
func (r *Run) EvaluatePart(ctx context.Context, split string, batch, limit int) (m Metrics, err error) {
	set, done, err := r.OpenSplit(ctx, split)
	if err != nil {
		return m, err
	}
	m, err = Evaluate(ctx, r.dev, r.Model, set, r.Loss, batch, limit)
	return m, done(err)
}

// OpenSplit opens one split of the run's data, read as the model knows them; done closes them and passes an error on.
func (r *Run) OpenSplit(ctx context.Context, split string) (set data.Set, done func(error) error, err error) {
	job := r.Job
	s, err := r.reopen(ctx, &job)
	if err != nil {
		return nil, nil, err
	}
	var names []string
	for name, set := range s.Each {
		if name == split {
			return set, func(err error) error { return errors.Join(err, s.Close()) }, nil
		}
		names = append(names, name)
	}
	err = usagef("train: %s has no %s split; it has %s", job.Data.Source, split, strings.Join(names, ", "))
	return nil, nil, errors.Join(err, s.Close())
}

// reopen opens data for a model that is trained: they must be of its kind, scaled as what it was trained on.
func (r *Run) reopen(ctx context.Context, job *Job) (*data.Splits, error) {
	s, err := r.openAgain(ctx, job)
	if err != nil {
		return nil, err
	}
	if err := r.relabel(s); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	got := s.Info()
	same := slices.Equal(got.Input, r.Info.Input) || data.IsChats(job.Data.Source, job.Data.Task) // which are as long as they are
	if got.Task != r.Info.Task || !same || got.Outputs() != r.Info.Outputs() || !slices.Equal(got.Classes, r.Info.Classes) {
		err = fmt.Errorf("train: %s holds %v examples of shape %v with %d outputs %.100q; the model was trained on %v of %v with %d %.100q",
			job.Data.Source, got.Task, got.Input, got.Outputs(), got.Classes, r.Info.Task, r.Info.Input, r.Info.Outputs(), r.Info.Classes)
		return nil, errors.Join(err, s.Close())
	}
	if !slices.Equal(got.Mean, r.Info.Mean) || !slices.Equal(got.Std, r.Info.Std) {
		for _, set := range []*data.Set{&s.Train, &s.Valid, &s.Test} {
			if *set != nil {
				*set = &rescaled{*set, &r.Info}
			}
		}
	}
	return s, nil
}

// openAgain opens data as those of the run, even where they would not look like them: three texts may be all alike.
func (r *Run) openAgain(ctx context.Context, job *Job) (*data.Splits, error) {
	if !r.Info.Labelled() || r.Info.Symbols != nil {
		return openData(ctx, job, r.Tokenizer)
	}
	o := job.options(newEncoder(r.Tokenizer))
	if cs := r.Info.Columns; cs.Header { // its columns may stand in another order
		o.Header, o.Target = "yes", []string{cs.Columns[cs.Targets[0]].Name}
	}
	l, err := data.OpenLabelled(job.Data.Source, o)
	if err != nil {
		return nil, &InputError{err}
	}
	s, err := l.Tokens(o)
	if err != nil {
		return nil, err
	}
	return &s, job.keep(&s)
}

// rescaled is a set of images in the scaling of those a model was trained on.
//
//	x ← ((x·σ + μ) − μ')/σ'     by channel
type rescaled struct {
	data.Set
	info *data.Info
}

// Info is the description the model was trained with.
func (s *rescaled) Info() *data.Info { return s.info }

// Read reads the examples and scales them anew.
func (s *rescaled) Read(b *data.Batch, index []int, seed uint64) error {
	if err := s.Set.Read(b, index, seed); err != nil {
		return err
	}
	was := s.Set.Info()
	channels := len(was.Mean)
	plane := len(b.X) / max(len(index)*channels, 1)
	for i := range b.X {
		c := i / plane % channels
		b.X[i] = grad.Float((float64(b.X[i])*was.Std[c] + was.Mean[c] - s.info.Mean[c]) / s.info.Std[c])
	}
	return nil
}
