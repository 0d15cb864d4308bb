package nn

import "brick/kernel"

func init() {
	for _, d := range []struct {
		name, doc string
		cell      kernel.Cell
	}{
		{"rnn", "recurrent layers (Elman 1990)", kernel.TanhCell},
		{"lstm", "recurrent layers with a long memory (Hochreiter & Schmidhuber 1997)", kernel.LSTMCell},
		{"gru", "recurrent layers with gates (Cho et al. 2014)", kernel.GRUCell},
	} {
		args := []ArgDef{
			{Name: "hidden", Kind: Size, Default: "", Doc: "numbers of the state"},
			{Name: "layers", Kind: Size, Default: "1", Doc: "how many, each over the results of the one before"},
			{Name: "bidirectional", Kind: Flag, Default: "false", Doc: "each layer also reads from the end, and gives twice as many numbers"},
			{Name: "dropout", Kind: Share, Default: "0", Doc: "share that is dropped between layers while training"},
		}
		if d.cell == kernel.TanhCell {
			args = append(args, nonlinearity)
		}
		if d.cell == kernel.LSTMCell {
			args = append(args, ArgDef{Name: "forget_bias", Kind: Real, Default: "0", Doc: "what the forget gates' biases have more than other biases at the start; 1 helps to remember for long (Jozefowicz et al. 2015)"})
		}
		args = append(args, ArgDef{Name: "return_sequences", Kind: Flag, Default: "true", Doc: "give every step's state, else the last one's only"},
			ArgDef{Name: "bias", Kind: Flag, Default: "true", Doc: "add b"})
		Register(&Def{Name: d.name, Doc: d.doc, Args: args, Fit: fitRecurrent(d.name, d.cell)})
	}
	Register(&Def{Name: "last", Doc: "a sequence's last vector", Fit: func(s *Site, _ *Args) ([]int, func(*Maker) Block, error) {
		_, c, err := s.Sequence("last")
		return []int{c}, func(*Maker) Block { return &Last{} }, err
	}})
}

var nonlinearity = ArgDef{Name: "nonlinearity", Kind: Word, Default: "tanh", Doc: "function of the state", Words: []string{"tanh", "relu"}}

func fitRecurrent(name string, cell kernel.Cell) func(*Site, *Args) ([]int, func(*Maker) Block, error) {
	return func(s *Site, a *Args) ([]int, func(*Maker) Block, error) {
		t, c, err := s.Sequence(name)
		if err != nil {
			return nil, nil, err
		}
		h, layers, both, every := a.Int("hidden", 0), a.Int("layers", 1), a.Bool("bidirectional", false), a.Bool("return_sequences", true)
		if both && every && s.LM() {
			return nil, nil, s.Refuse(BadArgument, name+" reads from the end what it is to predict", "a language model wants bidirectional=false")
		}
		kind := cell
		if cell == kernel.TanhCell && a.Word(&nonlinearity) == "relu" {
			kind = kernel.ReLUCell
		}
		out := h
		if both {
			out = 2 * h
		}
		if most := MaxSize / cell.Gates(); layers > 1<<12 || out > most/max(out, c) {
			return nil, nil, s.Refuse(TooLarge, "the layers are too large", "want fewer numbers or layers")
		}
		drop, bias, forget := a.Float("dropout", 0), a.Bool("bias", true), a.Float("forget_bias", 0)
		if forget != 0 && !bias {
			return nil, nil, s.Refuse(BadArgument, "forget_bias is added to a bias", "want bias=true with it")
		}
		shape := []int{t, out}
		if !every {
			shape = shape[1:]
		}
		return shape, func(m *Maker) Block {
			if m.Embedding != nil && c == m.Embedding.W.Shape[1] { // gates want numbers of unit size, as PyTorch's embeddings are
				m.Embedding.W.Init = Normal(1)
			}
			r := NewRecurrent(kind, c, h, layers, both, bias)
			r.Dropout, r.LastOnly = drop, !every
			if forget != 0 {
				r.Remember(forget)
			}
			return r
		}, nil
	}
}
