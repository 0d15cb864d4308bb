package optim_test

import (
	"maps"
	"math"
	"slices"
	"testing"

	"brick/grad"
	"brick/kernel"
	"brick/optim"
)

// On the bowl  Σ k·w²  gradient descent is stable below 1/k of the stiffest direction.
func TestFindLR(t *testing.T) {
	w := grad.Param([]kernel.Float{3, -2, 1}, 3)
	o := optim.NewMomentum()
	if err := o.Init(nil, []optim.Named{{Name: "w", P: w}}); err != nil {
		t.Fatal(err)
	}
	copy(w.GradBuf().F, []kernel.Float{1, 1, 1})
	o.Step(0.01)
	weights, state := slices.Clone(w.Data()), maps.Collect(o.State())
	tape := new(grad.Tape)
	curve, lr, err := optim.FindLR(o, optim.Range{}, func(int) float64 {
		tape.Reset()
		l := tape.Use(w).Square().Mul(tape.Const([]kernel.Float{10, 1, 0.1}, 3)).Sum()
		l.Backward()
		return l.Item()
	})
	if err != nil {
		t.Fatal(err)
	}
	if !(lr > 1e-4 && lr < 0.1) {
		t.Errorf("suggested %v after %d steps, want a rate below the limit 2/λmax = 0.1", lr, len(curve))
	}
	if len(curve) >= 100 || curve[len(curve)-1].LR < 0.05 {
		t.Errorf("the curve has %d points and ends at %v", len(curve), curve[len(curve)-1])
	}
	if !slices.Equal(weights, w.Data()) || w.Reached() {
		t.Error("weights were not put back")
	}
	for name, x := range o.State() {
		if !slices.Equal(x.Data, state[name].Data) {
			t.Errorf("state %s was not put back", name)
		}
	}

	if _, _, err := optim.FindLR(o, optim.Range{}, func(int) float64 { return math.NaN() }); err == nil {
		t.Error("a loss of NaN gave a suggestion")
	}
	if _, _, err := optim.FindLR(o, optim.Range{}, func(i int) float64 { return 1 + float64(i) }); err == nil {
		t.Error("a loss that only grows gave a suggestion")
	}
	if _, _, err := optim.FindLR(o, optim.Range{Min: 1, Max: 0.1}, func(int) float64 { return 0 }); err == nil {
		t.Error("a range upside down was taken")
	}
}
