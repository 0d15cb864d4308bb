package grad

import (
	"fmt"

	"brick/device"
	"brick/kernel"
)

// Recurrent is what a recurrent layer needs besides its input, with PyTorch's names and shapes. There are G gates.
type Recurrent struct {
	WIH, WHH *Var // (G·H, I) and (G·H, H)
	BIH, BHH *Var // (G·H), both nil for none
	H0, C0   *Var // (B, H): the state before, nil for zeros; C0 of an LSTM only
	Lengths  *Var // (B) ids: sequences of different lengths, from 1 to T; nil if all have T steps
	Table    *Var // (V, I): then x is ids (B, T) of its rows, whose products W_ih·x are made once for all places
	Reverse  bool // from the last step of each sequence to its first
}

// RNN is Elman's recurrent layer (1990); act is kernel.Tanh or kernel.ReLU.
//
//	h_t = act(W_ih·x_t + b_ih + W_hh·h_{t−1} + b_hh)    x (B, T, I) → h (B, T, H)
//	∂a_t = act′·(∂h_t + W_hhᵀ·∂a_{t+1})    ∂x_t = W_ihᵀ·∂a_t    ∂W_ih = Σ ∂a_t·x_tᵀ    ∂W_hh = Σ ∂a_t·h_{t−1}ᵀ    ∂b = Σ ∂a_t
//
// Where a sequence has ended the result is 0, and its state stays as it is.
func (x *Var) RNN(r Recurrent, act kernel.Fn) *Var {
	switch act {
	case kernel.Tanh:
		return x.recurrent(rnn, kernel.TanhCell, r)
	case kernel.ReLU:
		return x.recurrent(rnn, kernel.ReLUCell, r)
	}
	mismatch("rnn", act.String()+" is no nonlinearity of it: want tanh or relu", x)
	return nil
}

// LSTM is the layer of Hochreiter & Schmidhuber (1997), with the forget gate of Gers et al. (2000).
//
//	i, f, g, o = W_ih·x_t + b_ih + W_hh·h_{t−1} + b_hh    c_t = σ(f) ⊙ c_{t−1} + σ(i) ⊙ tanh g    h_t = σ(o) ⊙ tanh c_t
//	∂c_t += ∂h_t ⊙ σ(o) ⊙ (1 − tanh² c_t)    ∂c_{t−1} = ∂c_t ⊙ σ(f)    ∂i, ∂f, ∂g, ∂o by the product rule
//	∂h_{t−1} += W_hhᵀ·∂(i, f, g, o)    the weights as in RNN
//
// x (B, T, I) → h (B, T, H). LastCell gives the cells after the last step.
func (x *Var) LSTM(r Recurrent) *Var { return x.recurrent(lstm, kernel.LSTMCell, r) }

// GRU is the layer of Cho et al. (2014), in PyTorch's form.
//
//	r, z = σ(W_ih·x_t + b_ih + W_hh·h_{t−1} + b_hh)    n = tanh(W_in·x_t + b_in + r ⊙ (W_hn·h_{t−1} + b_hn))
//	h_t = n + z ⊙ (h_{t−1} − n)    x (B, T, I) → h (B, T, H)
//	∂n = ∂h_t ⊙ (1 − z)    ∂z = ∂h_t ⊙ (h_{t−1} − n)    ∂r = ∂aₙ ⊙ (W_hn·h_{t−1} + b_hn)    ∂h_{t−1} += ∂h_t ⊙ z + W_hhᵀ·∂(r, z, n ⊙ r)
func (x *Var) GRU(r Recurrent) *Var { return x.recurrent(gru, kernel.GRUCell, r) }

