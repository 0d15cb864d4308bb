package cnn

import (
	"context"
	"fmt"
	"math"

	"brick/course/lesson"
	"brick/train"
)

// Learning is how far the small network is.
type Learning struct {
	Step     int        `json:"step"` // done
	Of       int        `json:"of"`
	Loss     lesson.Num `json:"loss"`     // of the step, in nats
	Accuracy lesson.Num `json:"accuracy"` // of the latest look at 1024 drawings it does not learn from, 0 to 1; NaN before
}

// learn trains the small network, or finds it trained.
var learn = lesson.Shows(lesson.Stream("learn", struct{}{}, func(ctx context.Context, s *lesson.Session, _ struct{}, j *lesson.Job) error {
	now := Learning{Accuracy: lesson.Num(math.NaN())}
	err := s.Runs.Train(ctx, small.Name, small.Job, func(_ *train.Run, e train.Event) error {
		now.Step, now.Of, now.Loss = e.Done, e.Total, lesson.Num(e.Step.Loss)
		if e.Valid != nil {
			now.Accuracy = lesson.Num(e.Valid.Accuracy)
		}
		if !j.Due() && e.Valid == nil {
			return nil
		}
		return j.Emit(now)
	})
	if err != nil {
		return err
	}
	return j.Emit(now)
}), func(struct{}) lesson.Shown {
	d := small.Job
	return lesson.Shown{
		Command: fmt.Sprintf("brick train '%s' --name %s --data %s --set data.examples=%d --steps %d --batch %d --lr %g --seed %d --eval-every %d --set eval.batches=%d",
			d.Model, small.Name, d.Data.Source, d.Data.Examples, d.Steps, d.Batch, d.Optimizer.LR, d.Seed, d.Eval.Every, d.Eval.Batches),
		Go: lesson.TrainProgram(fmt.Sprintf(`train.Job{Name: %q, Model: %q,
		Data: train.DataJob{Source: %q, Examples: %d}, Seed: %d, Steps: %d, Batch: %d,
		Optimizer: train.Optimizer{Name: %q, LR: %g}, Eval: train.EvalJob{Every: %d, Batches: %d}}`, small.Name, d.Model, d.Data.Source, d.Data.Examples, d.Seed, d.Steps, d.Batch, d.Optimizer.Name, d.Optimizer.LR, d.Eval.Every, d.Eval.Batches)),
	}
})
