package solve

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// Novikoff's theorem on 100 random separable sets.
func TestNovikoffBound(t *testing.T) {
	tightest := 0.0
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 58))
		n, d, noBias := 20+r.IntN(100), 1+r.IntN(8), seed%3 == 0
		w, b := randomMatrix(r, 1, d).Data, r.NormFloat64()
		if noBias {
			b = 0
		}
		X, labels := Matrix{Cols: d}, []int(nil)
		for X.Rows < n {
			x := randomMatrix(r, 1, d).Data
			side := dot(x, w) + b
			if math.Abs(side) < 0.05*norm(w) {
				continue
			}
			X.Rows++
			X.Data = append(X.Data, x...)
			labels = append(labels, int(math.Copysign(1, side)))
		}
		bound, err := Novikoff(X, labels, w, b, noBias)
		if err != nil {
			t.Fatal(err)
		}
		p := Perceptron{NoBias: noBias}
		counted := 0
		for c, err := range p.Learn(X, labels, 1_000_000) {
			if err != nil {
				t.Fatal(err)
			}
			if counted++; c.Mistake != counted {
				t.Fatalf("correction %d says it is mistake %d", counted, c.Mistake)
			}
		}
		if float64(p.Mistakes) > bound.Mistakes {
			t.Errorf("seed %d: %d mistakes, more than (R/γ)² = %.1f", seed, p.Mistakes, bound.Mistakes)
		}
		tightest = max(tightest, float64(p.Mistakes)/bound.Mistakes)
		for i, y := range labels {
			if p.Predict(X.Row(i)) != y {
				t.Fatalf("seed %d: row %d is still wrong", seed, i)
			}
		}
		if noBias && p.B != 0 {
			t.Errorf("seed %d: b = %v without a bias", seed, p.B)
		}
	}
	t.Logf("mistakes reach at most %.0f %% of (R/γ)²", 100*tightest)
}

// XOR has no linear boundary: the perceptron says so and stops.
func TestPerceptronXOR(t *testing.T) {
	X := rows(t, [][]float64{{0, 0}, {0, 1}, {1, 0}, {1, 1}})
	var p Perceptron
	if _, err := Last(p.Learn(X, []int{-1, 1, 1, -1}, 0)); !errors.Is(err, ErrNotSeparated) {
		t.Errorf("XOR: %v", err)
	}
	if _, err := Novikoff(X, []int{-1, 1, 1, -1}, []float64{1, 1}, -0.5, false); err == nil || !strings.Contains(err.Error(), "row 3 is on the wrong side") {
		t.Errorf("XOR's bound: %v", err)
	}
}

func TestPerceptronInput(t *testing.T) {
	X := rows(t, [][]float64{{0, 0}, {0, 1}})
	for says, run := range map[string]func(p *Perceptron) error{
		"labels row 1 is 0": func(p *Perceptron) error { _, err := Last(p.Learn(X, []int{1, 0}, 0)); return err },
		"labels has 1":      func(p *Perceptron) error { _, err := Last(p.Learn(X, []int{1}, 0)); return err },
		"X row 0, column 1": func(p *Perceptron) error {
			_, err := Last(p.Learn(rows(t, [][]float64{{0, math.Inf(1)}}), []int{1}, 0))
			return err
		},
		"3 inputs": func(p *Perceptron) error {
			p.W = make([]float64, 3)
			_, err := Last(p.Learn(X, []int{1, -1}, 0))
			return err
		},
		"outside float64's range": func(p *Perceptron) error {
			_, err := Last(p.Learn(rows(t, [][]float64{{1.5e308, -1.2e308}, {1e308, 1.7e308}}), []int{1, 1}, 9))
			return err
		},
		"b = 0 if there is no bias": func(*Perceptron) error { _, err := Novikoff(X, []int{1, -1}, []float64{1, 1}, 1, true); return err },
	} {
		if err := run(new(Perceptron)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want an error that says %q", err, says)
		}
	}
	for c := range new(Perceptron).Learn(X, []int{1, -1}, 0) {
		if c.Mistake == 1 {
			break
		}
	}
}
