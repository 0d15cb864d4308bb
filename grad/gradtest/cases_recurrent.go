package gradtest

import (
	"math"
	"math/rand/v2"

	"brick/grad"
	"brick/kernel"
)

// A recurrence is a variant of a recurrent layer over 3 sequences of 5 steps.
type recurrence struct {
	op      string
	act     kernel.Fn // of rnn
	bias    bool
	states  bool
	reverse bool
	lengths []int32
	steps   int  // 0 for 5
	ids     bool // the input is rows of a table
}

var recurrentCases = []Case{
	recurrence{op: "rnn", act: kernel.Tanh, bias: true}.named("tanh"),
	recurrence{op: "rnn", act: kernel.Tanh, states: true, reverse: true, lengths: []int32{5, 2, 4}}.named("lengths, reverse"),
	recurrence{op: "rnn", act: kernel.Tanh, bias: true, states: true, lengths: []int32{1, 5, 3}}.named("lengths"),
	recurrence{op: "rnn", act: kernel.ReLU, bias: true, states: true}.named("relu"),
	recurrence{op: "lstm", bias: true, states: true}.named(""),
	recurrence{op: "lstm"}.named("from zeros, no bias"),
	recurrence{op: "lstm", bias: true, states: true, reverse: true}.named("reverse"),
	recurrence{op: "lstm", bias: true, states: true, lengths: []int32{3, 5, 1}}.named("lengths"),
	recurrence{op: "lstm", bias: true, states: true, reverse: true, lengths: []int32{3, 5, 1}}.named("lengths, reverse"),
	recurrence{op: "lstm", bias: true, states: true, steps: 1}.named("one step"),
	recurrence{op: "gru", bias: true, states: true}.named(""),
	recurrence{op: "gru"}.named("from zeros, no bias"),
	recurrence{op: "gru", bias: true, reverse: true}.named("reverse"),
	recurrence{op: "gru", bias: true, states: true, lengths: []int32{3, 5, 1}}.named("lengths"),
	recurrence{op: "gru", states: true, reverse: true, lengths: []int32{3, 5, 1}}.named("lengths, reverse"),
	recurrence{op: "gru", bias: true, states: true, steps: 1}.named("one step"),
	recurrence{op: "rnn", act: kernel.Tanh, bias: true, ids: true}.named("ids"),
	recurrence{op: "lstm", bias: true, states: true, ids: true}.named("ids"),
	recurrence{op: "gru", reverse: true, lengths: []int32{3, 5, 1}, ids: true}.named("ids, lengths, reverse"),
	recurrence{op: "last_cell", bias: true, states: true}.named(""),
	recurrence{op: "last_cell", reverse: true, lengths: []int32{5, 2, 4}}.named("lengths, reverse"),
	recurrence{op: "last_cell", states: true, lengths: []int32{5, 2, 4}}.named("lengths"),
	lengthsCase("lengths", []float64{3, 5, 1}, func(ids *grad.Var) *grad.Var { return ids.Lengths() },
		func(t *grad.Tape) { t.IDs(make([]int32, 6), 6).Lengths() }),
	lengthsCase("shares", []float64{0.5, 0.5, 0 /**/, 1. / 3, 1. / 3, 1. / 3 /**/, 1, 0, 0}, func(ids *grad.Var) *grad.Var { return ids.Lengths().Shares(3, 5) },
		func(t *grad.Tape) { t.IDs(make([]int32, 6), 2, 3).Lengths().Shares(0, 3) }),
	lengthsCase("ends", []float64{2, 11, 14}, func(ids *grad.Var) *grad.Var { return ids.Lengths().Ends(7) },
		func(t *grad.Tape) { t.IDs(make([]int32, 6), 2, 3).Ends(2) }),
}

const seqB, seqIn, seqH, seqV = 3, 4, 3, 6 // sequences, widths of the input and of the state, rows of a table

var drawnIDs = []int32{3, 1, 4, 1, 5, 0, 2, 5, 3, 5, 0, 5, 1, 4, 3}

func (v recurrence) gates() int {
	switch v.op {
	case "rnn":
		return 1
	case "gru":
		return 3
	}
	return 4
}

