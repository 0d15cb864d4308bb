package optim_test

import (
	"maps"
	"math"
	"slices"
	"testing"

	"brick/kernel"
	"brick/optim"
)

func TestEMA(t *testing.T) {
	params := some(1)
	e, err := optim.NewEMAOf(nil, params, 0.9)
	if err != nil {
		t.Fatal(err)
	}
	w := params[2].P.Data()
	want := float64(w[3])
	for s := range 40 {
		w[3] = kernel.Float(s)
		d := min(0.9, float64(2+s)/float64(11+s))
		want = d*want + (1-d)*float64(s)
		e.Update()
	}
	before := bits(params)
	e.Swap()
	if got := float64(w[3]); math.Abs(got-want) > 1e-4 {
		t.Errorf("average %v, want %v", got, want)
	}
	e.Swap()
	if !slices.Equal(bits(params), before) {
		t.Error("swapping twice changed the weights")
	}

	state := maps.Collect(e.State())
	other, _ := optim.NewEMAOf(nil, params, 0.9)
	if err := other.Load(state); err != nil {
		t.Fatal(err)
	}
	e.Update()
	other.Update()
	e.Swap()
	a := bits(params)
	e.Swap()
	other.Swap()
	if !slices.Equal(bits(params), a) {
		t.Error("the average after loading its state is another")
	}
	delete(state, "b.ema")
	if err := other.Load(state); err == nil {
		t.Error("a state without b.ema was taken")
	}
	if n := testing.AllocsPerRun(5, e.Update); n != 0 {
		t.Errorf("%v allocations an update, want 0", n)
	}
	if _, err := optim.NewEMAOf(nil, params, 1); err == nil {
		t.Error("a decay of 1 was taken")
	}
}
