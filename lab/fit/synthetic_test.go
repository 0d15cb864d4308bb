package fit

import (
	"math"
	"math/rand/v2"
	"testing"
)

// A plan of runs: sizes × budgets on a grid even in logarithms, and the noise of their losses.
type plan struct {
	name         string
	law          Joint
	minN, maxN   float64
	minD, maxD   float64
	sizes, steps int
	sd           float64 // of log L
}

var plans = []plan{
	{"Hoffmann", Joint{1.69, 406.4, 410.7, 0.34, 0.28}, 1e7, 1e10, 3e8, 3e11, 6, 5, 0.005},
	{"Besiroglu", Joint{1.8172, 482.01, 2085.43, 0.3478, 0.3658}, 5e7, 1e10, 1e9, 2e11, 6, 5, 0.003},
	{"small", Joint{1.2, 60, 300, 0.4, 0.4}, 1e4, 3e6, 3e5, 1e7, 6, 5, 0.003},
	{"small, noisy", Joint{2.0, 20, 500, 0.3, 0.45}, 1e4, 3e6, 3e5, 1e7, 6, 5, 0.01},
}

// points are one sweep of the plan, of its noise number trial.
func (p plan) points(trial int) []Point {
	rng := rand.New(rand.NewPCG(7, uint64(trial)))
	var points []Point
	for i := range p.sizes {
		n := p.minN * math.Pow(p.maxN/p.minN, float64(i)/float64(p.sizes-1))
		for j := range p.steps {
			d := p.minD * math.Pow(p.maxD/p.minD, float64(j)/float64(p.steps-1))
			points = append(points, Point{N: n, D: d, C: 6 * n * d, L: p.law.Loss(n, d) * math.Exp(p.sd*rng.NormFloat64())})
		}
	}
	return points
}

// natural are the law's constants in the order of Constants.
func (l Joint) natural() []float64 { return []float64{l.E, l.A, l.Alpha, l.B, l.Beta} }

const trials = 100

// Of 100 sweeps with noise, each constant's interval holds the truth at least 90 times, and so do all intervals together.
func TestCoverage(t *testing.T) {
	for i, p := range plans {
		t.Run(p.name, func(t *testing.T) {
			if i > 0 && testing.Short() {
				t.Skip("one law is enough for a short run")
			}
			t.Parallel()
			alone, together := make([]int, 5), 0
			for trial := range trials {
				f, err := Fit(p.points(trial), Options{Draws: 200, Seed: uint64(trial)})
				if err != nil {
					t.Fatal(err)
				}
				all := true
				for j, v := range p.law.natural() {
					if f.Constants[j].Interval.Holds(v) {
						alone[j]++
					}
					all = all && f.Constants[j].All.Holds(v)
				}
				if all {
					together++
				}
			}
			for j, n := range alone {
				if n < 90 {
					t.Errorf("the interval of constant %d holds the truth in %d of %d trials", j, n, trials)
				}
			}
			if together < 90 {
				t.Errorf("all intervals hold the truth together in %d of %d trials", together, trials)
			}
		})
	}
}
