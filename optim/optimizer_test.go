package optim_test

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"brick/device/cpu"
	"brick/grad"
	"brick/kernel"
	"brick/optim"
	"brick/tensor"
)

// some are a matrix, a tall matrix, a vector and a number, with values from seed.
func some(seed uint64) []optim.Named {
	r := rand.New(rand.NewPCG(seed, 7))
	param := func(name string, shape ...int) optim.Named {
		n := 1
		for _, d := range shape {
			n *= d
		}
		x := make([]kernel.Float, n)
		for i := range x {
			x[i] = kernel.Float(r.NormFloat64())
		}
		return optim.Named{Name: name, P: grad.Param(x, shape...), Decay: len(shape) == 2, Matrix: len(shape) == 2}
	}
	return []optim.Named{param("a", 7, 9), param("b", 9, 4), param("c", 13), param("d")}
}

// push stores gradients of step s in all parameters but skip.
func push(params []optim.Named, s int, skip string) {
	for k, p := range params {
		if p.Name == skip {
			continue
		}
		g := p.P.GradBuf().F
		for i := range g {
			g[i] = kernel.Float(math.Sin(float64(1 + 31*s + 7*k + 3*i)))
		}
	}
}

func bits(params []optim.Named) (all []uint64) {
	for _, p := range params {
		for _, v := range p.P.Data() {
			all = append(all, math.Float64bits(float64(v)))
		}
	}
	return all
}

func start(t testing.TB, k optim.Kind, seed uint64) (optim.Optimizer, []optim.Named) {
	o, params := k.New(), some(seed)
	if err := o.Init(nil, params); err != nil {
		t.Fatal(err)
	}
	return o, params
}

func TestStateRoundTrip(t *testing.T) {
	for _, k := range optim.Table {
		t.Run(k.Name, func(t *testing.T) {
			a, pa := start(t, k, 1)
			b, pb := start(t, k, 1)
			step := func(o optim.Optimizer, p []optim.Named, s int) {
				skip := ""
				if s%3 == 1 {
					skip = "c"
				}
				push(p, s, skip)
				o.Step(k.LR)
			}
			for s := range 7 {
				step(a, pa, s)
			}
			state := maps.Collect(a.State())
			for i := range pb {
				copy(pb[i].P.Data(), pa[i].P.Data())
			}
			if err := b.Load(state); err != nil {
				t.Fatal(err)
			}
			for s := 7; s < 15; s++ {
				step(a, pa, s)
				step(b, pb, s)
			}
			if !slices.Equal(bits(pa), bits(pb)) {
				t.Error("the parameters after loading the state differ from those of an uninterrupted run")
			}
			for name, x := range a.State() {
				if y := maps.Collect(b.State())[name]; y == nil || !slices.Equal(x.Data, y.Data) {
					t.Errorf("state %s differs", name)
				}
			}
		})
	}
}

func TestLoadRefuses(t *testing.T) {
	k, _ := optim.ByName("nadam")
	for _, c := range []struct {
		name, want string
		spoil      func(s map[string]*tensor.Tensor)
	}{
		{"missing", "a.exp_avg is missing", func(s map[string]*tensor.Tensor) { delete(s, "a.exp_avg") }},
		{"extra", "x.exp_avg belongs to no parameter", func(s map[string]*tensor.Tensor) { s["x.exp_avg"] = s["a.exp_avg"] }},
		{"shape", "b.exp_avg_sq has shape [7 9], want [9 4]", func(s map[string]*tensor.Tensor) { s["b.exp_avg_sq"] = s["a.exp_avg"] }},
		{"count", "a.step is -3", func(s map[string]*tensor.Tensor) { s["a.step"] = tensor.FromInts([]int32{-3}, s["a.step"].Type) }},
		{"cut", "needs", func(s map[string]*tensor.Tensor) { x := *s["c.exp_avg"]; x.Data = x.Data[:5]; s["c.exp_avg"] = &x }},
	} {
		o, params := start(t, k, 1)
		push(params, 0, "")
		o.Step(0.1)
		before := maps.Collect(o.State())
		state := maps.Clone(before)
		c.spoil(state)
		if err := o.Load(state); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: found error %v, want one with %q", c.name, err, c.want)
		}
		for name, x := range o.State() {
			if !slices.Equal(x.Data, before[name].Data) {
				t.Errorf("%s: a refused state changed %s", c.name, name)
			}
		}
	}
}

func TestStepAllocatesNothing(t *testing.T) {
	for _, k := range optim.Table {
		o, params := start(t, k, 1)
		clip := optim.Clip{Norm: 0.5, Value: 0.1}
		s := 0
		if n := testing.AllocsPerRun(10, func() {
			push(params, s, "")
			clip.Apply(o)
			o.Step(k.LR)
			s++
		}); n != 0 {
			t.Errorf("%s: %v allocations a step, want 0", k.Name, n)
		}
	}
}

