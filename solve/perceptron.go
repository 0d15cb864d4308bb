package solve

import (
	"errors"
	"fmt"
	"iter"
)

// Perceptron is Rosenblatt's linear boundary in n dimensions: it says +1 where
// w·x + b > 0, else −1. W has n components; the zero Perceptron sizes itself at the first Learn.
type Perceptron struct {
	W        []float64
	B        float64
	NoBias   bool // keep b = 0: the boundary goes through the origin
	Mistakes int  // corrections made so far, over all calls of Learn
}

// Correction is one update of a perceptron, after which it has made Mistake
// mistakes: on example Row, in pass Pass, both from 0.
type Correction struct {
	Mistake, Pass, Row int
	W                  []float64 // a copy, the receiver's to keep
	B                  float64
}

// ErrNotSeparated reports that the passes ran out with mistakes still being made.
var ErrNotSeparated = errors.New("not separated")

// Predict says +1 or −1 for x.
func (p *Perceptron) Predict(x []float64) int {
	if dot(x, p.W)+p.B > 0 {
		return 1
	}
	return -1
}

// Learn goes over the rows of X (N, n) with their labels, each +1 or −1, and
// corrects the perceptron on every mistake:
//
//	y·(w·x + b) ≤ 0   ⇒   w ← w + y·x,   b ← b + y
//
// It yields each correction, and ends after the first pass without one. When
// passes (0 means 1,000) have not been enough, the last error wraps
// ErrNotSeparated: no boundary exists, or its margin is small; [Novikoff] says
// how many mistakes a known one allows. (Rosenblatt, The Perceptron, 1958.)
func (p *Perceptron) Learn(X Matrix, labels []int, passes int) iter.Seq2[Correction, error] {
	return func(yield func(Correction, error) bool) {
		if err := checkLabelled(X, labels); err != nil {
			yield(Correction{}, err)
			return
		}
		if p.W == nil {
			p.W = make([]float64, X.Cols)
		}
		if len(p.W) != X.Cols {
			yield(Correction{}, &InputError{Name: "X", Row: -1, Col: -1,
				Problem: fmt.Sprintf("has %d columns, the perceptron has %d inputs", X.Cols, len(p.W))})
			return
		}
		if passes <= 0 {
			passes = 1000
		}
		for pass := range passes {
			clean := true
			for i, label := range labels {
				y, x := float64(label), X.Row(i)
				if y*(dot(x, p.W)+p.B) > 0 {
					continue
				}
				clean = false
				p.Mistakes++
				for j, v := range x {
					p.W[j] += y * v
				}
				if !p.NoBias {
					p.B += y
				}
				c := Correction{Mistake: p.Mistakes, Pass: pass, Row: i, W: append([]float64(nil), p.W...), B: p.B}
				if !allFinite(p.W) {
					yield(c, fmt.Errorf("solve: perceptron: row %d: %w", i, ErrOverflow))
					return
				}
				if !yield(c, nil) {
					return
				}
			}
			if clean {
				return
			}
		}
		yield(Correction{Mistake: p.Mistakes, Pass: passes - 1, W: append([]float64(nil), p.W...), B: p.B},
			fmt.Errorf("solve: perceptron: %w after %d passes and %d mistakes; allow more, or use features that separate the classes", ErrNotSeparated, passes, p.Mistakes))
	}
}

// MistakeBound is what [Novikoff] says of a separable set.
type MistakeBound struct {
	Margin   float64 // γ: the least distance of an example from the boundary
	Radius   float64 // R: the greatest length of an example
	Mistakes float64 // (R/γ)²
}

// Novikoff bounds the mistakes of any perceptron that starts from zero on
// examples which the boundary w·x + b = 0 separates:
//
//	mistakes ≤ (R/γ)²     R = max ‖x̃‖     γ = min y·(w̃·x̃)/‖w̃‖
//
// x̃ is (x, 1) and w̃ is (w, b), as the bias is an input that is always 1; with
// noBias x̃ is x, w̃ is w, and b must be 0. A boundary that does not separate them is
// an error naming the row. (Novikoff, On Convergence Proofs on Perceptrons, 1962.)
func Novikoff(X Matrix, labels []int, w []float64, b float64, noBias bool) (MistakeBound, error) {
	var m MistakeBound
	if err := checkLabelled(X, labels); err != nil {
		return m, err
	}
	if len(w) != X.Cols || !allFinite(w) || !finite(b) || noBias && b != 0 {
		return m, fmt.Errorf("solve: novikoff: a boundary of %d finite weights is needed, with b = 0 if there is no bias; found %d, b = %v", X.Cols, len(w), b)
	}
	extra := []float64{1}
	if noBias {
		extra = nil
	}
	length := norm(append([]float64{b}, w...))
	for i, label := range labels {
		x := X.Row(i)
		distance := float64(label) * (dot(x, w) + b) / length
		if !(distance > 0) {
			return MistakeBound{}, &InputError{Name: "X", Row: i, Col: -1, Problem: "is on the wrong side of the boundary, or on it"}
		}
		if i == 0 || distance < m.Margin {
			m.Margin = distance
		}
		m.Radius = max(m.Radius, norm(append(extra[:len(extra):len(extra)], x...)))
	}
	m.Mistakes = (m.Radius / m.Margin) * (m.Radius / m.Margin)
	return m, nil
}

func checkLabelled(X Matrix, labels []int) error {
	if err := X.check("X"); err != nil {
		return err
	}
	if len(labels) != X.Rows {
		return &InputError{Name: "labels", Row: -1, Col: -1,
			Problem: fmt.Sprintf("has %d values, X has %d rows: one for each row is needed", len(labels), X.Rows)}
	}
	for i, y := range labels {
		if y != 1 && y != -1 {
			return &InputError{Name: "labels", Row: i, Col: -1, Problem: fmt.Sprintf("is %d: +1 or −1 is needed", y)}
		}
	}
	return nil
}
