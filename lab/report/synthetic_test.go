package report

import (
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"brick/bench"
	"brick/lab"
	"brick/lab/fit"
)

// truth is the law that the synthetic sweep follows.
var truth = fit.Joint{E: 1.35, A: 150, B: 330, Alpha: 0.37, Beta: 0.38}

// synthetic is a sweep of half an hour, planned as a real one is, whose losses follow the truth with noise.
func synthetic(t testing.TB) Input {
	in, err := made()
	if err != nil {
		t.Fatal(err)
	}
	return in
}

var made = sync.OnceValues(func() (Input, error) {
	setup := lab.Setup{
		Name: "go-30m", Command: []string{"brick", "scale", "--data=go", "--budget=30m"},
		Text: lab.Text{Source: "go", Vocab: 512, Context: 128, Train: 12_000_000, Test: 500_000, Rule: "by file"},
		Rule: lab.DefaultRule(), Seed: 1, Budget: lab.Budget{FLOPs: 1.2e14}, Epochs: 4, Studies: 0.2,
	}
	plan, err := setup.Make()
	if err != nil {
		return Input{}, err
	}
	plan.Made = time.Date(2026, 11, 30, 15, 42, 0, 0, time.UTC)
	plan.Machine = bench.Machine{CPU: "AMD EPYC 9R45", Cores: 2, Level: "avx512", OS: "linux", Arch: "amd64", Go: "go1.26.8", Commit: "e89ef94"}
	in := Input{Plan: plan}
	for _, t := range plan.Trials {
		in.Results = append(in.Results, measured(t))
	}
	var fitted []lab.Result
	for _, r := range in.Results {
		if !r.HeldOut {
			fitted = append(fitted, r)
		}
	}
	law, err := lab.FitLaw(fitted, fit.Options{Seed: 1})
	if err != nil {
		return Input{}, err
	}
	in.Prediction = &lab.Prediction{At: plan.Made.Add(21 * time.Minute), Results: strings.Repeat("ab", 32), Law: law}
	for _, t := range plan.Trials {
		if !t.HeldOut {
			continue
		}
		n := t.Size.Params
		if law.Counted == lab.CountBody {
			n = t.Size.NonEmbedding
		}
		p, err := law.Joint.Predict(float64(n), float64(t.Tokens), 0)
		if err != nil {
			return Input{}, err
		}
		in.Prediction.Rows = append(in.Prediction.Rows, lab.Predicted{Trial: t.ID, N: n, Tokens: t.Tokens, Loss: p.Loss, Low: p.Interval.Low, High: p.Interval.High})
	}
	together := 0.0
	for _, r := range in.Results {
		if r.Study == lab.Ensemble {
			together = 0.975 * r.Loss
		}
	}
	in.Findings = lab.Find(plan.Trials, in.Results, together)
	return in, nil
})

// measured is a trial's result: the truth, what the trial's study changes of it, and noise of 0.3 %.
func measured(t lab.Trial) lab.Result {
	n, d := float64(t.Size.Params), float64(t.Tokens)
	l := truth.Loss(n, d)
	epochs := d / float64(max(t.Unique, 1))
	off := math.Log(t.Rate / t.Size.Rate)
	deep := math.Log2(float64(t.Size.Layers) * 24 / float64(t.Size.Width))
	l *= 1 + 0.012*off*off + 0.004*deep*deep
	if epochs > 1 {
		l = truth.Loss(n, d/epochs*(1+15*(1-math.Exp(-(epochs-1)/15))))
	}
	r := rand.New(rand.NewPCG(t.Seed, uint64(len(t.ID))*1e6+uint64(t.Tokens)+uint64(t.Size.Params)))
	l *= math.Exp(0.003 * r.NormFloat64())
	res := lab.Result{Trial: t, Loss: l, BitsPerByte: l / math.Ln2 / 2.4, Accuracy: 0.9 - 0.16*l, FLOPs: t.FLOPs()}
	res.Seconds = res.FLOPs / 8e10
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	res.Skills = map[string]float64{
		"brackets": 0.4 + 0.6*sigmoid(4*(3.6-l)), "brackets_base": 0.43, "brackets_nats": -0.2 - 0.3*l,
		"induction": sigmoid(12 * (3.35 - l)), "induction_base": 1. / 512, "induction_nats": -1.5*l + 1,
	}
	return res
}

// without is the synthetic sweep with a part of it not there yet.
func without(t testing.TB, change func(*Input)) Input {
	in := synthetic(t)
	change(&in)
	return in
}
