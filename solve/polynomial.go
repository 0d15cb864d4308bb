package solve

import "fmt"

// MaxDegree is the highest degree [Polynomial] gives: beyond it powers of x are
// too nearly collinear in float64 for a fit to mean much.
const MaxDegree = 9

// Polynomial is the design matrix of a polynomial fit: row i is x_i, x_i², …,
// x_iᵈ, (N, degree); the constant is left to the fit's intercept. degree is
// 1–9.
func Polynomial(x []float64, degree int) (Matrix, error) {
	if degree < 1 || degree > MaxDegree {
		return Matrix{}, fmt.Errorf("solve: polynomial of degree %d: 1 to %d are possible", degree, MaxDegree)
	}
	if err := Column(x).check("x"); err != nil {
		return Matrix{}, err
	}
	m := Matrix{Rows: len(x), Cols: degree, Data: make([]float64, len(x)*degree)}
	for i, v := range x {
		power := 1.0
		for j := range degree {
			power *= v
			m.Data[i*degree+j] = power
		}
		if !finite(power) {
			return Matrix{}, &InputError{Name: "x", Row: i, Col: -1,
				Problem: fmt.Sprintf("is %v, whose power %d is infinite: scale x first", v, degree)}
		}
	}
	return m, nil
}
