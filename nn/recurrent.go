package nn

import (
	"fmt"

	"brick/grad"
	"brick/kernel"
)

// Recurrent is one or more recurrent layers, each over the results of the one before (Elman 1990; Hochreiter & Schmidhuber
// 1997; Cho et al. 2014), with the parameters of torch.nn.RNN, LSTM and GRU: of layer k weight_ih_lk (G·H, I),
// weight_hh_lk (G·H, H), bias_ih_lk and bias_hh_lk (G·H), and those of the direction from the end with _reverse after it.
//
//	x (B, T, C) → y (B, T, D·H)    D = 2 if Bidirectional, first the direction from the beginning, else 1
//
// A tape with a memory goes on where it stopped, unless the layers are Bidirectional. See grad.Var.LSTM and the like.
type Recurrent struct {
	Weights // by name

	Cell          kernel.Cell
	Hidden        int     // H
	Bidirectional bool    // each layer also reads from the end
	Dropout       float64 // share of each layer's result, but not the last one's, that is dropped in training
	LastOnly      bool    // give the state after all steps only, (B, D·H)

	parts  []recurrentPart // layer by layer, direction by direction
	forget float64         // see Remember
}

// Weights are parameters by name.
type Weights map[string]*Param

// A recurrentPart is one direction of one layer.
type recurrentPart struct{ wih, whh, bih, bhh *Param }

// NewRecurrent declares layers of a cell over vectors of in numbers that start as PyTorch's: all U(±1/√h).
func NewRecurrent(cell kernel.Cell, in, h, layers int, bidirectional, bias bool) *Recurrent {
	r := &Recurrent{Weights: Weights{}, Cell: cell, Hidden: h, Bidirectional: bidirectional}
	start, gates := TorchBias(h), cell.Gates()
	for k := range layers {
		for d := range r.directions() {
			suffix := fmt.Sprintf("_l%d", k)
			if d == 1 {
				suffix += "_reverse"
			}
			declare := func(name string, shape ...int) *Param {
				p := NewParam(start, shape...)
				r.Weights[name+suffix] = p
				return p
			}
			p := recurrentPart{wih: declare("weight_ih", gates*h, in), whh: declare("weight_hh", gates*h, h)}
			if bias {
				p.bih, p.bhh = declare("bias_ih", gates*h), declare("bias_hh", gates*h)
			}
			r.parts = append(r.parts, p)
		}
		in = h * r.directions()
	}
	return r
}

func (r *Recurrent) directions() int {
	if r.Bidirectional {
		return 2
	}
	return 1
}

// Layers is how many layers there are.
func (r *Recurrent) Layers() int { return len(r.parts) / r.directions() }

// Forward goes over sequences from states of zeros, or from where the tape's memory stopped, up to their end where they
// are filled up.
func (r *Recurrent) Forward(x *Var) *Var { return r.From(x, nil) }

// From is Forward that begins with the states h0 (B, L·H), those of layer 0 first, and cells of zeros, unless the tape's memory goes
// on with a pass before. The layers must not be Bidirectional; see Run.
func (r *Recurrent) From(x, h0 *Var) *Var {
	if h0 != nil && (r.Bidirectional || h0.Rank() != 2 || h0.Dim(1) != r.Layers()*r.Hidden) {
		Refuse(r.name(), fmt.Sprintf("want one direction, and states (B, %d)", r.Layers()*r.Hidden), h0.Shape())
	}
	if x.Rank() != 3 || x.Dim(2) != r.parts[0].wih.Shape[1] {
		Refuse(r.name(), fmt.Sprintf("want x (B, T, %d)", r.parts[0].wih.Shape[1]), x.Shape())
	}
	return r.forward(x, nil, h0, lengths(x))
}

// Over is Forward for sequences of the given lengths, ids (B); results beyond a sequence's end are 0.
func (r *Recurrent) Over(x, lengths *Var) *Var { return r.forward(x, nil, nil, lengths) }

// forward is From for sequences of lengths n, or full ones if nil; with a table, (V, C), x is ids (B, T) of its rows.
func (r *Recurrent) forward(x, table, h0, n *Var) *Var {
	if r.Bidirectional {
		alone(r.name(), x)
		return r.over(nil, x, table, h0, n)
	}
	past := Recall[Carry](x.Tape(), r)
	if past == nil || past.all == nil {
		return r.over(past, x, table, h0, n)
	}
	if h0 != nil || n != nil {
		Refuse(r.name(), "conversations that are read together are not filled up, and begin with zeros", x.Shape())
	}
	axis := 1 // (1, ΣT, H)
	if r.LastOnly {
		axis = 0 // (conversations, H)
	}
	return past.each(r.name(), x, axis, func(_ int, past *Carry, x *Var) *Var { return r.over(past, x, nil, nil, nil) })
}

// over is forward of one conversation, or of sequences without a memory.
func (r *Recurrent) over(past *Carry, x, table, h0, n *Var) *Var {
	past.begin(x, r)
	for k := range r.Layers() {
		if k > 0 {
			x = Drop(x, r.Dropout)
		}
		if r.Bidirectional {
			x = grad.Concat(2, r.part(x, table, 2*k, Memory{}, n), r.part(x, table, 2*k+1, Memory{}, n))
		} else {
			x = r.part(x, table, k, past.state(x.Tape(), k, r, h0), n)
			past.keep(x, k, r)
		}
		table = nil
	}
	if r.LastOnly {
		return r.Ends(x, n)
	}
	return x
}

// Ends is where each direction stopped, of results for sequences of the given lengths, or full ones if nil.
//
//	y (B, T, D·H) → (B, D·H)
func (r *Recurrent) Ends(y, lengths *Var) *Var {
	last := LastState(y, false, lengths)
	if !r.Bidirectional {
		return last
	}
	return grad.Concat(1, last.Slice(1, 0, r.Hidden, 1), LastState(y, true, nil).Slice(1, r.Hidden, 2*r.Hidden, 1))
}

