package model

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"brick/grad"
	"brick/kernel"
	"brick/nn"
)

// GPT2 is the decoder-only transformer of Radford et al. 2019, "Language models are
// unsupervised multitask learners": learnt positions, layer norm before each branch, GELU, a
// head that shares the embedding's matrix. Its parameters have the names of Hugging Face's
// GPT2LMHeadModel.
//
//	x = wte[ids] + wpe[0…T−1]     x = blockₙ(…block₁(x))     logits = ln_f(x)·Wᵀ     W = wte, if tied
//
// Shapes: B batch, T time, C width, H heads, D = C/H, V vocabulary.
type GPT2 struct {
	WTE  *nn.Embedding `brick:"transformer.wte"`  // (V, C)
	WPE  *nn.Position  `brick:"transformer.wpe"`  // (T, C)
	H    []*GPTBlock   `brick:"transformer.h"`    // the blocks
	LnF  *nn.LayerNorm `brick:"transformer.ln_f"` // over C
	Head *nn.Linear    `brick:"lm_head"`          // (C → V), no bias; its matrix is WTE's, if tied

	config GPT2Config
}

// GPT2Config describes a GPT2. Its JSON is Hugging Face's config.json.
type GPT2Config struct {
	Vocab   int     `json:"vocab_size"`
	Context int     `json:"n_positions"`
	Width   int     `json:"n_embd"`
	Layers  int     `json:"n_layer"`
	Heads   int     `json:"n_head"`
	Inner   *int    `json:"n_inner"` // feed-forward width; null for 4·Width
	Act     string  `json:"activation_function"`
	Resid   float64 `json:"resid_pdrop"` // share of each branch's result that is dropped in training
	EmbDrop float64 `json:"embd_pdrop"`  // share of the embeddings
	AttDrop float64 `json:"attn_pdrop"`  // share of attention weights
	Eps     float64 `json:"layer_norm_epsilon"`
	Sigma   float64 `json:"initializer_range"` // σ of the weights' start
	Tied    bool    `json:"tie_word_embeddings"`
}

// New declares the model; nn.Build gives it memory.
func (c GPT2Config) New() (*GPT2, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	m := &GPT2{
		WTE: nn.NewEmbedding(c.Vocab, c.Width), WPE: nn.NewPosition(c.Context, c.Width),
		LnF: nn.NewLayerNorm(c.Width), Head: nn.NewLinear(c.Width, c.Vocab).NoBias().Start(nn.Normal(c.Sigma)),
		config: c,
	}
	m.WTE.W.Init = nn.Normal(c.Sigma)
	m.LnF.Eps = c.Eps
	if c.Tied {
		m.Head.W = m.WTE.W
	}
	for range c.Layers {
		m.H = append(m.H, newGPTBlock(c))
	}
	return m, nil
}

// Forward maps ids (B, T) to logits (B, T, V).
func (m *GPT2) Forward(ids *nn.Var) *nn.Var {
	x := nn.Scope(m.WPE, nn.Scope(m.WTE, ids)) // (B, T, C)
	x = nn.Drop(x, m.config.EmbDrop)
	for _, b := range m.H {
		x = nn.Scope(b, x)
	}
	return nn.Scope(m.Head, nn.Scope(m.LnF, x)) // (B, T, V)
}

func (m *GPT2) chain() nn.Chain {
	c := nn.Chain{&nn.PlacedEmbedding{Token: m.WTE, Place: m.WPE}}
	if m.config.EmbDrop > 0 {
		c = append(c, &nn.Dropout{P: m.config.EmbDrop})
	}
	for _, b := range m.H {
		c = append(c, b)
	}
	return append(c, m.LnF, m.Head)
}

// Notation is the model in stack notation.
func (m *GPT2) Notation() string { return m.chain().Notation() }

// GPTBlock is the residual pair  x += attn(ln₁(x));  x += mlp(ln₂(x)).    x, y (B, T, C)
type GPTBlock struct {
	Ln1  *nn.LayerNorm `brick:"ln_1"`
	Attn *GPTAttention `brick:"attn"`
	Ln2  *nn.LayerNorm `brick:"ln_2"`
	MLP  *GPTMLP       `brick:"mlp"`

	drop float64
}

