package perceptron

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"brick/course/lesson"
	"brick/data"
	"brick/solve"
)

// ImagesIn asks a perceptron to tell two digits apart.
type ImagesIn struct {
	A      int `json:"a"`      // the digit whose side is −1
	B      int `json:"b"`      // the digit whose side is +1
	Inputs int `json:"inputs"` // n: one of those of Sizes
	Passes int `json:"passes"` // over the training drawings, at most
}

// Sizes are the numbers of inputs, each with the grid of grey cells that it is:
// a cell is the mean of its pixels.
var Sizes = []struct{ N, Rows, Cols int }{{2, 1, 2}, {4, 2, 2}, {16, 4, 4}, {49, 7, 7}, {196, 14, 14}, {784, 28, 28}}

// Check bounds the argument.
func (in ImagesIn) Check() error {
	err := lesson.First(lesson.Within("a", float64(in.A), 0, 9), lesson.Within("b", float64(in.B), 0, 9), lesson.Within("passes", float64(in.Passes), 1, 200))
	if err == nil && in.A == in.B {
		err = &lesson.Refusal{Key: "refused.same", Field: "b", Message: fmt.Sprintf("both digits are %d; want two", in.A)}
	}
	for _, s := range Sizes {
		if s.N == in.Inputs {
			return err
		}
	}
	return lesson.First(err, &lesson.Refusal{Key: "refused.inputs", Args: []any{in.Inputs}, Field: "inputs", Message: fmt.Sprintf("%d inputs; want 2, 4, 16, 49, 196 or 784", in.Inputs)})
}

// ImagesOut is what came of it.
type ImagesOut struct {
	Rows     int         `json:"rows"` // of the grid
	Cols     int         `json:"cols"`
	W        []float64   `json:"w"` // (rows·cols) weights
	B        float64     `json:"b"`
	Samples  [][]float64 `json:"samples"` // some drawings as the perceptron sees them, from 0 to 1, first of A, then of B
	Mistakes int         `json:"mistakes"`
	ByPass   []int       `json:"bypass"` // mistakes in each pass
	Done     bool        `json:"done"`   // a pass without a mistake came
	Train    float64     `json:"train"`  // share of the training drawings that are right
	Test     float64     `json:"test"`   // share of as many others
	Bound    *Bound      `json:"bound"`  // null where no boundary was found
}

const (
	pool      = 3400 // drawings, of all digits
	perDigit  = 150  // of each to train on
	perDigitT = 150  // and to test on
	samples   = 3    // of each to look at
	pixels    = 28
)

// drawn holds drawings by digit, pixels from 0 to 1. They are the same for
// everybody: made once, at the first question.
var drawn = sync.OnceValues(func() (by [10][][]float64, err error) {
	set, err := data.Digits(data.Options{Examples: pool})
	if err != nil {
		return by, err
	}
	info := set.Info()
	var b data.Batch
	for i := range pool {
		if err := set.Train.Read(&b, []int{i}, 0); err != nil {
			return by, err
		}
		x := make([]float64, len(b.X))
		for k, v := range b.X {
			x[k] = float64(v)*info.Std[0] + info.Mean[0]
		}
		by[b.Labels[0]] = append(by[b.Labels[0]], x)
	}
	for d, list := range by {
		if len(list) < perDigit+perDigitT {
			return by, fmt.Errorf("%d drawings hold %d of the digit %d; %d are needed", pool, len(list), d, perDigit+perDigitT)
		}
	}
	return by, nil
})

// shrunk is a drawing as rows×cols means of its cells.
func shrunk(x []float64, rows, cols int) []float64 {
	out := make([]float64, rows*cols)
	h, w := pixels/rows, pixels/cols
	for i, v := range x {
		out[i/pixels/h*cols+i%pixels/w] += v / float64(h*w)
	}
	return out
}

// pairOf puts drawings from..to of both digits, in turn, into a table.
func pairOf(by [10][][]float64, in ImagesIn, rows, cols, from, to int) (x solve.Matrix, labels []int) {
	x.Cols = rows * cols
	for i := from; i < to; i++ {
		x.Data = append(x.Data, shrunk(by[in.A][i], rows, cols)...)
		x.Data = append(x.Data, shrunk(by[in.B][i], rows, cols)...)
		labels = append(labels, -1, 1)
	}
	x.Rows = len(labels)
	return x, labels
}

var images = lesson.Shows(lesson.Recorded(lesson.Ask("images", ImagesIn{A: 4, B: 9, Inputs: 784, Passes: maxPassesOn}, func(_ context.Context, s *lesson.Session, in ImagesIn) (ImagesOut, error) {
	return kept(s, in)
}), ImagesIn{4, 9, 2, 100}, ImagesIn{4, 9, 4, 100}, ImagesIn{4, 9, 16, 100}, ImagesIn{4, 9, 49, 100}, ImagesIn{4, 9, 196, 100}), showImages)

