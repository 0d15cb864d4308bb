package nn

import (
	"fmt"

	"brick/grad"
	"brick/kernel"
)

// Conv slides out kernels over images (LeCun et al. 1989), see grad.Var.Conv.
//
//	y = x ∗ W + b     x (N, C, H, W) → y (N, out, OH, OW)
type Conv struct {
	W       *Param `brick:"weight"` // (out, in/groups, size, size)
	B       *Param `brick:"bias"`   // (out), or nil
	Options grad.ConvOptions
}

// NewConv declares a Conv of kernels size × size with stride 1 and no padding that starts as PyTorch's: both U(±1/√fan_in).
// It panics unless groups divide both numbers of channels.
func NewConv(in, out, size, groups int) *Conv {
	if groups < 1 || in%groups != 0 || out%groups != 0 {
		panic(fmt.Sprintf("nn: %d groups do not divide %d and %d channels", groups, in, out))
	}
	return &Conv{NewParam(Torch, out, in/groups, size, size), NewParam(TorchBias(in/groups*size*size), out), grad.ConvOptions{Groups: groups}}
}

// NoBias drops c's bias, which a norm after it would take away again.
func (c *Conv) NoBias() *Conv { c.B = nil; return c }

// Stride moves the kernels by n from one place to the next, and pads the image by pad on every side.
func (c *Conv) Stride(n, pad int) *Conv {
	return c.Along(grad.Window{Stride: n, Before: pad, After: pad})
}

// Along sets how kernels lie along both axes.
func (c *Conv) Along(w grad.Window) *Conv { c.Options.H, c.Options.W = w, w; return c }

// Start sets the rule for the weight's first values and lets the bias start at 0.
func (c *Conv) Start(weight Init) *Conv {
	c.W.Init = weight
	if c.B != nil {
		c.B.Init = Zeros
	}
	return c
}

// Forward is x ∗ W + b.
func (c *Conv) Forward(x *Var) *Var { return x.Conv(c.W.Value(), c.B.Value(), c.Options) }

// ForwardAct is act(x ∗ W + b) in one pass over the result.
func (c *Conv) ForwardAct(x *Var, act kernel.Fn) *Var {
	o := c.Options
	o.Act = act
	return x.Conv(c.W.Value(), c.B.Value(), o)
}

// Notation is conv(out,size) with what is not the default; dwconv where every channel has its own kernel.
func (c *Conv) Notation() string {
	out, in, size := c.W.Shape[0], c.W.Shape[1], c.W.Shape[2]
	s := fmt.Sprintf("conv(%d,%d", out, size)
	if in == 1 && c.Options.Groups == out && out > 1 {
		return fmt.Sprintf("dwconv(%d", size) + windowNotes(c.Options.W, size) + biasNote(c.B) + ")"
	}
	s += windowNotes(c.Options.W, size)
	if c.Options.Groups > 1 {
		s += fmt.Sprintf(",groups=%d", c.Options.Groups)
	}
	return s + biasNote(c.B) + ")"
}

// windowNotes is what of a convolution's window is not the default.
func windowNotes(w grad.Window, size int) string {
	s := ""
	if w.Stride > 1 {
		s += fmt.Sprintf(",stride=%d", w.Stride)
	}
	switch {
	case w.Before == 0 && w.After == 0:
	case w.Before == w.After:
		s += fmt.Sprintf(",pad=%d", w.Before)
	case w.After == 0:
		s += ",pad=causal"
	default:
		s += ",pad=same"
	}
	if w.Dilation > 1 {
		s += fmt.Sprintf(",dilation=%d", w.Dilation)
	}
	return s
}

func biasNote(b *Param) string {
	if b == nil {
		return ",bias=false"
	}
	return ""
}

