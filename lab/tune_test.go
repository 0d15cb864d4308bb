package lab_test

import (
	"math"
	"strings"
	"testing"

	"brick/lab"
)

// Losses that are parabolas in the logarithm of the rate, with minima on a power law, give that law back.
func TestTuneFindsTheRule(t *testing.T) {
	s := setupOf(t)
	s.Tuning, s.Studies = true, 0
	p, err := s.Make()
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Sizes) != 4 || p.Sizes[3].Layers != 4 || p.Seconds > 0.94*1800 {
		t.Errorf("%d sizes, %.0f s:\n%v", len(p.Sizes), p.Seconds, p)
	}
	made := func(lr, gamma float64) (list []lab.Result) {
		for _, trial := range p.Trials {
			best := lr * math.Pow(float64(trial.Size.NonEmbedding)/p.Rule.At, -gamma)
			x := math.Log2(trial.Rate / best)
			list = append(list, lab.Result{Trial: trial, Loss: 2 + 0.03*x*x})
		}
		return list
	}
	got, err := lab.Tune(p, made(0.013, 0.25))
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(got.Rule.LR/0.013-1) > 0.01 || math.Abs(got.Rule.Gamma-0.25) > 0.01 {
		t.Errorf("found %v", got)
	}
	if !strings.Contains(got.String(), "learning rate 0.013·(N/1e+05)^−0.25") {
		t.Errorf("said as\n%v", got)
	}
	if got, err := lab.Tune(p, made(1, 0.2)); err == nil || !strings.Contains(err.Error(), "try again") || !got.Sizes[0].Edge {
		t.Errorf("beyond all rates tried: %v, %v", got, err)
	}
}
