package xor

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"brick/course/lesson"
	"brick/solve"
)

// Corners are the four inputs, Labels what is to be said of them: +1 where the
// two inputs differ.
var (
	Corners = [4][2]float64{{-1, -1}, {-1, 1}, {1, -1}, {1, 1}}
	Labels  = [4]int{-1, 1, 1, -1}
)

// LineIn is a boundary w₁x₁ + w₂x₂ + b = 0.
type LineIn struct {
	W1 float64 `json:"w1"`
	W2 float64 `json:"w2"`
	B  float64 `json:"b"`
}

// Check bounds the line.
func (in LineIn) Check() error {
	return lesson.First(lesson.Within("w1", in.W1, -10, 10), lesson.Within("w2", in.W2, -10, 10), lesson.Within("b", in.B, -10, 10))
}

// LineOut is what the line says of the corners.
type LineOut struct {
	Scores [4]float64   `json:"scores"` // w·x + b of each of Corners
	Right  [4]bool      `json:"right"`
	Count  int          `json:"count"`
	Line   [][2]float64 `json:"line"`   // its ends within ±edge; none where it is outside
	Equal  float64      `json:"equal"`  // s(−1,−1) + s(1,1)
	Differ float64      `json:"differ"` // s(−1,1) + s(1,−1), the same number for every line: 2b
	Twice  float64      `json:"twice"`  // 2b
}

const edge = 1.6

var line = lesson.Shows(lesson.Ask("line", LineIn{W1: 1, W2: 1, B: 0.8}, func(_ context.Context, _ *lesson.Session, in LineIn) (o LineOut, err error) {
	for i, x := range Corners {
		o.Scores[i] = in.W1*x[0] + in.W2*x[1] + in.B
		o.Right[i] = says(o.Scores[i]) == Labels[i]
		if o.Right[i] {
			o.Count++
		}
	}
	o.Equal, o.Differ = o.Scores[0]+o.Scores[3], o.Scores[1]+o.Scores[2]
	o.Twice = 2 * in.B
	o.Line = boundary(in.W1, in.W2, in.B, edge)
	return o, nil
}), func(in LineIn) lesson.Shown {
	return lesson.Shown{Go: fmt.Sprintf(`package main

import (
	"fmt"

	"brick/solve"
)

func main() {
	p := solve.Perceptron{W: []float64{%v, %v}, B: %v}
	for _, x := range [][]float64{{-1, -1}, {-1, 1}, {1, -1}, {1, 1}} {
		fmt.Println(x, p.Predict(x))
	}
}
`, in.W1, in.W2, in.B)}
})

// says is a perceptron's answer to a score.
func says(score float64) int {
	if score > 0 {
		return 1
	}
	return -1
}

// boundary is the part of w·x + b = 0 within ±reach.
func boundary(w1, w2, b, reach float64) (ends [][2]float64) {
	for _, e := range []float64{-reach, reach} {
		if w2 != 0 {
			if y := -(w1*e + b) / w2; y >= -reach && y <= reach {
				ends = append(ends, [2]float64{e, y})
			}
		}
		if w1 != 0 {
			if x := -(w2*e + b) / w1; x > -reach && x < reach {
				ends = append(ends, [2]float64{x, e})
			}
		}
	}
	return ends
}

// SearchIn asks for many lines.
type SearchIn struct {
	Tries int `json:"tries"`
	Seed  int `json:"seed"`
}

// Check bounds the work.
func (in SearchIn) Check() error {
	return lesson.First(lesson.Within("tries", float64(in.Tries), 1, 1_000_000), lesson.Within("seed", float64(in.Seed), 0, 1e9))
}

// SearchOut is how they did.
type SearchOut struct {
	Counts   [5]int `json:"counts"`   // how many lines were right on 0, 1, …, 4 corners
	Passes   int    `json:"passes"`   // that a perceptron took over the corners
	Mistakes int    `json:"mistakes"` // it made; it never stopped
	Stopped  bool   `json:"stopped"`
}

// search draws lines at random, and lets a perceptron try.
var search = lesson.Shows(lesson.Ask("search", SearchIn{Tries: 100_000, Seed: 1}, func(_ context.Context, _ *lesson.Session, in SearchIn) (o SearchOut, err error) {
	r := rand.New(rand.NewPCG(uint64(in.Seed), 0))
	for range in.Tries {
		w1, w2, b := r.NormFloat64(), r.NormFloat64(), r.NormFloat64()
		n := 0
		for i, x := range Corners {
			if says(w1*x[0]+w2*x[1]+b) == Labels[i] {
				n++
			}
		}
		o.Counts[n]++
	}
	x := solve.Matrix{Rows: 4, Cols: 2}
	for _, c := range Corners {
		x.Data = append(x.Data, c[:]...)
	}
	o.Passes, o.Stopped = 1000, true
	var p solve.Perceptron
	for _, err := range p.Learn(x, Labels[:], o.Passes) {
		if errors.Is(err, solve.ErrNotSeparated) {
			o.Stopped = false
		} else if err != nil {
			return o, err
		}
	}
	o.Mistakes = p.Mistakes
	return o, nil
}), func(in SearchIn) lesson.Shown {
	return lesson.Shown{Go: fmt.Sprintf(`package main

import (
	"fmt"
	"math/rand/v2"

	"brick/solve"
)

func main() {
	x := solve.Matrix{Rows: 4, Cols: 2, Data: []float64{-1, -1, -1, 1, 1, -1, 1, 1}}
	labels := []int{-1, 1, 1, -1}
	r := rand.New(rand.NewPCG(%d, 0))
	var counts [5]int
	for range %d {
		p := solve.Perceptron{W: []float64{r.NormFloat64(), r.NormFloat64()}, B: r.NormFloat64()}
		n := 0
		for i, y := range labels {
			if p.Predict(x.Row(i)) == y {
				n++
			}
		}
		counts[n]++
	}
	fmt.Println("right on 0, 1, 2, 3, 4 corners:", counts)
	var p solve.Perceptron
	for _, err := range p.Learn(x, labels, 1000) {
		if err != nil {
			fmt.Println(p.Mistakes, "mistakes:", err)
		}
	}
}
`, in.Seed, in.Tries)}
})
