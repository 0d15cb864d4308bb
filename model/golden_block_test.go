package model

import (
	"testing"

	"brick/grad"
	"brick/nn"
	"brick/tensor/goldentest"
)

// The blocks of GPT-2 and LLaMA against PyTorch: values, both branches, all gradients.
func TestGoldenBlocks(t *testing.T) {
	for _, c := range goldentest.Load(t, "blocks") {
		if c.Op != "gpt2_block" && c.Op != "llama_block" {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			in := c.In["x"]
			width := in.Shape[2]
			var b nn.Block
			var attn, mlp nn.Block
			if c.Op == "gpt2_block" {
				g := gpt2Defaults
				g.Width, g.Heads, g.Layers, g.Eps, g.Resid, g.AttDrop = width, c.Int("n_head", 0), 1, c.Float("eps", 0), 0, 0
				inner := c.In["mlp.c_fc.weight"].Shape[1]
				g.Inner = &inner
				x := newGPTBlock(g)
				b, attn, mlp = x, x.Attn, x.MLP
			} else {
				l := llamaDefaults
				l.Width, l.Heads, l.KVHeads, l.Layers, l.Eps = width, c.Int("n_head", 0), c.Int("n_kv_head", 0), 1, c.Float("eps", 0)
				l.Hidden, l.RopeBase = c.In["mlp.gate_proj.weight"].Shape[0], c.Float("base", 0)
				l.fill()
				x := newLlamaBlock(l)
				x.Attn.rope.Interleaved = c.Text("style", "") == "interleaved"
				b, attn, mlp = x, x.Attn, x.MLP
			}
			nn.Build(b, 1)
			for name, p := range nn.Params(b) {
				copy(p.Data(), c.In[name].Floats(nil))
			}
			x := grad.Param(in.Floats(nil), in.Shape...)
			tol := goldentest.Tol(1e-5)
			tape := new(grad.Tape)
			tape.Trace = func(part grad.Block, y *grad.Var) {
				switch part {
				case attn:
					c.Compare(t, "out.attn_out", y.Data(), tol)
				case mlp:
					c.Compare(t, "out.mlp_out", y.Data(), tol)
				}
			}
			y := b.Forward(tape.Use(x))
			c.Compare(t, "out.y", y.Data(), tol)
			y.BackwardFrom(c.Gout["y"].Floats(nil))
			c.Compare(t, "grad.x", x.Grad(), tol)
			for name, p := range nn.Params(b) {
				c.Compare(t, "grad."+name, p.Grad(), tol)
			}
		})
	}
}
