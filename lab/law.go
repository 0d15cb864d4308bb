package lab

import (
	"fmt"
	"math"

	"brick/lab/fit"
)

// A Law is what the family's results say of loss, parameters and tokens. Four are fitted: N counts all parameters or those without the
// embedding (conclusions differ by it: Pearce & Song 2024, "Reconciling Kaplan and Chinchilla scaling laws"), and its term and the tokens'
// are summed, as by Hoffmann et al. 2022, or coupled (see fit.Joint). The one that foretells sizes that were left out best is the law; the
// held-out size has no say in it.
type Law struct {
	Counted string        `json:"n_counts"` // CountAll or CountBody
	Joint   *fit.JointFit `json:"joint"`
	Other   *fit.JointFit `json:"joint_other_count"`
	Sum     *fit.JointFit `json:"joint_sum"`      // Hoffmann's, of the same count; Joint itself where that is best
	InN     *fit.OneFit   `json:"in_n,omitempty"` // at the most tokens; nil where the points are too few
	InC     *fit.OneFit   `json:"in_c,omitempty"` // along the frontier
	// Approaches 1 and 2 to the compute-optimal size (Hoffmann et al. 2022); 3 is Sum.Exponents. nil where the family cannot tell.
	Envelope *fit.Allocation `json:"approach_1,omitempty"`
	IsoFLOP  *fit.Allocation `json:"approach_2,omitempty"`
	Noise    float64         `json:"noise"` // standard deviation of log L between seeds; 0 where no trial tells
	Notes    []string        `json:"notes,omitempty"`
}

// What N counts.
const (
	CountAll  = "all parameters"
	CountBody = "parameters without the embedding"
)

// Points are the family's results, but those held out, as points of a law; count is CountAll or CountBody.
func Points(list []Result, count string) (out []fit.Point) {
	for _, r := range list {
		if r.Study == Family && !r.HeldOut {
			out = append(out, fit.Point{N: float64(r.Size.counted(count)), D: float64(r.Tokens), C: r.FLOPs, L: r.Loss})
		}
	}
	return out
}

func (s Size) counted(count string) int {
	if count == CountBody {
		return s.NonEmbedding
	}
	return s.Params
}

// FitLaw fits the law to the family's results; those of the held-out size are not looked at. o is of all fits; the noise that branches of
// one trunk share is that between seeds, where trials tell it.
func FitLaw(list []Result, o fit.Options) (*Law, error) {
	o.SizeNoise = seedNoise(list)
	l := &Law{Counted: CountAll, Noise: o.SizeNoise}
	var err error
	if l.Joint, l.Other, err = bothCounts(list, o); err != nil {
		return nil, fmt.Errorf("lab: %w", err)
	}
	sums := [2]*fit.JointFit{l.Joint, l.Other}
	o.Coupled = true
	if all, body, err := bothCounts(list, o); err != nil {
		l.Notes = append(l.Notes, err.Error())
	} else if min(leftOut(all), leftOut(body)) < min(leftOut(l.Joint), leftOut(l.Other)) {
		l.Joint, l.Other = all, body
	}
	if l.Sum = sums[0]; leftOut(l.Other) < leftOut(l.Joint) {
		l.Counted, l.Joint, l.Other, l.Sum = CountBody, l.Other, l.Joint, sums[1]
	}
	points := Points(list, l.Counted)
	_, equal := fit.EqualTokens(points)
	if l.InN, err = fit.FitOne(equal, fit.Parameters, o); err != nil {
		l.Notes = append(l.Notes, err.Error())
	}
	if l.InC, err = fit.FitOne(fit.Frontier(points), fit.Compute, o); err != nil {
		l.Notes = append(l.Notes, err.Error())
	}
	if l.Envelope, err = fit.Envelope(points, l.Noise, o); err != nil {
		l.Notes = append(l.Notes, err.Error())
	}
	if l.IsoFLOP, err = fit.IsoFLOP(points, l.Noise, o); err != nil {
		l.Notes = append(l.Notes, err.Error())
	}
	return l, nil
}

// bothCounts are the joint laws of both ways to count parameters.
func bothCounts(list []Result, o fit.Options) (all, body *fit.JointFit, err error) {
	if all, err = fit.Fit(Points(list, CountAll), o); err != nil {
		return nil, nil, err
	}
	body, err = fit.Fit(Points(list, CountBody), o)
	return all, body, err
}

// leftOut is the root mean square of the errors of laws that had not seen a size, at that size.
func leftOut(f *fit.JointFit) float64 {
	sum, n := 0.0, 0
	for _, s := range f.Sizes {
		for _, e := range s.Errors {
			sum, n = sum+e*e, n+1
		}
	}
	if n == 0 {
		return math.Inf(1)
	}
	return math.Sqrt(sum / float64(n))
}

// predict is what the law expects of a trial. A run scatters about the law as the fitted ones do, or as seeds do if that is more.
func (l *Law) predict(t Trial) (Predicted, error) {
	noise := 0.0
	if l.Noise > l.Joint.Quality.SD {
		noise = l.Noise
	}
	n := t.Size.counted(l.Counted)
	p, err := l.Joint.Predict(float64(n), float64(t.Tokens), noise)
	if err != nil {
		return Predicted{}, fmt.Errorf("lab: %w", err)
	}
	return Predicted{Trial: t.ID, N: n, Tokens: t.Tokens, Loss: p.Loss, Low: p.Interval.Low, High: p.Interval.High}, nil
}

// seedNoise is the standard deviation of log L between trials that differ in nothing but the seed; 0 if none tell.
func seedNoise(list []Result) float64 {
	var done []Trial
	for _, r := range list {
		done = append(done, r.Trial)
	}
	if f := FindNoise(done, list); f != nil && f.Mean > 0 {
		return f.SD / f.Mean
	}
	return 0
}
