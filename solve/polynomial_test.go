package solve

import (
	"math"
	"strings"
	"testing"
)

func TestPolynomial(t *testing.T) {
	x := []float64{-1, 0.5, 2}
	m, err := Polynomial(x, 3)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range x {
		for j := range 3 {
			near(t, "power", m.At(i, j), math.Pow(v, float64(j+1)), 1e-15)
		}
	}
	for _, d := range []int{-1, 0, 10} {
		if _, err := Polynomial(x, d); err == nil {
			t.Errorf("degree %d is accepted", d)
		}
	}
	if _, err := Polynomial([]float64{1, 1e100}, 9); err == nil || !strings.Contains(err.Error(), "row 1") {
		t.Errorf("overflow: %v", err)
	}
	// Degree 9 through ten points of a polynomial of degree 9 finds it again.
	var xs, ys []float64
	for i := range 30 {
		v := -1 + 2*float64(i)/29
		xs, ys = append(xs, v), append(ys, 1-v+3*math.Pow(v, 9))
	}
	m, _ = Polynomial(xs, 9)
	fit, err := LeastSquares(m, Column(ys), FitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "w₁", fit.W.At(0, 0), -1, 1e-11)
	near(t, "w₉", fit.W.At(8, 0), 3, 1e-11)
}