func learnImages(in ImagesIn) (out ImagesOut, err error) {
	by, err := drawn()
	if err != nil {
		return out, err
	}
	for _, s := range Sizes {
		if s.N == in.Inputs {
			out.Rows, out.Cols = s.Rows, s.Cols
		}
	}
	x, labels := pairOf(by, in, out.Rows, out.Cols, 0, perDigit)
	var p solve.Perceptron
	out.Done = true
	for c, err := range p.Learn(x, labels, in.Passes) {
		if errors.Is(err, solve.ErrNotSeparated) {
			out.Done = false
			break
		} else if err != nil {
			return out, err
		}
		for len(out.ByPass) <= c.Pass {
			out.ByPass = append(out.ByPass, 0)
		}
		out.ByPass[c.Pass]++
	}
	if out.Done {
		out.ByPass = append(out.ByPass, 0)
		if out.Bound, err = boundOf(x, labels, 600); err != nil {
			return out, err
		}
	}
	out.W, out.B, out.Mistakes = p.W, p.B, p.Mistakes
	out.Train = right(&p, x, labels)
	test, truth := pairOf(by, in, out.Rows, out.Cols, perDigit, perDigit+perDigitT)
	out.Test = right(&p, test, truth)
	for _, d := range []int{in.A, in.B} {
		for i := range samples {
			out.Samples = append(out.Samples, shrunk(by[d][i], out.Rows, out.Cols))
		}
	}
	return out, nil
}

// SizesIn are two digits.
type SizesIn struct {
	A int `json:"a"`
	B int `json:"b"`
}

// Check bounds the argument.
func (in SizesIn) Check() error { return ImagesIn{in.A, in.B, pixels * pixels, maxPassesOn}.Check() }

const maxPassesOn = 100

// SizeOut is how a perceptron of N inputs did; see ImagesOut.
type SizeOut struct {
	N        int     `json:"n"`
	Mistakes int     `json:"mistakes"`
	Done     bool    `json:"done"`
	Train    float64 `json:"train"`
	Test     float64 `json:"test"`
	Bound    *Bound  `json:"bound"`
}

// sizes learns with every number of inputs.
var sizes = lesson.Ask("sizes", SizesIn{A: 4, B: 9}, func(ctx context.Context, s *lesson.Session, in SizesIn) (list []SizeOut, err error) {
	for _, size := range Sizes {
		o, err := kept(s, ImagesIn{in.A, in.B, size.N, maxPassesOn})
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		list = append(list, SizeOut{size.N, o.Mistakes, o.Done, o.Train, o.Test, o.Bound})
	}
	return list, nil
})

// kept is learnImages, once for each argument.
func kept(s *lesson.Session, in ImagesIn) (ImagesOut, error) {
	return lesson.Keep(s, fmt.Sprint("images ", in), func() (ImagesOut, error) { return learnImages(in) })
}

// right is the share of the rows on the side of their label.
func right(p *solve.Perceptron, x solve.Matrix, labels []int) float64 {
	n := 0
	for i, y := range labels {
		if p.Predict(x.Row(i)) == y {
			n++
		}
	}
	return float64(n) / float64(len(labels))
}

func showImages(in ImagesIn) lesson.Shown {
	rows, cols := pixels, pixels
	for _, s := range Sizes {
		if s.N == in.Inputs {
			rows, cols = s.Rows, s.Cols
		}
	}
	return lesson.Shown{Go: fmt.Sprintf(`package main

import (
	"fmt"

	"brick/data"
	"brick/solve"
)

func main() {
	const a, b, rows, cols, each = %d, %d, %d, %d, %d
	set, _ := data.Digits(data.Options{Examples: %d})
	info := set.Info()
	var batch data.Batch
	var of [10][][]float64
	for i := range set.Train.Len() {
		set.Train.Read(&batch, []int{i}, 0)
		cell := make([]float64, rows*cols) // means of the pixels of each cell
		for k, v := range batch.X {
			cell[k/28/(28/rows)*cols+k%%28/(28/cols)] += (float64(v)*info.Std[0] + info.Mean[0]) / (28 / rows * 28 / cols)
		}
		of[batch.Labels[0]] = append(of[batch.Labels[0]], cell)
	}
	x, labels := solve.Matrix{Rows: 2 * each, Cols: rows * cols}, []int(nil)
	for i := range each {
		x.Data = append(append(x.Data, of[a][i]...), of[b][i]...)
		labels = append(labels, -1, 1)
	}
	var p solve.Perceptron
	for _, err := range p.Learn(x, labels, %d) {
		if err != nil {
			fmt.Println(err)
		}
	}
	bound, err := solve.Novikoff(x, labels, p.W, p.B, false)
	fmt.Println(p.Mistakes, "mistakes; with this boundary's margin at most", bound.Mistakes, err)
}
`, in.A, in.B, rows, cols, perDigit, pool, in.Passes)}
}
