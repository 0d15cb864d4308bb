package lab

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"

	"brick/lab/fit"
)

// testLaw is what the made-up results follow: L(N, D) with repeats that are worth less and less, a best rate, a best shape of 24 times as
// wide as deep, which the family has, and a noise between seeds.
type testLaw struct {
	noise float64
	best  float64 // factor of the rule's rate
}

func (l testLaw) loss(t Trial) float64 {
	d := float64(t.Tokens)
	if u := float64(t.Unique); t.Study == Repeat {
		r := d/u - 1
		d = u + u*6*(1-math.Exp(-r/6))
	}
	loss := 1.5 + 30*math.Pow(float64(t.Size.NonEmbedding), -0.35) + 200*math.Pow(d, -0.4)
	rate, aspect := math.Log2(t.Rate/t.Size.Rate/l.best), math.Log2(float64(t.Size.Width)/float64(t.Size.Layers)/24)
	loss *= 1 + 0.01*rate*rate + 0.003*aspect*aspect
	r := rand.New(rand.NewPCG(t.Seed, streamKey(t.ID)))
	return loss * (1 + l.noise*r.NormFloat64())
}

// made are all trials of a sweep and their results.
func made(t testing.TB, l testLaw) (planned []Trial, results []Result) {
	t.Helper()
	planned = testFamily(t)
	studies, left := Studies(planned, studyOptions(0.3*costOf(planned[:25])))
	if len(left) > 0 {
		t.Fatal(left)
	}
	planned = append(planned, studies...)
	for _, p := range planned {
		r := Result{Trial: p, Loss: l.loss(p), FLOPs: p.FLOPs()}
		p := math.Exp(-0.9 * (r.Loss - 1.5)) // of a right token, which rises evenly as the loss falls
		r.Accuracy = p
		r.Skills = map[string]float64{
			"arithmetic": math.Pow(p, 12), "arithmetic_nats": 12 * math.Log(p), "arithmetic_base": 0.01, // twelve in a row
			"brackets": 0.4 + 0.6*p, "brackets_nats": math.Log(0.4 + 0.6*p), "brackets_base": 0.4,
		}
		results = append(results, r)
	}
	return planned, results
}

// checkSentence wants both languages, each in its own script, and no number that is none.
func checkSentence(t *testing.T, s Sentence, holds ...string) {
	t.Helper()
	for _, text := range []string{s.EN, s.ZH} {
		if text == "" || strings.Contains(text, "%!") || strings.Contains(text, "NaN") || strings.Contains(text, "Inf") || strings.Contains(text, "e-0") {
			t.Errorf("sentence %q", text)
		}
	}
	if strings.ContainsFunc(s.EN, func(r rune) bool { return unicode.Is(unicode.Han, r) }) || !strings.HasSuffix(s.EN, ".") || !strings.HasSuffix(s.ZH, "。") {
		t.Errorf("sentences %q and %q", s.EN, s.ZH)
	}
	for _, h := range holds {
		if !strings.Contains(s.EN, h) {
			t.Errorf("%q does not say %q", s.EN, h)
		}
	}
}

