package nn

import (
	"fmt"

	"brick/kernel"
)

// ConvNorm is a convolution without bias and the batch norm of its result, with the names 0 and 1 of a PyTorch Sequential.
//
//	y = act(batchnorm(x ∗ W))     x (N, C, H, W) → y (N, out, OH, OW)
type ConvNorm struct {
	Conv *Conv      `brick:"0"`
	Norm *BatchNorm `brick:"1"`
	Act  string     // relu, relu6 or ""
}

// NewConvNorm declares a ConvNorm of c, which loses its bias.
func NewConvNorm(c *Conv, act string) *ConvNorm {
	return &ConvNorm{c.NoBias(), NewBatchNorm(c.W.Shape[0]), act}
}

// Forward is the three in a row.
func (b *ConvNorm) Forward(x *Var) *Var {
	switch b.Act {
	case "relu":
		return Normed(b.Conv, b.Norm, x, kernel.ReLU)
	case "relu6":
		return Normed(b.Conv, b.Norm, x, kernel.Identity).Clamp(0, 6)
	}
	return Normed(b.Conv, b.Norm, x, kernel.Identity)
}

// Notation is convnorm(out,size) with what is not the default.
func (b *ConvNorm) Notation() string {
	s := fmt.Sprintf("convnorm(%d,%d", b.Conv.W.Shape[0], b.Conv.W.Shape[2]) + windowNotes(b.Conv.Options.W, b.Conv.W.Shape[2])
	if b.Conv.Options.Groups > 1 {
		s += fmt.Sprintf(",groups=%d", b.Conv.Options.Groups)
	}
	if b.Act != "relu" {
		s += ",act=" + map[string]string{"relu6": "relu6", "": "none"}[b.Act]
	}
	return s + ")"
}

// Normed is  act(bn(c(x))).  In inference the norm is folded into the convolution, whose pass applies act too:
//
//	s = w/√(σ² + ε)    W′_k = s_k·W_k    b′ = (b − μ)·s + bias     with the running μ and σ²
func Normed(c *Conv, bn *BatchNorm, x *Var, act kernel.Fn) *Var {
	t := x.Tape()
	switch {
	case t.Trace != nil: // which sees each of them
		return Scope(bn, Scope(c, x)).Act(act)
	case !folds(x):
		return bn.ForwardAct(c.Forward(x), act)
	}
	k := c.W.Shape[0]
	s := t.Use(bn.W.Value()).Div(t.Use(bn.RunningVar.Value()).AddScalar(Float(bn.Eps)).Sqrt())
	shift := t.Use(bn.RunningMean.Value()).Neg()
	if c.B != nil {
		shift = shift.Add(c.B.Value())
	}
	o := c.Options
	o.Act = act
	return x.Conv(s.Reshape(k, 1, 1, 1).Mul(c.W.Value()), shift.Mul(s).Add(bn.B.Value()), o)
}

// folds reports whether x's pass may fold norms into what is before them: the running statistics are used, and
// nobody wants gradients or to look at each block.
func folds(x *Var) bool {
	t := x.Tape()
	return t.NoGrad && !t.Training && !t.Recompute && t.Trace == nil
}

// fused computes blocks from c[i] on in fewer passes than they are, where there is a way, and says how many it took.
// The value is the one of block after block; where a norm is folded, up to rounding.
func (c Chain) fused(i int, x *Var) (y *Var, n int) {
	t := x.Tape()
	if t == nil || t.Trace != nil || i+1 >= len(c) {
		return nil, 0
	}
	switch b := c[i].(type) {
	case *Conv:
		if act, ok := fusable(c[i+1]); ok {
			return b.ForwardAct(x, act), 2
		}
		bn, ok := c[i+1].(*BatchNorm)
		if !ok || !folds(x) || bn.W.Shape[0] != b.W.Shape[0] {
			return nil, 0
		}
		if i+2 < len(c) {
			if act, ok := fusable(c[i+2]); ok {
				return t.Scope(&folded{b, bn, act}, x), 3
			}
		}
		return t.Scope(&folded{b, bn, kernel.Identity}, x), 2
	case *Embedding:
		if r, ok := c[i+1].(*Recurrent); ok && r.readsTable(b, x) {
			if t.NoGrad {
				return t.Scope(&looked{b, r}, x), 2
			}
			return r.forward(x, b.W.Value(), nil, lengths(x)), 2
		}
	case *BatchNorm:
		if act, ok := fusable(c[i+1]); ok && act == kernel.ReLU && t.Training {
			return b.ForwardAct(x, act), 2
		}
	}
	return nil, 0
}

// folded is Normed as a Block, for a Scope that frees the folded weights.
type folded struct {
	c   *Conv
	bn  *BatchNorm
	act kernel.Fn
}

func (f *folded) Forward(x *Var) *Var { return Normed(f.c, f.bn, x, f.act) }

// fusable is the function of an activation without constants.
func fusable(b Block) (kernel.Fn, bool) {
	a, ok := b.(*Activation)
	if !ok {
		return kernel.Identity, false
	}
	for _, f := range [...]kernel.Fn{kernel.ReLU, kernel.GELU, kernel.GELUTanh, kernel.SiLU, kernel.Sigmoid, kernel.Tanh, kernel.Softplus} {
		if kernel.Fns[f].Name == a.Name {
			return f, true
		}
	}
	return kernel.Identity, false
}
