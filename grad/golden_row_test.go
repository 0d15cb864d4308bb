package grad_test

import (
	"slices"
	"testing"

	"brick/device"
	"brick/grad"
	"brick/tensor/goldentest"
)

// goldenRun is one case in hand: its inputs as parameters, its result compared
// forward and back.
type goldenRun struct {
	c  goldentest.Case
	t  *grad.Tape
	in map[string]*grad.Var
}

func newGoldenRun(c goldentest.Case) *goldenRun {
	return &goldenRun{c, new(grad.Tape), map[string]*grad.Var{}}
}

// param is input name as a parameter, nil where the case does not use it.
func (r *goldenRun) param(name string) *grad.Var {
	x := r.c.In[name]
	if x == nil {
		return nil
	}
	if r.in[name] == nil {
		r.in[name] = grad.Param(x.Floats(nil), x.Shape...)
	}
	return r.in[name]
}

// ids is input name as ids.
func (r *goldenRun) ids(t *testing.T, name string) *grad.Var {
	ids, err := r.c.In[name].Ints(nil)
	if err != nil {
		t.Fatal(err)
	}
	return r.t.IDs(ids, r.c.In[name].Shape...)
}

func (r *goldenRun) compare(t *testing.T, y *grad.Var, tol float64) {
	t.Helper()
	tol = goldentest.Tol(tol)
	if !slices.Equal(y.Shape(), r.c.Out["y"].Shape) {
		t.Errorf("shape %v, want %v", y.Shape(), r.c.Out["y"].Shape)
	}
	r.c.Compare(t, "out.y", y.Data(), tol)
	y.BackwardFrom(r.c.Gout["y"].Floats(nil))
	for name := range r.c.Grad {
		r.c.Compare(t, "grad."+name, r.param(name).Grad(), tol)
	}
}

func TestGoldenRowOps(t *testing.T) {
	for _, c := range goldentest.Load(t, "ops") {
		r := newGoldenRun(c)
		switch c.Op {
		case "softmax":
			t.Run(c.Name, func(t *testing.T) { r.compare(t, r.t.Use(r.param("x")).Softmax(c.Int("axis", 0)), 1e-5) })
		case "log_softmax":
			t.Run(c.Name, func(t *testing.T) { r.compare(t, r.t.Use(r.param("x")).LogSoftmax(c.Int("axis", 0)), 1e-5) })
		}
	}
}

func TestGoldenRowNN(t *testing.T) {
	for _, c := range goldentest.Load(t, "nn") {
		r, eps := newGoldenRun(c), grad.Float(0)
		if c.Has("eps") {
			eps = grad.Float(c.Float("eps", 0))
		}
		tol := 1e-5
		if c.Name == "layer_norm_offset" {
			tol = 5e-5
		}
		switch c.Op {
		case "layer_norm":
			t.Run(c.Name, func(t *testing.T) {
				x := r.t.Use(r.param("x"))
				r.compare(t, x.LayerNormOver(c.Int("axes_count", 0), r.param("weight"), r.param("bias"), eps), tol)
			})
		case "rms_norm":
			t.Run(c.Name, func(t *testing.T) { r.compare(t, r.t.Use(r.param("x")).RMSNorm(r.param("weight"), eps), tol) })
		}
	}
}

func TestGoldenLosses(t *testing.T) {
	for _, c := range goldentest.Load(t, "losses") {
		t.Run(c.Name, func(t *testing.T) {
			r := newGoldenRun(c)
			r.compare(t, goldenLoss(t, r), 1e-5)
		})
	}
}

func goldenLoss(t *testing.T, r *goldenRun) *grad.Var {
	c, x := r.c, r.t.Use(r.param("x"))
	reduction, ok := map[string]device.Reduction{"mean": device.Mean, "sum": device.Sum, "none": device.None}[c.Text("reduction", "mean")]
	if !ok && c.Op != "kl_div" {
		t.Fatalf("reduction %q", c.Text("reduction", ""))
	}
	switch c.Op {
	case "cross_entropy", "nll":
		o := grad.CrossEntropyOptions{Reduction: reduction, Smoothing: grad.Float(c.Float("label_smoothing", 0)), Ignore: new(int32(c.Int("ignore_index", grad.IgnoredTarget)))}
		if w := c.In["weight"]; w != nil {
			o.Weight = r.t.Const(w.Floats(nil), w.Shape...)
		}
		if c.Op == "nll" {
			return x.NLL(r.ids(t, "target"), o)
		}
		return x.CrossEntropy(r.ids(t, "target"), o)
	case "multi_margin":
		return x.MultiMargin(r.ids(t, "target"), grad.Float(c.Float("margin", 1)), reduction)
	}
	target := r.param("target")
	switch c.Op {
	case "mse":
		return x.MSE(target, reduction)
	case "l1":
		return x.L1(target, reduction)
	case "huber":
		return x.Huber(target, grad.Float(c.Float("delta", 1)), reduction)
	case "smooth_l1":
		return x.SmoothL1(target, grad.Float(c.Float("beta", 1)), reduction)
	case "bce":
		return x.BCE(target, reduction)
	case "bce_with_logits":
		return x.BCEWithLogits(target, r.param("pos_weight"), reduction)
	case "hinge":
		return x.Hinge(target, reduction)
	case "kl_div":
		return x.KLDiv(target, grad.KLDivOptions{Reduction: reduction, BatchMean: c.Text("reduction", "") == "batchmean", LogTarget: c.Bool("log_target", false)})
	}
	t.Fatalf("no loss %q", c.Op)
	return nil
}