func newGPTBlock(c GPT2Config) *GPTBlock {
	w, resid := nn.Normal(c.Sigma), nn.ResidualNormal(c.Sigma, c.Layers)
	b := &GPTBlock{
		Ln1: nn.NewLayerNorm(c.Width),
		Attn: &GPTAttention{
			CAttn: nn.NewConv1D(c.Width, 3*c.Width, w), CProj: nn.NewConv1D(c.Width, c.Width, resid),
			heads: c.Heads, context: c.Context,
		},
		Ln2: nn.NewLayerNorm(c.Width),
		MLP: &GPTMLP{
			CFc: nn.NewConv1D(c.Width, c.inner(), w), CProj: nn.NewConv1D(c.inner(), c.Width, resid),
			act: c.Act,
		},
		drop: c.Resid,
	}
	b.Ln1.Eps, b.Ln2.Eps, b.Attn.drop = c.Eps, c.Eps, c.AttDrop
	return b
}

// Forward is the block.
func (b *GPTBlock) Forward(x *nn.Var) *nn.Var {
	x = x.Add(nn.Drop(nn.Scope(b.Attn, nn.Scope(b.Ln1, x)), b.drop))
	return x.Add(nn.Drop(nn.Scope(b.MLP, nn.Scope(b.Ln2, x)), b.drop))
}

// GPTAttention is causal self-attention of H heads.
//
//	q, k, v = split(x·W + b)    y = concat(softmax(q·kᵀ/√D)·v)·W′ + b′
type GPTAttention struct {
	CAttn *nn.Conv1D `brick:"c_attn"` // (C → 3C)
	CProj *nn.Conv1D `brick:"c_proj"` // (C → C)

	heads, context int
	drop           float64
}

// Forward is the attention of x (B, T, C) to itself and, where the tape has a memory, to what came before.
func (a *GPTAttention) Forward(x *nn.Var) *nn.Var {
	B, T, C := x.Dim(0), x.Dim(1), x.Dim(2)
	H, D := a.heads, C/a.heads
	past := nn.Recall[nn.Cache](x.Tape(), a)           // nil in training
	qkv := a.CAttn.Forward(x)                          // (B, T, 3C)
	q := qkv.Slice(2, 0, C, 1).Reshape(B, T, H, D)     // (B, T, H, D)
	k := qkv.Slice(2, C, 2*C, 1).Reshape(B, T, H, D)   // (B, T, H, D)
	v := qkv.Slice(2, 2*C, 3*C, 1).Reshape(B, T, H, D) // (B, T, H, D)
	if a.drop > 0 && x.Tape().Training {
		return a.CProj.Forward(nn.AttendDropping(q, k, v, a.drop).Reshape(B, T, C))
	}
	y := past.Attend(q, k, v, a.context, grad.AttentionOptions{Causal: true}) // (B, T, H, D)
	return a.CProj.Forward(y.Reshape(B, T, C))                                // (B, T, C)
}

// GPTMLP is the feed-forward branch  act(x·W + b)·W′ + b′.
type GPTMLP struct {
	CFc   *nn.Conv1D `brick:"c_fc"`   // (C → I)
	CProj *nn.Conv1D `brick:"c_proj"` // (I → C)

	act string // a key of gptActs
}

// Forward maps (B, T, C) to (B, T, C).
func (m *GPTMLP) Forward(x *nn.Var) *nn.Var {
	return m.CProj.Forward(m.CFc.ForwardAct(x, gptActs[m.act]))
}

// gptActs are the activations that config.json may name.
var gptActs = map[string]kernel.Fn{
	"gelu_new": kernel.GELUTanh, "gelu_pytorch_tanh": kernel.GELUTanh, "gelu": kernel.GELU,
	"relu": kernel.ReLU, "silu": kernel.SiLU, "swish": kernel.SiLU, "tanh": kernel.Tanh,
}

// gpt2Defaults are the values that config.json may leave out.
var gpt2Defaults = GPT2Config{
	Vocab: 50257, Context: 1024, Width: 768, Layers: 12, Heads: 12, Act: "gelu_new",
	Resid: 0.1, EmbDrop: 0.1, AttDrop: 0.1, Eps: 1e-5, Sigma: 0.02, Tied: true,
}

