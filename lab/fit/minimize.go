package fit

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

// descend minimises the objective from theta by L-BFGS, in coordinates z in which the squared residuals would have a unit Hessian:
// θ = start + W·z, W·Wᵀ = s²·(JᵀJ)⁻¹. E, A and α pull on each other so strongly that in θ itself a search stops on the way.
func (m *model) descend(y, start []float64) (theta []float64, least float64) {
	p := m.size()
	scale := max(rms(m.residuals(y, start)), m.delta)
	w := m.whitening(start, scale)
	theta = make([]float64, p)
	place := func(z []float64) {
		for j := range theta {
			theta[j] = start[j]
			for k := range z {
				theta[j] += w[j*p+k] * z[k]
			}
		}
	}
	// The search asks for the value and for the slope of a point one after the other: both are computed once.
	f, grad, share, last := math.NaN(), make([]float64, p), make([]float64, p), make([]float64, p)
	last[0] = math.NaN()
	evaluate := func(z []float64) {
		if !slices.Equal(z, last) {
			copy(last, z)
			place(z)
			f = m.objective(y, theta, grad, share)
		}
	}
	unit := 1 / (scale * m.delta)
	problem := optimize.Problem{
		Func: func(z []float64) float64 {
			evaluate(z)
			return unit * f
		},
		Grad: func(out, z []float64) {
			evaluate(z)
			for k := range out {
				out[k] = 0
				for j := range grad {
					out[k] += unit * grad[j] * w[j*p+k]
				}
			}
		},
	}
	settings := &optimize.Settings{
		GradientThreshold: 1e-5,
		Converger:         &optimize.FunctionConverge{Relative: 1e-7, Iterations: 5},
		MajorIterations:   300,
	}
	z := make([]float64, p)
	// An error means that the line search found no better point: the best one it has is the answer, and other starts compete with it.
	if result, _ := optimize.Minimize(problem, z, settings, &optimize.LBFGS{Store: 10}); result != nil && len(result.X) == p {
		z = result.X
	}
	place(z)
	return theta, m.objective(y, theta, nil, nil)
}

// whitening is W (size, size) of descend, row-major. Directions that the points do not tell apart get a large, finite step.
func (m *model) whitening(theta []float64, scale float64) []float64 {
	p := m.size()
	h := m.curvature(theta)
	for j := range p {
		h.SetSym(j, j, h.At(j, j)*(1+1e-9)+1e-7*float64(m.points()))
	}
	var chol mat.Cholesky
	w := make([]float64, p*p)
	if !chol.Factorize(h) {
		for j := range p {
			w[j*p+j] = 1
		}
		return w
	}
	// h = RᵀR, W = s·R⁻¹.
	var r mat.TriDense
	chol.UTo(&r)
	var inverse mat.TriDense
	if inverse.InverseTri(&r) != nil {
		clear(w)
	}
	for j := range p {
		for k := j; k < p; k++ {
			w[j*p+k] = scale * inverse.At(j, k)
		}
	}
	return w
}

func rms(r []float64) float64 {
	sum := 0.0
	for _, v := range r {
		sum += v * v
	}
	return math.Sqrt(sum / float64(len(r)))
}
