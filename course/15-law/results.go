package law

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"brick/course/lesson"
	"brick/lab"
	"brick/lab/fit"
)

// Pair is a point of a plot.
type Pair [2]float64

// Band is an interval of the loss along an axis.
type Band struct {
	X    []float64 `json:"x"`
	Low  []float64 `json:"low"`
	High []float64 `json:"high"`
}

// ResultsIn asks for what a sweep has found so far.
type ResultsIn struct {
	Seed  int       `json:"seed"`
	Axis  string    `json:"axis"`  // n: parameters at the most tokens; d: tokens, a curve for each size; c: operations
	Guess []float64 `json:"guess"` // the losses that the learner drew before, one a size
}

// Check bounds what is asked.
func (in ResultsIn) Check() error {
	err := lesson.First(SweepIn{in.Seed}.Check(), lesson.OneOf("axis", in.Axis, "n", "d", "c"), lesson.Within("guess", float64(len(in.Guess)), 0, 12))
	for _, g := range in.Guess {
		err = lesson.First(err, lesson.Within("guess", g, 0, 20))
	}
	return err
}

// Results is what a sweep has found so far.
type Results struct {
	Begun  bool    `json:"begun"`
	Points []Pair  `json:"points"` // measured: the axis, and the loss in nats a token
	Held   []Pair  `json:"held"`   // of the size that was held out, once it is trained
	Curves []Curve `json:"curves"` // of the law along the axis
	Band   *Band   `json:"band"`   // that the law leaves a run in, 95 % of them; on axis n alone
	Law    *Law    `json:"law"`    // nil before all sizes that are fitted are there
	Valley []Curve `json:"valley"` // of equal operations: the loss over the parameters they are spent on
	Guess  *Guess  `json:"guess"`  // the learner's curve beside what was measured

	Predicted *lab.Predicted `json:"predicted"` // of the held-out size at its longest, written before it was trained
	Verified  *lab.Verified  `json:"verified"`
}

// Curve is a curve of the law: which size or compute it is for, and its points.
type Curve struct {
	Name string `json:"name"`
	Line []Pair `json:"line"`
	Best Pair   `json:"best"` // lowest point, of a valley
}

// Law is the fitted law in numbers.
type Law struct {
	Formula string         `json:"formula"`
	E       fit.Constant   `json:"floor"`
	All     []fit.Constant `json:"constants"`
	R2      float64        `json:"r2"`   // of log L
	Kept    float64        `json:"kept"` // share of the loss above the floor that is left after ten times the parameters
}

// Guess is how far the learner's curve is from the measured points.
type Guess struct {
	Off   float64 `json:"off"`   // root mean square difference, nats a token
	Ratio float64 `json:"ratio"` // guessed fall from the smallest to the largest size as a multiple of the measured one
}

// results gathers a sweep's points, its law and what came of the prediction.
var results = lesson.Ask("results", ResultsIn{Seed: 1, Axis: "n"}, gather)

func gather(_ context.Context, s *lesson.Session, in ResultsIn) (r Results, err error) {
	root, name := SweepIn{in.Seed}.dir(s)
	if _, err := os.Stat(filepath.Join(root, name, "plan.json")); err != nil {
		return r, nil
	}
	sw, err := lab.Open(filepath.Join(root, name), lab.Options{})
	if err != nil {
		return r, err
	}
	sum, err := sw.Summary()
	if err != nil {
		return r, err
	}
	r.Begun = true
	longest := sw.Plan.Trials[0].Tokens
	for _, t := range sw.Plan.Trials {
		longest = max(longest, t.Tokens)
	}
	fitted := 0
	for _, t := range sw.Plan.Trials {
		if !t.HeldOut {
			fitted++
		}
	}
	done := 0
	for _, t := range sum.Results {
		p := Pair{in.along(t), t.Loss}
		if !t.HeldOut {
			done++
		}
		switch {
		case in.Axis == "n" && t.Tokens != longest:
		case t.HeldOut:
			r.Held = append(r.Held, p)
		default:
			r.Points = append(r.Points, p)
		}
	}
	if p := sum.Prediction; p != nil {
		for i, row := range p.Rows {
			if row.Tokens == longest {
				r.Predicted = &p.Rows[i]
			}
		}
	}
	if sum.Verdict != nil {
		r.Verified = &sum.Verdict.Longest
	}
	r.compare(in.Guess, sum.Results, longest)
	if done < fitted {
		return r, nil
	}
	law, err := lesson.Keep(s, fmt.Sprintf("law %d %s", in.Seed, sw.Plan.Made), func() (*lab.Law, error) {
		return lab.FitLaw(sum.Results, fit.Options{Seed: uint64(in.Seed), Draws: 200})
	})
	if err != nil {
		return r, err
	}
	r.draw(in.Axis, law, sw.Plan, float64(longest))
	return r, nil
}

