package kernel

// A Cell is the kind of a recurrent layer: what a step makes of the state before it and of the input's share of the gates.
type Cell uint8

// The cells. In their formulas x are the gates' inputs W_ih·x + b, h the state before the step, u = W_hh·h.
const (
	TanhCell Cell = iota // h′ = tanh(x + u)                                              Elman 1990
	ReLUCell             // h′ = max(x + u, 0)
	LSTMCell             // i, f, o = σ(x + u)    g = tanh(x + u)    c′ = f·c + i·g    h′ = o·tanh c′       Hochreiter & Schmidhuber 1997
	GRUCell              // r, z = σ(x + u)    n = tanh(x + r·(u + b))    h′ = n + z·(h − n)     Cho et al. 2014
)

// Gates is how many numbers of gates a number of the state has: 1, of an LSTM 4 (i, f, g, o), of a GRU 3 (r, z, n).
func (c Cell) Gates() int {
	switch c {
	case LSTMCell:
		return 4
	case GRUCell:
		return 3
	}
	return 1
}

// Keeps reports whether steps leave a further number of a state for the way back: an LSTM c′, a GRU u + b.
func (c Cell) Keeps() bool { return c == LSTMCell || c == GRUCell }

// Act is the function of a cell of one gate.
func (c Cell) Act() Fn {
	if c == ReLUCell {
		return ReLU
	}
	return Tanh
}

// A RecurrentSize is a recurrent layer over a batch of sequences.
type RecurrentSize struct {
	Cell    Cell
	B, T, H int  // sequences, steps, width of the state
	Reverse bool // from the last step to the first
}

// Before is the step computed before step t, −1 if t is the first of a sequence of n steps.
func (s *RecurrentSize) Before(t, n int) int {
	switch {
	case !s.Reverse:
		return t - 1
	case t+1 < n:
		return t + 1
	}
	return -1
}

// Step is one step of one sequence. h (H) is the state before and after. gates (G·H) hold the inputs before and the gates
// after, u is W_hh·h. Of an LSTM c (H) is the cell before and kept (H) receives the cell after, which may be c; of a
// GRU c is b, or nil, and kept receives u + b. tmp is room for H numbers.
func (k Cell) Step(h, gates, u, c, kept, tmp []Float) {
	n := len(h)
	switch k {
	case LSTMCell:
		Zip(AddOf, gates, gates, u, 1, 1, false)
		Map(Sigmoid, gates[:2*n], gates[:2*n], &noArgs)
		Map(Tanh, gates[2*n:3*n], gates[2*n:3*n], &noArgs)
		Map(Sigmoid, gates[3*n:], gates[3*n:], &noArgs)
		Zip(MulOf, kept, gates[n:2*n], c, 1, 1, false)
		Zip(MulOf, kept, gates[:n], gates[2*n:3*n], 1, 1, true)
		Map(Tanh, tmp, kept, &noArgs)
		Zip(MulOf, h, gates[3*n:], tmp, 1, 1, false)
	case GRUCell:
		rz, new := gates[:2*n], gates[2*n:]
		Zip(AddOf, rz, rz, u, 1, 1, false)
		Map(Sigmoid, rz, rz, &noArgs)
		if c != nil {
			Zip(AddOf, kept, u[2*n:], c, 1, 1, false)
		} else {
			copy(kept, u[2*n:])
		}
		Zip(MulOf, new, rz[:n], kept, 1, 1, true)
		Map(Tanh, new, new, &noArgs)
		Zip(SubOf, tmp, h, new, 1, 1, false)
		Zip(MulOf, h, rz[n:], tmp, 1, 1, false)
		Zip(AddOf, h, h, new, 1, 1, false)
	default:
		Zip(AddOf, h, gates, u, 1, 1, false)
		Map(k.Act(), h, h, &noArgs)
		copy(gates, h)
	}
}

// StepBack is the way back of Step. dh (H) is ∂h′ before; after it is what of ∂h does not come by way of u. gates and
// kept hold what Step left, and receive ∂ of the gates' inputs and, of a GRU, ∂u of its third part: the others of ∂u equal
// those of the inputs. h is the state before the step, and of an LSTM c the cell before and dc (H) ∂c′ and then ∂c.
// tmp is room for 2·H numbers.
//
//	one gate    ∂x = act′·∂h′
//	LSTM    ∂c′ += ∂h′·o·(1 − tanh² c′)    ∂o = ∂h′·tanh c′    ∂i = ∂c′·g    ∂f = ∂c′·c    ∂g = ∂c′·i    ∂c = ∂c′·f
//	GRU    ∂z = ∂h′·(h − n)    ∂n = ∂h′·(1 − z)    ∂r = ∂xₙ·(u + b)    ∂uₙ = ∂xₙ·r    ∂h = ∂h′·z + …
//	∂x = s·(1 − s)·∂s  for s = σ(x),  (1 − s²)·∂s  for s = tanh x
func (k Cell) StepBack(dh, dc, gates, kept, h, c, tmp []Float) {
	n := len(dh)
	switch k {
	case LSTMCell:
		i, f, g, o, more := gates[:n], gates[n:2*n], gates[2*n:3*n], gates[3*n:], tmp[n:2*n]
		tmp = tmp[:n]
		Map(Tanh, tmp, kept, &noArgs)
		Zip(MulOf, more, dh, o, 1, 1, false)
		MapBack(Tanh, dc, nil, tmp, more, &noArgs, true)
		Zip(MulOf, tmp, tmp, dh, 1, 1, false)
		MapBack(Sigmoid, o, nil, o, tmp, &noArgs, false)
		Zip(MulOf, tmp, dc, g, 1, 1, false)
		Zip(MulOf, more, dc, i, 1, 1, false)
		MapBack(Sigmoid, i, nil, i, tmp, &noArgs, false)
		MapBack(Tanh, g, nil, g, more, &noArgs, false)
		Zip(MulOf, tmp, dc, c, 1, 1, false)
		Zip(MulOf, dc, dc, f, 1, 1, false)
		MapBack(Sigmoid, f, nil, f, tmp, &noArgs, false)
		clear(dh)
	case GRUCell:
		r, z, new, more := gates[:n], gates[n:2*n], gates[2*n:], tmp[n:2*n]
		tmp = tmp[:n]
		Zip(SubOf, tmp, h, new, 1, 1, false)
		Zip(MulOf, tmp, tmp, dh, 1, 1, false) // ∂z
		Zip(MulOf, more, dh, z, 1, 1, false)
		Zip(SubOf, dh, dh, more, 1, 1, false) // ∂n
		MapBack(Sigmoid, z, nil, z, tmp, &noArgs, false)
		MapBack(Tanh, new, nil, new, dh, &noArgs, false)
		copy(dh, more)
		Zip(MulOf, tmp, new, kept, 1, 1, false) // ∂r
		Zip(MulOf, kept, new, r, 1, 1, false)
		MapBack(Sigmoid, r, nil, r, tmp, &noArgs, false)
	default:
		MapBack(k.Act(), gates, nil, gates, dh, &noArgs, false)
		clear(dh)
	}
}
