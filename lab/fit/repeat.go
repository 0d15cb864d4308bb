package fit

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// A Repeat is a run over the same text again and again.
type Repeat struct {
	N      float64 `json:"n"`
	D      float64 `json:"d"`      // tokens it was trained on
	Unique float64 `json:"unique"` // different tokens among them
	L      float64 `json:"loss"`
}

// Effective is how many tokens of new text are worth d tokens of which unique are different (Muennighoff et al. 2023, eq. 5, arXiv
// 2305.16264):
//
//	D′ = U + U·R*·(1 − exp(−R/R*))    R = D/U − 1
//
// rStar is R*, the number of repeats after which a further one is worth 1/e of a new text; d at most unique is worth d.
func Effective(d, unique, rStar float64) float64 {
	if d <= unique {
		return d
	}
	return unique - unique*rStar*math.Expm1(-(d/unique-1)/rStar)
}

// The range in which R* is looked for: at its ends a repeat is worth nothing, or as much as new text.
const leastRepeats, mostRepeats = 1e-2, 1e4

// A RepeatFit is how soon repeated text is worth nothing any more.
type RepeatFit struct {
	RStar   Constant `json:"r_star"`
	Quality Quality  `json:"quality"`
	Runs    []Repeat `json:"runs"`
	Level   float64  `json:"level"`
	Draws   int      `json:"draws"`
	Notes   []string `json:"notes,omitempty"`
}

// FitRepeats finds R* of some runs, at least 2 of which repeat their text, given the law of runs that do not. Its interval holds what is
// unknown of the law as well as the noise of the runs, the standard deviation of log L between seeds; 0 takes that of the law's points.
func FitRepeats(base *JointFit, runs []Repeat, noise float64) (*RepeatFit, error) {
	if base.fit == nil {
		return nil, fmt.Errorf("fit of repeated text: %w", errRead)
	}
	repeating := 0
	for i, r := range runs {
		for _, v := range []float64{r.N, r.D, r.Unique, r.L} {
			if !(v > 0) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("fit of repeated text: run %d of %d has N = %v, D = %v, unique = %v, loss = %v: finite numbers above 0 are needed",
					i+1, len(runs), r.N, r.D, r.Unique, r.L)
			}
		}
		if r.D > r.Unique {
			repeating++
		}
	}
	if repeating < 2 {
		return nil, fmt.Errorf("fit of repeated text: %d of %d runs repeat their text (D above unique): at least 2 are needed", repeating, len(runs))
	}
	if !(noise >= 0 && noise < 1) {
		return nil, fmt.Errorf("fit of repeated text: a noise of %v in log L: 0 to 1 is needed", noise)
	}
	y := make([]float64, len(runs))
	for i, r := range runs {
		y[i] = math.Log(r.L)
	}
	rStar := leastHuber(base.Law, runs, y, base.options.Delta)
	f := &RepeatFit{Runs: slices.Clone(runs), Level: base.Level, Draws: base.Draws}
	f.judge(base.Law, y, rStar)
	draws := make([][]float64, len(base.laws))
	each(len(draws), func(i int) {
		rng, sd := rand.New(source(base.options.Seed, "repeats", i)), noise
		if noise == 0 {
			sd = base.fit.sds[i]
		}
		drawn := make([]float64, len(y))
		for j := range y {
			// The runs as they are with the fitted R* and law, with a noise of their own, seen through a law that might as well have been found.
			r := runs[j]
			drawn[j] = math.Log(base.Law.Loss(r.N, Effective(r.D, r.Unique, rStar))) + sd*rng.NormFloat64()
		}
		draws[i] = []float64{leastHuber(base.laws[i], runs, drawn, base.options.Delta)}
	})
	f.RStar = constants([]string{"R*"}, []float64{rStar}, draws, base.Level)[0]
	switch i := f.RStar.Interval; {
	case i.Low <= 1.01*leastRepeats && i.High >= mostRepeats/1.01:
		f.RStar.Note = "R* is not identified: these runs do not tell whether repeated text is worth anything"
	case i.High >= mostRepeats/1.01:
		f.RStar.Note = fmt.Sprintf("R* has no upper end: it is at least %.3g, "+
			"and as far as these runs tell repeated text may be worth as much as new text; more repeats are needed", i.Low)
	case i.Low <= 1.01*leastRepeats:
		f.RStar.Note = fmt.Sprintf("R* has no lower end: it is at most %.3g, and repeated text may be worth nothing", i.High)
	}
	if f.RStar.Note != "" {
		f.Notes = append(f.Notes, f.RStar.Note)
	}
	return f, nil
}

// judge fills Quality.
func (f *RepeatFit) judge(base Joint, y []float64, rStar float64) {
	residuals, mean, total, square := make([]float64, len(y)), 0.0, 0.0, 0.0
	for _, v := range y {
		mean += v / float64(len(y))
	}
	for i, r := range f.Runs {
		residuals[i] = y[i] - math.Log(base.Loss(r.N, Effective(r.D, r.Unique, rStar)))
		square += residuals[i] * residuals[i]
		total += (y[i] - mean) * (y[i] - mean)
	}
	f.Quality = Quality{R2: 1 - square/total, RMSE: rms(residuals), SD: math.Sqrt(square / float64(len(y)-1)), Residuals: residuals}
	if total == 0 {
		f.Quality.R2 = 0
	}
}

// leastHuber is the R* of least Huber loss: the best of a grid in its logarithm, then of what is between its neighbours.
func leastHuber(base Joint, runs []Repeat, y []float64, delta float64) float64 {
	objective := func(logR float64) float64 {
		total, rStar := 0.0, math.Exp(logR)
		for i, r := range runs {
			d := math.Log(base.Loss(r.N, Effective(r.D, r.Unique, rStar))) - y[i]
			slope := max(-delta, min(d, delta))
			total += slope * (d - slope/2)
		}
		return total
	}
	const cells = 40
	low, high := math.Log(leastRepeats), math.Log(mostRepeats)
	step := (high - low) / cells
	best, least := low, math.Inf(1)
	for i := range cells + 1 {
		x := low + float64(i)*step
		if f := objective(x); f < least {
			best, least = x, f
		}
	}
	return math.Exp(golden(objective, max(low, best-step), min(high, best+step)))
}
