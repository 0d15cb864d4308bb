package lab

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"

	"brick/device/cpu"
	"brick/train"
)

// A Sweep is a plan in a folder, done as far as it is:
//
//	plan.json         what will be done, written once
//	tokenizer.json …  the vocabulary of all trials
//	runs/ID/…         a run folder for each trial, with its result.json once it is measured
//	results.csv, results.jsonl
//	ensemble.json     the loss of the ensemble
//	prediction.json   what the law says of the largest size, written before its first step
//	verdict.json      what it reached
//	DONE
type Sweep struct {
	Dir  string
	Plan *Plan

	threads int
	note    func(string)
}

// Options say how a sweep is run; the zero value does it quietly on all cores.
type Options struct {
	Root    string       // folder of sweeps; "" means scale
	Threads int          // 0 means as many as the machine has
	Note    func(string) // told what is being done before training starts; may be nil
}

const (
	planFile       = "plan.json"
	resultFile     = "result.json"
	predictionFile = "prediction.json"
	verdictFile    = "verdict.json"
	ensembleFile   = "ensemble.json"
	doneFile       = "DONE"
	runsDir        = "runs"
	setupDir       = ".setup"
)

// Open reads a sweep that was planned.
func Open(dir string, o Options) (*Sweep, error) {
	s := &Sweep{Dir: dir, threads: o.Threads, note: o.Note}
	if s.threads <= 0 {
		s.threads = cpu.Usable()
	}
	if s.note == nil {
		s.note = func(string) {}
	}
	path := filepath.Join(dir, planFile)
	if err := readJSON(path, &s.Plan); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, &train.UsageError{Err: fmt.Errorf("lab: %s holds no sweep: it has no %s", dir, planFile)}
		}
		return nil, err
	}
	if err := s.Plan.check(); err != nil {
		return nil, &train.InputError{Err: fmt.Errorf("lab: %s: %w", path, err)}
	}
	return s, nil
}

// check refuses plans that none of ours can be.
func (p *Plan) check() error {
	if p == nil || p.Version != 1 {
		return errors.New("no plan of version 1")
	}
	if len(p.Sizes) < 2 || len(p.Sizes) < 3 && !p.Tuning || len(p.Trials) == 0 || p.Eval < 1 || p.Lanes.Count < 1 || p.Lanes.Threads < 1 || p.Threads < 1 || max(p.Lanes.Count, p.Lanes.Threads, p.Threads) > 4096 {
		return fmt.Errorf("%d sizes, %d trials, %d batches to evaluate, %d lanes of %d threads, %d threads: want 3 sizes or more and some of each", len(p.Sizes), len(p.Trials), p.Eval, p.Lanes.Count, p.Lanes.Threads, p.Threads)
	}
	if p.Text.Vocab < 2 || p.Text.Context < 2 {
		return fmt.Errorf("a vocabulary of %d and sequences of %d tokens", p.Text.Vocab, p.Text.Context)
	}
	seen := map[string]bool{}
	for i, t := range p.Trials {
		switch {
		case !filepath.IsLocal(t.ID) || t.ID != filepath.Base(t.ID) || seen[t.ID]:
			return fmt.Errorf("trial %d is called %q; want a name of its own that a folder can have", i, t.ID)
		case t.Steps < 1 || t.Batch < 1 || t.Decay < 0 || t.Decay > t.Steps || t.At < 0 || t.At >= t.Steps || t.Tokens < 1 || t.Size.FLOPs < 1 || !(t.Rate > 0) || math.IsInf(t.Rate, 0):
			return fmt.Errorf("trial %s has %d steps, %d of them decay, from step %d, of %d examples, %d tokens, rate %v: want counts above 0 that fit each other", t.ID, t.Steps, t.Decay, t.At, t.Batch, t.Tokens, t.Rate)
		case t.Trunk != "" && !seen[t.Trunk]:
			return fmt.Errorf("trial %s branches from %q, which is not before it", t.ID, t.Trunk)
		}
		seen[t.ID] = true
	}
	return nil
}