// TimeConv is a convolution along time, with PyTorch's Conv1d's parameters.
//
//	y[n,t,k] = b_k + Σ_{c,s} w[k,c,s] · x[n, t·stride + s·dilation − before, g·C/G+c]     x (N, T, C) → y (N, T′, out)
type TimeConv struct {
	W       *Param           `brick:"weight"` // (out, in/groups, size)
	B       *Param           `brick:"bias"`   // (out), or nil
	Options grad.ConvOptions // W only
}

// NewTimeConv declares a TimeConv as NewConv does a Conv.
func NewTimeConv(in, out, size, groups int) *TimeConv {
	if groups < 1 || in%groups != 0 || out%groups != 0 {
		panic(fmt.Sprintf("nn: %d groups do not divide %d and %d channels", groups, in, out))
	}
	return &TimeConv{NewParam(Torch, out, in/groups, size), NewParam(TorchBias(in/groups*size), out), grad.ConvOptions{Groups: groups}}
}

// Forward convolves along axis 1 of x.
func (c *TimeConv) Forward(x *Var) *Var { return c.ForwardAct(x, kernel.Identity) }

// ForwardAct is Forward followed by an activation, in one pass over the result.
func (c *TimeConv) ForwardAct(x *Var, act kernel.Fn) *Var {
	if x.Rank() != 3 {
		Refuse("conv1d", "want x (N, T, C)", x.Shape())
	}
	alone("conv1d", x)
	o := c.Options
	o.Act = act
	return x.Transpose(1, 2).Conv(c.W.Value(), c.B.Value(), o).Transpose(1, 2)
}

// Notation is conv1d(out,size) with what is not the default.
func (c *TimeConv) Notation() string {
	s := fmt.Sprintf("conv1d(%d,%d", c.W.Shape[0], c.W.Shape[2]) + windowNotes(c.Options.W, c.W.Shape[2])
	if c.Options.Groups > 1 {
		s += fmt.Sprintf(",groups=%d", c.Options.Groups)
	}
	return s + biasNote(c.B) + ")"
}

// ConvTranspose spreads every element over a window of a larger image, see grad.Var.ConvTranspose.
//
//	x (N, in, H, W) → y (N, out, (H−1)·stride + size − 2·pad + output_pad, …)
type ConvTranspose struct {
	W         *Param `brick:"weight"` // (in, out/groups, size, size)
	B         *Param `brick:"bias"`   // (out), or nil
	Groups    int
	Stride    int
	Pad       int
	OutputPad int // rows and columns more at the end
}

// NewConvTranspose declares a ConvTranspose that starts as PyTorch's. It panics unless groups divide both numbers of channels.
func NewConvTranspose(in, out, size, stride, groups int) *ConvTranspose {
	if groups < 1 || in%groups != 0 || out%groups != 0 {
		panic(fmt.Sprintf("nn: %d groups do not divide %d and %d channels", groups, in, out))
	}
	return &ConvTranspose{NewParam(Torch, in, out/groups, size, size), NewParam(TorchBias(out/groups*size*size), out), groups, stride, 0, 0}
}

// Forward is the transposed convolution of x.
func (c *ConvTranspose) Forward(x *Var) *Var {
	w := grad.Window{Stride: c.Stride, Before: c.Pad, After: c.Pad - c.OutputPad}
	return x.ConvTranspose(c.W.Value(), c.B.Value(), grad.ConvOptions{H: w, W: w, Groups: c.Groups})
}

// Notation is convtranspose(out,size) with what is not the default.
func (c *ConvTranspose) Notation() string {
	s := fmt.Sprintf("convtranspose(%d,%d", c.W.Shape[1]*c.Groups, c.W.Shape[2])
	for _, o := range []struct {
		name     string
		v, usual int
	}{{"stride", c.Stride, 1}, {"pad", c.Pad, 0}, {"output_pad", c.OutputPad, 0}, {"groups", c.Groups, 1}} {
		if o.v != o.usual {
			s += fmt.Sprintf(",%s=%d", o.name, o.v)
		}
	}
	return s + biasNote(c.B) + ")"
}