// readsTable reports whether the products of the layers' first matrix are better made once for each row of e's table
// than for each of the ids: the same numbers, in fewer multiplications.
func (r *Recurrent) readsTable(e *Embedding, ids *Var) bool {
	return !ids.Tape().Recompute && together(ids.Tape()) == nil && ids.Rank() == 2 && ids.IDs() != nil && 2*e.W.Shape[0] <= ids.Len() && e.W.Shape[1] == r.parts[0].wih.Shape[1]
}

// looked is layers that read a table, as a Block.
type looked struct {
	e *Embedding
	r *Recurrent
}

func (l *looked) Forward(ids *Var) *Var { return l.r.forward(ids, l.e.W.Value(), nil, lengths(ids)) }

// A Memory is where one direction of a layer starts or ends: the state, and of an LSTM the cells, (B, H). Nil stands for zeros.
type Memory struct{ H, C *Var }

// Run goes over sequences of the given lengths, ids (B), or all of T steps if nil, from start, which holds a Memory for each
// direction of each layer, or is nil. It gives the results, 0 beyond the end of a sequence, and the states there.
func (r *Recurrent) Run(x, lengths *Var, start []Memory) (y *Var, end []Memory) {
	if start != nil && len(start) != len(r.parts) {
		Refuse(r.name(), fmt.Sprintf("want %d states, found %d", len(r.parts), len(start)), x.Shape())
	}
	if start == nil {
		start = make([]Memory, len(r.parts))
	}
	d := r.directions()
	for i := range r.parts {
		if i%d != 0 {
			continue
		}
		if i > 0 {
			x = Drop(x, r.Dropout)
		}
		var ys [2]*Var
		for j := range d {
			ys[j] = r.part(x, nil, i+j, start[i+j], lengths)
			s := Memory{H: LastState(ys[j], j == 1, lengths)}
			if r.Cell == kernel.LSTMCell {
				s.C = ys[j].LastCell()
			}
			end = append(end, s)
		}
		if x = ys[0]; d == 2 {
			x = grad.Concat(2, ys[:]...)
		}
	}
	return x, end
}

// part is direction i%D of layer i/D.
func (r *Recurrent) part(x, table *Var, i int, s Memory, lengths *Var) *Var {
	p := &r.parts[i]
	return RecurrentLayer(x, r.Cell, grad.Recurrent{WIH: p.wih.Value(), WHH: p.whh.Value(), BIH: p.bih.Value(), BHH: p.bhh.Value(),
		H0: s.H, C0: s.C, Lengths: lengths, Table: table, Reverse: r.Bidirectional && i%2 == 1})
}

// RecurrentLayer is the op of a cell.
func RecurrentLayer(x *Var, cell kernel.Cell, o grad.Recurrent) *Var {
	switch cell {
	case kernel.LSTMCell:
		return x.LSTM(o)
	case kernel.GRUCell:
		return x.GRU(o)
	}
	return x.RNN(o, cell.Act())
}

// LastState is the state after the last step of each sequence: of those from the end at step 0.    y (B, T, H) → (B, H)
func LastState(y *Var, reverse bool, lengths *Var) *Var {
	B, T, H := y.Dim(0), y.Dim(1), y.Dim(2)
	switch {
	case reverse:
		return y.Slice(1, 0, 1, 1).Reshape(B, H)
	case lengths == nil:
		return y.Slice(1, T-1, T, 1).Reshape(B, H)
	}
	return y.Reshape(B*T, H).Index(0, lengths.Ends(T))
}

func (r *Recurrent) name() string {
	switch r.Cell {
	case kernel.LSTMCell:
		return "lstm"
	case kernel.GRUCell:
		return "gru"
	}
	return "rnn"
}

// Remember adds v to the biases of an LSTM's forget gates as they start, so that cells keep what they hold until they have
// learnt what to do with it (Gers et al. 2000; Jozefowicz et al. 2015, who suggest 1). It must be called before Build.
func (r *Recurrent) Remember(v float64) {
	r.forget = v
	h := r.Hidden
	for _, p := range r.parts {
		start := p.bih.Init
		p.bih.Init = func(key uint64, i int, fan Fan) float64 {
			b := start(key, i, fan)
			if i >= h && i < 2*h {
				b += v
			}
			return b
		}
	}
}

// Notation is rnn(h), lstm(h) or gru(h) with what is not the default.
func (r *Recurrent) Notation() string {
	s := fmt.Sprintf("%s(%d", r.name(), r.Hidden)
	if n := r.Layers(); n > 1 {
		s += fmt.Sprintf(",layers=%d", n)
	}
	if r.Bidirectional {
		s += ",bidirectional=true"
	}
	if r.Dropout > 0 {
		s += fmt.Sprintf(",dropout=%v", r.Dropout)
	}
	if r.Cell == kernel.ReLUCell {
		s += ",nonlinearity=relu"
	}
	if r.forget != 0 {
		s += fmt.Sprintf(",forget_bias=%v", r.forget)
	}
	if r.LastOnly {
		s += ",return_sequences=false"
	}
	return s + biasNote(r.parts[0].bih) + ")"
}

// Last is the last step of a sequence, before what fills it up.    x (B, T, C) → y (B, C)
type Last struct{ _ byte }

// Forward is the last step.
func (*Last) Forward(x *Var) *Var {
	if x.Rank() != 3 || x.Dim(1) == 0 {
		Refuse("last", "want x (B, T, C)", x.Shape())
	}
	return LastState(x, false, lengths(x))
}

// Notation is last.
func (*Last) Notation() string { return "last" }
