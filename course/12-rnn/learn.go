package rnn

import (
	"context"
	"fmt"
	"math"
	"strings"

	"brick/course/lesson"
	"brick/device/cpu"
	"brick/generate"
	"brick/train"
)

// LearnIn names the text whose model is trained.
type LearnIn struct {
	Text string `json:"text"`
}

// Check refuses other texts.
func (in LearnIn) Check() error { return oneOfTexts(in.Text) }

// Learning is how far a model is.
type Learning struct {
	Step    int        `json:"step"` // done
	Of      int        `json:"of"`
	Bits    lesson.Num `json:"bits"`    // loss of the step, bits a character
	Writing string     `json:"writing"` // what it wrote, greedily, at the latest look; "" before
	At      int        `json:"at"`      // the step after which it wrote that
}

// learn trains the small model of a text, or finds it trained.
var learn = lesson.Recorded(lesson.Shows(lesson.Stream("learn", LearnIn{Text: "stories"}, func(ctx context.Context, s *lesson.Session, in LearnIn, j *lesson.Job) error {
	l := find(in.Text)
	if !l.ready() {
		return &lesson.Refusal{Key: "refused.absent", Args: []any{l.name}, Field: "text", Message: fmt.Sprintf("%s is not on this machine; `brick data get %s` brings it", l.name, l.name)}
	}
	m := l.model()
	now := Learning{Bits: lesson.Num(math.NaN())}
	err := s.Runs.Train(ctx, m.Name, m.Job, func(r *train.Run, e train.Event) error {
		now.Step, now.Of, now.Bits = e.Done, e.Total, lesson.Num(e.Step.Loss/math.Ln2)
		look := e.Done == 1 || e.Done == 10 || e.Done%50 == 0
		if look {
			var err error
			if now.Writing, err = writing(ctx, r, l.prompt, generate.Sampling{Max: 48}); err != nil {
				return err
			}
			now.At = e.Done
		}
		if !j.Due() && !look {
			return nil
		}
		return j.Emit(now)
	})
	if err != nil {
		return err
	}
	return j.Emit(now)
}), func(in LearnIn) lesson.Shown {
	m := find(in.Text).model()
	return lesson.Shown{
		Command: fmt.Sprintf("brick train '%s' --name %s --data %s --context %d --tokenizer chars --steps %d --batch %d --lr %g --seed %d --eval-every %d --set eval.batches=%d",
			m.Job.Model, m.Name, m.Job.Data.Source, m.Job.Data.Context, m.Job.Steps, m.Job.Batch, m.Job.Optimizer.LR, m.Job.Seed, m.Job.Eval.Every, m.Job.Eval.Batches),
		Go: lesson.TrainProgram(fmt.Sprintf(`train.Job{Name: %q, Model: %q, Data: train.DataJob{Source: %q, Context: %d},
		Tokenizer: train.TokenJob{Kind: "chars"}, Seed: %d, Steps: %d, Batch: %d,
		Optimizer: train.Optimizer{Name: %q, LR: %g}, Eval: train.EvalJob{Every: %d, Batches: %d}}`, m.Name, m.Job.Model, m.Job.Data.Source, m.Job.Data.Context, m.Job.Seed, m.Job.Steps, m.Job.Batch, m.Job.Optimizer.Name, m.Job.Optimizer.LR, m.Job.Eval.Every, m.Job.Eval.Batches)),
	}
}), LearnIn{Text: "couplets"})

// writing is what a model goes on with after a prompt.
func writing(ctx context.Context, r *train.Run, prompt string, o generate.Sampling) (string, error) {
	var b strings.Builder
	session := generate.NewSession(r.Model, r.Tokenizer, 0, cpu.Default())
	for t, err := range session.Stream(ctx, prompt, o) {
		if err != nil {
			return "", err
		}
		b.WriteString(t.Text)
	}
	return b.String(), nil
}
