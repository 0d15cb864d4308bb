package rate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"brick/course/lesson"
	"brick/solve"
)

// TrialsIn asks whether the zones foretell what descents do.
type TrialsIn struct {
	Seed  uint64 `json:"seed"`
	Count int    `json:"count"`
}

// Check bounds them.
func (in TrialsIn) Check() error {
	return lesson.First(lesson.Within("seed", float64(in.Seed), 0, 1e9), lesson.Within("count", float64(in.Count), 1, 2000))
}

// Trial is one bowl and one rate, both drawn at random.
type Trial struct {
	Number    int     `json:"number"`    // from 1
	Dims      int     `json:"dims"`      // of the bowl
	Rate      float64 `json:"rate"`      // α
	Max       float64 `json:"max"`       // λmax, by power iteration on gradients
	Predicted string  `json:"predicted"` // the zone of α
	Seen      string  `json:"seen"`      // what 60 steps did along the steepest direction
}

// Tried is what is sent: the trials since the last value, and the count so far.
type Tried struct {
	Trials []Trial `json:"trials"`
	Done   int     `json:"done"`
	Agreed int     `json:"agreed"`
}

// trials draws bowls of 2 to 6 dimensions with curvatures from 0.05 to 20, and
// rates from 0.02 to 3, evenly in the logarithm, predicts, and looks.
var trials = lesson.Shows(lesson.Stream("trials", TrialsIn{Seed: 1, Count: 200}, func(ctx context.Context, _ *lesson.Session, in TrialsIn, j *lesson.Job) error {
	r := rand.New(rand.NewPCG(in.Seed, 4))
	var t Tried
	for t.Done < in.Count {
		one, err := try(r)
		if err != nil {
			return err
		}
		t.Done++
		one.Number = t.Done
		t.Trials = append(t.Trials, one)
		if one.Predicted == one.Seen {
			t.Agreed++
		}
		if j.Due() || t.Done == in.Count {
			if err := j.Emit(t); err != nil {
				return err
			}
			t.Trials = nil
		}
	}
	return nil
}), func(in TrialsIn) lesson.Shown {
	return lesson.Shown{Go: fmt.Sprintf(`package main

import (
	"fmt"
	"math"
	"math/rand/v2"

	"brick/solve"
)

func main() {
	r := rand.New(rand.NewPCG(%d, 4))
	for range 10 {
		// A bowl along its axes: f = ½ Σ λᵢxᵢ².
		curve := make([]float64, 2+r.IntN(5))
		for i := range curve {
			curve[i] = 0.05 * math.Pow(400, r.Float64())
		}
		f := func(x, grad []float64) (y float64) {
			for i, c := range curve {
				grad[i] = c * x[i]
				y += c * x[i] * x[i] / 2
			}
			return y
		}
		start := make([]float64, len(curve))
		for i := range start {
			start[i] = r.NormFloat64()
		}
		rate := 0.02 * math.Pow(150, r.Float64())
		b, _ := solve.StepLimit(f, start, solve.PowerOptions{})
		end, err := solve.Last(solve.Descend(f, start, solve.Descent{Rate: rate, MaxSteps: 60}))
		fmt.Println("rate", rate, "limit", b.Limit, "ended at", end.F, err)
	}
}
`, in.Seed)}
})

// try draws a bowl f = ½(x−c)ᵀH(x−c) with H = QΛQᵀ, a start and a rate. The
// prediction sees gradients alone; what is seen knows the steepest direction.
func try(r *rand.Rand) (t Trial, err error) {
	n := 2 + r.IntN(5)
	q, curve := rotation(r, n), make([]float64, n)
	steep := 0
	for i := range curve {
		curve[i] = 0.05 * math.Pow(400, r.Float64())
		if curve[i] > curve[steep] {
			steep = i
		}
	}
	centre, start := make([]float64, n), make([]float64, n)
	for i := range centre {
		centre[i], start[i] = r.NormFloat64(), 2*r.NormFloat64()
	}
	t.Dims, t.Rate = n, 0.02*math.Pow(150, r.Float64())
	along := func(x []float64, k int) (c float64) {
		for i := range x {
			c += q[k][i] * (x[i] - centre[i])
		}
		return c
	}
	f := func(x, grad []float64) (y float64) {
		clear(grad)
		for k, lambda := range curve {
			c := along(x, k)
			y += lambda * c * c / 2
			for i := range grad {
				grad[i] += lambda * c * q[k][i]
			}
		}
		return y
	}
	b, err := solve.StepLimit(f, start, solve.PowerOptions{})
	if errors.Is(err, solve.ErrIterations) {
		b = b.Spectrum.StepBounds() // the best estimate is good enough to predict with
	} else if err != nil {
		return t, err
	}
	t.Max, t.Predicted = b.Spectrum.Max, zone(t.Rate, b)
	var errs []float64
	for p, e := range solve.Descend(f, start, solve.Descent{Rate: t.Rate, MaxSteps: 60}) {
		if e != nil {
			break // it diverged, and the errors so far show it
		}
		errs = append(errs, along(p.X, steep))
	}
	t.Seen = behaviour(errs)
	return t, nil
}

// rotation gives n directions of length 1 at right angles to each other, drawn
// at random: normal vectors, each freed of those before it (Gram and Schmidt).
func rotation(r *rand.Rand, n int) [][]float64 {
	q := make([][]float64, n)
	for k := range q {
		v := make([]float64, n)
		for i := range v {
			v[i] = r.NormFloat64()
		}
		for range 2 { // once more against rounding
			for _, u := range q[:k] {
				var dot float64
				for i := range v {
					dot += u[i] * v[i]
				}
				for i := range v {
					v[i] -= dot * u[i]
				}
			}
		}
		var size float64
		for _, e := range v {
			size += e * e
		}
		for i := range v {
			v[i] /= math.Sqrt(size)
		}
		q[k] = v
	}
	return q
}
