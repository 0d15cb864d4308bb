package train

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"time"

	"brick/optim"
	"brick/tensor"
	"brick/tensor/durable"
)

// Train runs the job to its end, from where it stands: steps, evaluations, checkpoints,
// log. It yields after every step. When ctx is cancelled, or the caller leaves the loop, the
// step in hand is finished and a checkpoint saved; SaveNow asks for one without stopping. At the
// end the finished model is written to the run's folder. The error, if any, is the last thing yielded.
func (r *Run) Train(ctx context.Context) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		var last Event
		left := false
		err := r.train(ctx, func(e Event) bool {
			last = e
			left = !yield(e, nil)
			return !left
		})
		if err != nil && !left {
			yield(last, err)
		}
	}
}

// fit is one call of Train.
type fit struct {
	*Run
	log *runLog
	ev  *events
}

func (r *Run) train(ctx context.Context, yield func(Event) bool) (err error) {
	f := fit{Run: r}
	if f.log, r.records, err = openLog(filepath.Join(r.Dir, logFile), r.state.Step); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.log.close()) }()
	if f.ev, err = newEvents(r.Dir, r.state.Step); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.ev.close()) }()
	if err := os.Remove(filepath.Join(r.Dir, doneFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("train: %w", err)
	}
	if r.due() { // the run was cancelled when an evaluation was
		if err := f.validate(ctx, new(Event)); err != nil {
			return err
		}
	}
	if !r.over() {
		if left, err := f.steps(ctx, yield); err != nil || left {
			return err
		}
	}
	return r.finish()
}

// steps trains until the run is over; left says that the caller had enough before.
func (f *fit) steps(ctx context.Context, yield func(Event) bool) (left bool, err error) {
	r := f.Run
	loader := r.loader()
	config := Config{
		Steps: r.Job.Steps, Start: r.state.Step, Rate: r.schedule.At, Loss: r.Loss,
		Accumulate: r.Job.Accumulate, Clip: optim.Clip{Norm: r.Job.ClipNorm, Value: r.Job.ClipValue},
		EMA: r.ema, Seed: r.Job.Seed, Device: r.dev, Tape: &r.tape, Memory: r.carried, Recompute: r.Job.Recompute, Skipped: r.state.Row,
	}
	// The loop never sees ctx: a cancelled run finishes its step here, and saves.
	for s, err := range Steps(context.Background(), r.Model, r.opt, loader.From(r.state.Step), config) {
		if err != nil {
			return false, errors.Join(err, r.lastGood())
		}
		e, err := f.after(ctx, s)
		if err != nil {
			return false, err
		}
		cancelled := ctx.Err()
		if !yield(e) {
			if e.Saved == "" {
				_, err = f.checkpoint()
			}
			return true, err
		}
		switch {
		case cancelled != nil && (!r.over() || r.due()):
			return false, cancelled
		case r.over():
			return false, nil
		}
	}
	if err := loader.Err(); err != nil {
		return false, fmt.Errorf("train: step %d: %w", r.state.Step, err)
	}
	return false, nil
}

// after does what follows a step: log, evaluation, checkpoint. While updates are skipped none is due: those that may
// have to be gone back to stay.
func (f *fit) after(ctx context.Context, s Step) (Event, error) {
	r := f.Run
	r.state.Step = s.N + 1
	r.state.Seconds += s.Took.Seconds()
	r.state.Tokens += int64(s.Tokens)
	r.state.Row = 0
	e := Event{Step: s, Done: s.N + 1, Total: r.Job.Steps}
	if s.Skipped {
		r.state.Skipped++
		r.state.Row = s.Row
		e.Note = fmt.Sprintf("step %d skipped: loss %v, gradient norm %v", s.N, s.Loss, s.GradNorm)
	}
	if err := f.record(s); err != nil {
		return e, err
	}
	if r.due() {
		if err := f.validate(ctx, &e); err != nil && ctx.Err() == nil {
			return e, err
		}
	}
	if r.stale() && e.Done < e.Total {
		e.Note = fmt.Sprintf("stopped early: no better validation loss in %d evaluations", r.state.Stale)
		if b := r.state.Best; b != nil {
			e.Note += fmt.Sprintf("; the best was %.4f at step %d", b.Valid.Loss, b.Step)
		}
	}
	asked := r.save.Swap(false)
	if asked || e.Done%r.Job.Save.Every == 0 && !s.Skipped || r.over() || ctx.Err() != nil {
		var err error
		if e.Saved, err = f.checkpoint(); err != nil {
			return e, err
		}
	}
	return e, nil
}

// stale reports whether patience is at its end.
func (r *Run) stale() bool { return r.Job.Eval.Patience > 0 && r.state.Stale >= r.Job.Eval.Patience }

// over reports whether no step is left to do.
func (r *Run) over() bool { return r.state.Step >= r.Job.Steps || r.stale() }

// due reports whether the validation set is to be looked at now.
func (r *Run) due() bool {
	n := r.state.Step
	return n > 0 && n != r.state.Evaluated && r.Splits.Valid != nil && r.Splits.Valid.Len() > 0 &&
		(n%r.Job.Eval.Every == 0 || n == r.Job.Steps)
}

