package fit

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat"
)

// An Allocation says how compute is best spent: N = NScale·C^a parameters and D = DScale·C^b tokens.
type Allocation struct {
	Approach  string     `json:"approach"`
	Exponents []Constant `json:"exponents"` // a and b
	NScale    float64    `json:"n_scale"`
	DScale    float64    `json:"d_scale"`
	Best      []Best     `json:"best"`     // what the power laws go through
	Excluded  []Excluded `json:"excluded"` // compute for which the points do not tell the best size
	Level     float64    `json:"level"`
	Draws     int        `json:"draws"` // of the bootstrap that found an answer
	Noise     float64    `json:"noise"` // standard deviation of log L that the bootstrap assumed
	Notes     []string   `json:"notes,omitempty"`
}

// Best is the size of lowest loss for a compute.
type Best struct {
	C float64 `json:"c"`
	N float64 `json:"n"`
	D float64 `json:"d"`
	L float64 `json:"loss"`
}

// Excluded is a compute whose best size is not known, and why.
type Excluded struct {
	C   float64 `json:"c"`
	Why string  `json:"why"`
}

// Optimal is the n and d that the power laws give flops floating-point operations.
func (a *Allocation) Optimal(flops float64) (n, d float64) {
	return a.NScale * math.Pow(flops, a.Exponents[0].Value), a.DScale * math.Pow(flops, a.Exponents[1].Value)
}

// A finder looks for the best sizes of some curves.
type finder func(all []curve) (best []Best, excluded []Excluded, err error)

// allocate finds the best sizes and repeats that o.Draws times with losses changed by noise, the standard deviation of log L between
// runs that differ only by their seed; 0 takes it from the residuals of the joint law, of which it needs enough points.
func allocate(approach string, points []Point, noise float64, o Options, find finder) (*Allocation, error) {
	fail := func(err error) (*Allocation, error) { return nil, fmt.Errorf("%s: %w", approach, err) }
	o, err := o.filled()
	if err != nil {
		return fail(err)
	}
	if err := check(points, Parameters, Tokens, Compute); err != nil {
		return fail(err)
	}
	switch {
	case !(noise >= 0 && noise < 1):
		return fail(fmt.Errorf("a noise of %v in log L: 0 to 1 is needed", noise))
	case noise == 0:
		m, y, err := jointModel(points, o)
		if err != nil {
			return fail(fmt.Errorf("the noise between runs isn't given, and not to be had from the points: %w", err))
		}
		theta, _ := m.minimise(y, 5)
		noise = rms(m.residuals(y, theta)) * math.Sqrt(float64(len(y))/float64(len(y)-m.size()))
	}
	all, lone := curves(points)
	a := &Allocation{Approach: approach, Level: o.Level, Noise: noise}
	if lone > 0 {
		a.Notes = append(a.Notes, fmt.Sprintf("%d sizes have a single compute and no curve: they are not used", lone))
	}
	if len(all) < 3 {
		return fail(fmt.Errorf("%d sizes have runs of at least two computes: at least 3 such sizes are needed", len(all)))
	}
	if a.Best, a.Excluded, err = find(all); err != nil {
		return fail(err)
	}
	var exponent, exponentD float64
	a.NScale, exponent, a.DScale, exponentD = powers(a.Best)
	draws := make([][]float64, o.Draws)
	each(o.Draws, func(i int) {
		rng := rand.New(source(o.Seed, approach, i))
		drawn := make([]curve, len(all))
		for j, c := range all {
			drawn[j] = c.shifted(func() float64 { return noise * rng.NormFloat64() })
		}
		if best, _, err := find(drawn); err == nil {
			_, a, _, b := powers(best)
			draws[i] = []float64{a, b}
		}
	})
	found := draws[:0]
	for _, d := range draws {
		if d != nil {
			found = append(found, d)
		}
	}
	a.Draws = len(found)
	if 2*len(found) < o.Draws {
		return fail(fmt.Errorf("with the noise of these runs, %.2g %% of the loss, a best size is found in %d of %d draws: more sizes, or less noise, are needed", 100*noise, len(found), o.Draws))
	}
	if len(found) < o.Draws {
		a.Notes = append(a.Notes, fmt.Sprintf("%d of %d draws of the bootstrap found no answer: the intervals are of the others and too short", o.Draws-len(found), o.Draws))
	}
	a.Exponents = constants([]string{"a", "b"}, []float64{exponent, exponentD}, found, o.Level)
	return a, nil
}

// powers are the least-squares lines of log N and log D over log C.
func powers(best []Best) (nScale, a, dScale, b float64) {
	c, n, d := make([]float64, len(best)), make([]float64, len(best)), make([]float64, len(best))
	for i, p := range best {
		c[i], n[i], d[i] = math.Log(p.C), math.Log(p.N), math.Log(p.D)
	}
	n0, a := stat.LinearRegression(c, n, nil, false)
	d0, b := stat.LinearRegression(c, d, nil, false)
	return math.Exp(n0), a, math.Exp(d0), b
}

// between are count computes, even in logarithms, from the least to the most that any size was trained with, as logarithms.
func between(all []curve, count int) []float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for _, c := range all {
		low, high = min(low, c.logC[0]), max(high, c.logC[len(c.logC)-1])
	}
	computes := make([]float64, count)
	for i := range computes {
		computes[i] = low + (high-low)*(float64(i)+0.5)/float64(count)
	}
	return computes
}
