package fit

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// exponents are the grid of starts for each α. Hoffmann et al. 2022 start from a grid over all five constants (appendix D.3); given the
// exponents the others are a linear least-squares problem, so a grid over these two alone is as dense and far quicker.
var exponents = []float64{0.03, 0.08, 0.15, 0.25, 0.35, 0.5, 0.7, 1, 1.5}

// minimise finds θ of least objective from the best few of the grid and the extra starts.
func (m *model) minimise(y []float64, few int, extra ...[]float64) (theta []float64, f float64) {
	type start struct {
		theta []float64
		f     float64
	}
	var starts []start
	add := func(theta []float64) { starts = append(starts, start{theta, m.objective(y, theta, nil, nil)}) }
	if few > 0 {
		for _, alpha := range exponents {
			if len(m.x) == 1 {
				add(m.linear(y, alpha, 0))
				continue
			}
			for _, beta := range exponents {
				add(m.linear(y, alpha, beta))
			}
		}
		slices.SortStableFunc(starts, func(a, b start) int {
			switch {
			case a.f < b.f:
				return -1
			case a.f > b.f:
				return 1
			}
			return 0
		})
		starts = starts[:min(few, len(starts))]
		if m.coupled { // from the sum, and from terms of which the larger decides more
			for _, s := range starts[:len(starts):len(starts)] {
				for _, p := range []float64{2, 6} {
					theta := slices.Clone(s.theta)
					theta[len(theta)-1] = math.Log(p)
					add(theta)
				}
			}
		}
	}
	for _, t := range extra {
		add(t)
	}
	theta, f = starts[0].theta, math.Inf(1)
	for _, s := range starts {
		if t, ft := m.descend(y, s.theta); ft < f {
			theta, f = t, ft
		}
	}
	return theta, f
}

// linear is θ with the exponents given and the constants by least squares of the relative error, Σ((E + Σ_k A_k·x_k^−α_k)/L − 1)²; a
// constant that comes out negative is replaced by a small positive one.
func (m *model) linear(y []float64, alphas ...float64) []float64 {
	first, terms := m.first(), len(m.x)
	cols := first + terms
	h, rhs, row := mat.NewSymDense(cols, nil), mat.NewVecDense(cols, nil), make([]float64, cols)
	level := 0.0
	for i := range y {
		level += y[i] / float64(len(y))
		if m.floor {
			row[0] = math.Exp(-y[i])
		}
		for k := range terms {
			row[first+k] = math.Exp(-alphas[k]*m.x[k][i] - y[i])
		}
		for j := range cols {
			rhs.SetVec(j, rhs.AtVec(j)+row[j])
			for k := j; k < cols; k++ {
				h.SetSym(j, k, h.At(j, k)+row[j]*row[k])
			}
		}
	}
	for j := range cols {
		h.SetSym(j, j, h.At(j, j)*(1+1e-9))
	}
	var chol mat.Cholesky
	solution := mat.NewVecDense(cols, nil)
	if !chol.Factorize(h) || chol.SolveVecTo(solution, rhs) != nil {
		solution.Zero()
	}
	small := 0.01 * math.Exp(level)
	theta := make([]float64, m.size()) // s of coupled terms is 0: their sum
	if m.floor {
		theta[0] = math.Log(max(solution.AtVec(0), small))
	}
	for k := range terms {
		theta[first+2*k] = math.Log(max(solution.AtVec(first+k), small))
		theta[first+2*k+1] = alphas[k]
	}
	return theta
}
