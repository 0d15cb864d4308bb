package fit

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"

	"gonum.org/v1/gonum/stat"
)

// An Allocation says how compute is best spent: N = NScale·C^a parameters and D = DScale·C^b tokens. Its intervals are of the noise of
// the runs alone; both approaches have errors of their own besides, from sizes far apart and from profiles that are no parabola.
type Allocation struct {
	Approach  string     `json:"approach"`
	Exponents []Constant `json:"exponents"` // a and b
	NScale    float64    `json:"n_scale"`
	DScale    float64    `json:"d_scale"`
	Best      []Best     `json:"best"`     // what the power laws go through
	Excluded  []Excluded `json:"excluded"` // compute for which the points do not tell the best size
	Level     float64    `json:"level"`
	Draws     int        `json:"draws"` // of the bootstrap that have an answer
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

// An approach finds the best size of a compute: Best with N = 0 where there is none, and why it is not to be trusted, or "".
type approach struct {
	name     string
	computes int // how many are tried
	sizes    int // how many different ones must be found best
	best     func(all []curve, sizes []cost, logC float64) (b Best, why string)
}

// unstable is the share of draws in which a compute's best size may be untrusted before the compute is excluded. To exclude it in those
// draws alone would keep, near the ends of the family, the minima that noise moved inwards, and bend the power laws.
const unstable = 0.025

// allocate finds the best sizes and repeats that o.Draws times with losses changed by noise, the standard deviation of log L between
// runs that differ only by their seed; 0 takes it from the residuals of the joint law, of which it needs enough points.
func (ap approach) allocate(points []Point, noise float64, o Options) (*Allocation, error) {
	fail := func(err error) (*Allocation, error) { return nil, fmt.Errorf("%s: %w", ap.name, err) }
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
	a := &Allocation{Approach: ap.name, Level: o.Level, Draws: o.Draws, Noise: noise}
	if lone > 0 {
		a.Notes = append(a.Notes, fmt.Sprintf("%d sizes have a single compute and no curve: they are not used", lone))
	}
	if len(all) < 3 {
		return fail(fmt.Errorf("%d sizes have runs of at least two computes: at least 3 such sizes are needed", len(all)))
	}
	sizes, computes := costs(points), between(all, ap.computes)
	drawn, untrusted := make([][]Best, o.Draws), make([]int, len(computes))
	var mu sync.Mutex
	each(o.Draws, func(i int) {
		rng := rand.New(source(o.Seed, ap.name, i))
		noisy, found := make([]curve, len(all)), make([]Best, len(computes))
		for j, c := range all {
			shared := o.SizeNoise * rng.NormFloat64()
			noisy[j] = c.shifted(func() float64 { return shared + noise*rng.NormFloat64() })
		}
		for k, logC := range computes {
			b, why := ap.best(noisy, sizes, logC)
			found[k] = b
			if why != "" {
				mu.Lock()
				untrusted[k]++
				mu.Unlock()
			}
		}
		drawn[i] = found
	})
	var kept []int
	different := map[float64]bool{}
	for k, logC := range computes {
		b, why := ap.best(all, sizes, logC)
		if share := float64(untrusted[k]) / float64(o.Draws); why == "" && share > unstable {
			why = fmt.Sprintf("with the noise of these runs, %.2g %% of the loss, the best size leaves the family in %.0f %% of the draws", 100*noise, 100*share)
		}
		if why != "" {
			a.Excluded = append(a.Excluded, Excluded{math.Exp(logC), why})
			continue
		}
		kept, a.Best = append(kept, k), append(a.Best, b)
		different[b.N] = true
	}
	if len(different) < ap.sizes {
		middle := a.Excluded[len(a.Excluded)/2]
		return fail(fmt.Errorf("%d of %d computes have a best size inside the family, %d different ones, where at least %d are needed; "+
			"of the others one, %.3g floating-point operations, is excluded because %s", len(kept), len(computes), len(different), ap.sizes, middle.C, middle.Why))
	}
	var exponents [][]float64
	for _, found := range drawn {
		var best []Best
		for _, k := range kept {
			if found[k].N > 0 {
				best = append(best, found[k])
			}
		}
		if len(best) > 1 { // else the profiles of this draw open downwards nearly everywhere
			_, n, _, d := powers(best)
			exponents = append(exponents, []float64{n, d})
		}
	}
	a.Draws = len(exponents)
	var n, d float64
	a.NScale, n, a.DScale, d = powers(a.Best)
	a.Exponents = constants([]string{"a", "b"}, []float64{n, d}, exponents, o.Level)
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
