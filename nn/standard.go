package nn

import (
	"fmt"
	"slices"
	"strings"
)

func init() {
	Register(&Def{Name: "linear", Doc: "a layer of neurons, x·Wᵀ + b",
		Args: []ArgDef{
			{Name: "out", Kind: Size, Default: "data's targets", Doc: "numbers it gives"},
			{Name: "bias", Kind: Flag, Default: "true, but false for a language model's head", Doc: "add b"},
			{Name: "tied", Kind: Flag, Default: "true after gpt blocks, else false", Doc: "share the embedding's matrix"},
		}, Fit: fitLinear})
	Register(&Def{Name: "embed", Doc: "a vector for each token id",
		Args: []ArgDef{
			{Name: "width", Kind: Size, Default: "", Doc: "numbers in a vector"},
			{Name: "pos", Kind: Size, Default: "none", Doc: "learn a vector for each of so many places, too"},
			{Name: "vocab", Kind: Size, Default: "data's vocabulary", Doc: "how many ids there are"},
		}, Fit: fitEmbed})
	Register(&Def{Name: "sinusoidal", Doc: "add fixed waves that tell places apart",
		Args: []ArgDef{{Name: "places", Kind: Size, Default: "data's length, or 2048", Doc: "longest sequence"}}, Fit: fitSinusoidal})
	eps := []ArgDef{{Name: "eps", Kind: Real, Default: "1e-5", Doc: "added to the variance"}}
	Register(&Def{Name: "layernorm", Doc: "zero mean and unit variance of each vector", Args: eps, Fit: fitNorm(func(c int, eps float64) Block {
		n := NewLayerNorm(c)
		n.Eps = eps
		return n
	})})
	Register(&Def{Name: "rmsnorm", Doc: "unit root mean square of each vector", Args: eps, Fit: fitNorm(func(c int, eps float64) Block {
		n := NewRMSNorm(c)
		n.Eps = eps
		return n
	})})
	Register(&Def{Name: "batchnorm", Doc: "zero mean and unit variance of each channel over the batch (channels first)", Args: eps, Fit: fitChannels("batchnorm",
		func(s *Site, a *Args, c int) (func(*Maker) Block, error) {
			e := a.Float("eps", normEps)
			return func(*Maker) Block { n := NewBatchNorm(c); n.Eps = e; return n }, nil
		})})
	Register(&Def{Name: "groupnorm", Doc: "zero mean and unit variance of groups of channels of each example (channels first)",
		Args: append([]ArgDef{{Name: "groups", Kind: Size, Default: "", Doc: "how many; they divide the channels"}}, eps...),
		Fit: fitChannels("groupnorm", func(s *Site, a *Args, c int) (func(*Maker) Block, error) {
			g, e := a.Int("groups", 1), a.Float("eps", normEps)
			if c%g != 0 {
				return nil, s.Refuse(BadArgument, fmt.Sprintf("%d groups do not divide %d channels", g, c), "")
			}
			return func(*Maker) Block { n := NewGroupNorm(g, c); n.Eps = e; return n }, nil
		})})
	Register(&Def{Name: "dropout", Doc: "drop numbers at random while training", Elementwise: true,
		Args: []ArgDef{{Name: "p", Kind: Share, Default: "0.5", Doc: "share that is dropped"}},
		Fit: numbers(func(s *Site, a *Args) ([]int, func(*Maker) Block, error) {
			p := a.Float("p", 0.5)
			return s.In, func(*Maker) Block { return &Dropout{p} }, nil
		})})
	for name, act := range activations {
		d := &Def{Name: name, Doc: "activation, element by element", Elementwise: true}
		if strings.HasSuffix(name, "softmax") {
			d.Doc = "probabilities over the last axis"
		}
		if act.Arg != 0 {
			d.Args = []ArgDef{{Name: "alpha", Kind: Real, Default: fmt.Sprint(act.Arg), Doc: "slope or scale below 0"}}
		}
		d.Fit = numbers(func(s *Site, a *Args) ([]int, func(*Maker) Block, error) {
			α := a.Float("alpha", act.Arg)
			return s.In, func(*Maker) Block { return activation(name, α) }, nil
		})
		Register(d)
	}
	Register(&Def{Name: "flatten", Doc: "one vector of all an example's numbers", Fit: numbers(fitFlatten)})
	Register(&Def{Name: "reshape", Doc: "another shape of as many numbers", Many: true,
		Args: []ArgDef{{Name: "sizes", Kind: Size, Default: "", Doc: "of the new axes"}}, Fit: numbers(fitReshape)})
	Register(&Def{Name: "mean", Doc: "average of a sequence's vectors", Fit: func(s *Site, _ *Args) ([]int, func(*Maker) Block, error) {
		_, c, err := s.Sequence("mean")
		return []int{c}, func(*Maker) Block { return &MeanTime{} }, err
	}})
	Register(&Def{Name: "attention", Doc: "multi-head self-attention (Vaswani et al. 2017)",
		Args: []ArgDef{
			{Name: "heads", Kind: Size, Default: "", Doc: "how many; they divide the width"},
			{Name: "causal", Kind: Flag, Default: "true for language models", Doc: "see only what came before"},
		}, Fit: fitAttention})
	Register(&Def{Name: "encoder", Doc: "transformer layer (Vaswani et al. 2017)", Deep: true,
		Args: []ArgDef{
			{Name: "heads", Kind: Size, Default: "", Doc: "how many; they divide the width"},
			{Name: "ff", Kind: Size, Default: "4*width", Doc: "feed-forward width"},
			{Name: "causal", Kind: Flag, Default: "true for language models", Doc: "see only what came before"},
			{Name: "dropout", Kind: Share, Default: "0", Doc: "share of each branch that is dropped"},
			{Name: "norm_first", Kind: Flag, Default: "false", Doc: "norms before the branches, not after"},
		}, Fit: fitEncoder})
	Register(&Def{Name: "residual", Doc: "add the input to what the brackets make of it", Holds: true})
}

