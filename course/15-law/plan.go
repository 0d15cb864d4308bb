package law

import (
	"context"

	"brick/course/lesson"
)

// PlanOut is what the page shows before anything is trained.
type PlanOut struct {
	Sizes  []SizeOut `json:"sizes"`
	Source string    `json:"source"` // of the text they read
	Top    float64   `json:"top"`    // of the plot, nats a token: a guess that knows nothing has a loss of ln V
	Start  float64   `json:"start"`  // where the learner's curve begins, level
}

// SizeOut is a size of the family.
type SizeOut struct {
	Name    string `json:"name"`
	Stack   string `json:"stack"`
	Params  int    `json:"params"`
	HeldOut bool   `json:"held_out"`
}

// window is the number of tokens in an example.
const window = 64

// plan counts the family, without training it.
var plan = lesson.Ask("plan", SweepIn{Seed: 1}, func(_ context.Context, _ *lesson.Session, _ SweepIn) (p PlanOut, err error) {
	for _, d := range append(append([]int{}, depths...), held) {
		size, err := rule().Size(d, text().Vocab, window)
		if err != nil {
			return p, err
		}
		p.Sizes = append(p.Sizes, SizeOut{size.Name, size.Stack, size.Params, d == held})
	}
	p.Source, p.Top, p.Start = text().Source, text().Top, text().Even
	return p, nil
})
