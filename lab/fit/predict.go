package fit

import (
	"math"
	"math/rand/v2"
	"slices"
)

// A Prediction is the loss that a law expects of a run that was not fitted, in nats a token.
type Prediction struct {
	Loss     float64  `json:"loss"`
	Interval Interval `json:"interval"` // for the loss of one run: what is unknown of the law and the noise of the run together
	Law      Interval `json:"law"`      // for the law alone, the mean of many runs
	Noise    float64  `json:"noise"`    // standard deviation of log L of a run that was taken
	Level    float64  `json:"level"`
}

// predict is the prediction at x, one value for each term. noise is the standard deviation of log L of a run about the law; 0 takes each
// draw's own.
func (e *estimate) predict(o Options, noise float64, x ...float64) Prediction {
	const runs = 8 // with each draw of the law, for smoother quantiles
	var xs [2]float64
	for k, v := range x {
		xs[k] = math.Log(v) - e.m.centre[k]
	}
	p := Prediction{Loss: nats(e.m.value(e.theta, xs, nil)), Noise: noise, Level: o.Level}
	if noise == 0 {
		p.Noise = math.Hypot(e.sd, o.SizeNoise)
	}
	laws, seen := make([]float64, 0, len(e.draws)), make([]float64, 0, runs*len(e.draws))
	for i, theta := range e.draws {
		sd := noise
		if noise == 0 {
			sd = e.sds[i]
		}
		l := e.m.value(theta, xs, nil)
		laws = append(laws, nats(l))
		rng := rand.New(source(o.Seed, "prediction", i))
		for range runs {
			seen = append(seen, nats(l+sd*rng.NormFloat64()))
		}
	}
	slices.Sort(laws)
	slices.Sort(seen)
	p.Law, p.Interval = percentiles(laws, o.Level), percentiles(seen, o.Level)
	return p
}

// nats is the loss of a logarithm, as far as JSON can write it.
func nats(logL float64) float64 { return representable(math.Exp(logL)) }
