// Package leastsquares is the chapter on what a loss is, and on the line at
// which it is least: by formula and by descent.
package leastsquares

import (
	"embed"
	"fmt"

	"brick/course/lesson"
	"brick/solve"
)

//go:embed zh.md en.md text.json widget.js
var files embed.FS

// Chapter is chapter 1.
var Chapter = &lesson.Chapter{Dir: "01-least-squares", Files: files, Calls: []*lesson.Call{line, valley, descend, degrees}}

// Pair is a point of a curve.
type Pair [2]float64

// points are what a line is put through: x, y, x, y, …
type points []float64

// check wants 3 to 40 points within ±10.
func (p points) check() error {
	err := lesson.First(lesson.Within("points", float64(len(p)), 6, 80), lesson.Within("points % 2", float64(len(p)%2), 0, 0))
	for _, v := range p {
		err = lesson.First(err, lesson.Within("points", v, -10, 10))
	}
	return err
}

// columns are their x and y.
func (p points) columns() (x, y []float64) {
	for i := 0; i+1 < len(p); i += 2 {
		x, y = append(x, p[i]), append(y, p[i+1])
	}
	return x, y
}

// start are the points that the page begins with: a line with some noise.
var start = points{-2.4, -1.4, -1.8, -1.2, -1.4, -0.2, -0.8, -0.5, -0.3, 0.4, 0.2, 0.1, 0.7, 1.1, 1.3, 0.8, 1.8, 1.9, 2.3, 1.6}

// squares is the lecture's loss of a line as a function to descend, of (w, b).
//
//	L = 1/2n Σ(wx+b−y)²     ∂L/∂w = 1/n Σ(wx+b−y)·x     ∂L/∂b = 1/n Σ(wx+b−y)
func squares(p points) solve.Objective {
	x, y := p.columns()
	n := float64(len(x))
	return func(at, grad []float64) (l float64) {
		grad[0], grad[1] = 0, 0
		for i := range x {
			r := at[0]*x[i] + at[1] - y[i]
			l += r * r / (2 * n)
			grad[0] += r * x[i] / n
			grad[1] += r / n
		}
		return l
	}
}

// data is the head of a shown program that has the points.
func (p points) data() string {
	x, y := p.columns()
	return fmt.Sprintf("\tx := %#v\n\ty := %#v\n", x, y)
}
