package lab

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"brick/device/cpu"
	"brick/train"
)

// ensemble is how the ensemble's members do together, measured once they are done; zero where none is planned.
func (s *Sweep) ensemble(ctx context.Context) (m train.Metrics, err error) {
	path := filepath.Join(s.Dir, ensembleFile)
	ids := EnsembleMembers(s.Plan.Trials)
	if err := readJSON(path, &m); len(ids) == 0 || !errors.Is(err, fs.ErrNotExist) {
		return m, ignoreMissing(err)
	}
	var dirs []string
	for _, id := range ids {
		dirs = append(dirs, filepath.Join(s.Dir, runsDir, id))
	}
	dev := cpu.New(s.Plan.Threads)
	defer dev.Close()
	if m, err = MeasureEnsemble(ctx, dirs, EvalBatch, s.Plan.Eval, train.Options{Device: dev}); err != nil {
		return m, err
	}
	return m, writeJSON(path, m)
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Findings are what the studies show, as far as they are done; what repeats are worth by the law needs the prediction too.
func (s *Sweep) Findings() (Findings, error) {
	list, err := s.Results()
	if err != nil {
		return Findings{}, err
	}
	var m train.Metrics
	if err := ignoreMissing(readJSON(filepath.Join(s.Dir, ensembleFile), &m)); err != nil {
		return Findings{}, err
	}
	f := Find(s.Plan.Trials, list, m.Loss)
	p, err := s.Prediction()
	if err != nil || p == nil || f.Repeat == nil {
		return f, err
	}
	law, err := FitLaw(withoutHeldOut(list), s.Plan.fitOptions()) // the prediction's, with its draws, which no file holds
	if err == nil {
		f.Repeat.by(law)
	}
	return f, err
}

// Prediction is what was predicted, nil before that.
func (s *Sweep) Prediction() (p *Prediction, err error) {
	return p, ignoreMissing(readJSON(filepath.Join(s.Dir, predictionFile), &p))
}

// Verdict is how the prediction came true, nil before that.
func (s *Sweep) Verdict() (v *Verdict, err error) {
	return v, ignoreMissing(readJSON(filepath.Join(s.Dir, verdictFile), &v))
}