// From made-up results of a known law the studies find what was put into them.
func TestFindingsFindTheLaw(t *testing.T) {
	planned, results := made(t, testLaw{noise: 0.001, best: 1.2})
	f := Find(planned, results, 0)

	if n := f.Noise; len(n.Losses) != 3 || n.SD/n.Mean < 0.0002 || n.SD/n.Mean > 0.003 || n.Low > 0.001*n.Mean || n.High < 0.001*n.Mean {
		t.Errorf("noise of 0.001: %+v", *n)
	}
	checkSentence(t, f.Noise.Sentence, "3 runs of")

	for _, p := range f.Probes.Sizes {
		if p.Edge || math.Abs(math.Log2(p.Best/p.Rule/1.2)) > 0.3 || math.Abs(p.Excess-0.01*math.Pow(math.Log2(1.2), 2)) > 0.0015 {
			t.Errorf("a best rate of 1.2: %+v", p)
		}
	}
	if len(f.Probes.Sizes) != 2 {
		t.Errorf("%d sizes were probed", len(f.Probes.Sizes))
	}
	checkSentence(t, f.Probes.Sentence, "d1", "d3")

	r := f.Repeat
	if len(r.Points) != 4 || !slices.IsSortedFunc(r.Points, func(a, b Repeated) int { return int(a.Epochs - b.Epochs) }) || r.InOne < 2 || r.InOne > 8 || r.InNoise > r.InOne {
		t.Errorf("repeats: %+v", *r)
	}
	if p := r.Points[0]; math.Abs(p.Epochs-2) > 0.01 || p.Worth == nil || *p.Worth < 0.7 || *p.Worth > 1.1 {
		t.Errorf("two epochs: %+v", p)
	}
	checkSentence(t, r.Sentence, "16 times over", "up to 2 passes are within 1 %", "of what new ones would")

	s := f.Shape
	best := s.Shapes[slices.IndexFunc(s.Shapes, func(x Shaped) bool { return x.Name == s.Best })]
	if a := float64(best.Width) / float64(best.Layers); a < 12 || a > 48 || s.Spread < 0.02 || len(s.Shapes) < 4 || s.Shapes[0].Layers != 1 || best.Over != 0 {
		t.Errorf("the best is 24 times as wide as deep: %+v", *s)
	}
	checkSentence(t, s.Sentence, fmt.Sprintf("the one of depth %d and width %d is best", best.Layers, best.Width))

	e := f.Ensemble
	if e.Members != len(EnsembleMembers(planned)) || math.Abs(float64(e.BigParam)/float64(e.Params)-1) > sameParams || len(e.Losses) != e.Members || e.BigLoss == 0 {
		t.Errorf("ensemble: %+v", *e)
	}
	checkSentence(t, e.Sentence, "not known before "+fmt.Sprintf("%d×%s", e.Members, e.Size))
	e = FindEnsemble(planned, results, 0.99*e.Mean)
	checkSentence(t, e.Sentence, "1 % below", "one "+e.Bigger+" of")
	if want := "worth more in one model"; (e.BigLoss < e.Together) != strings.Contains(e.Sentence.EN, want) {
		t.Errorf("%q; the bigger model has %v, the ensemble %v", e.Sentence.EN, e.BigLoss, e.Together)
	}
	if ids := EnsembleMembers(planned); !strings.HasPrefix(ids[0], e.Size+"-") || ids[1] != "ensemble-"+e.Size+"-m2" {
		t.Errorf("members %v", ids)
	}
	if js, err := json.Marshal(f); err != nil || !strings.Contains(string(js), `"in_1_percent"`) {
		t.Errorf("as JSON: %s, %v", js, err)
	}
	for _, s := range f.Sentences() {
		checkSentence(t, s)
		t.Log(s.EN)
		t.Log(s.ZH)
	}
}

// A rate far from the best is at the edge of what was tried.
func TestProbeAtTheEdge(t *testing.T) {
	planned, results := made(t, testLaw{best: 4})
	for _, p := range FindProbes(planned, results).Sizes {
		if !p.Edge || p.Best != 2*p.Rule || p.Excess < 0.01 {
			t.Errorf("a best rate of 4: %+v", p)
		}
	}
	p := Probed{Rule: 1, Rates: []float64{0.5, 1, 2}, Losses: []float64{2.0, 2.1, 2.05}}
	if p.vertex(); !p.Edge || p.Best != 0.5 || math.Abs(p.Excess-0.05) > 1e-12 {
		t.Errorf("losses with a hill: %+v", p)
	}
	p = Probed{Rule: 1, Rates: []float64{0.5, 1, 2}, Losses: []float64{2, 2, 2}}
	if p.vertex(); !p.Edge || p.Excess != 0 || p.Best != 1 {
		t.Errorf("losses that are all alike: %+v", p)
	}
}