// along is where a result stands on the axis.
func (in ResultsIn) along(t lab.Result) float64 {
	switch in.Axis {
	case "d":
		return float64(t.Tokens)
	case "c":
		return t.FLOPs
	}
	return float64(t.Size.Params)
}

// compare puts the learner's curve beside the losses at the most tokens.
func (r *Results) compare(guess []float64, list []lab.Result, longest int) {
	var seen []float64
	for _, t := range list {
		if t.Tokens == longest {
			seen = append(seen, t.Loss)
		}
	}
	if len(guess) < 2 || len(seen) < len(guess) {
		return
	}
	g, n := Guess{}, len(guess)
	for i, v := range guess {
		g.Off += (v - seen[i]) * (v - seen[i]) / float64(n)
	}
	g.Off = math.Sqrt(g.Off)
	g.Ratio = (guess[0] - guess[n-1]) / (seen[0] - seen[n-1])
	r.Guess = &g
}

// draw samples the law along the axis, from the smallest size to ten times the largest.
func (r *Results) draw(axis string, law *lab.Law, plan *lab.Plan, longest float64) {
	j := law.Joint
	last := plan.Sizes[len(plan.Sizes)-1]
	first, end := counted(law, plan.Sizes[0]), 10*counted(law, last)
	const places = 60
	at := func(i int, lo, hi float64) float64 { return lo * math.Pow(hi/lo, float64(i)/(places-1)) }
	l := Law{Formula: j.Law.Formula(), E: j.Constants[0], All: j.Constants, R2: j.Quality.R2}
	body := j.Law.Loss(end, longest) - j.Law.E
	l.Kept = body / (j.Law.Loss(end/10, longest) - j.Law.E)
	r.Law = &l
	// The axis shows all parameters; the law may count those without the embedding.
	extra := float64(last.Params) - counted(law, last)
	switch axis {
	case "n":
		c, band := Curve{}, Band{}
		for i := range places {
			n := at(i, first, end)
			shown := n + extraOf(plan, n, extra)
			c.Line = append(c.Line, Pair{shown, j.Law.Loss(n, longest)})
			if p, err := j.Predict(n, longest, 0); err == nil {
				band.X, band.Low, band.High = append(band.X, shown), append(band.Low, p.Interval.Low), append(band.High, p.Interval.High)
			}
		}
		r.Curves, r.Band = []Curve{c}, &band
	case "d":
		for _, size := range plan.Sizes {
			c := Curve{Name: size.Name}
			for i := range places {
				d := at(i, longest/8, 4*longest)
				c.Line = append(c.Line, Pair{d, j.Law.Loss(counted(law, size), d)})
			}
			r.Curves = append(r.Curves, c)
		}
	case "c":
		for k := range 4 {
			flops := plan.FLOPs / 40 * math.Pow(4, float64(k))
			c := Curve{Name: fmt.Sprintf("%.1g", flops), Best: Pair{0, math.Inf(1)}}
			for i := range places {
				n := at(i, first/2, end)
				if d := flops / (6 * n); d > longest/200 {
					p := Pair{n, j.Law.Loss(n, d)}
					c.Line = append(c.Line, p)
					if p[1] < c.Best[1] {
						c.Best = p
					}
				}
			}
			r.Valley = append(r.Valley, c)
		}
		frontier := Curve{}
		for i := range places {
			flops := at(i, plan.FLOPs/2000, 10*plan.FLOPs)
			n, d := j.Law.Optimal(flops)
			frontier.Line = append(frontier.Line, Pair{flops, j.Law.Loss(n, d)})
		}
		r.Curves = []Curve{frontier}
	}
}

// counted is a size's parameters as the law counts them.
func counted(law *lab.Law, s lab.Size) float64 {
	if law.Counted == lab.CountAll {
		return float64(s.Params)
	}
	return float64(s.NonEmbedding)
}

// extraOf is about how many parameters of the embedding come to n of the body:
// it grows with the width, as the cube root of the body does in this family.
func extraOf(plan *lab.Plan, n, extra float64) float64 {
	last := plan.Sizes[len(plan.Sizes)-1]
	if extra == 0 {
		return 0
	}
	return extra * math.Cbrt(n/float64(last.NonEmbedding))
}
