package model

import (
	"fmt"

	"brick/device"
	"brick/grad"
	"brick/kernel"
	"brick/nn"
)

// recurrent is one direction of a recurrent layer with the names of torch.nn.LSTMCell and GRUCell; see grad.Var.LSTM and GRU.
//
//	x (B, T, C)   h, c (B, H)   gates i, f, g, o of an LSTM, r, z, n of a GRU
type recurrent struct {
	InW *nn.Param `brick:"weight_ih"` // (gates·H, C)
	HW  *nn.Param `brick:"weight_hh"` // (gates·H, H)
	InB *nn.Param `brick:"bias_ih"`   // (gates·H)
	HB  *nn.Param `brick:"bias_hh"`   // (gates·H)

	cell kernel.Cell
}

func newRecurrent(in, h int, cell kernel.Cell) *recurrent {
	gates, start := cell.Gates(), nn.TorchBias(h) // PyTorch's: U(±1/√H) for all of it
	return &recurrent{
		InW: nn.NewParam(start, gates*h, in), HW: nn.NewParam(start, gates*h, h),
		InB: nn.NewParam(start, gates*h), HB: nn.NewParam(start, gates*h), cell: cell,
	}
}

func (r *recurrent) width() int { return r.HW.Shape[1] }

// Forward runs over a sequence from a state of zeros, or from where the tape's memory stopped.    x (B, T, C) → y (B, T, H)
func (r *recurrent) Forward(x *nn.Var) *nn.Var { return r.run(x, nil) }

// run is pass on a tape that may remember: it goes on with the state of the pass before, in place of h.
func (r *recurrent) run(x, h *nn.Var) *nn.Var {
	past, s := nn.Recall[kept](x.Tape(), r), nn.Memory{H: h}
	if past == nil {
		return r.pass(x, s, nil, false)
	}
	if past.b > 0 {
		s = past.state(x.Tape(), x.Dim(0), r.width())
	}
	y := r.pass(x, s, nil, false)
	past.keep(y, r.cell)
	return y
}

// pass goes over sequences of the given lengths, or all of T steps if nil, from their ends if backwards.
func (r *recurrent) pass(x *nn.Var, s nn.Memory, lengths *nn.Var, backwards bool) *nn.Var {
	return nn.RecurrentLayer(x, r.cell, grad.Recurrent{WIH: r.InW.Value(), WHH: r.HW.Value(), BIH: r.InB.Value(), BHH: r.HB.Value(),
		H0: s.H, C0: s.C, Lengths: lengths, Reverse: backwards})
}

// Notation is lstm(h) or gru(h).
func (r *recurrent) Notation() string {
	if r.cell == kernel.LSTMCell {
		return fmt.Sprintf("lstm(%d)", r.width())
	}
	return fmt.Sprintf("gru(%d)", r.width())
}

// kept is what a tape remembers of a layer: its last state.
type kept struct {
	h, c device.Buf // (B, H)
	b    int
}

func (k *kept) state(t *grad.Tape, B, H int) (s nn.Memory) {
	if B != k.b {
		nn.Refuse("recurrent", fmt.Sprintf("the tape's memory is of %d sequences", k.b), []int{B, H})
	}
	s.H = t.Over(k.h, B, H)
	if k.c.Present() {
		s.C = t.Over(k.c, B, H)
	}
	return s
}

// keep copies the state after y, which the tape's Reset would take.
func (k *kept) keep(y *nn.Var, cell kernel.Cell) {
	dev, n := y.Tape().Device, y.Dim(0)*y.Dim(2)
	if k.b == 0 {
		k.b, k.h = y.Dim(0), dev.Alloc(n, device.Float)
		if cell == kernel.LSTMCell {
			k.c = dev.Alloc(n, device.Float)
		}
	}
	copyNumbers(dev, k.h, nn.LastState(y, false, nil).Buf(), n)
	if cell == kernel.LSTMCell {
		copyNumbers(dev, k.c, y.LastCell().Buf(), n)
	}
}

// Pick goes on with the sequences that order names.
func (k *kept) Pick(dev device.Device, order []int) {
	for _, mem := range []*device.Buf{&k.h, &k.c} {
		if !mem.Present() {
			continue
		}
		row := mem.N / k.b
		out := dev.Alloc(len(order)*row, device.Float)
		for i, from := range order {
			copyNumbers(dev, out.Slice(i*row, row), mem.Slice(from*row, row), row)
		}
		*mem = out
	}
	if k.b > 0 {
		k.b = len(order)
	}
}

// copyNumbers copies n numbers.
func copyNumbers(dev device.Device, dst, src device.Buf, n int) {
	shape := device.Dims{1, 1, 1, 1, 1, n}
	flat := device.Contiguous(shape)
	dev.Copy(device.Into(dst), flat, src, flat, shape, 1)
}
