package solve

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

func diagonal(d ...float64) HessianProduct {
	return func(v, hv []float64) {
		for i, x := range v {
			hv[i] = d[i] * x
		}
	}
}

// The ends are algebraic, whichever dominates in modulus, ties included.
func TestExtremesBySign(t *testing.T) {
	for _, d := range [][]float64{
		{5, 1, 3}, {-5, -1, -3}, {-10, 2, 1}, {10, -2, 1}, {7, -7, 1}, {0, 0}, {3, 3, 3}, {-4}, {4}, {0, 2}, {0, -2}, {1e-9, 2e-9}, {1e9, -1e9, 5},
	} {
		s, err := Extremes(diagonal(d...), len(d), PowerOptions{Tolerance: 1e-9})
		if err != nil {
			t.Errorf("%v: %v", d, err)
			continue
		}
		scale := max(math.Abs(slices.Max(d)), math.Abs(slices.Min(d)))
		near(t, "largest", s.Max, slices.Max(d), 1e-8*scale)
		near(t, "smallest", s.Min, slices.Min(d), 1e-8*scale)
	}
}

func TestExtremesOfRandom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		n := rapid.IntRange(1, 8).Draw(t, "n")
		a := mat.NewSymDense(n, nil)
		for i := range n {
			for j := i; j < n; j++ {
				a.SetSym(i, j, r.NormFloat64())
			}
		}
		var e mat.EigenSym
		if !e.Factorize(a, false) {
			t.Skip("no eigenvalues to compare with")
		}
		want := e.Values(nil)
		s, err := Extremes(func(v, hv []float64) {
			mat.NewVecDense(n, hv).MulVec(a, mat.NewVecDense(n, v))
		}, n, PowerOptions{MaxIterations: 20_000})
		if err != nil && !errors.Is(err, ErrIterations) {
			t.Fatal(err)
		}
		tolerance := 1e-5 * (1 + math.Abs(want[0]) + math.Abs(want[n-1]))
		if math.Abs(s.Max-want[n-1]) > tolerance || math.Abs(s.Min-want[0]) > tolerance {
			t.Fatalf("[%v, %v], want [%v, %v]", s.Min, s.Max, want[0], want[n-1])
		}
	})
}

func TestStepLimit(t *testing.T) {
	rates, err := StepLimit(bowl(1, 4, 10), []float64{1, 1, 1}, PowerOptions{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "limit", rates.Limit, 0.2, 1e-9)
	near(t, "best", rates.Best, 2.0/11, 1e-9)
	near(t, "κ", rates.Condition, 10, 1e-7)
	// Descent arrives just below the limit and runs away just above.
	for _, c := range []struct {
		rate float64
		want error
	}{{0.999 * rates.Limit, nil}, {1.001 * rates.Limit, ErrDiverged}} {
		if _, err := Last(Descend(bowl(1, 4, 10), []float64{1, 1, 1}, Descent{Rate: c.rate})); !errors.Is(err, c.want) {
			t.Errorf("rate %v: %v, want %v", c.rate, err, c.want)
		}
	}
	hill, err := StepLimit(bowl(-1, -2), []float64{1, 1}, PowerOptions{})
	if err != nil || !math.IsInf(hill.Limit, 1) || hill.Best != 0 {
		t.Errorf("hill: %+v, %v", hill, err)
	}
	flat, err := StepLimit(bowl(0, 2), []float64{1, 1}, PowerOptions{})
	if err != nil || flat.Best != 0 || !math.IsInf(flat.Condition, 1) {
		t.Errorf("valley: %+v, %v", flat, err)
	}
	near(t, "limit in a valley", flat.Limit, 1, 1e-9)
}

func TestExtremesErrors(t *testing.T) {
	nan := func(v, hv []float64) { hv[0] = math.NaN() }
	if _, err := Extremes(nan, 1, PowerOptions{}); !errors.Is(err, ErrNotFinite) {
		t.Errorf("NaN: %v", err)
	}
	if s, err := Extremes(diagonal(1, 0.9999999), 2, PowerOptions{MaxIterations: 3, Tolerance: 1e-15}); !errors.Is(err, ErrIterations) || s.Max == 0 {
		t.Errorf("cap: %+v, %v", s, err)
	}
	if _, err := Extremes(nan, 0, PowerOptions{}); err == nil {
		t.Error("n = 0 is accepted")
	}
	if _, err := StepLimit(Exam.Objective(), []float64{0}, PowerOptions{}); !errors.Is(err, ErrNotFinite) {
		t.Errorf("outside the domain: %v", err)
	}
}
