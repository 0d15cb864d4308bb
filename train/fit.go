package train

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"time"

	"brick/optim"
	"brick/tensor"
	"brick/tensor/durable"
)

// An Event is what happened last in a run.
type Event struct {
	Step  Step     // the step
	Done  int      // steps done
	Total int      // steps in all
	Valid *Metrics // an evaluation followed, on the validation set
	Best  bool     // … and it is the best so far
	Saved string   // a checkpoint was written here
	Note  string   // something the user should know, such as why a run ends early
}

// errStopped ends a run early and well.
var errStopped = errors.New("stopped early")

// Train runs the job to its end, from where it stands: steps, evaluations, checkpoints,
// log. It yields after every step. When ctx is cancelled, or the caller leaves the loop, the
// step in hand is finished and a checkpoint saved; SaveNow asks for one without stopping. At the
// end the finished model is written to the run's folder. The error, if any, is the last thing yielded.
func (r *Run) Train(ctx context.Context) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		var last Event
		err := r.train(ctx, func(e Event) bool {
			last = e
			return yield(e, nil)
		})
		if err != nil {
			yield(last, err)
		}
	}
}

func (r *Run) train(ctx context.Context, yield func(Event) bool) error {
	log, records, err := openLog(filepath.Join(r.Dir, logFile), r.state.Step)
	if err != nil {
		return err
	}
	defer log.close()
	r.records = records
	ev, err := newEvents(r.Dir, r.state.Step)
	if err != nil {
		return err
	}
	defer ev.close()
	os.Remove(filepath.Join(r.Dir, doneFile))

	loader := r.loader()
	config := Config{
		Steps: r.Job.Steps, Start: r.state.Step, Rate: r.schedule.At, Loss: r.Loss,
		Accumulate: r.Job.Accumulate, Clip: optim.Clip{Norm: r.Job.ClipNorm, Value: r.Job.ClipValue},
		EMA: r.ema, Seed: r.Job.Seed, Device: r.dev, Recompute: r.Job.Recompute,
	}
	// The loop never sees ctx: a cancelled run finishes its step here, and saves.
	for s, err := range Steps(context.Background(), r.Model, r.opt, loader.From(r.state.Step), config) {
		if err != nil {
			return errors.Join(err, r.lastGood())
		}
		e := Event{Step: s, Done: s.N + 1, Total: r.Job.Steps}
		r.state.Step = s.N + 1
		r.state.Seconds += s.Took.Seconds()
		r.state.Tokens += int64(s.Tokens)
		if s.Skipped {
			r.state.Skipped++
			e.Note = fmt.Sprintf("step %d skipped: loss %v, gradient norm %v", s.N, s.Loss, s.GradNorm)
		}
		if err := r.record(log, ev, s); err != nil {
			return err
		}
		final := e.Done == r.Job.Steps
		if r.Splits.Valid != nil && (e.Done%r.Job.Eval.Every == 0 || final) {
			if err := r.validate(ctx, &e, final, log, ev); err != nil && ctx.Err() == nil {
				return err
			}
		}
		stop := r.Job.Eval.Patience > 0 && r.state.Stale >= r.Job.Eval.Patience
		cancelled := ctx.Err() != nil
		if e.Done%r.Job.Save.Every == 0 || final || stop || cancelled || r.asked() {
			if err := log.flush(); err != nil {
				return err
			}
			if e.Saved, err = r.checkpoint(); err != nil {
				return err
			}
		}
		if stop && !final {
			e.Note = fmt.Sprintf("stopped early: no better validation loss in %d evaluations; the best was %.4f at step %d", r.state.Stale, r.state.Best.Valid.Loss, r.state.Best.Step)
		}
		if !yield(e) {
			if e.Saved == "" {
				_, err = r.checkpoint()
			}
			return err
		}
		if cancelled && !final {
			return ctx.Err()
		}
		if stop || final {
			break
		}
	}
	if err := loader.Err(); err != nil {
		return err
	}
	if err := log.flush(); err != nil {
		return err
	}
	return r.finish()
}

// record logs a step.
func (r *Run) record(log *runLog, ev *events, s Step) error {
	rec := Record{Step: s.N + 1, Loss: number(s.Loss), LR: s.LR, GradNorm: number(s.GradNorm), Skipped: s.Skipped, Seconds: s.Took.Seconds()}
	if sec := s.Took.Seconds(); sec > 0 {
		rec.Rate = float64(max(s.Tokens, s.Examples)) / sec
	}
	r.records = append(r.records, rec)
	return errors.Join(log.add(rec),
		ev.scalar(s.N+1, "train/loss", s.Loss),
		ev.scalar(s.N+1, "train/learning_rate", s.LR),
		ev.scalar(s.N+1, "train/grad_norm", s.GradNorm))
}

// validate evaluates, logs it, and keeps the best weights.
func (r *Run) validate(ctx context.Context, e *Event, whole bool, log *runLog, ev *events) error {
	limit := r.Job.Eval.Batches
	if whole {
		limit = 0
	}
	if r.ema != nil {
		r.ema.Swap()
		defer r.ema.Swap()
	}
	m, err := Evaluate(ctx, r.dev, r.Model, r.Splits.Valid, r.Loss, r.Job.Batch, limit)
	if err != nil {
		return err
	}
	e.Valid = &m
	rec := Record{Step: e.Done, Loss: number(m.Loss), Valid: &m}
	r.records = append(r.records, rec)
	err = errors.Join(log.add(rec), ev.scalar(e.Done, "valid/loss", m.Loss))
	for tag, v := range map[string]float64{"valid/accuracy": m.Accuracy, "valid/bits_per_byte": m.BitsPerByte, "valid/r2": m.R2} {
		if v != 0 {
			err = errors.Join(err, ev.scalar(e.Done, tag, v))
		}
	}
	if err != nil {
		return err
	}
	if r.state.Best != nil && !m.Better(r.state.Best.Valid) {
		r.state.Stale++
		return nil
	}
	slim := m
	slim.Confusion = nil
	e.Best, r.state.Best, r.state.Stale = true, &best{e.Done, slim}, 0
	dir := filepath.Join(r.Dir, checkpointDir, "best")
	if err := durable.MkdirAll(dir); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return writeTensors(filepath.Join(dir, modelFile), weights(r.Model))
}

// SaveNow makes the run write a checkpoint after the step in hand. It may be called from a signal handler's goroutine.
func (r *Run) SaveNow() { r.save.Store(true) }

func (r *Run) asked() bool { return r.save.Swap(false) }

// checkpoint saves where the run stands and forgets old checkpoints.
func (r *Run) checkpoint() (string, error) {
	path, err := save(r.Dir, r.state, map[string][]tensor.Named{modelFile: weights(r.Model), optimizerFile: r.optimizerState()})
	if err != nil {
		return "", err
	}
	return path, prune(r.Dir, r.Job.Save.Keep)
}

// lastGood says where a run that failed can be taken up again.
func (r *Run) lastGood() error {
	if path, s, ok, _ := latest(r.Dir); ok {
		return fmt.Errorf("the last good checkpoint is %s (step %d); resume it with a lower learning rate", path, s.Step)
	}
	return errors.New("no checkpoint had been written; start again with a lower learning rate")
}

// finish writes the model, its picture of the loss, and DONE.
func (r *Run) finish() error {
	early := r.Job.Eval.Patience > 0 && r.state.Best != nil && r.state.Best.Step < r.state.Step
	switch {
	case early:
		if err := loadWeights(r.Model, filepath.Join(r.Dir, checkpointDir, "best", modelFile)); err != nil {
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