func (x *Var) recurrent(op *Op, cell kernel.Cell, r Recurrent) *Var {
	name, all := op.Name, [...]*Var{x, r.WIH, r.WHH, r.BIH, r.BHH, r.H0, r.C0, r.Table}
	vectors := x
	switch {
	case r.Table == nil && (x.rank != 3 || x.val.Type == device.I32):
		mismatch(name, "want x (B, T, I)", all[:]...)
	case r.Table != nil && (r.Table.rank != 2 || x.rank != 2 || x.val.Type != device.I32):
		mismatch(name, "want ids x (B, T) and a table (V, I)", all[:]...)
	case r.Table != nil:
		vectors = r.Table
		checkIDs(name, r.Table, x, r.Table.dims[0])
	}
	B, T, in, g := x.dims[0], x.dims[1], vectors.dims[vectors.rank-1], cell.Gates()
	if r.WHH.rank != 2 || r.WHH.dims[0] != g*r.WHH.dims[1] {
		mismatch(name, fmt.Sprintf("want W_hh (%d·H, H)", g), all[:]...)
	}
	h := r.WHH.dims[1]
	if r.WIH.rank != 2 || r.WIH.dims[0] != g*h || r.WIH.dims[1] != in {
		mismatch(name, fmt.Sprintf("want W_ih (%d, %d)", g*h, in), all[:]...)
	}
	if (r.BIH == nil) != (r.BHH == nil) || r.BIH != nil && (r.BIH.Len() != g*h || r.BHH.Len() != g*h) {
		mismatch(name, fmt.Sprintf("want b_ih and b_hh of %d elements, or neither", g*h), all[:]...)
	}
	for _, s := range all[5:7] {
		if s != nil && (s.rank != 2 || s.dims[0] != B || s.dims[1] != h) {
			mismatch(name, fmt.Sprintf("want a state (%d, %d)", B, h), all[:]...)
		}
	}
	if r.C0 != nil && cell != kernel.LSTMCell {
		mismatch(name, "only an LSTM has cells", all[:]...)
	}
	if n := r.Lengths; n != nil {
		if n.ids == nil || n.Len() != B {
			mismatch(name, fmt.Sprintf("want lengths as ids, one for each of %d sequences", B), x, n)
		}
		for _, k := range n.ids {
			if k < 1 || int(k) > T {
				mismatch(name, fmt.Sprintf("a length is %d, want 1 to %d", k, T), x, n)
			}
		}
	}
	a := attr{i: [8]int{int(cell)}}
	if r.Reverse {
		a.i[1] = 1
	}
	return tapeOf(name, all[:]...).do(op, []int{B, T, h}, a, x, r.WIH, r.WHH, r.BIH, r.BHH, r.H0, r.C0, r.Lengths, r.Table)
}

// The result is read by the way back, and so is all but b.
var (
	rnn  = newOp("rnn", recurrentForward, recurrentBack)
	lstm = newOp("lstm", recurrentForward, recurrentBack)
	gru  = newOp("gru", recurrentForward, recurrentBack)
)

// recurrentSize is the size of a recurrent layer whose result is y.
func (y *Var) recurrentSize() device.Recurrent {
	return device.Recurrent{Cell: kernel.Cell(y.attr.i[0]), B: y.dims[0], T: y.dims[1], H: y.dims[2], Reverse: y.attr.i[1] == 1}
}

// vectors are what W_ih multiplies: x, or the rows of the table, how many there are, and their width.
func (y *Var) vectors() (x *Var, rows, in int) {
	if table := y.in[8]; table != nil {
		return table, table.dims[0], table.dims[1]
	}
	x = y.in[0]
	return x, x.dims[0] * x.dims[1], x.dims[2]
}

// recurrentForward keeps the gates in aux[0], and cells or the like in aux[1].
func recurrentForward(y *Var) {
	wih, bih, bhh, dev := y.in[1], y.in[3], y.in[4], y.tape.dev()
	r := y.recurrentSize()
	x, n, in := y.vectors()
	width := r.Cell.Gates() * r.H
	y.keep(0, r.B*r.T*width)
	if r.Cell.Keeps() {
		y.keep(1, r.B*r.T*r.H)
	}
	e, bn := device.Epilogue{}, device.Buf{}
	if bih != nil { // all biases at once, but that of n, which r multiplies
		e.Bias = y.tape.arena.get(dev, width)
		shared := width
		if r.Cell == kernel.GRUCell {
			shared = 2 * r.H
			bn = bhh.val.Slice(shared, r.H)
		}
		move(dev, e.Bias, bih.val, width)
		dev.Axpy(e.Bias.Slice(0, shared), 1, bhh.val.Slice(0, shared))
	}
	products := y.aux[0]
	if y.in[8] != nil {
		products = y.tape.arena.get(dev, n*width)
	}
	dev.MatMul(device.Into(products), device.Mat{LD: width}, device.Mat{Buf: x.val, LD: in}, device.Mat{Buf: wih.val, LD: in, T: true},
		device.Product{M: n, N: width, K: in, Batch: single}, e)
	if y.in[8] != nil {
		dev.Index(device.Into(y.aux[0]), products, y.in[0].val, 1, n, width, r.B*r.T)
		y.tape.arena.put(products)
	}
	if bih != nil {
		y.tape.arena.put(e.Bias)
	}
	dev.Recurrent(y.val, y.aux[0], y.aux[1], y.in[5].buf(), y.in[6].buf(), y.in[2].val, bn, y.in[7].buf(), r)
	if !y.needs {
		y.tape.arena.put(y.aux[0])
		y.aux[0] = device.Buf{}
	}
}

