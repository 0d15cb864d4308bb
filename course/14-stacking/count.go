package stacking

import (
	"context"
	"fmt"

	"brick/course/lesson"
	"brick/lab/plan"
	"brick/model"
	"brick/nn"
)

// CountIn is a GPT by its sizes.
type CountIn struct {
	Layers  int `json:"layers"`
	Width   int `json:"width"` // a multiple of 64, the width of a head
	Vocab   int `json:"vocab"`
	Context int `json:"context"`
}

// Check bounds the sizes; nothing is built, so they may be GPT-3's and beyond.
func (in CountIn) Check() error {
	err := lesson.First(lesson.Within("layers", float64(in.Layers), 1, 200), lesson.Within("width", float64(in.Width), 64, 32768),
		lesson.Within("vocab", float64(in.Vocab), 2, 1e6), lesson.Within("context", float64(in.Context), 1, 1e6))
	if err == nil && in.Width%64 != 0 {
		err = &lesson.Refusal{Key: "refused.width", Args: []any{in.Width}, Field: "width", Message: fmt.Sprintf("width is %d; want a multiple of 64, the width of a head", in.Width)}
	}
	return err
}

// stack is the notation of the model.
func (in CountIn) stack() string {
	return fmt.Sprintf("embed(%d,pos=%d) %d*gpt(heads=%d) layernorm linear(tied=true)", in.Width, in.Context, in.Layers, in.Width/64)
}

// Count is what a model holds.
type Count struct {
	Stack   string  `json:"stack"`
	Formula float64 `json:"formula"` // 12·l·d² + (V + T)·d
	Blocks  float64 `json:"blocks"`  // 12·l·d² alone
	Embed   float64 `json:"embed"`   // (V + T)·d
	Exact   int     `json:"exact"`   // counted from the blocks
	Missing float64 `json:"missing"` // what the formula leaves out, biases and norms: percent of the exact count
	Bytes   float64 `json:"bytes"`   // of the weights in bfloat16
	FLOPs   float64 `json:"flops"`   // of training, a token: 6·N of the matrices
}

// count counts a GPT exactly, beside the formula one carries in the head.
var count = lesson.Recorded(lesson.Shows(lesson.Ask("count", CountIn{12, 768, 50257, 1024}, func(_ context.Context, _ *lesson.Session, in CountIn) (c Count, err error) {
	n, err := model.CountStack(in.stack(), nn.Input{Vocab: in.Vocab})
	if err != nil {
		return c, err
	}
	l, d := float64(in.Layers), float64(in.Width)
	c = Count{Stack: in.stack(), Blocks: 12 * l * d * d, Embed: float64(in.Vocab+in.Context) * d, Exact: n, Bytes: 2 * float64(n)}
	c.Formula = c.Blocks + c.Embed
	c.Missing = 100 * (float64(n) - c.Formula) / float64(n)
	c.FLOPs = 6 * (c.Blocks + float64(in.Vocab)*d)
	return c, nil
}), func(in CountIn) lesson.Shown {
	return lesson.Shown{
		Command: fmt.Sprintf("brick inspect '%s' --vocab %d", in.stack(), in.Vocab),
		Go: fmt.Sprintf(`package main

import (
	"fmt"

	"brick/model"
	"brick/nn"
)

func main() {
	n, err := model.CountStack(%q, nn.Input{Vocab: %d})
	fmt.Println("exact  ", n, err)
	l, d, v, t := %d, %d, %d, %d
	fmt.Println("formula", 12*l*d*d+(v+t)*d)
}
`, in.stack(), in.Vocab, in.Layers, in.Width, in.Vocab, in.Context)}
}), CountIn{12, 768, 40478, 512}, CountIn{48, 1600, 50257, 1024}, CountIn{96, 12288, 50257, 2048})

// GPT is a published model with its sizes.
type GPT struct {
	Name      string  `json:"name"`
	Year      int     `json:"year"`
	In        CountIn `json:"in"`
	Published string  `json:"published"` // as its authors round it
	Exact     int     `json:"exact"`     // by the engine
	Formula   float64 `json:"formula"`
}

// gpts counts GPT-1, 2 and 3.
var gpts = lesson.Ask("gpts", struct{}{}, func(context.Context, *lesson.Session, struct{}) (list []GPT, err error) {
	rounded := map[string]string{"GPT-1": "117 M", "GPT-2 XL": "1.5 B", "GPT-3 175B": "175 B"}
	for _, r := range plan.Ladder() {
		m, ok := plan.FindModel(r.Name)
		if !ok || m.Shape == nil {
			continue // GPT-4: its sizes were never published
		}
		s := m.Shape
		g := GPT{Name: r.Name, Year: r.Year, In: CountIn{s.Layers, s.Width, s.Vocab, s.Context}, Published: rounded[r.Name], Exact: r.Exact}
		g.Formula = 12*float64(s.Layers)*float64(s.Width)*float64(s.Width) + float64(s.Vocab+s.Positions)*float64(s.Width)
		list = append(list, g)
	}
	return list, nil
})
