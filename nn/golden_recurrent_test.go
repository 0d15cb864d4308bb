package nn_test

import (
	"testing"

	"brick/grad"
	"brick/kernel"
	"brick/nn"
	"brick/tensor/goldentest"
)

// Recurrent layers against PyTorch's: values, last states and all gradients.
func TestGoldenRecurrent(t *testing.T) {
	for _, c := range goldentest.Load(t, "recurrent") {
		t.Run(c.Name, func(t *testing.T) {
			cell := map[string]kernel.Cell{"rnn": kernel.TanhCell, "lstm": kernel.LSTMCell, "gru": kernel.GRUCell}[c.Op]
			if c.Op == "rnn" && c.Text("activation", "tanh") == "relu" {
				cell = kernel.ReLUCell
			}
			tape, tol := new(grad.Tape), goldentest.Tol(1e-5)
			leaves := map[string]*nn.Var{}
			leaf := func(name string) *nn.Var {
				leaves[name] = grad.Param(c.In[name].Floats(nil), c.In[name].Shape...)
				return tape.Use(leaves[name])
			}
			x, batchFirst := leaf("x"), c.Bool("batch_first", false)
			if !batchFirst {
				x = x.Transpose(0, 1)
			}
			r := nn.Build(nn.NewRecurrent(cell, x.Dim(2), c.Int("hidden", 0), c.Int("layers", 0), c.Bool("bidirectional", false), c.Bool("bias", true)), 1)
			for name, p := range nn.Params(r) {
				copy(p.Data(), c.In[name].Floats(nil))
				leaves[name] = p.Var
			}
			h0 := leaf("h0")
			start := make([]nn.Memory, h0.Dim(0))
			for i := range start {
				start[i].H = h0.Slice(0, i, i+1, 1).Reshape(-1, h0.Dim(2))
			}
			if cell == kernel.LSTMCell {
				c0 := leaf("c0")
				for i := range start {
					start[i].C = c0.Slice(0, i, i+1, 1).Reshape(-1, h0.Dim(2))
				}
			}
			y, end := r.Run(x, nil, start)
			if !batchFirst {
				y = y.Transpose(0, 1)
			}
			var hs, cs []*nn.Var
			for _, s := range end {
				hs, cs = append(hs, s.H), append(cs, s.C)
			}
			out := map[string]*nn.Var{"y": y, "hn": grad.Stack(0, hs...)}
			if cell == kernel.LSTMCell {
				out["cn"] = grad.Stack(0, cs...)
			}
			loss := tape.Const([]nn.Float{0}, 1).Sum()
			for name, g := range c.Gout {
				c.Compare(t, "out."+name, out[name].Data(), tol)
				loss = loss.Add(out[name].Mul(tape.Const(g.Floats(nil), g.Shape...)).Sum())
			}
			loss.Backward()
			for name := range c.Grad {
				c.Compare(t, "grad."+name, leaves[name].Grad(), tol)
			}
		})
	}
}
