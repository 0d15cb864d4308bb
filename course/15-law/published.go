package law

import (
	"context"
	"fmt"

	"brick/course/lesson"
	"brick/lab/fit"
)

// PublishedIn asks what published laws say of a budget.
type PublishedIn struct {
	FLOPs float64 `json:"flops"` // of training
}

// Check bounds the budget to where the laws were ever used.
func (in PublishedIn) Check() error { return lesson.Within("flops", in.FLOPs, 1e15, 1e27) }

// PublishedOut is one law's advice.
type PublishedOut struct {
	Name   string     `json:"name"`
	Params lesson.Num `json:"params"` // compute-optimal
	Tokens lesson.Num `json:"tokens"`
	Ratio  lesson.Num `json:"ratio"` // tokens a parameter
	Source string     `json:"source"`
}

// published are the laws of others, side by side for one budget.
var published = lesson.Shows(lesson.Ask("published", PublishedIn{FLOPs: 3.14e23}, func(_ context.Context, _ *lesson.Session, in PublishedIn) (list []PublishedOut, err error) {
	for _, l := range fit.Published {
		n, d := l.Optimal(in.FLOPs)
		list = append(list, PublishedOut{l.Name, lesson.Num(n), lesson.Num(d), lesson.Num(d / n), l.Source})
	}
	return list, nil
}), func(in PublishedIn) lesson.Shown {
	return lesson.Shown{Command: "brick plan gpt-3 --no-measure", Go: fmt.Sprintf(`package main

import (
	"fmt"

	"brick/lab/fit"
)

func main() {
	for _, l := range fit.Published {
		n, d := l.Optimal(%v)
		fmt.Println(l.Name, n, d, d/n)
	}
}
`, in.FLOPs)}
})
