package perceptron

import (
	"context"
	"errors"
	"fmt"

	"brick/course/lesson"
	"brick/solve"
)

// LearnIn is points of two classes.
type LearnIn struct {
	Points []float64 `json:"points"` // x, y, class, x, y, class, …; class 0 is the side −1, 1 the side +1
}

const (
	maxPoints = 60
	reach     = 3.0 // points lie within ±reach
)

// Check bounds the points.
func (in LearnIn) Check() error {
	n := len(in.Points)
	err := lesson.First(lesson.Within("points", float64(n), 6, 3*maxPoints), lesson.Within("points", float64(n%3), 0, 0))
	for i, v := range in.Points {
		if i%3 < 2 {
			err = lesson.First(err, lesson.Within("points", v, -reach, reach))
		} else if v != 0 && v != 1 {
			err = lesson.First(err, &lesson.Refusal{Key: "refused.class", Field: "points", Message: fmt.Sprintf("a class is %g; want 0 or 1", v)})
		}
	}
	return err
}

// table is the points as the perceptron takes them.
func (in LearnIn) table() (x solve.Matrix, labels []int) {
	x.Cols = 2
	for i := 0; i < len(in.Points); i += 3 {
		x.Data = append(x.Data, in.Points[i], in.Points[i+1])
		labels = append(labels, 2*int(in.Points[i+2])-1)
	}
	x.Rows = len(labels)
	return x, labels
}

// Learnt is what the rule did with the points.
type Learnt struct {
	Moves    []Move `json:"moves"`    // the first maxMoves corrections
	Mistakes int    `json:"mistakes"` // all of them
	Passes   int    `json:"passes"`   // over the points, the last without a mistake
	Done     bool   `json:"done"`     // a pass without a mistake came
	Bound    *Bound `json:"bound"`    // null where it did not
}

// Move is one correction: w ← w + y·x, b ← b + y.
type Move struct {
	Row    int          `json:"row"` // which point was on the wrong side
	Y      int          `json:"y"`
	X      [2]float64   `json:"x"`
	Step   [2]float64   `json:"step"`  // y·x
	Score  float64      `json:"score"` // w·x + b before
	Before [2]float64   `json:"before"`
	After  [2]float64   `json:"after"`
	B      float64      `json:"b"`     // after
	Line   [][2]float64 `json:"line"`  // ends of the boundary after it, within the picture; none where w = 0
	Sides  []int        `json:"sides"` // what the perceptron says of each point after it
}

const (
	maxMoves  = 200
	maxPasses = 200
)

var learn = lesson.Shows(lesson.Ask("learn", LearnIn{Points: []float64{
	0.9, 1.5, 1, -2, -0.5, 0, -1, 0.6, 0, -1.5, -1.1, 0, 0.8, -2.3, 0, -2.3, 2.1, 0, 0.7, 1.6, 1,
	-0.8, 0.7, 0, 1.5, 0.7, 1, 0, -0.8, 0, -0.2, 0, 0, 2.4, -1.8, 0, 1.9, 1.8, 1, -2.3, -0.9, 0,
}}, learnPoints), func(in LearnIn) lesson.Shown {
	x, labels := in.table()
	return lesson.Shown{Go: fmt.Sprintf(`package main

import (
	"fmt"

	"brick/solve"
)

func main() {
	x := solve.Matrix{Rows: %d, Cols: 2, Data: %#v}
	labels := %#v
	var p solve.Perceptron
	for c, err := range p.Learn(x, labels, %d) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(c.Mistake, c.Row, c.W, c.B)
	}
	bound, err := solve.Novikoff(x, labels, p.W, p.B, false)
	fmt.Println(p.Mistakes, "mistakes; with this boundary's margin at most", bound.Mistakes, err)
}
`, x.Rows, x.Data, labels, maxPasses)}
})

func learnPoints(_ context.Context, _ *lesson.Session, in LearnIn) (l Learnt, err error) {
	x, labels := in.table()
	var p solve.Perceptron
	before, b := [2]float64{}, 0.0
	for c, err := range p.Learn(x, labels, maxPasses) {
		if errors.Is(err, solve.ErrNotSeparated) {
			l.Mistakes, l.Passes = p.Mistakes, maxPasses
			return l, nil
		} else if err != nil {
			return l, err
		}
		l.Passes = c.Pass + 2 // and the pass without a mistake
		at := [2]float64(x.Row(c.Row))
		score := before[0]*at[0] + before[1]*at[1] + b
		m := Move{Row: c.Row, Y: labels[c.Row], X: at, Step: [2]float64{float64(labels[c.Row]) * at[0], float64(labels[c.Row]) * at[1]}, Score: score, Before: before, After: [2]float64(c.W), B: c.B}
		before, b = m.After, m.B
		if len(l.Moves) < maxMoves {
			m.Line = boundary(m.After, m.B)
			for i := range x.Rows {
				m.Sides = append(m.Sides, p.Predict(x.Row(i)))
			}
			l.Moves = append(l.Moves, m)
		}
	}
	l.Mistakes, l.Done = p.Mistakes, true
	l.Passes = max(l.Passes, 1)
	l.Bound, err = boundOf(x, labels, 3000)
	return l, err
}

// boundary is the part of w·x + b = 0 within ±reach, from edge to edge.
func boundary(w [2]float64, b float64) (ends [][2]float64) {
	for _, edge := range []float64{-reach, reach} {
		if w[1] != 0 {
			if y := -(w[0]*edge + b) / w[1]; y >= -reach && y <= reach {
				ends = append(ends, [2]float64{edge, y})
			}
		}
		if w[0] != 0 {
			if x := -(w[1]*edge + b) / w[0]; x > -reach && x < reach {
				ends = append(ends, [2]float64{x, edge})
			}
		}
	}
	return ends
}
