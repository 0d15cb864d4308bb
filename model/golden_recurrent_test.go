package model

import (
	"testing"

	"brick/grad"
	"brick/kernel"
	"brick/nn"
	"brick/tensor/goldentest"
)

// The recurrent layers of Seq2Seq against PyTorch: values, last states, all gradients, in either direction.
func TestGoldenRecurrent(t *testing.T) {
	tried := 0
	for _, c := range goldentest.Load(t, "recurrent") {
		if c.Op == "rnn" || c.Int("layers", 0) != 1 || !c.Bool("bias", true) {
			continue
		}
		tried++
		t.Run(c.Name, func(t *testing.T) {
			leaf := func(name string) *nn.Var { return grad.Param(c.In[name].Floats(nil), c.In[name].Shape...) }
			x, h0 := leaf("x"), leaf("h0")
			cell := kernel.GRUCell
			if c.Op == "lstm" {
				cell = kernel.LSTMCell
			}
			tape, tol := new(grad.Tape), goldentest.Tol(1e-5)
			in, batchFirst := tape.Use(x), c.Bool("batch_first", false)
			if !batchFirst {
				in = in.Transpose(0, 1) // (B, T, C)
			}
			H := h0.Dim(2)
			leaves := map[string]*nn.Var{"x": x, "h0": h0}
			var c0 *nn.Var
			if c.Op == "lstm" {
				c0 = leaf("c0")
				leaves["c0"] = c0
			}
			var ys, hs, cs []*nn.Var
			for k, suffix := range []string{"_l0", "_l0_reverse"}[:h0.Dim(0)] {
				r := nn.Build(newRecurrent(in.Dim(2), H, cell), 1)
				for name, p := range nn.Params(r) {
					copy(p.Data(), c.In[name+suffix].Floats(nil))
					leaves[name+suffix] = p.Var
				}
				s := nn.Memory{H: tape.Use(h0).Slice(0, k, k+1, 1).Reshape(-1, H)}
				if c0 != nil {
					s.C = tape.Use(c0).Slice(0, k, k+1, 1).Reshape(-1, H)
				}
				y := r.pass(in, s, nil, k == 1)
				ys, hs = append(ys, y), append(hs, nn.LastState(y, k == 1, nil))
				if c0 != nil {
					cs = append(cs, y.LastCell())
				}
			}
			out := map[string]*nn.Var{"y": grad.Concat(2, ys...), "hn": grad.Stack(0, hs...)}
			if !batchFirst {
				out["y"] = out["y"].Transpose(0, 1)
			}
			if c0 != nil {
				out["cn"] = grad.Stack(0, cs...)
			}
			var loss *nn.Var
			for name, g := range c.Gout {
				c.Compare(t, "out."+name, out[name].Data(), tol)
				part := out[name].Mul(tape.Const(g.Floats(nil), g.Shape...)).Sum()
				if loss == nil {
					loss = part
				} else {
					loss = loss.Add(part)
				}
			}
			loss.Backward()
			for name, v := range leaves {
				c.Compare(t, "grad."+name, v.Grad(), tol)
			}
		})
	}
	if tried < 6 {
		t.Errorf("only %d cases", tried)
	}
}
