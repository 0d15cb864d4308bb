package fit

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// A model is the sum of powers that all laws here are, as Hoffmann et al. 2022 fit it (appendix D.2): in logarithms,
//
//	log L̂_i = log(exp e + Σ_k exp(a_k − α_k·x_ki))    e = log E, a_k = log of the term at the centre of x_k
//
// or, where the terms are coupled, by a further constant s = log p,
//
//	log L̂_i = log(exp e + exp T_i)    T_i = (1/p)·log Σ_k exp(p·(a_k − α_k·x_ki))    ∂T/∂s = Σ_k w_k·(a_k − α_k·x_ki) − T,  w the softmax of p·(…)
//
// so that every constant is positive by itself. x (terms, points) is the logarithm of N, D or C, less its mean: then a_k and α_k are
// nearly uncorrelated. θ is (e, a_1, α_1, a_2, α_2, s), without e where there is no floor, without s where the terms are summed.
type model struct {
	x       [][]float64
	centre  []float64 // what was taken from each x
	floor   bool
	coupled bool
	delta   float64 // of the Huber loss
}

// newModel has a term for each of xs, (points) each.
func newModel(o Options, xs ...[]float64) *model {
	m := &model{floor: !o.NoFloor, coupled: o.Coupled && len(xs) == 2, delta: o.Delta}
	for _, x := range xs {
		logs, centre := make([]float64, len(x)), 0.0
		for i, v := range x {
			logs[i] = math.Log(v)
			centre += logs[i] / float64(len(x))
		}
		for i := range logs {
			logs[i] -= centre
		}
		m.x, m.centre = append(m.x, logs), append(m.centre, centre)
	}
	return m
}

func (m *model) points() int { return len(m.x[0]) }

// first is where the terms begin in θ.
func (m *model) first() int {
	if m.floor {
		return 1
	}
	return 0
}

// size is the number of constants: the length of θ.
func (m *model) size() int {
	n := m.first() + 2*len(m.x)
	if m.coupled {
		n++
	}
	return n
}

// at is log L̂ of point i; share (size of θ) receives ∂ log L̂/∂θ where it isn't nil.
func (m *model) at(theta []float64, i int, share []float64) float64 {
	var xs [2]float64
	for k, x := range m.x {
		xs[k] = x[i]
	}
	return m.value(theta, xs, share)
}

// value is log L̂ at the centred logarithms xs, one for each term.
func (m *model) value(theta []float64, xs [2]float64, share []float64) float64 {
	if m.coupled {
		return m.together(theta, xs, share)
	}
	var logs [2]float64
	first, top := m.first(), math.Inf(-1)
	if m.floor {
		top = theta[0]
	}
	for k := range m.x {
		logs[k] = theta[first+2*k] - theta[first+2*k+1]*xs[k]
		top = max(top, logs[k])
	}
	sum, floor := 0.0, 0.0
	if m.floor {
		floor = below(theta[0], top)
		sum = floor
	}
	for k := range m.x {
		logs[k] = below(logs[k], top)
		sum += logs[k]
	}
	if share != nil {
		if m.floor {
			share[0] = floor / sum
		}
		for k := range m.x {
			share[first+2*k] = logs[k] / sum
			share[first+2*k+1] = -logs[k] / sum * xs[k]
		}
	}
	return top + math.Log(sum)
}

// together is value where the terms are coupled.
func (m *model) together(theta []float64, xs [2]float64, share []float64) float64 {
	first, last := m.first(), m.size()-1
	p := math.Exp(theta[last])
	l := [2]float64{theta[first] - theta[first+1]*xs[0], theta[first+2] - theta[first+3]*xs[1]}
	most := max(l[0], l[1])
	w := [2]float64{below(p*l[0], p*most), below(p*l[1], p*most)}
	sum := w[0] + w[1]
	terms := most + math.Log(sum)/p
	logL, part := terms, 1.0 // part of the loss that the terms are
	if m.floor {
		top := max(theta[0], terms)
		floor, rest := below(theta[0], top), below(terms, top)
		logL, part = top+math.Log(floor+rest), rest/(floor+rest)
	}
	if share != nil {
		if m.floor {
			share[0] = 1 - part
		}
		mean := 0.0
		for k := range l {
			weight := w[k] / sum
			mean += weight * l[k]
			share[first+2*k] = part * weight
			share[first+2*k+1] = -part * weight * xs[k]
		}
		share[last] = part * (mean - terms)
	}
	return logL
}

// below is exp(x − top) for x ≤ top; the largest of the terms needs no exponential, and each draw of a bootstrap takes thousands.
func below(x, top float64) float64 {
	if x == top {
		return 1
	}
	return math.Exp(x - top)
}

// objective is Σ_i Huber_δ(log L̂_i − y_i), y = log L; grad receives its derivative where it isn't nil, and share is scratch of θ's size.
func (m *model) objective(y, theta, grad, share []float64) float64 {
	clear(grad)
	total := 0.0
	for i := range y {
		if grad == nil {
			share = nil
		}
		r := m.at(theta, i, share) - y[i]
		slope := max(-m.delta, min(r, m.delta))
		total += slope * (r - slope/2) // r²/2 within δ, δ(|r| − δ/2) beyond
		for j := range grad {
			grad[j] += slope * share[j]
		}
	}
	return total
}

// residuals are y − log L̂.
func (m *model) residuals(y, theta []float64) []float64 {
	r := make([]float64, len(y))
	for i := range y {
		r[i] = y[i] - m.at(theta, i, nil)
	}
	return r
}

// curvature is JᵀJ of log L̂ by θ: what the squared residuals would have for half a Hessian.
func (m *model) curvature(theta []float64) *mat.SymDense {
	p := m.size()
	h, share := mat.NewSymDense(p, nil), make([]float64, p)
	for i := range m.points() {
		m.at(theta, i, share)
		for j := range p {
			for k := j; k < p; k++ {
				h.SetSym(j, k, h.At(j, k)+share[j]*share[k])
			}
		}
	}
	return h
}
