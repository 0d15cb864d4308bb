package optim_test

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"brick/grad"
	"brick/kernel"
	"brick/optim"
)

func TestClipLeavesWhatIsNotFinite(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1)} {
		for _, order := range []optim.Order{optim.L2, optim.L1, optim.LInf} {
			p := grad.Param(make([]kernel.Float, 3), 3)
			g := p.GradBuf().F
			copy(g, []kernel.Float{5, kernel.Float(bad), -7})
			clip := optim.Clip{Norm: 1, Value: 1, Order: order}
			norm := clip.ApplyTo(nil, []optim.Named{{Name: "p", P: p}})
			if !math.IsNaN(norm) && !math.IsInf(norm, 1) {
				t.Errorf("norm %s of a gradient with %v is %v", order, bad, norm)
			}
			if g[0] != 5 || g[2] != -7 {
				t.Errorf("the gradient became %v", g)
			}
		}
	}
}

func TestClipSkipsUnreached(t *testing.T) {
	a, b := grad.Param(make([]kernel.Float, 2), 2), grad.Param(make([]kernel.Float, 2), 2)
	copy(a.GradBuf().F, []kernel.Float{3, 4})
	clip := optim.Clip{Norm: 1}
	if norm := clip.ApplyTo(nil, []optim.Named{{Name: "a", P: a}, {Name: "b", P: b}}); norm != 5 || b.Reached() {
		t.Errorf("norm %v, want 5; the other parameter counts as reached: %v", norm, b.Reached())
	}
	none := optim.Clip{Norm: 1}
	if norm := none.ApplyTo(nil, []optim.Named{{Name: "b", P: b}}); norm != 0 {
		t.Errorf("the norm of no gradient is %v", norm)
	}
}

func TestOrderText(t *testing.T) {
	in := optim.Clip{Norm: 2, Order: optim.LInf}
	text, err := json.Marshal(in)
	if err != nil || string(text) != `{"norm":2,"order":"inf"}` {
		t.Errorf("found %s, %v", text, err)
	}
	var out optim.Clip
	if err := json.Unmarshal(text, &out); err != nil || out.Order != optim.LInf {
		t.Errorf("found %+v, %v", out, err)
	}
	if err := json.Unmarshal([]byte(`{"order":"3"}`), &out); err == nil {
		t.Error("a norm of order 3 was taken")
	}
}

func TestByName(t *testing.T) {
	for _, k := range optim.Table {
		got, err := optim.ByName(k.Name)
		if err != nil || got.Name != k.Name {
			t.Errorf("%s: found %v, %v", k.Name, got.Name, err)
		}
		o, params := start(t, k, 1)
		kept, numbers := 0, 0
		for _, p := range params {
			numbers += p.P.Len()
		}
		for name, x := range o.State() {
			if len(x.Shape) > 0 || name == "d.exp_avg" {
				kept += x.Len()
			}
		}
		if kept > k.State*numbers {
			t.Errorf("%s keeps %d numbers for %d parameters, the table says %d for each", k.Name, kept, numbers, k.State)
		}
		// the configuration survives JSON
		text, err := json.Marshal(k.New())
		if err != nil {
			t.Fatal(err)
		}
		back := k.New()
		if err := json.Unmarshal(text, back); err != nil {
			t.Fatal(err)
		}
		again, _ := json.Marshal(back)
		if !slices.Equal(text, again) {
			t.Errorf("%s: configuration %s became %s", k.Name, text, again)
		}
	}
	if _, err := optim.ByName("adma"); err == nil {
		t.Error("an unknown optimizer was found")
	} else {
		t.Log(err)
	}
}

// Step gives the bits of Apply and the optimizer's Step, and leaves nothing behind.
func TestClipStepIsApplyAndStep(t *testing.T) {
	for _, k := range optim.Table {
		for _, clip := range []optim.Clip{{}, {Norm: 0.5}, {Value: 0.1}, {Norm: 0.5, Value: 0.01}, {Norm: 1e9}, {Norm: 1e-60}, {Value: 1e-60}} {
			a, pa := start(t, k, 1)
			b, pb := start(t, k, 1)
			one, two := clip, clip
			for s := range 4 {
				push(pa, s, "c")
				push(pb, s, "c")
				n := one.Apply(a)
				a.Step(k.LR)
				if m := two.Step(b, k.LR); m != n {
					t.Fatalf("%s: norm %v, want %v", k.Name, m, n)
				}
			}
			push(pa, 9, "")
			push(pb, 9, "")
			a.Step(k.LR)
			b.Step(k.LR)
			if !slices.Equal(bits(pa), bits(pb)) {
				t.Errorf("%s clipped by %+v: the bits differ", k.Name, clip)
			}
		}
		o, params := start(t, k, 1)
		before := bits(params)
		push(params, 0, "")
		params[0].P.GradBuf().F[3] = kernel.Float(math.NaN())
		clip := optim.Clip{Norm: 1}
		if n := clip.Step(o, k.LR); n == n || !slices.Equal(bits(params), before) || !params[0].P.Reached() {
			t.Errorf("%s: a step with a NaN was taken, or the gradients were cleared", k.Name)
		}
	}
}
