package lab

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"brick/device/cpu"
	"brick/tensor/durable"
	"brick/train"
)

// An Event is what happened last in a sweep.
type Event struct {
	Kind       string      `json:"event"` // step, result, predicted, verdict, note
	Trial      string      `json:"trial,omitempty"`
	Lane       int         `json:"lane,omitempty"` // from 1
	Step       int         `json:"step,omitempty"` // steps done
	Steps      int         `json:"of,omitempty"`
	Loss       float64     `json:"loss,omitempty"` // of training, in the step
	Done       int         `json:"trials_done"`
	Trials     int         `json:"trials"`
	Left       float64     `json:"seconds_left,omitempty"` // at the pace so far, for what is left; 0 where nothing tells
	Result     *Result     `json:"result,omitempty"`
	Prediction *Prediction `json:"prediction,omitempty"`
	Verdict    *Verdict    `json:"verdict,omitempty"`
	Note       string      `json:"note,omitempty"`
}

// Run does what of the plan is not done yet. It yields as trials go on; the error, if any, is the last thing yielded. When ctx is
// cancelled or the caller leaves the loop, trials finish their step and save. A sweep that is killed at any moment and run again leaves
// the same results, but for the seconds.
func (s *Sweep) Run(ctx context.Context) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		r := &running{Sweep: s, events: make(chan Event), progress: map[string]float64{}, pace: &pace{}}
		var err error
		go func() {
			defer close(r.events)
			err = r.all(ctx)
		}()
		left := false
		for e := range r.events {
			if left {
				continue
			}
			r.pace.stop()
			if !yield(e, nil) {
				left = true
				cancel()
			}
			r.pace.start()
		}
		if err != nil && !left {
			yield(Event{}, err)
		}
	}
}

// running is one call of Run.
type running struct {
	*Sweep
	events chan Event

	mu       sync.Mutex
	progress map[string]float64 // share of each trial that is done
	done     int
	pace     *pace
}

// all does the phases of a sweep in their order.
func (r *running) all(ctx context.Context) error {
	if err := r.tidy(); err != nil {
		return err
	}
	r.mu.Lock()
	r.pace.whole = r.rest()
	r.mu.Unlock()
	r.pace.start()
	var first, trunk, rest []Trial
	for _, t := range r.Plan.Trials {
		switch {
		case !t.HeldOut:
			first = append(first, t)
		case t.Trunk == "":
			trunk = append(trunk, t)
		default:
			rest = append(rest, t)
		}
	}
	if err := r.phase(ctx, r.Plan.Lanes, first); err != nil {
		return err
	}
	if r.Plan.Tuning {
		if err := r.tuned(); err != nil {
			return err
		}
		return r.finish()
	}
	prediction, err := r.predict()
	if err != nil {
		return err
	}
	r.emit(Event{Kind: "predicted", Prediction: prediction})
	if err := r.phase(ctx, Lanes{1, r.Plan.Threads}, trunk); err != nil {
		return err
	}
	if err := r.phase(ctx, r.Plan.Lanes, rest); err != nil {
		return err
	}
	if _, err := r.ensemble(ctx); err != nil {
		return err
	}
	verdict, err := r.verify(prediction)
	if err != nil {
		return err
	}
	r.emit(Event{Kind: "verdict", Verdict: verdict})
	return r.finish()
}

// finish leaves the mark that all is done.
func (r *running) finish() error {
	if _, err := os.Lstat(filepath.Join(r.Dir, doneFile)); err == nil {
		return nil
	}
	if err := durable.WriteFile(filepath.Join(r.Dir, doneFile), []byte(time.Now().UTC().Format(time.RFC3339)+"\n")); err != nil {
		return fmt.Errorf("lab: %w", err)
	}
	return nil
}

// tidy counts what is done, and clears away what a killed process left.
func (r *running) tidy() error {
	left, _ := filepath.Glob(filepath.Join(r.Dir, runsDir, ".*.tmp-*"))
	for _, path := range left {
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("lab: %w", err)
		}
	}
	if _, err := durable.RemoveTemporaries(r.Dir); err != nil {
		return fmt.Errorf("lab: %w", err)
	}
	for _, t := range r.Plan.Trials {
		_, done, err := r.result(t)
		if err != nil {
			return err
		}
		if !done {
			continue
		}
		r.done++
		r.progress[t.ID] = 1
		if err := os.RemoveAll(filepath.Join(r.dir(t), "checkpoints")); err != nil {
			return fmt.Errorf("lab: %w", err)
		}
	}
	return r.writeResults()
}

// emit fills in where the sweep stands.
func (r *running) emit(e Event) {
	r.mu.Lock()
	e.Done, e.Trials, e.Left = r.done, len(r.Plan.Trials), r.pace.left(r.rest(), len(r.Plan.Costs.Sizes) > 0)
	r.mu.Unlock()
	r.events <- e
}

