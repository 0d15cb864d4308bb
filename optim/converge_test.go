package optim_test

import (
	"math"
	"strings"
	"testing"

	"brick/device"
	"brick/grad"
	"brick/kernel"
	"brick/optim"
)

// rosenbrock is  (1−x)² + 100·(y−x²)²,  least at (1, 1) along a curved valley (Rosenbrock 1960).
func rosenbrock(t *grad.Tape, w *grad.Var) *grad.Var {
	t.Reset()
	v := t.Use(w)
	x, y := v.Slice(0, 0, 1, 1), v.Slice(0, 1, 2, 1)
	return x.AddScalar(-1).Square().Add(y.Sub(x.Square()).Square().Scale(100)).Sum()
}

// Every optimizer reaches the bottom of an ill-conditioned bowl  Σ k·(w_k − 1)²  of matrices,
// with a rate that goes to zero.
func TestOptimizersConverge(t *testing.T) {
	for _, k := range optim.Table {
		t.Run(k.Name, func(t *testing.T) {
			const n, steps = 12, 3000
			stiff := make([]kernel.Float, n)
			for i := range stiff {
				stiff[i] = kernel.Float(1+i) / 4
			}
			w := grad.Param(make([]kernel.Float, n), 3, 4)
			o := k.New()
			if err := o.Init(nil, []optim.Named{{Name: "w", P: w, Matrix: true}}); err != nil {
				t.Fatal(err)
			}
			s := optim.Schedule{Kind: "linear", LR: max(k.LR, 0.01), Total: steps}
			if k.Name == "adagrad" || k.Name == "muon" {
				s.LR = 0.1
			}
			tape, loss := new(grad.Tape), 0.0
			for i := range steps {
				tape.Reset()
				l := tape.Use(w).AddScalar(-1).Square().Mul(tape.Const(stiff, 3, 4)).Sum()
				loss = l.Item()
				l.Backward()
				o.Step(s.At(i))
			}
			if !(loss < 1e-3) {
				t.Errorf("loss %v after %d steps, want below 1e-3; w = %v", loss, steps, w.Data())
			}
		})
	}
}

func TestAdamDescendsRosenbrock(t *testing.T) {
	w := grad.Param([]kernel.Float{-1.2, 1}, 2)
	o := optim.NewAdam()
	if err := o.Init(nil, []optim.Named{{Name: "w", P: w}}); err != nil {
		t.Fatal(err)
	}
	tape, s := new(grad.Tape), optim.Schedule{Kind: "cosine", LR: 0.05, Total: 4000}
	for i := range 4000 {
		rosenbrock(tape, w).Backward()
		o.Step(s.At(i))
	}
	if d := math.Hypot(float64(w.Data()[0])-1, float64(w.Data()[1])-1); d > 1e-2 {
		t.Errorf("ended at %v, %v away from (1, 1)", w.Data(), d)
	}
}

func TestLBFGS(t *testing.T) {
	w := grad.Param([]kernel.Float{-1.2, 1}, 2)
	o, tape := optim.NewLBFGS(), new(grad.Tape)
	if err := o.Init(nil, []optim.Named{{Name: "w", P: w}}); err != nil {
		t.Fatal(err)
	}
	m, err := o.Minimise(func() float64 {
		l := rosenbrock(tape, w)
		l.Backward()
		return l.Item()
	})
	if err != nil {
		t.Fatal(err)
	}
	tol := map[int]float64{32: 1e-2, 64: 1e-7}[kernel.FloatBits]
	if d := math.Hypot(float64(w.Data()[0])-1, float64(w.Data()[1])-1); d > tol {
		t.Errorf("ended at %v, %v away from (1, 1): %+v", w.Data(), d, m)
	}
	if m.Evaluations > 100 || w.Reached() {
		t.Errorf("%d evaluations, want at most 100; gradient left: %v", m.Evaluations, w.Reached())
	}
	t.Logf("%+v", m)
}

func TestLBFGSRefuses(t *testing.T) {
	if _, err := optim.NewLBFGS().Minimise(func() float64 { return 0 }); err == nil || !strings.Contains(err.Error(), "no parameters") {
		t.Errorf("found error %v", err)
	}
	w := grad.Param([]kernel.Float{1, 2}, 2)
	o := optim.NewLBFGS()
	if err := o.Init(nil, []optim.Named{{Name: "w", P: w}}); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Minimise(func() float64 { return math.NaN() }); err == nil || !strings.Contains(err.Error(), "NaN") {
		t.Errorf("found error %v", err)
	}
	calls := 0
	err := grad.Catch(func() {
		_, _ = o.Minimise(func() float64 {
			if calls++; calls == 2 {
				tape := new(grad.Tape)
				tape.Use(w).MSE(tape.Const(make([]kernel.Float, 3), 3), device.Mean)
			}
			w.GradBuf().F[0] = 1
			return 1 / float64(calls)
		})
	})
	if err == nil || !strings.Contains(err.Error(), "mse") {
		t.Errorf("a shape error in the loss came out as %v", err)
	}
}