// numbers wraps the Fit of a block that takes numbers of any shape.
func numbers(fit func(*Site, *Args) ([]int, func(*Maker) Block, error)) func(*Site, *Args) ([]int, func(*Maker) Block, error) {
	return func(s *Site, a *Args) ([]int, func(*Maker) Block, error) {
		if s.IDs {
			return nil, nil, s.Fail("token ids come in, but numbers are needed", "put embed(width) before it")
		}
		return fit(s, a)
	}
}

// width is the last axis of the input, which layers of neurons and norms work along.
func (s *Site) width(block string) (int, error) {
	switch {
	case s.IDs:
		return 0, s.Fail(block+" needs numbers, but token ids come in", "put embed(width) before it")
	case len(s.In) == 0 || s.In[len(s.In)-1] == Any:
		return 0, s.Fail(block+" cannot tell how many numbers come in", "name the data, or their shape")
	}
	return s.In[len(s.In)-1], nil
}

func fitLinear(s *Site, a *Args) ([]int, func(*Maker) Block, error) {
	in, err := s.width("linear")
	if err != nil {
		return nil, nil, err
	}
	given := a.Has("out")
	head := !given && s.Last && s.LM()
	out := a.Int("out", s.Input.Outputs)
	if head {
		out = s.Vocab
	}
	if !given && !s.Last {
		return nil, nil, s.Refuse(BadArgument, "linear needs a size here", "only the last layer takes it from the data; write linear(64)")
	}
	if out == 0 {
		return nil, nil, s.Refuse(BadArgument, "linear needs a size: no data say how many numbers are wanted", "write linear(10)")
	}
	bias := a.Bool("bias", !head)
	tied := a.Bool("tied", head && s.Tie && in == s.Width)
	if tied && !head {
		return nil, nil, s.Refuse(BadArgument, "tied shares the embedding's matrix", "it fits a linear without a size that ends a language model")
	}
	if tied && in != s.Width {
		return nil, nil, s.Fail(fmt.Sprintf("tied needs the embedding's width %d, but %d numbers come in", s.Width, in), fmt.Sprintf("put linear(%d) before it, or write tied=false", s.Width))
	}
	shape := slices.Clone(s.In)
	shape[len(shape)-1] = out
	return shape, func(m *Maker) Block {
		l := NewLinear(in, out)
		if head {
			l.Start(Normal(0.02))
		}
		if tied && m.Embedding != nil {
			l.W = m.Embedding.W
		}
		if !bias {
			l.NoBias()
		}
		return l
	}, nil
}

func fitEmbed(s *Site, a *Args) ([]int, func(*Maker) Block, error) {
	if !s.IDs {
		return nil, nil, s.Fail("embed needs token ids, but numbers come in", "use linear(width)")
	}
	vocab := a.Int("vocab", s.Input.Vocab)
	if vocab == 0 {
		return nil, nil, s.Refuse(BadArgument, "embed needs to know how many ids there are", "name the data, or write embed(768,vocab=50257)")
	}
	if vocab < s.Input.Vocab {
		return nil, nil, s.Refuse(BadArgument, fmt.Sprintf("the data have ids up to %d", s.Input.Vocab-1), fmt.Sprintf("vocab must be at least %d", s.Input.Vocab))
	}
	c, pos := a.Int("width", 0), a.Int("pos", 0)
	if t := s.In[0]; pos > 0 && t > pos {
		return nil, nil, s.Refuse(BadArgument, fmt.Sprintf("the data have sequences of %d tokens, pos has %d places", t, pos), fmt.Sprintf("write pos=%d or more", t))
	}
	s.Vocab, s.Width, s.IDs = vocab, c, false
	return []int{s.In[0], c}, func(m *Maker) Block {
		e := NewEmbedding(vocab, c)
		if m.Embedding == nil {
			m.Embedding = e
		}
		if pos > 0 {
			return &PlacedEmbedding{e, NewPosition(pos, c)}
		}
		return e
	}, nil
}

