package model

import (
	"fmt"
	"slices"
	"sync"

	"brick/device"
	"brick/grad"
	"brick/nn"
)

// recurrent is a recurrent layer that is computed step by step, with the names of torch.nn.LSTMCell and GRUCell.
//
//	LSTM (Hochreiter & Schmidhuber 1997)    i, f, g, o = x·W_ihᵀ + b_ih + h·W_hhᵀ + b_hh
//	c′ = σ(f) ⊙ c + σ(i) ⊙ tanh g    h′ = σ(o) ⊙ tanh c′
//	GRU (Cho et al. 2014)    r, z, n = x·W_ihᵀ + b_ih    rₕ, zₕ, nₕ = h·W_hhᵀ + b_hh
//	n′ = tanh(n + σ(r + rₕ) ⊙ nₕ)    h′ = n′ + σ(z + zₕ) ⊙ (h − n′)
//	x (B, C)   h, c (B, H)   gates (B, 4H) and (B, 3H)
type recurrent struct {
	InW *nn.Param `brick:"weight_ih"` // (gates·H, C)
	HW  *nn.Param `brick:"weight_hh"` // (gates·H, H)
	InB *nn.Param `brick:"bias_ih"`   // (gates·H)
	HB  *nn.Param `brick:"bias_hh"`   // (gates·H)

	lstm bool
}

func newRecurrent(in, h int, lstm bool) *recurrent {
	gates := 3
	if lstm {
		gates = 4
	}
	start := nn.TorchBias(h) // PyTorch's: U(±1/√H) for all of it
	return &recurrent{
		InW: nn.NewParam(start, gates*h, in), HW: nn.NewParam(start, gates*h, h),
		InB: nn.NewParam(start, gates*h), HB: nn.NewParam(start, gates*h), lstm: lstm,
	}
}

func (r *recurrent) width() int { return r.HW.Shape[1] }

// state is what a layer carries from step to step; c is nil in a GRU.
type state struct{ h, c *nn.Var }

// Forward runs over a sequence from a state of zeros, or from where the tape's memory stopped.    x (B, T, C) → y (B, T, H)
func (r *recurrent) Forward(x *nn.Var) *nn.Var {
	y, _ := r.run(x, state{}, nil, false)
	return y
}

// run is pass on a tape that may remember: it goes on with the state of the pass before, in place of s.
func (r *recurrent) run(x *nn.Var, s state, seen *nn.Var, backwards bool) (*nn.Var, state) {
	t, B, H := x.Tape(), x.Dim(0), r.width()
	past := nn.Recall[kept](t, r)
	if past == nil {
		return r.pass(x, s, seen, backwards)
	}
	if past.b > 0 {
		s = past.state(t, B, H)
	}
	y, s := r.pass(x, s, seen, backwards)
	past.keep(t.Device, s, B, H)
	return y, s
}

// pass goes over a sequence, from the end if backwards. Where seen, (B, T, 1), is 0 the state stays as it is.
func (r *recurrent) pass(x *nn.Var, s state, seen *nn.Var, backwards bool) (*nn.Var, state) {
	t, B, T, H := x.Tape(), x.Dim(0), x.Dim(1), r.width()
	if s.h == nil {
		s.h = t.Const(zeros(B*H), B, H)
	}
	if s.c == nil && r.lstm {
		s.c = t.Const(zeros(B*H), B, H)
	}
	gates := x.Linear(r.InW.Value(), r.InB.Value()) // (B, T, gates·H)
	list := lists.Get().(*[]*nn.Var)
	defer lists.Put(list)
	*list = slices.Grow((*list)[:0], T)[:T]
	for i := range T {
		at := i
		if backwards {
			at = T - 1 - i
		}
		next := r.step(gates.Slice(1, at, at+1, 1).Reshape(B, -1), s)
		if seen != nil {
			m := seen.Slice(1, at, at+1, 1).Reshape(B, 1)
			next.h = s.h.Add(next.h.Sub(s.h).Mul(m))
			if r.lstm {
				next.c = s.c.Add(next.c.Sub(s.c).Mul(m))
			}
		}
		s, (*list)[at] = next, next.h
	}
	return grad.Stack(1, *list...), s
}

// step is one step, from the input's share of the gates.    gates (B, gates·H)
func (r *recurrent) step(gates *nn.Var, s state) state {
	H := r.width()
	part := func(x *nn.Var, k int) *nn.Var { return x.Slice(1, k*H, (k+1)*H, 1) }
	hidden := s.h.Linear(r.HW.Value(), r.HB.Value())
	if r.lstm {
		all := gates.Add(hidden)
		c := part(all, 1).Sigmoid().Mul(s.c).Add(part(all, 0).Sigmoid().Mul(part(all, 2).Tanh()))
		return state{part(all, 3).Sigmoid().Mul(c.Tanh()), c}
	}
	reset := part(gates, 0).Add(part(hidden, 0)).Sigmoid()
	update := part(gates, 1).Add(part(hidden, 1)).Sigmoid()
	n := part(gates, 2).Add(reset.Mul(part(hidden, 2))).Tanh()
	return state{h: n.Add(update.Mul(s.h.Sub(n)))}
}

// Notation is lstm(h) or gru(h).
func (r *recurrent) Notation() string {
	if r.lstm {
		return fmt.Sprintf("lstm(%d)", r.width())
	}
	return fmt.Sprintf("gru(%d)", r.width())
}

// kept is what a tape remembers of a layer: its last state.
type kept struct {
	h, c device.Buf // (B, H)
	b    int
}

func (k *kept) state(t *grad.Tape, B, H int) (s state) {
	if B != k.b {
		nn.Refuse("recurrent", fmt.Sprintf("the tape's memory is of %d sequences", k.b), []int{B, H})
	}
	s.h = t.Over(k.h, B, H)
	if k.c.Present() {
		s.c = t.Over(k.c, B, H)
	}
	return s
}

// keep copies a state, which the tape's Reset would take.
func (k *kept) keep(dev device.Device, s state, B, H int) {
	if k.b == 0 {
		k.b, k.h = B, dev.Alloc(B*H, device.Float)
		if s.c != nil {
			k.c = dev.Alloc(B*H, device.Float)
		}
	}
	copyNumbers(dev, k.h, s.h.Buf(), B*H)
	if s.c != nil {
		copyNumbers(dev, k.c, s.c.Buf(), B*H)
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

// lists lends room for the steps of a sequence, so that a step of training allocates nothing.
var lists = sync.Pool{New: func() any { return new([]*nn.Var) }}

// blanks holds zeros of the lengths seen.
var blanks sync.Map

func zeros(n int) []nn.Float {
	if z, ok := blanks.Load(n); ok {
		return z.([]nn.Float)
	}
	z, _ := blanks.LoadOrStore(n, make([]nn.Float, n))
	return z.([]nn.Float)
}