// rest is what the trials that are left cost; r.mu is held.
func (r *running) rest() (cost float64) {
	for _, t := range r.Plan.Trials {
		cost += (1 - r.progress[t.ID]) * r.share(t)
	}
	return cost
}

// share is what a trial costs the sweep: the plan's seconds, or its operations where nothing was measured, over the trials at once.
func (r *running) share(t Trial) float64 {
	p, way := r.Plan, r.Plan.Lanes
	if t.HeldOut && t.Trunk == "" {
		way = Lanes{1, p.Threads}
	}
	if len(p.Costs.Sizes) == 0 {
		return r.cost(way)(t) / float64(way.Count)
	}
	return p.Costs.seconds(t, way, p.measured()) / float64(way.Count)
}

// A pool hands trials to lanes: whichever is free takes the longest that is there.
type pool struct {
	mu      sync.Mutex
	change  *sync.Cond
	waiting []Trial
	known   map[string]bool // waiting, or taken before
	busy    int
	err     error
}

// phase does trials in lanes, each with a device of its own. A branch is there once its trunk has passed its step.
func (r *running) phase(ctx context.Context, lanes Lanes, trials []Trial) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	q := &pool{known: map[string]bool{}}
	q.change = sync.NewCond(&q.mu)
	mine := map[string]bool{}
	for _, t := range trials {
		mine[t.ID] = true
	}
	for _, t := range trials {
		if r.progress[t.ID] == 1 {
			continue
		}
		_, err := os.Lstat(r.dir(t))
		if begun := err == nil; t.Trunk == "" || begun || !mine[t.Trunk] || r.progress[t.Trunk] == 1 {
			q.add(t)
		}
	}
	forked := func(t Trial) {
		if mine[t.ID] {
			q.add(t)
		}
	}
	var wait sync.WaitGroup
	for lane := range lanes.Count {
		wait.Go(func() {
			dev := cpu.New(lanes.Threads)
			defer dev.Close()
			for {
				t, ok := q.take(r.cost(lanes))
				if !ok {
					return
				}
				err := ctx.Err()
				if err == nil {
					err = r.one(ctx, t, dev, lane, forked)
				}
				if err != nil {
					cancel()
				}
				q.finish(err)
			}
		})
	}
	wait.Wait()
	return q.err
}

// cost is what a trial takes in a lane, or its operations where nothing was measured.
func (r *running) cost(lanes Lanes) func(Trial) float64 {
	return func(t Trial) float64 {
		if len(r.Plan.Costs.Sizes) == 0 {
			return float64(t.Size.FLOPs) * float64(t.Steps-t.At)
		}
		return r.Plan.Costs.seconds(t, lanes, 0)
	}
}

// one does a trial in a lane.
func (r *running) one(ctx context.Context, t Trial, dev *cpu.Device, lane int, forked func(Trial)) error {
	last := time.Time{}
	progress := func(e train.Event) {
		r.mu.Lock()
		if last.IsZero() { // what an earlier call did tells nothing of this one's pace
			r.pace.skip(float64(e.Done-1-t.At) / float64(t.Steps-t.At) * r.share(t))
		}
		r.progress[t.ID] = min(float64(e.Done-t.At)/float64(t.Steps-t.At), 0.999)
		r.mu.Unlock()
		if e.Done < e.Total && time.Since(last) < 250*time.Millisecond {
			return
		}
		last = time.Now()
		r.emit(Event{Kind: "step", Trial: t.ID, Lane: lane + 1, Step: e.Done, Steps: e.Total, Loss: e.Step.Loss})
	}
	res, err := r.train(ctx, t, dev, forked, progress)
	if err != nil {
		return err
	}
	r.mu.Lock()
	r.done++
	r.progress[t.ID] = 1
	err = r.writeResults()
	r.mu.Unlock()
	if err == nil {
		r.emit(Event{Kind: "result", Trial: t.ID, Lane: lane + 1, Result: &res})
	}
	return err
}

func (q *pool) add(t Trial) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.known[t.ID] {
		q.known[t.ID] = true
		q.waiting = append(q.waiting, t)
		q.change.Broadcast()
	}
}

// take waits for a trial; not ok when none is left and none can come.
func (q *pool) take(cost func(Trial) float64) (t Trial, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.waiting) == 0 && q.busy > 0 && q.err == nil {
		q.change.Wait()
	}
	if len(q.waiting) == 0 || q.err != nil {
		return t, false
	}
	longest := 0
	for i, w := range q.waiting {
		if cost(w) > cost(q.waiting[longest]) {
			longest = i
		}
	}
	t = q.waiting[longest]
	q.waiting = slices.Delete(q.waiting, longest, longest+1)
	q.busy++
	return t, true
}

// finish notes that a trial is over; the first error that is none of stopping counts.
func (q *pool) finish(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.busy--
	if err != nil && (q.err == nil || errors.Is(q.err, context.Canceled)) {
		q.err = err
	}
	q.change.Broadcast()
}
