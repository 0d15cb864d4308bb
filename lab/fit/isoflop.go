package fit

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// A Profile is what the sizes reach with one compute, and the parabola through them: L = Least + Bend·(log N − log BestN)².
type Profile struct {
	C     float64   `json:"c"`
	N     []float64 `json:"n"`
	L     []float64 `json:"loss"`
	BestN float64   `json:"best_n"`
	Least float64   `json:"least"`
	Bend  float64   `json:"bend"`
}

// Loss is the parabola's at n parameters.
func (p Profile) Loss(n float64) float64 {
	x := math.Log(n / p.BestN)
	return p.Least + p.Bend*x*x
}

// IsoFLOP is approach 2 of Hoffmann et al. 2022 (section 3.2): for each of some computes the losses of the sizes, interpolated on their
// curves, a parabola in log N through them, and power laws through the minima. A compute is excluded where fewer than 3 sizes were
// trained with less and with more, or where the minimum isn't between the smallest and the largest of them. noise is as for Envelope. It
// is an error where fewer than 3 computes have a minimum.
func IsoFLOP(points []Point, noise float64, o Options) (*Allocation, error) {
	return approach{"approach 2 (iso-FLOP profiles)", 18, 3, isoFLOP}.allocate(points, noise, o)
}

// isoFLOP is the minimum of the profile of exp(logC).
func isoFLOP(all []curve, sizes []cost, logC float64) (b Best, why string) {
	p, why := profile(all, logC)
	if p.Bend > 0 {
		b = Best{C: p.C, N: p.BestN, D: p.C / perTokenAt(sizes, math.Log(p.BestN)), L: p.Least}
	}
	return b, why
}

// Profiles are those of IsoFLOP for the computes given, for a figure; a compute without a minimum inside the family is left out.
func Profiles(points []Point, computes []float64) ([]Profile, error) {
	if err := check(points, Parameters, Tokens, Compute); err != nil {
		return nil, fmt.Errorf("iso-FLOP profiles: %w", err)
	}
	all, _ := curves(points)
	var found []Profile
	for _, c := range computes {
		if p, why := profile(all, math.Log(c)); why == "" {
			found = append(found, p)
		}
	}
	return found, nil
}

// profile is that of the compute exp(logC), or why there is none.
func profile(all []curve, logC float64) (p Profile, why string) {
	p.C = math.Exp(logC)
	for _, size := range all {
		if size.covers(logC) {
			p.N, p.L = append(p.N, size.n), append(p.L, math.Exp(size.at(logC)))
		}
	}
	count := len(p.N)
	if count < 3 {
		return p, fmt.Sprintf("only %d of the sizes were trained with less compute and with more: a parabola needs 3", count)
	}
	// L = q0 + q1·x + q2·x², x = log N less its middle.
	middle := (math.Log(p.N[0]) + math.Log(p.N[count-1])) / 2
	x, y := mat.NewDense(count, 3, nil), mat.NewVecDense(count, p.L)
	for i, n := range p.N {
		v := math.Log(n) - middle
		x.SetRow(i, []float64{1, v, v * v})
	}
	var q mat.VecDense
	if err := q.SolveVec(x, y); err != nil {
		return p, fmt.Sprintf("the sizes are too near each other for a parabola: %v", err)
	}
	p.Bend = q.AtVec(2)
	if p.Bend <= 0 {
		return p, "the losses of the sizes have no minimum: their parabola opens downwards"
	}
	at := -q.AtVec(1) / (2 * p.Bend)
	p.BestN, p.Least = math.Exp(at+middle), q.AtVec(0)-p.Bend*at*at
	switch {
	case p.BestN <= p.N[0]:
		return p, fmt.Sprintf("the minimum, at %.3g parameters, isn't above the smallest of the sizes trained with this compute, %.4g", p.BestN, p.N[0])
	case p.BestN >= p.N[count-1]:
		return p, fmt.Sprintf("the minimum, at %.3g parameters, isn't below the largest of the sizes trained with this compute, %.4g", p.BestN, p.N[count-1])
	}
	return p, ""
}
