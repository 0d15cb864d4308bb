package optim_test

import (
	"fmt"
	"testing"

	"brick/grad"
	"brick/kernel"
	"brick/optim"
	"brick/tensor/goldentest"
)

// goldenOptimizer is the optimizer a case describes.
func goldenOptimizer(t *testing.T, c goldentest.Case) optim.Optimizer {
	β1, β2 := 0.0, 0.0
	if b, ok := c.Attrs["betas"].([]any); ok {
		β1, β2 = b[0].(float64), b[1].(float64)
	}
	ε, λ, μ := c.Float("eps", 0), c.Float("weight_decay", 0), c.Float("momentum", 0)
	switch c.Op {
	case "sgd":
		return &optim.SGD{Momentum: μ, Dampening: c.Float("dampening", 0), Nesterov: c.Bool("nesterov", false), Decay: λ}
	case "adagrad":
		return &optim.Adagrad{LRDecay: c.Float("lr_decay", 0), Initial: c.Float("initial_accumulator_value", 0), Eps: ε, Decay: λ}
	case "rmsprop":
		return &optim.RMSProp{Alpha: c.Float("alpha", 0), Momentum: μ, Centered: c.Bool("centered", false), Eps: ε, Decay: λ}
	case "adadelta":
		return &optim.Adadelta{Rho: c.Float("rho", 0), Eps: ε, Decay: λ}
	case "adam":
		return &optim.Adam{Beta1: β1, Beta2: β2, Eps: ε, Decay: λ, AMSGrad: c.Bool("amsgrad", false)}
	case "adamw":
		return &optim.AdamW{Beta1: β1, Beta2: β2, Eps: ε, Decay: λ, AMSGrad: c.Bool("amsgrad", false)}
	case "adamax":
		return &optim.Adamax{Beta1: β1, Beta2: β2, Eps: ε, Decay: λ}
	case "nadam":
		return &optim.NAdam{Beta1: β1, Beta2: β2, Eps: ε, MomentumDecay: c.Float("momentum_decay", 0), Decay: λ}
	case "radam":
		return &optim.RAdam{Beta1: β1, Beta2: β2, Eps: ε, Decay: λ}
	case "lion":
		return &optim.Lion{Beta1: β1, Beta2: β2, Decay: λ}
	case "muon":
		return &optim.Muon{Momentum: μ, Nesterov: c.Bool("nesterov", false), Steps: c.Int("ns_steps", 0), Scale: c.Text("scale", ""), Decay: λ, AdamRate: 1, Adam: *optim.NewAdamW()}
	}
	t.Fatalf("no optimizer %q", c.Op)
	return nil
}

// goldenParams are the parameters p0, p1, … (or of gradients only, g0, g1, …) of a case.
func goldenParams(c goldentest.Case, prefix string) (params []optim.Named) {
	for i := 0; c.In[fmt.Sprint(prefix, i)] != nil; i++ {
		x := c.In[fmt.Sprint(prefix, i)]
		params = append(params, optim.Named{Name: fmt.Sprint(prefix, i), P: grad.Param(x.Floats(nil), x.Shape...), Decay: true, Matrix: len(x.Shape) == 2})
	}
	return params
}

func TestGoldenOptimizers(t *testing.T) {
	for _, c := range goldentest.Load(t, "optimizers") {
		t.Run(c.Name, func(t *testing.T) {
			if c.Op == "clip_grad_norm" || c.Op == "clip_grad_value" {
				goldenClip(t, c)
				return
			}
			o, params := goldenOptimizer(t, c), goldenParams(c, "p")
			if err := o.Init(nil, params); err != nil {
				t.Fatal(err)
			}
			steps := c.Int("steps", 0)
			got := make([][]kernel.Float, len(params))
			for s := range steps {
				for i, p := range params {
					n := p.P.Len()
					copy(p.P.GradBuf().F, c.In[fmt.Sprint("g", i)].Floats(nil)[s*n:(s+1)*n])
				}
				o.Step(c.Float("lr", 0))
				for i, p := range params {
					got[i] = append(got[i], p.P.Data()...)
				}
			}
			for i := range params {
				c.Compare(t, fmt.Sprint("out.p", i), got[i], goldentest.Tol(5e-6))
			}
		})
	}
}

func goldenClip(t *testing.T, c goldentest.Case) {
	params := goldenParams(c, "g")
	for _, p := range params {
		copy(p.P.GradBuf().F, p.P.Data())
	}
	clip := optim.Clip{Value: c.Float("clip_value", 0), Norm: c.Float("max_norm", 0)}
	if k, ok := c.Attrs["norm_type"]; ok {
		if err := clip.Order.UnmarshalText([]byte(fmt.Sprint(k))); err != nil {
			t.Fatal(err)
		}
	}
	norm := clip.ApplyTo(nil, params)
	if c.Out["total_norm"] != nil {
		c.Compare(t, "out.total_norm", []kernel.Float{kernel.Float(norm)}, goldentest.Tol(5e-6))
	}
	for i, p := range params {
		c.Compare(t, fmt.Sprint("out.g", i), p.P.Grad(), goldentest.Tol(5e-6))
	}
}