func fitSinusoidal(s *Site, a *Args) ([]int, func(*Maker) Block, error) {
	_, c, err := s.Sequence("sinusoidal")
	n := a.Int("places", s.Context(2048))
	return s.In, func(*Maker) Block { return NewSinusoidal(n, c) }, err
}

func fitNorm(make func(c int, eps float64) Block) func(*Site, *Args) ([]int, func(*Maker) Block, error) {
	return func(s *Site, a *Args) ([]int, func(*Maker) Block, error) {
		c, err := s.width("the norm")
		eps := a.Float("eps", normEps)
		if err == nil && !(eps >= 0) {
			err = s.Refuse(BadArgument, fmt.Sprintf("eps=%v is negative", eps), "want a small number such as 1e-5")
		}
		return s.In, func(*Maker) Block { return make(c, eps) }, err
	}
}

// fitChannels fits a norm over channels, the first axis of an example: a vector's numbers, or an image's planes.
func fitChannels(name string, fit func(s *Site, a *Args, c int) (func(*Maker) Block, error)) func(*Site, *Args) ([]int, func(*Maker) Block, error) {
	return numbers(func(s *Site, a *Args) ([]int, func(*Maker) Block, error) {
		if len(s.In) == 0 || len(s.In) == 2 || s.In[0] == Any {
			return nil, nil, s.Fail(fmt.Sprintf("%s needs vectors (C) or images (C, H, W), but each example has shape %s here", name, shapeText(s.In)), "layernorm and rmsnorm fit sequences")
		}
		if e := a.Float("eps", normEps); !(e >= 0) {
			return nil, nil, s.Refuse(BadArgument, fmt.Sprintf("eps=%v is negative", e), "want a small number such as 1e-5")
		}
		declare, err := fit(s, a, s.In[0])
		return s.In, declare, err
	})
}

func fitFlatten(s *Site, _ *Args) ([]int, func(*Maker) Block, error) {
	n, err := s.volume("flatten")
	return []int{n}, func(*Maker) Block { return &Flatten{} }, err
}

// volume is how many numbers an example has here.
func (s *Site) volume(block string) (int, error) {
	n := 1
	for _, d := range s.In {
		if d == Any {
			return 0, s.Fail(fmt.Sprintf("%s needs known sizes, but examples have shape %s here", block, shapeText(s.In)), "mean makes one vector of a sequence of any length")
		}
		if n *= d; n > MaxSize {
			return 0, s.Refuse(TooLarge, fmt.Sprintf("an example has more than %d numbers here", MaxSize), "")
		}
	}
	return n, nil
}

func fitReshape(s *Site, a *Args) ([]int, func(*Maker) Block, error) {
	n, err := s.volume("reshape")
	if err != nil {
		return nil, nil, err
	}
	shape, m := slices.Clone(a.List()), 1
	for _, d := range shape {
		m = min(m*d, MaxSize*8)
	}
	if m != n || len(shape) > 5 {
		return nil, nil, s.Fail(fmt.Sprintf("reshape to %s, but an example has %d numbers %s here", shapeText(shape), n, shapeText(s.In)), "the product of at most 5 sizes must be the same")
	}
	return shape, func(*Maker) Block { return NewReshape(shape...) }, nil
}

func fitAttention(s *Site, a *Args) ([]int, func(*Maker) Block, error) {
	_, c, err := s.Sequence("attention")
	if err == nil {
		err = s.Heads(a.Int("heads", 1), c)
	}
	causal, heads, context := a.Bool("causal", s.LM()), a.Int("heads", 1), s.Context(0)
	return s.In, func(*Maker) Block {
		m := NewMultiheadAttention(c, heads)
		m.Causal, m.Context = causal, context
		return m
	}, err
}

func fitEncoder(s *Site, a *Args) ([]int, func(*Maker) Block, error) {
	_, c, err := s.Sequence("encoder")
	if err == nil {
		err = s.Heads(a.Int("heads", 1), c)
	}
	causal, heads, context, ff, drop := a.Bool("causal", s.LM()), a.Int("heads", 1), s.Context(0), a.Int("ff", 4*c), a.Float("dropout", 0)
	first := a.Bool("norm_first", false)
	return s.In, func(*Maker) Block {
		b := NewEncoderBlock(c, heads, ff)
		b.Attn.Causal, b.Attn.Context, b.Drop, b.NormFirst = causal, context, drop, first
		return b
	}, err
}

// Heads errs unless heads divide the width; it says which numbers do.
func (s *Site) Heads(heads, width int) error {
	if heads >= 1 && heads <= width && width%heads == 0 {
		return nil
	}
	var fit []string
	for d := 1; d <= min(width, 1<<14) && len(fit) < 12; d++ {
		if width%d == 0 {
			fit = append(fit, fmt.Sprint(d))
		}
	}
	return s.Refuse(BadArgument, fmt.Sprintf("%d heads do not divide the width %d", heads, width), fmt.Sprintf("heads must divide %d: %s", width, strings.Join(fit, ", ")))
}
