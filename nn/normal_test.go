package nn

import (
	"math"
	"testing"
)

// Numbers that are drawn fast are those of the formula, bit by bit as Floats, and their errors stay below the bound that decides.
func TestScaledNormal(t *testing.T) {
	n := 1 << 21
	if testing.Short() {
		n = 1 << 18
	}
	worst := 0.0
	for i := range n {
		key := uint64(i) * 0x9e3779b97f4a7c15 >> 40
		want := 0.02 * normal(key, i)
		if got := scaled(key, i, 0.02); Float(got) != Float(want) {
			t.Fatalf("number %d of stream %d is %v, want %v", i, key, got, want)
		}
		l, c := nearLog(uniform(key, 2*i)), nearCos(uniform(key, 2*i+1))
		if l < -nearZero && math.Abs(c) > nearZero {
			worst = max(worst, math.Abs(0.02*math.Sqrt(-2*l)*c/want-1))
		}
	}
	if worst > nearError/16 {
		t.Errorf("relative error %.3g, want at most %.3g", worst, nearError/16)
	}
	t.Logf("relative error %.3g", worst)
	for _, u := range []float64{1 / float64(1<<54), 1.0 / (1 << 53), 0.25, 0.5, math.Nextafter(0.5, 0), math.Nextafter(1, 0)} {
		if d := math.Abs(nearLog(u) - math.Log(u)); d > 1./(1<<46) {
			t.Errorf("log %v is %v off", u, d)
		}
		if d := math.Abs(nearCos(u) - math.Cos(2*math.Pi*u)); d > 1./(1<<42) {
			t.Errorf("cos 2π·%v is %v off", u, d)
		}
	}
	for _, σ := range []float64{0, 1, 1e-40, 1e30} {
		for i := range 1000 {
			if got, want := Float(scaled(7, i, σ)), Float(σ*normal(7, i)); got != want {
				t.Fatalf("number %d of σ = %v is %v, want %v", i, σ, got, want)
			}
		}
	}
}

func BenchmarkNormal(b *testing.B) {
	for name, f := range map[string]Init{"near": Normal(0.02), "exact": func(key uint64, i int, _ Fan) float64 { return 0.02 * normal(key, i) }} {
		b.Run(name, func(b *testing.B) {
			for i := range b.N {
				sink += f(1, i, Fan{})
			}
		})
	}
}

var sink float64