// A parameter that no gradient reached keeps its value and its state; the others move.
func TestUnreachedParametersStay(t *testing.T) {
	for _, k := range optim.Table {
		o, params := start(t, k, 1)
		push(params, 0, "")
		o.Step(k.LR)
		before, state := bits(params[:1]), maps.Collect(o.State())
		moved := bits(params[1:])
		push(params, 1, "a")
		_ = params[0].P.Grad() // looking does not count as reaching
		o.Step(k.LR)
		if !slices.Equal(bits(params[:1]), before) {
			t.Errorf("%s: a parameter without gradient moved", k.Name)
		}
		if slices.Equal(bits(params[1:]), moved) {
			t.Errorf("%s: parameters with gradients stayed", k.Name)
		}
		for name, x := range o.State() {
			if strings.HasPrefix(name, "a.") && !slices.Equal(x.Data, state[name].Data) {
				t.Errorf("%s: state %s of a parameter without gradient changed", k.Name, name)
			}
		}
		for _, p := range params {
			if p.P.Reached() {
				t.Errorf("%s: the gradient of %s was not cleared", k.Name, p.Name)
			}
		}
	}
}

func TestGroups(t *testing.T) {
	for _, k := range optim.Table {
		a, pa := start(t, k, 3)
		b, pb := k.New(), some(3)
		for i := range pb {
			pb[i].LRScale = 0.5
		}
		if err := b.Init(nil, pb); err != nil {
			t.Fatal(err)
		}
		for s := range 5 {
			push(pa, s, "")
			push(pb, s, "")
			a.Step(k.LR)
			b.Step(2 * k.LR)
		}
		if !slices.Equal(bits(pa), bits(pb)) {
			t.Errorf("%s: half the scale of twice the rate is another step", k.Name)
		}
	}

	// decay shrinks only what it applies to
	o, params := optim.NewAdamW(), some(1)
	o.Decay = 0.5
	if err := o.Init(nil, params); err != nil {
		t.Fatal(err)
	}
	before := slices.Clone(params[2].P.Data())
	for _, p := range params {
		p.P.GradBuf()
	}
	w := params[0].P.Data()[0]
	o.Step(0.1)
	if !slices.Equal(before, params[2].P.Data()) {
		t.Error("a vector decayed")
	}
	if got, want := float64(params[0].P.Data()[0]), 0.95*float64(w); math.Abs(got-want) > 1e-6 {
		t.Errorf("a matrix decayed to %v, want %v", got, want)
	}
}

// Any number of workers gives the same bits.
func TestSameBitsForAnyWorkers(t *testing.T) {
	for _, name := range []string{"adamw", "muon"} {
		var want []uint64
		for _, workers := range []int{1, 2, 3, 5} {
			k, _ := optim.ByName(name)
			dev := cpu.New(workers)
			r := rand.New(rand.NewPCG(1, 1))
			x := make([]kernel.Float, 300*170)
			for i := range x {
				x[i] = kernel.Float(r.NormFloat64())
			}
			params := []optim.Named{{Name: "w", P: grad.Param(x, 300, 170), Decay: true, Matrix: true}}
			o := k.New()
			if err := o.Init(dev, params); err != nil {
				t.Fatal(err)
			}
			clip := optim.Clip{Norm: 1}
			for s := range 3 {
				push(params, s, "")
				clip.Apply(o)
				o.Step(k.LR)
			}
			got := bits(params)
			if want == nil {
				want = got
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %d workers give other bits than one", name, workers)
			}
			dev.Close()
		}
	}
}

func TestInitRefuses(t *testing.T) {
	w := grad.Param(make([]kernel.Float, 6), 2, 3)
	good := []optim.Named{{Name: "w", P: w}}
	for want, o := range map[string]optim.Optimizer{
		"adamw: beta1 is 1, want it in [0, 1)":              &optim.AdamW{Beta1: 1},
		"adam: eps is -1, want a finite number from 0":      &optim.Adam{Eps: -1},
		"sgd: momentum is NaN":                              &optim.SGD{Momentum: math.NaN()},
		`muon: scale is "", want "jordan" or "moonshot"`:    &optim.Muon{},
		"rmsprop: weight_decay is +Inf, want a finite numb": &optim.RMSProp{Decay: math.Inf(1)},
	} {
		if err := o.Init(nil, good); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("found error %v, want one with %q", err, want)
		}
	}
	tape := new(grad.Tape)
	for want, params := range map[string][]optim.Named{
		"parameter 0 has no name":              {{P: w}},
		`two parameters are called "w"`:        {{Name: "w", P: w}, {Name: "w", P: grad.Param(nil, 0)}},
		`parameters "w" and "v" are one Var`:   {{Name: "w", P: w}, {Name: "v", P: w}},
		`parameter "w" is not built`:           {{Name: "w"}},
		`"w" collects no gradient`:             {{Name: "w", P: tape.Const(make([]kernel.Float, 2), 2)}},
		`"w" has learning-rate scale -1, want`: {{Name: "w", P: w, LRScale: -1}},
	} {
		if err := optim.NewAdamW().Init(nil, params); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("found error %v, want one with %q", err, want)
		}
	}
}