// inner is the feed-forward width.
func (c GPT2Config) inner() int {
	if c.Inner != nil {
		return *c.Inner
	}
	return 4 * c.Width
}

func (c GPT2Config) check() error {
	if err := checkSizes("gpt2", []size{
		{"vocab_size", c.Vocab}, {"n_positions", c.Context}, {"n_embd", c.Width}, {"n_layer", c.Layers}, {"n_head", c.Heads}, {"n_inner", c.inner()},
	}); err != nil {
		return err
	}
	switch _, ok := gptActs[c.Act]; {
	case c.Width%c.Heads != 0:
		return fmt.Errorf("model: gpt2: n_head %d does not divide n_embd %d", c.Heads, c.Width)
	case !ok:
		return fmt.Errorf("model: gpt2: activation_function %q is not known; there are %s", c.Act, names(gptActs))
	case !(c.Eps >= 0) || !(c.Sigma >= 0):
		return fmt.Errorf("model: gpt2: layer_norm_epsilon %v and initializer_range %v must not be negative", c.Eps, c.Sigma)
	}
	for _, p := range []float64{c.Resid, c.EmbDrop, c.AttDrop} {
		if !(p >= 0 && p < 1) {
			return fmt.Errorf("model: gpt2: a dropout of %v is not in [0, 1)", p)
		}
	}
	return nil
}

// TiesHead makes a head after GPT blocks share the embedding's matrix.
func (b *GPTBlock) TiesHead() {}

// Notation is gpt(heads=…) with what is not usual.
func (b *GPTBlock) Notation() string {
	c := b.MLP.CFc.W.Shape[0]
	var s strings.Builder
	fmt.Fprintf(&s, "gpt(heads=%d", b.Attn.heads)
	if ff := b.MLP.CFc.W.Shape[1]; ff != 4*c {
		fmt.Fprintf(&s, ",ff=%d", ff)
	}
	if b.drop != 0 {
		fmt.Fprintf(&s, ",dropout=%v", b.drop)
	}
	if b.Ln1.Eps != 1e-5 {
		fmt.Fprintf(&s, ",eps=%v", b.Ln1.Eps)
	}
	if b.MLP.act != gptAct.Default {
		fmt.Fprintf(&s, ",act=%s", b.MLP.act)
	}
	return s.String() + ")"
}

// gptAct is the activation as an argument in stack notation.
var gptAct = nn.ArgDef{Name: "act", Kind: nn.Word, Default: "gelu_new", Doc: "activation", Words: slices.Sorted(maps.Keys(gptActs))}

func init() {
	nn.Register(&nn.Def{Name: "gpt", Doc: "GPT-2's block: attention and GELU layers, each after a layer norm (Radford et al. 2019)", Deep: true,
		Args: []nn.ArgDef{
			{Name: "heads", Kind: nn.Size, Default: "width/64", Doc: "how many; they divide the width"},
			{Name: "ff", Kind: nn.Size, Default: "4*width", Doc: "feed-forward width"},
			{Name: "dropout", Kind: nn.Share, Default: "0", Doc: "share of each branch that is dropped"},
			{Name: "eps", Kind: nn.Real, Default: "1e-5", Doc: "added to the norms' variance"},
			gptAct,
		},
		Fit: func(s *nn.Site, a *nn.Args) ([]int, func(*nn.Maker) nn.Block, error) {
			_, width, err := s.Sequence("gpt")
			if err != nil {
				return nil, nil, err
			}
			heads := a.Int("heads", max(width/64, 1))
			if err := s.Heads(heads, width); err != nil {
				return nil, nil, err
			}
			s.Tie = true
			c := gpt2Defaults
			c.Width, c.Heads, c.Layers, c.Context = width, heads, s.Depth, s.Context(0)
			c.Resid, c.AttDrop, c.Eps, c.Act = a.Float("dropout", 0), 0, a.Float("eps", 1e-5), a.Word(&gptAct)
			if c.Eps < 0 {
				return nil, nil, s.Refuse(nn.BadArgument, fmt.Sprintf("eps=%v is negative", c.Eps), "want a small number such as 1e-5")
			}
			ff := a.Int("ff", 4*width)
			c.Inner = &ff
			return s.In, func(*nn.Maker) nn.Block { return newGPTBlock(c) }, nil
		}})
}