func (v recurrence) named(name string) Case {
	T, G := max(v.steps, 5-4*min(v.steps, 1)), v.gates()
	return Case{
		Op: v.op, Name: name,
		In: func(r *rand.Rand) []*grad.Var {
			in := []*grad.Var{Rand(r, seqB, T, seqIn)}
			if v.ids {
				in[0] = Rand(r, seqV, seqIn)
			}
			in = append(in, Rand(r, G*seqH, seqIn), Rand(r, G*seqH, seqH))
			if v.bias {
				in = append(in, Rand(r, G*seqH), Rand(r, G*seqH))
			}
			if v.states {
				in = append(in, Rand(r, seqB, seqH))
				if G == 4 {
					in = append(in, Rand(r, seqB, seqH))
				}
			}
			if v.act == kernel.ReLU { // far from the kink: one unit is off, the others are on
				for _, p := range in {
					for i, x := range p.Data() {
						p.Data()[i] = max(x, -x)/2 + 0.1
					}
				}
				in[3].Data()[0] = -100
			}
			return in
		},
		Run: func(t *grad.Tape, in []*grad.Var) *grad.Var {
			r := v.of(in)
			if v.lengths != nil {
				r.Lengths = t.IDs(v.lengths, seqB)
			}
			x := t.Use(in[0])
			if v.ids {
				x, r.Table = t.IDs(drawnIDs[:seqB*T], seqB, T), x
			}
			switch v.op {
			case "rnn":
				return x.RNN(r, v.act)
			case "lstm":
				return x.LSTM(r)
			case "gru":
				return x.GRU(r)
			}
			return x.LSTM(r).LastCell()
		},
		Want: func(in []*grad.Var) []float64 { return v.want(in, T) },
		Wrong: func(t *grad.Tape) {
			if v.op == "last_cell" {
				zeros(t, 2, 3, 4).LastCell()
			}
			v.misuse(t)
		},
	}
}

func (v recurrence) misuse(t *grad.Tape) {
	x, r := zeros(t, 2, 3, 4), grad.Recurrent{WIH: zeros(t, 12, 4), WHH: zeros(t, 12, 4)}
	switch v.op {
	case "rnn":
		x.RNN(r, kernel.Tanh)
	case "lstm":
		r.WIH = zeros(t, 16, 4)
		x.LSTM(r)
	case "gru":
		r.H0 = zeros(t, 3, 4)
		x.GRU(r)
	}
}

func (v recurrence) of(in []*grad.Var) grad.Recurrent {
	r := grad.Recurrent{WIH: in[1], WHH: in[2], Reverse: v.reverse}
	in = in[3:]
	if v.bias {
		r.BIH, r.BHH, in = in[0], in[1], in[2:]
	}
	if v.states {
		r.H0 = in[0]
		if v.gates() == 4 {
			r.C0 = in[1]
		}
	}
	return r
}

// want runs the layer one sequence, one step and one number at a time.
func (v recurrence) want(in []*grad.Var, T int) []float64 {
	r, G, x := v.of(in), v.gates(), wide(in[0])
	if v.ids {
		x = nil
		for _, id := range drawnIDs[:seqB*T] {
			x = append(x, wide(in[0])[id*seqIn:][:seqIn]...)
		}
	}
	y, last := make([]float64, seqB*T*seqH), make([]float64, seqB*seqH)
	at := func(p *grad.Var, i int) float64 {
		if p == nil {
			return 0
		}
		return float64(p.Data()[i])
	}
	σ := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	for b := range seqB {
		n := T
		if v.lengths != nil {
			n = int(v.lengths[b])
		}
		h, c := make([]float64, seqH), make([]float64, seqH)
		for j := range h {
			h[j], c[j] = at(r.H0, b*seqH+j), at(r.C0, b*seqH+j)
		}
		for s := range n {
			t := s
			if v.reverse {
				t = n - 1 - s
			}
			a, u := make([]float64, G*seqH), make([]float64, G*seqH)
			for k := range a {
				a[k], u[k] = at(r.BIH, k), at(r.BHH, k)
				for i := range seqIn {
					a[k] += at(r.WIH, k*seqIn+i) * x[(b*T+t)*seqIn+i]
				}
				for i := range seqH {
					u[k] += at(r.WHH, k*seqH+i) * h[i]
				}
			}
			for j := range h {
				gate := func(k int) float64 { return a[k*seqH+j] + u[k*seqH+j] }
				switch {
				case v.op == "gru":
					n := math.Tanh(a[2*seqH+j] + σ(gate(0))*u[2*seqH+j])
					h[j] = n + σ(gate(1))*(h[j]-n)
				case v.op == "rnn" && v.act == kernel.ReLU:
					h[j] = max(gate(0), 0)
				case v.op == "rnn":
					h[j] = math.Tanh(gate(0))
				default:
					c[j] = σ(gate(1))*c[j] + σ(gate(0))*math.Tanh(gate(2))
					h[j] = σ(gate(3)) * math.Tanh(c[j])
				}
				y[(b*T+t)*seqH+j] = h[j]
			}
		}
		copy(last[b*seqH:], c)
	}
	if v.op == "last_cell" {
		return last
	}
	return y
}

func lengthsCase(op string, want []float64, run func(ids *grad.Var) *grad.Var, wrong func(t *grad.Tape)) Case {
	return Case{
		Op:    op,
		In:    func(*rand.Rand) []*grad.Var { return nil },
		Run:   func(t *grad.Tape, _ []*grad.Var) *grad.Var { return run(t.IDs(padded, 3, 5)) },
		Want:  func([]*grad.Var) []float64 { return want },
		Wrong: wrong,
	}
}

// padded is rows of ids of lengths 3, 5 and, as no row is empty, 1.
var padded = []int32{4, 0, 7, 0, 0 /**/, 1, 2, 3, 4, 5 /**/, 0, 0, 0, 0, 0}
