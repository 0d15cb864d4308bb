package lab

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"

	"brick/device"
	"brick/train"
)

// microBatch bounds the examples that are in memory at a time; larger batches are summed up from micro-batches.
const microBatch = 32

// job is the run file of a trial.
func (s *Sweep) job(t Trial) train.Job {
	p, micro := s.Plan, t.Batch
	for micro > microBatch && micro%2 == 0 {
		micro /= 2
	}
	j := train.Job{
		Name: t.ID, Model: t.Size.Stack,
		Data:      train.DataJob{Source: p.Text.Source, Context: p.Text.Context},
		Tokenizer: s.tokenizer(),
		Optimizer: train.Optimizer{Name: p.Rule.Optimizer, LR: t.Rate, Args: maps.Clone(p.Rule.Settings)},
		Schedule:  train.Schedule{Name: "wsd", Args: map[string]any{"warmup": min(p.Warmup, max(t.Steps-t.Decay, 0)), "decay": t.Decay, "min_lr": 0.0}},
		Batch:     micro, Accumulate: max(t.Batch/micro, 1), Steps: t.Steps, Seed: t.Seed, ClipNorm: 1, Precision: "f32",
		Eval: train.EvalJob{Every: max(p.Steps, t.Steps), Batches: 2}, // the test split is what counts, at the end
		Save: train.SaveJob{Every: max(p.Steps/10, 50)},
	}
	if t.Study == Repeat {
		j.Data.Unique = t.Unique / p.Text.Context
	}
	return j
}

func (s *Sweep) dir(t Trial) string { return filepath.Join(s.Dir, runsDir, t.ID) }

// result is that of a trial that is done.
func (s *Sweep) result(t Trial) (r Result, done bool, err error) {
	path := filepath.Join(s.dir(t), resultFile)
	err = readJSON(path, &r)
	if errors.Is(err, fs.ErrNotExist) {
		return r, false, nil
	}
	if err == nil && r.Trial != t {
		err = &train.InputError{Err: fmt.Errorf("lab: %s is of another trial than %s plans; put back the plan that it was made by", path, planFile)}
	}
	return r, err == nil, err
}

// train brings a trial to its result, from wherever it stands. forked is told of each branch as it leaves; progress of each step.
func (s *Sweep) train(ctx context.Context, t Trial, dev device.Device, forked func(Trial), progress func(train.Event)) (Result, error) {
	r, err := s.open(ctx, t, dev)
	if err != nil {
		return Result{}, err
	}
	defer r.Close()
	if !train.Done(r.Dir) {
		branches := s.Plan.branches(t)
		// A branch leaves at the moment when its step is saved, before the trunk goes on: whenever the process dies, the newest
		// checkpoint is not after a fork that was missed.
		fork := func(step int) error {
			for _, b := range branches {
				if b.At == step+1 {
					r.SaveNow()
				}
				if b.At != step {
					continue
				}
				if err := s.fork(t, b); err != nil {
					return err
				}
				forked(b)
			}
			return nil
		}
		if err := fork(r.Step()); err != nil {
			return Result{}, err
		}
		for e, err := range r.Train(ctx) {
			if err != nil {
				return Result{}, fmt.Errorf("lab: trial %s: %w", t.ID, err)
			}
			progress(e)
			if err := fork(e.Done); err != nil {
				return Result{}, err
			}
		}
	}
	res, err := s.measure(ctx, r, t, dev)
	if err != nil {
		return Result{}, fmt.Errorf("lab: trial %s: %w", t.ID, err)
	}
	if err := writeJSON(filepath.Join(r.Dir, resultFile), res); err != nil {
		return Result{}, err
	}
	// The weights are in the run's folder; what only resuming needs goes.
	if err := os.RemoveAll(filepath.Join(r.Dir, "checkpoints")); err != nil {
		return Result{}, fmt.Errorf("lab: %w", err)
	}
	return res, nil
}

// open goes on with a trial's run, or creates it.
func (s *Sweep) open(ctx context.Context, t Trial, dev device.Device) (*train.Run, error) {
	o := train.Options{Root: filepath.Join(s.Dir, runsDir), Device: dev}
	if _, err := os.Lstat(filepath.Join(s.dir(t), "run.yaml")); err == nil {
		return train.Resume(ctx, s.dir(t), o)
	}
	return train.Create(ctx, s.job(t), o)
}

// fork lets a branch leave its trunk, unless it has.
func (s *Sweep) fork(trunk, t Trial) error {
	if _, err := os.Lstat(s.dir(t)); err == nil {
		return nil
	}
	job, err := train.LoadJob(filepath.Join(s.dir(trunk), "run.yaml"))
	if err != nil {
		return err
	}
	want := s.job(t)
	job.Name, job.Steps, job.Schedule, job.Eval, job.Save = want.Name, want.Steps, want.Schedule, want.Eval, want.Save
	return train.Fork(s.dir(trunk), t.At, s.dir(t), job)
}

// measure evaluates a trained model on the same tokens of the test split as every other.
func (s *Sweep) measure(ctx context.Context, r *train.Run, t Trial, dev device.Device) (Result, error) {
	m, err := train.Evaluate(ctx, dev, r.Model, r.Splits.Test, r.Loss, EvalBatch, s.Plan.Eval)
	if err != nil {
		return Result{}, err
	}
	res := Result{Trial: t, Loss: m.Loss, BitsPerByte: m.BitsPerByte, Accuracy: m.Accuracy, FLOPs: t.FLOPs()}
	if res.Skills, err = Skills(ctx, r); err != nil {
		return Result{}, err
	}
	records, err := train.ReadLog(filepath.Join(r.Dir, "run.jsonl"))
	if err != nil {
		return Result{}, err
	}
	for _, rec := range records {
		res.Seconds += rec.Seconds
	}
	res.Seconds = round(res.Seconds, 4)
	return res, nil
}