// Whatever trials are missing, each study says so, by name, says what it can, and does not panic.
func TestFindingsSayWhatIsMissing(t *testing.T) {
	planned, results := made(t, testLaw{noise: 0.001, best: 1})
	if f := Find(nil, nil, 0); f.Noise != nil || f.Repeat != nil || f.Shape != nil || f.Ensemble != nil || f.Probes != nil || f.Jumps != nil {
		t.Errorf("nothing was planned: %+v", f)
	}
	none := Find(planned, nil, 0)
	for _, s := range none.Sentences() {
		checkSentence(t, s, "not known before")
	}
	if len(none.Sentences()) != 5 {
		t.Errorf("nothing is done: %v", none.Sentences())
	}
	for drop := range results {
		left := slices.Delete(slices.Clone(results), drop, drop+1)
		f := Find(planned, left, 1.9)
		missing := slices.Concat(f.Noise.Missing, f.Repeat.Missing, f.Shape.Missing, f.Ensemble.Missing, f.Probes.Missing)
		for _, j := range f.Jumps {
			missing = append(missing, j.Missing...)
		}
		said := ""
		for _, s := range f.Sentences() {
			checkSentence(t, s)
			said += s.EN
		}
		id := results[drop].ID
		used := results[drop].Study != Family || slices.Contains(missing, id)
		if used && (!slices.Contains(missing, id) || !strings.Contains(said, id)) {
			t.Errorf("without %s: missing %v, said %q", id, missing, said)
		}
	}
	r := rand.New(rand.NewPCG(4, 4))
	for range 200 {
		left := slices.DeleteFunc(slices.Clone(results), func(Result) bool { return r.IntN(2) == 0 })
		f := Find(planned, left, float64(r.IntN(2)))
		for _, s := range f.Sentences() {
			checkSentence(t, s)
		}
	}
}

// Noise that is not measured leaves half a percent as the difference that is believed.
func TestToleranceWithoutNoise(t *testing.T) {
	var none *NoiseFinding
	if none.differs(2, 2.009) || !none.differs(2, 2.011) {
		t.Error("without a noise, half a percent is the bound")
	}
	n := &NoiseFinding{SD: 0.01, Mean: 2}
	if n.differs(2, 2.028) || !n.differs(2, 2.029) {
		t.Error("with a deviation of 0.01 at a loss of 2, 2√2·0.01 is the bound")
	}
}

// From runs whose repeats are worth 1/e after 6, R* is found to be that; runs that are worse than one pass are told apart.
func TestRepeatsFindRStar(t *testing.T) {
	planned, results := made(t, testLaw{noise: 0.0005, best: 1})
	f := Find(planned, results, 0)
	var points []fit.Point
	n := float64(f.Repeat.Body)
	for _, r := range results {
		if r.Study == Family && !r.HeldOut {
			points = append(points, fit.Point{N: float64(r.Size.NonEmbedding), D: float64(r.Tokens), C: r.FLOPs, L: r.Loss})
		}
	}
	base, err := fit.Fit(points, fit.Options{Seed: 1, Draws: 200})
	if err != nil {
		t.Fatal(err)
	}
	f.Repeat.Points[len(f.Repeat.Points)-1].Loss = 9
	if err := f.Repeat.Fit(base, n, 0.0005); err != nil {
		t.Fatal(err)
	}
	if r := f.Repeat.Law.RStar; math.Abs(r.Value-6) > 1 || r.Interval.Low > 6 || r.Interval.High < 6 {
		t.Errorf("R* is %+v, want 6", r)
	}
	if o := f.Repeat.Overfits; len(o) != 1 || math.Abs(o[0]-16) > 0.1 {
		t.Errorf("overfitted after %v epochs, want 16", o)
	}
	checkSentence(t, f.Repeat.Sentence, "R* = ")
	empty := &RepeatFinding{Tokens: 1000}
	if err := empty.Fit(base, n, 0); err == nil || !strings.Contains(err.Error(), "at least 2") {
		t.Errorf("no runs: %v", err)
	}
}
