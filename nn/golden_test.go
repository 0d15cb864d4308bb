package nn_test

import (
	"testing"

	"brick/grad"
	"brick/nn"
	"brick/tensor/goldentest"
)

// fill copies a case's inputs into the parameters of those names.
func fill(t *testing.T, c goldentest.Case, b nn.Block) {
	t.Helper()
	for name, p := range nn.Params(b) {
		x := c.In[name]
		if x == nil || x.Len() != p.Len() {
			t.Fatalf("%s: the case has %v, the block shape %v", name, x, p.Shape)
		}
		copy(p.Data(), x.Floats(nil))
	}
}

// param is a case's input as a leaf that collects gradient.
func param(c goldentest.Case, name string) *nn.Var {
	x := c.In[name]
	return grad.Param(x.Floats(nil), x.Shape...)
}

// check compares the output, then every gradient that the case has.
func check(t *testing.T, c goldentest.Case, b nn.Block, y *nn.Var, leaves map[string]*nn.Var) {
	t.Helper()
	tol := goldentest.Tol(1e-5)
	c.Compare(t, "out.y", y.Data(), tol)
	y.BackwardFrom(c.Gout["y"].Floats(nil))
	for name, p := range nn.Params(b) {
		c.Compare(t, "grad."+name, p.Grad(), tol)
	}
	for name, v := range leaves {
		c.Compare(t, "grad."+name, v.Grad(), tol)
	}
}

func TestGoldenAttention(t *testing.T) {
	for _, c := range goldentest.Load(t, "attention") {
		if c.Op != "multihead_attention" {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			x := param(c, "x")
			a := nn.Build(nn.NewMultiheadAttention(x.Dim(-1), c.Int("heads", 1)), 1)
			a.Causal = c.Bool("causal", false)
			fill(t, c, a)
			tape := new(grad.Tape)
			leaves := map[string]*nn.Var{"x": x}
			if c.In["kv"] == nil {
				check(t, c, a, a.Forward(tape.Use(x)), leaves)
				return
			}
			kv := param(c, "kv")
			leaves["kv"] = kv
			m := c.In["mask"]
			ids, err := m.Ints(nil)
			if err != nil {
				t.Fatal(err)
			}
			mask := tape.IDs(ids, m.Shape...)
			check(t, c, a, a.Cross(tape.Use(x), tape.Use(kv), mask), leaves)
		})
	}
}

func TestGoldenBlocks(t *testing.T) {
	for _, c := range goldentest.Load(t, "blocks") {
		if c.Op != "encoder_block" {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			x := param(c, "x")
			b := nn.Build(nn.NewEncoderBlock(x.Dim(-1), c.Int("heads", 1), c.In["linear1.weight"].Shape[0]), 1)
			b.Norm1.Eps, b.Norm2.Eps = c.Float("eps", 0), c.Float("eps", 0)
			fill(t, c, b)
			check(t, c, b, b.Forward(new(grad.Tape).Use(x)), map[string]*nn.Var{"x": x})
		})
	}
}

func TestGoldenNN(t *testing.T) {
	for _, c := range goldentest.Load(t, "nn") {
		if c.Op == "sinusoidal_positions" {
			w := nn.SinusoidalPositions(c.Int("length", 0), c.Int("dim", 0), c.Int("offset", 0), c.Float("base", 0))
			c.Compare(t, "out.y", w, goldentest.Tol(1e-5))
		}
	}
}

func TestGoldenNorms(t *testing.T) {
	for _, c := range goldentest.Load(t, "nn") {
		if c.Op != "batch_norm" && c.Op != "group_norm" {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			x := param(c, "x")
			tape := &grad.Tape{Training: c.Bool("training", false)}
			if c.Op == "group_norm" {
				n := nn.Build(nn.NewGroupNorm(c.Int("groups", 0), x.Dim(1)), 1)
				n.Eps = c.Float("eps", 0)
				fill(t, c, n)
				check(t, c, n, n.Forward(tape.Use(x)), map[string]*nn.Var{"x": x})
				return
			}
			n := nn.Build(nn.NewBatchNorm(x.Dim(1)), 1)
			n.Eps, n.Momentum = c.Float("eps", 0), c.Float("momentum", 0)
			fill(t, c, n)
			for name, p := range nn.Buffers(n) {
				copy(p.Data(), c.In[name].Floats(nil))
			}
			check(t, c, n, n.Forward(tape.Use(x)), map[string]*nn.Var{"x": x})
			for name, p := range nn.Buffers(n) {
				c.Compare(t, "out."+name, p.Data(), goldentest.Tol(1e-5))
			}
		})
	}
}
