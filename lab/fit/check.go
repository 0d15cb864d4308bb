package fit

import (
	"fmt"
	"math"
	"slices"
)

// A Variable is what a law is a law in.
type Variable string

// The variables of a Point.
const (
	Parameters Variable = "N"
	Tokens     Variable = "D"
	Compute    Variable = "C"
)

// of is the variable's value at p.
func (v Variable) of(p Point) float64 {
	switch v {
	case Parameters:
		return p.N
	case Tokens:
		return p.D
	}
	return p.C
}

// words are what the variable counts.
func (v Variable) words() string {
	switch v {
	case Parameters:
		return "parameters"
	case Tokens:
		return "tokens"
	}
	return "floating-point operations"
}

// column is the variable at each point.
func column(points []Point, v Variable) []float64 {
	x := make([]float64, len(points))
	for i, p := range points {
		x[i] = v.of(p)
	}
	return x
}

func logLoss(points []Point) []float64 {
	y := make([]float64, len(points))
	for i, p := range points {
		y[i] = math.Log(p.L)
	}
	return y
}

// distinct are the values of x in order, each once.
func distinct(x []float64) []float64 {
	x = slices.Clone(x)
	slices.Sort(x)
	return slices.Compact(x)
}

// check refuses points whose loss or variables are not positive and finite.
func check(points []Point, variables ...Variable) error {
	positive := func(x float64) bool { return x > 0 && !math.IsInf(x, 0) }
	for i, p := range points {
		if !positive(p.L) {
			return fmt.Errorf("point %d of %d has a loss of %v: a finite number above 0 is needed", i+1, len(points), p.L)
		}
		for _, v := range variables {
			if x := v.of(p); !positive(x) {
				return fmt.Errorf("point %d of %d has %s = %v: a finite number above 0 is needed", i+1, len(points), v, x)
			}
		}
	}
	return nil
}

// enough refuses points that cannot tell the model's constants.
func enough(m *model, points []Point, y []float64, variables ...Variable) error {
	kinds := 2
	if m.floor || len(variables) > 1 {
		kinds = 3
	}
	for _, v := range variables {
		if got := len(distinct(column(points, v))); got < kinds {
			return fmt.Errorf("%d points have %d different numbers of %s: at least %d are needed", len(y), got, v.words(), kinds)
		}
	}
	if need := m.size() + 1; len(y) < need {
		return fmt.Errorf("%d points for %d constants: at least %d are needed, one more to judge the fit by", len(y), m.size(), need)
	}
	if slices.Min(y) == slices.Max(y) {
		return fmt.Errorf("all %d points have one loss, %v: nothing can be learnt from them", len(y), math.Exp(y[0]))
	}
	return nil
}
