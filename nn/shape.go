package nn

import (
	"fmt"
	"slices"
	"strings"
)

// Flatten makes one axis of all but the first.    x (B, …) → y (B, Π…)
type Flatten struct{ _ byte } // not empty, so that each has an address of its own

// Forward is x as (B, n).
func (*Flatten) Forward(x *Var) *Var {
	if x.Rank() == 0 {
		Refuse("flatten", "want at least the batch axis", x.Shape())
	}
	n := 1
	for _, d := range x.Shape()[1:] {
		n *= d
	}
	return x.Reshape(x.Dim(0), n)
}

// Notation is flatten.
func (*Flatten) Notation() string { return "flatten" }

// Reshape gives each example another shape of as many numbers.    x (B, …) → y (B, Shape…)
type Reshape struct {
	Shape []int // of one example
}

// NewReshape is the block that gives each example this shape.
func NewReshape(shape ...int) *Reshape { return &Reshape{Shape: slices.Clone(shape)} }

// Forward is x as (B, Shape…).
func (r *Reshape) Forward(x *Var) *Var {
	var full [8]int
	if x.Rank() == 0 || len(r.Shape) >= len(full) {
		Refuse("reshape", fmt.Sprintf("want a batch axis and at most %d others", len(full)-1), x.Shape(), r.Shape)
	}
	full[0] = x.Dim(0)
	n := copy(full[1:], r.Shape)
	return x.Reshape(full[:n+1]...)
}

// Notation is reshape(…) with the sizes.
func (r *Reshape) Notation() string {
	s := make([]string, len(r.Shape))
	for i, d := range r.Shape {
		s[i] = fmt.Sprint(d)
	}
	return "reshape(" + strings.Join(s, ",") + ")"
}

// MeanTime averages a sequence's positions, of sequences that are filled up those up to their end.    x (B, T, C) → y (B, C)
type MeanTime struct{ _ byte }

// Forward is the mean over axis 1.
func (*MeanTime) Forward(x *Var) *Var {
	if x.Rank() != 3 {
		Refuse("mean", "want x (B, T, C)", x.Shape())
	}
	if t := x.Tape(); t != nil && t.Lengths != nil && t.Lengths.Dim(0) == x.Dim(0) {
		return x.Mul(t.Lengths.Shares(x.Dim(1), t.Lengths.Inputs()[0].Dim(1))).Sum(1)
	}
	return x.Mean(1)
}

// Notation is mean.
func (*MeanTime) Notation() string { return "mean" }

// Columns makes a sequence of an image, a vector of each of its columns from left to right: what a line of text is read by.
//
//	x (N, C, H, W) → y (N, W, C·H)    y[n, w, c·H + h] = x[n, c, h, w]
type Columns struct{ _ byte }

// Forward is the columns of x.
func (*Columns) Forward(x *Var) *Var {
	if x.Rank() != 4 {
		Refuse("columns", "want x (N, C, H, W)", x.Shape())
	}
	return x.Permute(0, 3, 1, 2).Reshape(x.Dim(0), x.Dim(3), -1)
}

// Notation is columns.
func (*Columns) Notation() string { return "columns" }
