package fit

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// Quality says how near a law comes to its points. Residuals are logarithms, so 0.01 is 1 % of the loss.
type Quality struct {
	R2        float64   `json:"r2"`        // 1 − Σ(log L − log L̂)² / Σ(log L − mean)²
	RMSE      float64   `json:"rmse"`      // √ mean (log L − log L̂)²
	SD        float64   `json:"sd"`        // √(Σ(log L − log L̂)²/(points − constants)): an estimate of the noise
	Residuals []float64 `json:"residuals"` // log L − log L̂, in the order of the points
}

// quality compares the points with the law that was found.
func (e *estimate) quality() Quality {
	r := e.m.residuals(e.y, e.theta)
	q := Quality{RMSE: rms(r), SD: e.sd, Residuals: r}
	mean := stat.Mean(e.y, nil)
	total := 0.0
	for _, y := range e.y {
		total += (y - mean) * (y - mean)
	}
	q.R2 = 1 - floats.Dot(r, r)/total
	return q
}

// A LeftOut is what a law fitted without a part of the points predicts for that part.
type LeftOut struct {
	N      float64   `json:"n"`
	D      float64   `json:"d,omitempty"` // of the one point; 0 where all points of N were left out
	Errors []float64 `json:"errors"`      // log L̂ − log L of each point that was left out
	Worst  float64   `json:"worst"`       // the error of largest size
}

// without fits the model again, from the estimate's θ and two starts of the grid, to the points that keep names, and predicts the
// others: log L̂ − log L.
func (e *estimate) without(keep func(i int) bool) (errs []float64, worst float64) {
	rest := &model{x: make([][]float64, len(e.m.x)), centre: e.m.centre, floor: e.m.floor, coupled: e.m.coupled, delta: e.m.delta}
	var y []float64
	for i := range e.y {
		if keep(i) {
			y = append(y, e.y[i])
			for k := range rest.x {
				rest.x[k] = append(rest.x[k], e.m.x[k][i])
			}
		}
	}
	theta, _ := rest.minimise(y, 2, e.theta)
	for i := range e.y {
		if !keep(i) {
			d := e.m.at(theta, i, nil) - e.y[i]
			errs = append(errs, d)
			if math.Abs(d) > math.Abs(worst) {
				worst = d
			}
		}
	}
	return errs, worst
}
