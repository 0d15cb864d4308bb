package perceptron

import (
	"math"

	"brick/solve"
)

// Bound is Novikoff's: no perceptron makes more than (R/γ)² mistakes.
type Bound struct {
	Radius   float64 `json:"radius"`   // R, the greatest ‖(x, 1)‖
	Margin   float64 `json:"margin"`   // γ, the least distance from the widest boundary that was found
	Mistakes float64 `json:"mistakes"` // (R/γ)²
}

// boundOf measures R and γ of a separable set. Any boundary that separates it
// gives a bound; the one with the widest margin gives the best, and that is the
// direction of the shortest vector v in the convex hull of the y·(x, 1)
// (Gilbert, 1966):
//
//	p = the y·(x, 1) with the least v·p     v ← the shortest on the segment from v to p
//
// It comes nearer with each of at most so many steps; solve.Novikoff measures the
// widest of them.
func boundOf(x solve.Matrix, labels []int, steps int) (*Bound, error) {
	n, d := x.Rows, x.Cols+1
	points := make([]float64, 0, n*d)
	for i := range n {
		for _, v := range append(append([]float64(nil), x.Row(i)...), 1) {
			points = append(points, float64(labels[i])*v)
		}
	}
	v := append([]float64(nil), points[:d]...)
	best, widest := append([]float64(nil), v...), math.Inf(-1)
	for range steps {
		least, p := math.Inf(1), points[:d]
		for i := range n {
			q := points[i*d : (i+1)*d]
			if s := dot(v, q); s < least {
				least, p = s, q
			}
		}
		length := math.Sqrt(dot(v, v))
		if margin := least / length; margin > widest {
			widest = margin
			copy(best, v)
		}
		if length*length-least <= 1e-9*length*length { // no point is nearer than v: it is the shortest
			break
		}
		// The least of ‖v + t·(p − v)‖ for t in [0, 1].
		vp, pp := dot(v, p), dot(p, p)
		t := min(1, (length*length-vp)/(length*length-2*vp+pp))
		for k := range v {
			v[k] += t * (p[k] - v[k])
		}
	}
	m, err := solve.Novikoff(x, labels, best[:d-1], best[d-1], false)
	if err != nil {
		return nil, err
	}
	return &Bound{m.Radius, m.Margin, m.Mistakes}, nil
}

func dot(a, b []float64) (s float64) {
	for i, v := range a {
		s += v * b[i]
	}
	return s
}
