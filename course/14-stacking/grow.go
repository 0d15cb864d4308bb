package stacking

import (
	"context"
	"fmt"
	"strings"

	"brick/course/lesson"
	"brick/data"
	"brick/model"
	"brick/nn"
	"brick/optim"
	"brick/train"
)

// GrowIn is a small GPT that reads stories byte by byte, and then gets a block more.
type GrowIn struct {
	Layers int `json:"layers"`
	Width  int `json:"width"`
	Steps  int `json:"steps"` // before, and again after the block was added
	Seed   int `json:"seed"`
}

// Check bounds the training to about a minute.
func (in GrowIn) Check() error {
	err := lesson.First(lesson.Within("layers", float64(in.Layers), 1, 6), lesson.Within("width", float64(in.Width), 16, 96),
		lesson.Within("steps", float64(in.Steps), 10, 4000), lesson.Within("seed", float64(in.Seed), 0, 1e6))
	if err == nil && in.Width%16 != 0 {
		err = &lesson.Refusal{Key: "refused.small", Args: []any{in.Width}, Field: "width", Message: fmt.Sprintf("width is %d; want a multiple of 16, the width of a head here", in.Width)}
	}
	return err
}

// Sizes of a step: 16 examples of 64 bytes.
const (
	window = 64
	batch  = 16
	rate   = 4e-3
)

// Grown is where the training stands: with Model "before" the first model is
// trained, then "same" goes on as it is, and "more" with one block more.
type Grown struct {
	Model  string  `json:"model"`
	Layers int     `json:"layers"`
	Params int     `json:"params"`
	Step   int     `json:"step"` // of this model's own training, the steps before included
	Steps  int     `json:"of"`   // of all training together
	Loss   float64 `json:"loss"` // nats a byte: of the step; at a Mark, on held-out text
	Mark   string  `json:"mark"` // "" in between; trained, added, end: measured on text never trained on
}

// grow trains, adds a block, trains on. The block's last matrices begin at 0, so
// that it adds nothing to its input at first: the loss starts where it was.
var grow = lesson.Shows(lesson.Stream("grow", GrowIn{Layers: 2, Width: 48, Steps: 1200, Seed: 1}, growing), func(in GrowIn) lesson.Shown {
	return lesson.Shown{
		Command: fmt.Sprintf("brick train '%s' --data stories --tokenizer bytes --context %d --batch %d --steps %d --lr %g --seed %d", in.stack(in.Layers), window, batch, in.Steps, rate, in.Seed),
		Go: fmt.Sprintf(`package main

import (
	"context"
	"encoding/json"
	"fmt"

	"brick/course"
	"brick/course/lesson"
)

func main() {
	call, chapter, err := course.Call("14", "grow")
	if err != nil {
		fmt.Println(err)
		return
	}
	s := lesson.NewDesk(&lesson.Runs{Root: "runs"}, 1).Session()
	args := []byte(%s)
	err = s.Follow(context.Background(), chapter.Dir, call, args, func(v json.RawMessage) error {
		fmt.Println(string(v))
		return nil
	})
	fmt.Println(err)
}
`, "`"+fmt.Sprintf(`{"layers":%d,"width":%d,"steps":%d,"seed":%d}`, in.Layers, in.Width, in.Steps, in.Seed)+"`"),
	}
})

// stack is the notation of the model with so many blocks.
func (in GrowIn) stack(layers int) string {
	return fmt.Sprintf("embed(%d,pos=%d) %d*gpt(heads=%d) layernorm linear", in.Width, window, layers, in.Width/16)
}

// build makes the model.
func (in GrowIn) build(layers int) (model.Model, error) {
	m, err := model.New(in.stack(layers), nn.Input{Vocab: data.ByteEncoder{}.VocabSize()})
	if err != nil {
		return nil, err
	}
	return nn.Build(m, uint64(in.Seed)), nil
}

func growing(ctx context.Context, s *lesson.Session, in GrowIn, j *lesson.Job) error {
	sets, err := data.Open("stories", data.Options{Encoder: data.ByteEncoder{}, Window: window, Seed: uint64(in.Seed)})
	if err != nil {
		return err
	}
	defer sets.Close()
	before, err := in.build(in.Layers)
	if err != nil {
		return err
	}
	all := 3 * in.Steps
	measure := func(m model.Model, g Grown) error {
		metrics, err := train.Evaluate(ctx, nil, m, sets.Valid, train.CrossEntropy, 32, 12)
		if err != nil {
			return err
		}
		g.Loss, g.Params, g.Steps = metrics.Loss, model.Count(m), all
		return j.Emit(g)
	}
	run := func(m model.Model, name string, layers, from int) error {
		opt := optim.NewAdam()
		optim.Attach(opt, m)
		loader := &data.Loader{Set: sets.Train, Batch: batch, Seed: uint64(in.Seed)}
		config := train.Config{Start: from, Steps: from + in.Steps, Loss: train.CrossEntropy, Seed: uint64(in.Seed), Clip: optim.Clip{Norm: 1},
			Rate: func(step int) float64 {
				return rate * min(1, float64(step-from+1)/50) * max(0.05, 1-float64(step-from)/float64(in.Steps))
			}}
		for st, err := range train.Steps(ctx, m, opt, loader.From(from), config) {
			if err != nil {
				return err
			}
			if j.Due() {
				if err := j.Emit(Grown{name, layers, model.Count(m), st.N + 1, all, st.Loss, ""}); err != nil {
					return err
				}
			}
		}
		return loader.Err()
	}
	if err := run(before, "before", in.Layers, 0); err != nil {
		return err
	}
	if err := measure(before, Grown{Model: "before", Layers: in.Layers, Step: in.Steps, Mark: "trained"}); err != nil {
		return err
	}
	more, err := in.build(in.Layers + 1)
	if err != nil {
		return err
	}
	graft(more, before, in.Layers)
	if err := measure(more, Grown{Model: "more", Layers: in.Layers + 1, Step: in.Steps, Mark: "added"}); err != nil {
		return err
	}
	if err := run(before, "same", in.Layers, in.Steps); err != nil {
		return err
	}
	if err := measure(before, Grown{Model: "same", Layers: in.Layers, Step: 2 * in.Steps, Mark: "end"}); err != nil {
		return err
	}
	if err := run(more, "more", in.Layers+1, in.Steps); err != nil {
		return err
	}
	return measure(more, Grown{Model: "more", Layers: in.Layers + 1, Step: 2 * in.Steps, Mark: "end"})
}

// graft copies the weights of a model into one that has a block more, the last
// of its blocks, whose residual branches begin at 0: x + 0 = x.
func graft(more, from model.Model, layers int) {
	values := map[string][]nn.Float{}
	for name, p := range nn.Params(from) {
		values[name] = p.Data()
	}
	added := fmt.Sprintf("h.%d.", layers)
	for name, p := range nn.Params(more) {
		if v, ok := values[name]; ok {
			copy(p.Data(), v)
		} else if strings.Contains(name, added) && strings.Contains(name, "c_proj") {
			clear(p.Data())
		}
	}
}