// record logs a step.
func (f *fit) record(s Step) error {
	rec := Record{Step: s.N + 1, Loss: number(s.Loss), LR: s.LR, GradNorm: number(s.GradNorm), Skipped: s.Skipped, Seconds: s.Took.Seconds()}
	if sec := s.Took.Seconds(); sec > 0 {
		rec.Rate = float64(max(s.Tokens, s.Examples)) / sec
	}
	f.records = append(f.records, rec)
	return errors.Join(f.log.add(rec), f.ev.scalars(s.N+1,
		scalar{"train/loss", s.Loss}, scalar{"train/learning_rate", s.LR}, scalar{"train/grad_norm", s.GradNorm}))
}

// validate evaluates, logs it, and keeps the best weights. A loss of NaN is never the best.
func (f *fit) validate(ctx context.Context, e *Event) error {
	r := f.Run
	limit := r.Job.Eval.Batches
	if r.ema != nil {
		r.ema.Swap()
		defer r.ema.Swap()
	}
	m, err := evaluate(ctx, &r.tape, r.Model, r.Splits.Valid, r.Loss, r.Job.Batch, limit)
	if err != nil {
		return err
	}
	r.state.Evaluated = r.state.Step
	e.Valid = &m
	slim := m
	slim.Confusion = nil // what is logged again and again stays short
	rec := Record{Step: r.state.Step, Loss: number(m.Loss), Valid: &slim}
	r.records = append(r.records, rec)
	found := []scalar{{"valid/loss", m.Loss}}
	for _, s := range []scalar{{"valid/accuracy", m.Accuracy}, {"valid/bits_per_byte", m.BitsPerByte}, {"valid/r2", m.R2}} {
		if s.value != 0 {
			found = append(found, s)
		}
	}
	if err := errors.Join(f.log.add(rec), f.ev.scalars(r.state.Step, found...)); err != nil {
		return err
	}
	if m.Loss != m.Loss || r.state.Best != nil && !m.Better(r.state.Best.Valid) {
		r.state.Stale++
		return nil
	}
	e.Best, r.state.Best, r.state.Stale = true, &best{r.state.Step, slim}, 0
	if err := durable.MkdirAll(r.vault.best()); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	if _, err := writeTensors(durable.Disk{}, filepath.Join(r.vault.best(), modelFile), weights(r.Model)); err != nil {
		return fmt.Errorf("train: best weights: %w", err)
	}
	return nil
}

// SaveNow makes the run write a checkpoint after the step in hand. It may be called from a signal handler's goroutine.
func (r *Run) SaveNow() { r.save.Store(true) }

// checkpoint saves where the run stands, its log first, and forgets old checkpoints. Weights that are not
// finite are not saved: the run cannot recover from them.
func (f *fit) checkpoint() (string, error) {
	r := f.Run
	if name := notFinite(r.Model); name != "" {
		err := fmt.Errorf("train: after step %d: %w: %s is not finite", r.state.Step-1, ErrDiverged, name)
		return "", errors.Join(err, r.lastGood())
	}
	if err := f.log.sync(); err != nil {
		return "", err
	}
	path, err := r.saveState()
	if err != nil {
		return "", err
	}
	return path, r.vault.prune(r.Job.Save.Keep)
}

// saveState writes a checkpoint of where the run stands.
func (r *Run) saveState() (string, error) {
	r.state.Examples = r.Splits.Train.Len()
	return r.vault.save(r.state, map[string][]tensor.Named{modelFile: weights(r.Model), optimizerFile: r.optimizerState()})
}

// lastGood says where a run that failed was still well: at a checkpoint whose next loss was finite.
func (r *Run) lastGood() error {
	ill := r.state.Step - r.state.Row // the first step that was not finite
	if path, s, _, _ := r.vault.before(ill); path != "" {
		return fmt.Errorf("the last good checkpoint is %s (step %d); start a new run with a lower learning rate", path, s.Step)
	}
	return fmt.Errorf("no checkpoint from before step %d is left; start again with a lower learning rate", ill)
}

// finish writes the model, its picture of the loss, and DONE.
func (r *Run) finish() error {
	early := r.Job.Eval.Patience > 0 && r.state.Best != nil && r.state.Best.Step < r.state.Step
	switch {
	case early:
		if err := loadWeights(r.Model, filepath.Join(r.vault.best(), modelFile)); err != nil {
			return err
		}
	case r.ema != nil:
		r.ema.Swap() // the average is what was evaluated, and what is kept
	}
	if err := r.export(); err != nil {
		return err
	}
	svg, err := lossSVG(filepath.Base(r.Dir)+" · "+r.Job.Model, r.records)
	if err == nil {
		err = durable.WriteFile(filepath.Join(r.Dir, plotFile), svg)
	}
	if err == nil {
		err = durable.WriteFile(filepath.Join(r.Dir, doneFile), []byte(time.Now().UTC().Format(time.RFC3339)+"\n"))
	}
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return nil
}
