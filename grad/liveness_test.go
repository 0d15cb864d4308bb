package grad_test

import (
	"slices"
	"strings"
	"testing"

	"brick/grad"
	"brick/kernel"
)

// inside is a Block of one function.
type inside func(x *grad.Var) *grad.Var

func (f inside) Forward(x *grad.Var) *grad.Var { return f(x) }

// branch is a transformer's feed-forward pair: what lies in it is freed or made again.
func branch(w, v *grad.Var) inside {
	return func(x *grad.Var) *grad.Var {
		h := x.RMSNorm(nil, 1e-5).LayerNorm(nil, nil, 1e-5).LinearAct(w, nil, kernel.GELUTanh)
		h = h.Reshape(-1, 4, 8).Mul(h.Reshape(-1, 4, 8).Sigmoid()).Reshape(-1, 32)
		return x.Add(h.SwiGLU(h.SiLU()).Linear(v, nil).Scale(0.5))
	}
}

// A Scope gives the bits of the same ops outside of one, in less memory, and one tape may go back
// several times.
func TestScopeFreesInTraining(t *testing.T) {
	defer grad.RenewAll()()
	run := func(scoped bool) (bits []grad.Float, bytes int) {
		x, w, v := grad.Param(ramp(64*16), 64, 16), grad.Param(ramp(32*16), 32, 16), grad.Param(ramp(16*32), 16, 32)
		tape := &grad.Tape{Training: true}
		for range 3 {
			tape.Reset()
			y := tape.Use(x)
			for range 6 {
				if b := branch(w, v); scoped {
					y = tape.Scope(inside(func(x *grad.Var) *grad.Var { return tape.Scope(b, x) }), y)
				} else {
					y = b(y)
				}
			}
			loss := y.Square().Mean()
			loss.Backward()
			y.Sum().Backward()
			bits = append(bits, slices.Clone(y.Data())...)
		}
		return slices.Concat(bits, x.Grad(), w.Grad(), v.Grad()), tape.Bytes()
	}
	plain, most := run(false)
	spared, least := run(true)
	if !slices.Equal(plain, spared) {
		t.Error("a Scope gives other bits")
	}
	if least > most*2/3 {
		t.Errorf("%d bytes in Scopes, %d without", least, most)
	}
	t.Logf("%d bytes in Scopes, %d without", least, most)
}

// What a Scope freed cannot be read or computed with; what Retain named can.
func TestScopeFreedIsGone(t *testing.T) {
	x, w, v := grad.Param(ramp(64*16), 64, 16), grad.Param(ramp(32*16), 32, 16), grad.Param(ramp(16*32), 16, 32)
	var sum, kept *grad.Var
	tape := &grad.Tape{}
	y := tape.Scope(inside(func(x *grad.Var) *grad.Var {
		sum = x.Add(x)
		kept = sum.Linear(w, nil).Retain()
		return sum.Add(kept.Linear(v, nil).Scale(2))
	}), tape.Use(x))
	want := slices.Clone(kept.Data())
	y.Sum().Backward()
	if !slices.Equal(kept.Data(), want) || kept.Grad() == nil {
		t.Error("Retain has not kept the value and its gradient")
	}
	other := tape.Scope(inside(func(x *grad.Var) *grad.Var {
		sum = x.Scale(3)
		return sum.Scale(2)
	}), y)
	for name, f := range map[string]func(){
		"data": func() { sum.Data() }, "buf": func() { sum.Buf() }, "an op": func() { sum.Add(other) }, "a view": func() { sum.Reshape(-1) },
	} {
		if err := grad.Catch(f); err == nil || !strings.Contains(err.Error(), "Retain") {
			t.Errorf("%s of a freed value: %v", name, err)
		}
	}
}

// Steps with Scopes make no garbage.
func TestScopeAllocatesNothing(t *testing.T) {
	x, w, v := grad.Param(ramp(64*16), 64, 16), grad.Param(ramp(32*16), 32, 16), grad.Param(ramp(16*32), 16, 32)
	for _, recompute := range []bool{false, true} {
		tape, b := &grad.Tape{Training: true, Recompute: recompute}, grad.Block(branch(w, v))
		step := func() {
			tape.Reset()
			y := tape.Use(x)
			for range 3 {
				y = tape.Scope(b, y)
			}
			y.Sum().Backward()
		}
		step()
		if n := testing.AllocsPerRun(5, step); n > 0 {
			t.Errorf("recompute %v: a step allocates %v times", recompute, n)
		}
	}
}
