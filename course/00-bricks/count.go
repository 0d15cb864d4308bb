package bricks

import (
	"context"
	"fmt"
	"math"

	"brick/course/lesson"
	"brick/lab/plan"
)

var nan = math.NaN()

// CountIn is a GPT to be counted: that many blocks of that width.
type CountIn struct {
	Layers int `json:"layers"` // blocks, 1 to 128
	Width  int `json:"width"`  // numbers of a vector between blocks, 64 to 16384, a multiple of 64
}

// Check bounds both.
func (in CountIn) Check() error {
	return lesson.First(lesson.Within("layers", float64(in.Layers), 1, 128), lesson.Within("width", float64(in.Width), 64, 16384),
		lesson.Within("width % 64", float64(in.Width%64), 0, 0))
}

// Counted is what it has.
type Counted struct {
	Params plan.Params `json:"params"` // by part; they add up to the total
	Stack  string      `json:"stack"`  // the network in stack notation
	Deeper int         `json:"deeper"` // parameters with twice the layers
	Wider  int         `json:"wider"`  // with twice the width
	Rule   int         `json:"rule"`   // 12·layers·width², which leaves out tables, biases and norms
}

// vocab and places (the context) are those of GPT-2.
const vocab, places = 50257, 1024

// shape is a GPT-2 of another size: heads of 64 numbers, feed-forward layers of 4·width.
func shape(layers, width int) plan.Shape {
	m, _ := plan.FindModel("GPT-2 XL")
	s := *m.Shape
	s.Layers, s.Width, s.FF, s.Vocab, s.Context, s.Positions = layers, width, 4*width, vocab, places, places
	s.Heads, s.KVHeads, s.HeadDim = width/64, width/64, 64
	return s
}

// count counts a GPT of any size, without giving it memory.
var count = lesson.Recorded(lesson.Shows(lesson.Ask("count", CountIn{Layers: 48, Width: 1600}, func(_ context.Context, _ *lesson.Session, in CountIn) (c Counted, err error) {
	s := shape(in.Layers, in.Width)
	c.Params = s.Params()
	c.Stack, _ = s.Stack()
	c.Deeper, c.Wider = shape(2*in.Layers, in.Width).Params().Total, shape(in.Layers, 2*in.Width).Params().Total
	c.Rule = 12 * in.Layers * in.Width * in.Width
	return c, nil
}), func(in CountIn) lesson.Shown {
	s := shape(in.Layers, in.Width)
	stack, _ := s.Stack()
	return lesson.Shown{Command: fmt.Sprintf("brick inspect '%s' --vocab %d", stack, vocab), Go: fmt.Sprintf(`package main

import (
	"fmt"

	"brick/lab/plan"
	"brick/nn"
)

func main() {
	s, err := plan.ShapeOfStack(%q, nn.Input{Vocab: %d})
	if err != nil {
		fmt.Println(err)
		return
	}
	p := s.Params()
	fmt.Println("tables", p.Embedding+p.Positions, "attention", p.Attention, "feed-forward", p.FeedForward, "norms", p.Norms)
	fmt.Println("together", p.Total)
}
`, stack, vocab)}
}), CountIn{12, 768}, CountIn{96, 12288})
