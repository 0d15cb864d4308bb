package fit

import (
	"math"
	"testing"
)

const gopher = 5.76e23 // floating-point operations of Gopher's training, Hoffmann et al. 2022, figure A3

// law finds a published law by its name.
func law(t *testing.T, name string) PublishedLaw {
	t.Helper()
	for _, l := range Published {
		if l.Name == name {
			return l
		}
	}
	t.Fatalf("no law is called %q", name)
	return PublishedLaw{}
}

// The rows that the papers print: parameters, floating-point operations, tokens.
func TestPublishedTables(t *testing.T) {
	for _, c := range []struct {
		law           string
		n, flops, d   float64
		within, wideD float64
	}{
		{"Hoffmann 2022, approach 1", 400e6, 1.92e19, 8.0e9, 0.05, 0.13},
		{"Hoffmann 2022, approach 1", 10e9, 1.23e22, 205.1e9, 0.05, 0.13},
		{"Hoffmann 2022, approach 1", 175e9, 3.85e24, 3.7e12, 0.05, 0.13},
		{"Hoffmann 2022, approach 1", 1e12, 1.27e26, 21.2e12, 0.05, 0.13},
		{"Hoffmann 2022, approach 2", 400e6, 1.84e19, 7.7e9, 0.07, 0.13},
		{"Hoffmann 2022, approach 2", 10e9, 1.32e22, 219.5e9, 0.05, 0.13},
		{"Hoffmann 2022, approach 2", 175e9, 4.54e24, 4.3e12, 0.05, 0.13},
		{"Hoffmann 2022, approach 3, more digits", 400e6, 2.21e19, 9.2e9, 0.05, 0.13},
		{"Hoffmann 2022, approach 3, more digits", 10e9, 2.46e22, 410.1e9, 0.05, 0.13},
		{"Hoffmann 2022, approach 3, more digits", 1e12, 5.65e26, 94.1e12, 0.07, 0.13},
		{"Kaplan 2020", 1.3e9, petaFLOPDay, 1.1e10, 0.001, 0.05},
	} {
		l := law(t, c.law)
		n, d := l.Optimal(c.flops)
		if math.Abs(n/c.n-1) > c.within {
			t.Errorf("%s at %.3g FLOPs: %.4g parameters, the paper has %.4g", c.law, c.flops, n, c.n)
		}
		if math.Abs(d/c.d-1) > c.wideD {
			t.Errorf("%s at %.3g FLOPs: %.4g tokens, the paper has %.4g", c.law, c.flops, d, c.d)
		}
	}
}

// Tokens and Optimal are one rule, and no other split of the same compute has a lower loss.
func TestPublishedOptimal(t *testing.T) {
	for _, l := range Published {
		for _, flops := range []float64{1e15, 1e19, gopher} {
			n, d := l.Optimal(flops)
			if math.Abs(6*n*d/flops-1) > 1e-9 {
				t.Errorf("%s: 6·%g·%g is not %g", l.Name, n, d, flops)
			}
			if again := l.Tokens(n); math.Abs(again/d-1) > 1e-9 {
				t.Errorf("%s: Tokens(%g) = %g, Optimal has %g", l.Name, n, again, d)
			}
			if l.Law == (Joint{}) {
				continue
			}
			best, _ := l.Loss(n, d)
			for _, f := range []float64{0.5, 0.9, 1.1, 2} {
				if other, _ := l.Loss(n*f, d/f); other < best {
					t.Errorf("%s: %g parameters are better than the %g of Optimal", l.Name, n*f, n)
				}
			}
		}
	}
}

// Hoffmann's rounded constants contradict the 20 tokens a parameter of the same paper; the refit of 2024 does not.
func TestGopherBudget(t *testing.T) {
	ratio := func(name string) float64 {
		n, d := law(t, name).Optimal(gopher)
		return d / n
	}
	for _, name := range []string{"Hoffmann 2022, approach 1", "Hoffmann 2022, approach 2", "Besiroglu 2024"} {
		if r := ratio(name); r < 15 || r > 27 {
			t.Errorf("%s: %.1f tokens a parameter, about 20 expected", name, r)
		}
	}
	if r := ratio("Hoffmann 2022, approach 3"); r < 60 {
		t.Errorf("the rounded constants ask for %.1f tokens a parameter, more than 60 expected", r)
	}
	if n, _ := law(t, "Hoffmann 2022, approach 3, more digits").Optimal(gopher); math.Abs(n/40e9-1) > 0.03 {
		t.Errorf("approach 3 gives %.3g parameters at Gopher's compute, the paper says 40 billion", n)
	}
}

// What the losses of the laws are at sizes that their papers speak of.
func TestPublishedLoss(t *testing.T) {
	if _, ok := law(t, "Hoffmann 2022, approach 1").Loss(1e9, 1e10); ok {
		t.Error("approach 1 has no law of the loss")
	}
	// With endless data Kaplan's L(N, D) is (6.4e13/N)^0.076, near their L(N) of (8.8e13/N)^0.076.
	l, ok := law(t, "Kaplan 2020").Loss(1e9, 1e18)
	if want := math.Pow(8.8e13/1e9, 0.076); !ok || math.Abs(l/want-1) > 0.04 {
		t.Errorf("Kaplan's loss of 1e9 parameters is %v, about %v expected", l, want)
	}
	// Chinchilla: Besiroglu's and Hoffmann's laws agree where they were fitted.
	a, _ := law(t, "Besiroglu 2024").Loss(70e9, 1.4e12)
	b, _ := law(t, "Hoffmann 2022, approach 3").Loss(70e9, 1.4e12)
	if math.Abs(a-1.97) > 0.03 || math.Abs(a-b) > 0.05 {
		t.Errorf("losses of Chinchilla by two laws: %.3f and %.3f", a, b)
	}
}
