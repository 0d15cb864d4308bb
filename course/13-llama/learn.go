package llama

import (
	"context"
	"fmt"
	"math"

	"brick/course/lens"
	"brick/course/lesson"
	"brick/course/views"
	"brick/train"
)

// LearnIn names a small model.
type LearnIn struct {
	Model string `json:"model"` // learn-llama or learn-couplets
}

// Check knows the two.
func (in LearnIn) Check() error {
	return lesson.OneOf("model", in.Model, views.Stories.Name, views.Couplets.Name)
}

// small is the model that is meant, and a text for it to go on with by so many tokens.
func (in LearnIn) small() (m lesson.Model, prompt string, tokens int) {
	if in.Model == views.Couplets.Name {
		return views.Couplets, "春风吹绿路，", 20
	}
	return views.Stories, "Anna had a red ball. Anna met Tom in the garden and gave it to Tom. Who has the red ball now?", 6
}

// Learning is how far a small model is.
type Learning struct {
	Model string     `json:"model"`
	Step  int        `json:"step"` // done
	Of    int        `json:"of"`
	Loss  lesson.Num `json:"loss"`  // of the step, nats a token
	Valid lesson.Num `json:"valid"` // of the latest look at held-out text; NaN before
	Blind float64    `json:"blind"` // loss of a blind guess, ln V; only at the end
	Text  string     `json:"text"`  // what it goes on with; only at the end
	Asked string     `json:"asked"` // … and after what
}

// learn trains a small model, or finds it trained, and lets it write.
var learn = lesson.Shows(lesson.Stream("learn", LearnIn{views.Stories.Name}, func(ctx context.Context, s *lesson.Session, in LearnIn, j *lesson.Job) error {
	small, prompt, tokens := in.small()
	nan := lesson.Num(math.NaN())
	now := Learning{Model: small.Name, Of: small.Job.Steps, Loss: nan, Valid: nan}
	if err := s.Runs.Train(ctx, small.Name, small.Job, func(_ *train.Run, e train.Event) error {
		now.Step, now.Of, now.Loss = e.Done, e.Total, lesson.Num(e.Step.Loss)
		if e.Valid != nil {
			now.Valid = lesson.Num(e.Valid.Loss)
		}
		if !j.Due() && e.Valid == nil {
			return nil
		}
		return j.Emit(now)
	}); err != nil {
		return err
	}
	now.Step = now.Of
	if err := s.Runs.With(small.Name, func(r *train.Run) error {
		m, err := lens.OfRun(small.Name, r)
		if err != nil {
			return err
		}
		metrics, err := r.EvaluatePart(ctx, "valid", 16, 16)
		if err != nil {
			return err
		}
		written, err := m.Write(ctx, m.Encode(prompt), tokens, true)
		if err != nil {
			return err
		}
		now.Valid, now.Blind = lesson.Num(metrics.Loss), math.Log(float64(m.Tokenizer.Vocab()))
		now.Asked, now.Text = prompt, lens.Shown(m.Tokenizer, written.IDs)
		return nil
	}); err != nil {
		return err
	}
	return j.Emit(now)
}), func(in LearnIn) lesson.Shown {
	small, prompt, tokens := in.small()
	d := small.Job
	return lesson.Shown{
		Command: fmt.Sprintf("brick train '%s' --name %s --data %s --tokenizer %s --vocab %d --context %d --batch %d --steps %d --optimizer %s --lr %g --seed %d\nbrick generate runs/%s '%s' -n %d --temperature 0",
			d.Model, small.Name, d.Data.Source, d.Tokenizer.Kind, d.Tokenizer.Vocab, d.Data.Context, d.Batch, d.Steps, d.Optimizer.Name, d.Optimizer.LR, d.Seed, small.Name, prompt, tokens),
		Go: lesson.TrainProgram(fmt.Sprintf(`train.Job{Name: %q, Model: %q,
		Data: train.DataJob{Source: %q, Context: %d}, Tokenizer: train.TokenJob{Kind: %q, Vocab: %d},
		Seed: %d, Steps: %d, Batch: %d, Optimizer: train.Optimizer{Name: %q, LR: %g}}`, small.Name, d.Model, d.Data.Source, d.Data.Context, d.Tokenizer.Kind, d.Tokenizer.Vocab, d.Seed, d.Steps, d.Batch, d.Optimizer.Name, d.Optimizer.LR)),
	}
})
