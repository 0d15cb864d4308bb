package solve

import (
	"fmt"
	"math"
)

// Matrix is a dense (Rows, Cols) table of float64, row after row: element
// (i, j) is Data[i*Cols+j]. In a design matrix a row is one example and a
// column one feature.
type Matrix struct {
	Rows, Cols int
	Data       []float64
}

// FromRows copies rows of equal length into a Matrix; a row of another length
// than the first is an *InputError that names it.
func FromRows(rows [][]float64) (Matrix, error) {
	if len(rows) == 0 {
		return Matrix{}, nil
	}
	m := Matrix{Rows: len(rows), Cols: len(rows[0])}
	for i, r := range rows {
		if len(r) != m.Cols {
			return Matrix{}, &InputError{Name: "rows", Row: i, Col: -1,
				Problem: fmt.Sprintf("has %d values, row 0 has %d", len(r), m.Cols)}
		}
		m.Data = append(m.Data, r...)
	}
	return m, nil
}

// Column is v as a Matrix of one column; it shares v's memory.
func Column(v []float64) Matrix { return Matrix{Rows: len(v), Cols: 1, Data: v} }

// At gives element (i, j), counted from 0.
func (m Matrix) At(i, j int) float64 { return m.Data[i*m.Cols+j] }

// Row gives row i, sharing m's memory.
func (m Matrix) Row(i int) []float64 { return m.Data[i*m.Cols : (i+1)*m.Cols : (i+1)*m.Cols] }

// InputError says which part of a caller's data cannot be used.
type InputError struct {
	Name     string // the argument: "X", "y", …
	Row, Col int    // counted from 0; −1 where the trouble is not in one row or column
	Problem  string
}

func (e *InputError) Error() string {
	switch {
	case e.Row >= 0 && e.Col >= 0:
		return fmt.Sprintf("solve: %s row %d, column %d: %s", e.Name, e.Row, e.Col, e.Problem)
	case e.Row >= 0:
		return fmt.Sprintf("solve: %s row %d %s", e.Name, e.Row, e.Problem)
	case e.Col >= 0:
		return fmt.Sprintf("solve: %s column %d %s", e.Name, e.Col, e.Problem)
	}
	return fmt.Sprintf("solve: %s %s", e.Name, e.Problem)
}

// check makes sure that m is whole and finite.
func (m Matrix) check(name string) error {
	whole := func(problem string) error { return &InputError{Name: name, Row: -1, Col: -1, Problem: problem} }
	switch {
	case m.Rows < 0 || m.Cols < 0:
		return whole(fmt.Sprintf("has shape (%d, %d): sizes cannot be negative", m.Rows, m.Cols))
	case m.Rows == 0:
		return whole("has no rows: at least one example is needed")
	case m.Cols == 0:
		return whole("has no columns: at least one is needed")
	case m.Rows > math.MaxInt/m.Cols || m.Rows*m.Cols != len(m.Data):
		return whole(fmt.Sprintf("has shape (%d, %d) but holds %d values", m.Rows, m.Cols, len(m.Data)))
	}
	for k, v := range m.Data {
		if !finite(v) {
			return &InputError{Name: name, Row: k / m.Cols, Col: k % m.Cols,
				Problem: fmt.Sprintf("is %v: finite numbers are needed (drop or fill that row)", v)}
		}
	}
	return nil
}

func (m Matrix) clone() Matrix {
	m.Data = append([]float64(nil), m.Data...)
	return m
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func allFinite(v []float64) bool {
	for _, x := range v {
		if !finite(x) {
			return false
		}
	}
	return true
}

// norm is the Euclidean length of v, safe from overflow and underflow.
func norm(v []float64) float64 {
	var scale float64
	for _, x := range v {
		scale = max(scale, math.Abs(x))
	}
	if scale == 0 || !finite(scale) {
		return scale
	}
	var s float64
	for _, x := range v {
		s += (x / scale) * (x / scale)
	}
	return scale * math.Sqrt(s)
}

func dot(a, b []float64) float64 {
	var s float64
	for i, x := range a {
		s += x * b[i]
	}
	return s
}
