package report

import (
	"cmp"
	"math"
	"slices"
	"time"

	"brick/lab"
	"brick/lab/fit"
)

// Input is all that a page is made of. Only Name and Results are needed; what is missing is said to be missing.
type Input struct {
	Name       string       // of the sweep
	Data       string       // what it read, as --data names it
	Limit      *DataLimit   // nil where the text was long enough for the budget
	Inner      bool         // the law counts parameters without the embedding
	Results    []lab.Result // of all studies
	Law        *Law         // nil before all fitted sizes are done
	Other      *Law         // the same with parameters counted the other way
	Approaches []Approach   // compute-optimal exponents, one entry a method
	Profiles   []Profile    // of approach 2
	Verdict    []Prediction // of the held-out size, one a number of tokens
	Written    time.Time    // when the predictions were written down
	Noise      float64      // standard deviation of the loss between seeds, as a share of it; 0 unknown
	Ensemble   *Ensemble
	Findings   []Finding // of the studies
	Origin     Origin
}

// DataLimit is how a text was too short for a budget, in tokens.
type DataLimit struct {
	Train   float64 // tokens there are to train on
	Epochs  float64 // none is read more often
	Longest float64 // training in the end
	Budget  float64 // what the budget alone would have allowed
}

// A Value is a constant with its interval.
type Value struct{ Value, Lo, Hi float64 }

// Law is the fitted law and how far to trust it.
type Law struct {
	fit.Joint
	EBound, ABound, BBound, AlphaBound, BetaBound Value
	Level                                         float64 // of the intervals, 0.95
	R2                                            float64 // in log space
	RMS                                           float64 // of the residuals of log L
	LeaveOut                                      float64 // root mean square error of log L of a size that was left out
	Warnings                                      []string
	Points                                        int
}

// An Approach is one way to the compute-optimal size, N ∝ C^a.
type Approach struct {
	Name string
	A    Value
	Why  string // it could not be done; empty if it was
}

// A Profile is the losses of all sizes at one number of floating-point operations, and the parabola through them.
type Profile struct {
	FLOPs  float64
	N, L   []float64
	Curve  [3]float64 // L = c0 + c1·x + c2·x², x = ln N
	Best   float64    // the N of its minimum, NaN if that lies outside the family
	BestL  float64
	Inside bool
}

// A Prediction is a loss that was written down before it was measured.
type Prediction struct {
	Size         string
	N, D         float64
	Loss, Lo, Hi float64
	Measured     float64 // 0 before it is measured
}

// Error is the prediction's, relative to what was measured.
func (p Prediction) Error() float64 { return p.Loss/p.Measured - 1 }

// Ensemble compares a mean of several models with one that is as big as all of them.
type Ensemble struct {
	Member, Bigger string // sizes
	Members        []float64
	Together       float64
	Single         float64 // of Bigger
	Tokens         float64
}

// A Finding is what a study says, in both languages.
type Finding struct {
	Study  lab.Study
	En, Zh string
}

// Origin is where, when and by what a sweep was made.
type Origin struct {
	Command, Commit, Version, Machine, Go string
	Started, Ended                        time.Time
}

// A group is the results that share a size or a number of tokens.
type group struct {
	key     float64 // parameters, or tokens
	name    string
	results []lab.Result
}

// grouped sorts results into groups of one key, and both by size.
func grouped(results []lab.Result, key func(lab.Result) float64, order func(lab.Result) float64) []group {
	sorted := slices.Clone(results)
	slices.SortStableFunc(sorted, func(a, b lab.Result) int {
		return cmp.Or(cmp.Compare(key(a), key(b)), cmp.Compare(order(a), order(b)))
	})
	var groups []group
	for _, r := range sorted {
		if k := key(r); len(groups) == 0 || groups[len(groups)-1].key != k {
			groups = append(groups, group{key: k, name: r.Size.Name})
		}
		g := &groups[len(groups)-1]
		g.results = append(g.results, r)
	}
	return groups
}

// params and tokens are the N and D of a result.
func params(r lab.Result) float64 { return float64(r.Size.Params) }
func tokens(r lab.Result) float64 { return float64(r.Tokens) }

// of keeps the results of a study that have a loss.
func of(results []lab.Result, study lab.Study) []lab.Result {
	return slices.DeleteFunc(slices.Clone(results), func(r lab.Result) bool {
		return r.Study != study || !(r.Loss > 0) || math.IsInf(r.Loss, 0) || r.Size.Params <= 0 || r.Tokens <= 0
	})
}