// recurrentBack turns the gates into their gradients where they lie.
func recurrentBack(y *Var) {
	wih, whh, dev := y.in[1], y.in[2], y.tape.dev()
	r := y.recurrentSize()
	x, n, in := y.vectors()
	rows, width := r.B*r.T, r.Cell.Gates()*r.H
	gates, prev := y.aux[0], y.tape.arena.get(dev, rows*r.H)
	dev.RecurrentBack(y.in[5].grad(), y.in[6].grad(), gates, y.aux[1], prev, y.val, y.in[5].buf(), y.in[6].buf(), whh.val, y.grd, y.aux[2], y.in[7].buf(), r)
	y.recurrentBackHidden(gates, prev, r)
	y.tape.arena.put(prev)

	products := gates
	if y.in[8] != nil {
		products = y.tape.arena.get(dev, n*width)
		dev.IndexBack(device.Into(products), gates, y.in[0].val, 1, n, width, rows)
	}
	da := device.Mat{Buf: products, LD: width}
	if dx := x.grad(); dx.Mode != device.Skip {
		dev.MatMul(dx, device.Mat{LD: in}, da, device.Mat{Buf: wih.val, LD: in},
			device.Product{M: n, N: in, K: width, Batch: single}, device.Epilogue{})
	}
	if dw := wih.grad(); dw.Mode != device.Skip {
		dev.MatMul(dw, device.Mat{LD: in}, flip(da), device.Mat{Buf: x.val, LD: in},
			device.Product{M: width, N: in, K: n, Batch: single}, device.Epilogue{})
	}
	if y.in[8] != nil {
		y.tape.arena.put(products)
	}
}

// recurrentBackHidden finds the gradients of W_hh and of both biases.
func (y *Var) recurrentBackHidden(gates, prev device.Buf, r device.Recurrent) {
	dev, rows, width := y.tape.dev(), r.B*r.T, r.Cell.Gates()*r.H
	shared := width // parts of ∂(W_hh·h) that equal those of ∂(W_ih·x)
	if r.Cell == kernel.GRUCell {
		shared = 2 * r.H
	}
	if dw := y.in[2].grad(); dw.Mode != device.Skip {
		h := device.Mat{Buf: prev, LD: r.H}
		p := device.Product{M: shared, N: r.H, K: rows, Batch: single}
		dev.MatMul(part(dw, 0, shared*r.H), device.Mat{LD: r.H}, device.Mat{Buf: gates, LD: width, T: true}, h, p, device.Epilogue{})
		if p.M = width - shared; p.M > 0 {
			dev.MatMul(part(dw, shared*r.H, p.M*r.H), device.Mat{LD: r.H}, device.Mat{Buf: y.aux[1], LD: r.H, T: true}, h, p, device.Epilogue{})
		}
	}
	din, dhidden := y.in[3].grad(), y.in[4].grad()
	if din.Mode == device.Skip && dhidden.Mode == device.Skip {
		return
	}
	sum := y.tape.arena.get(dev, width)
	dev.Reduce(kernel.SumAll, device.Into(sum), device.Buf{}, gates, device.Dims{1, 1, 1, 1, rows, width}, 1<<4)
	give(dev, din, sum)
	if shared < width {
		dev.Reduce(kernel.SumAll, device.Into(sum.Slice(shared, r.H)), device.Buf{}, y.aux[1], device.Dims{1, 1, 1, 1, rows, r.H}, 1<<4)
	}
	give(dev, dhidden, sum)
	y.tape.arena.put(sum)
}

// give stores x in a result.
func give(dev device.Device, y device.Dst, x device.Buf) {
	switch y.Mode {
	case device.Set:
		move(dev, y.Buf, x, x.N)
	case device.Add:
		dev.Axpy(y.Buf, 1, x)
	}
}

// part is n numbers of a result.
func part(y device.Dst, at, n int) device.Dst { return device.Dst{Buf: y.Slice(at, n), Mode: y.Mode} }

// move copies n numbers.
func move(dev device.Device, dst, src device.Buf, n int) {
	shape := device.Dims{1, 1, 1, 1, 1, n}
	flat := device.Contiguous(shape)
	dev.Copy(device.Into(dst), flat, src, flat, shape, 1)
}

// LastCell is the cells after the last step of y, a result of LSTM.
//
//	c = c_T (B, H)    ∂c_T += ∂c
func (y *Var) LastCell() *Var {
	if y.op != lstm {
		mismatch("last_cell", "want the result of LSTM", y)
	}
	return y.tape.do(lastCell, []int{y.dims[0], y.dims[2]}, attr{}, y)
}

// The gradient waits in the LSTM's aux[2] for its way back, which comes later.
var lastCell = newOp("last_cell",
	func(c *Var) {
		y := c.in[0]
		r := y.recurrentSize()
		at := r.T - 1
		if r.Reverse {
			at = 0
		}
		shape := device.Dims{1, 1, 1, 1, r.B, r.H}
		from := device.View{Off: at * r.H, Stride: device.Dims{0, 0, 0, 0, r.T * r.H, 1}}
		c.tape.dev().Copy(device.Into(c.val), device.Contiguous(shape), y.aux[1], from, shape, 1)
	},
	func(c *Var) {
		y, dev := c.in[0], c.tape.dev()
		if !y.needs {
			return
		}
		if y.aux[2].Present() {
			dev.Axpy(y.aux[2], 1, c.grd)
		} else {
			y.keep(2, c.val.N)
			move(dev, y.aux[2], c.grd, c.val.N)
		}
		if dy := y.grad(); dy.Mode == device.Set { // so that its turn comes
			dev.Fill(dy.Buf, 0)
		}
	}).reading(nothing)
