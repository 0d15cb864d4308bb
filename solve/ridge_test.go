package solve

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func TestRidge(t *testing.T) {
	// One centred column with Σx² = 10 and Σxy = 20: w = 20/(10+λ).
	x, y := Column([]float64{-2, -1, 0, 1, 2}), Column([]float64{-4 + 9, -2 + 9, 9, 2 + 9, 4 + 9})
	fit, err := Ridge(x, y, 5, FitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "w", fit.W.At(0, 0), 20.0/15, 1e-14)
	near(t, "b", fit.Intercept[0], 9, 1e-14)
	near(t, "degrees of freedom", fit.DoF, 10.0/15, 1e-14)
	near(t, "RSS", fit.RSS[0], 10*(2-20.0/15)*(2-20.0/15), 1e-13)
	for _, bad := range []float64{-1, math.NaN(), math.Inf(1)} {
		if _, err := Ridge(x, y, bad, FitOptions{}); err == nil {
			t.Errorf("λ = %v is accepted", bad)
		}
	}
}

// Ridge's gradient vanishes, and for λ → 0 it meets least squares: the
// minimum-norm solution if columns depend on one another.
func TestRidgeLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		n, d := rapid.IntRange(2, 12).Draw(t, "n"), rapid.IntRange(1, 4).Draw(t, "d")
		X, y := randomMatrix(r, n, d), randomMatrix(r, n, 1)
		if rapid.Bool().Draw(t, "dependent") && d > 1 {
			for i := range n {
				X.Row(i)[d-1] = -X.Row(i)[0]
			}
		}
		o := FitOptions{NoIntercept: rapid.Bool().Draw(t, "no intercept")}
		exact, err := LeastSquares(X, y, o)
		if err != nil {
			t.Fatal(err)
		}
		if norm(exact.W.Data) > 100 {
			t.Skip("too near collinear for the limit to show")
		}
		before := math.Inf(1)
		for _, lambda := range []float64{1, 1e-3, 1e-13} {
			fit, err := Ridge(X, y, lambda, o)
			if err != nil {
				t.Fatal(err)
			}
			difference := make([]float64, d)
			for j := range d {
				difference[j] = fit.W.At(j, 0) - exact.W.At(j, 0)
			}
			off := norm(difference)
			if off > before+1e-11 {
				t.Fatalf("λ = %g: off by %g, more than at the λ before: %g", lambda, off, before)
			}
			before = off
			p, _ := fit.Predict(X)
			for j := range d {
				g := lambda * fit.W.At(j, 0)
				for i := range n {
					g -= X.At(i, j) * (y.At(i, 0) - p.At(i, 0))
				}
				if math.Abs(g) > 1e-9*(1+norm(fit.W.Data)) {
					t.Fatalf("λ = %g: gradient %g along column %d", lambda, g, j)
				}
			}
		}
		if before > 1e-6*(1+norm(exact.W.Data)) {
			t.Fatalf("λ = 1e-13 is off by %g", before)
		}
	})
}
