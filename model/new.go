package model

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"brick/nn"
)

// A Model is a whole network.
type Model interface {
	nn.Block
	Notation() string // in stack notation, or a config.json in one line: what New makes the model of
}

// New declares a model of a stack in stack notation, of a name in Table, or of a Hugging Face config.json, which begins with
// a brace, for given data; nn.Build gives it memory. A stack that is a GPT-2 or a LLaMA becomes a *GPT2 or *Llama, networks of
// convolutions a *LeNet, *ResNet or *ConvNet, any other an nn.Chain. The error is an *nn.StackError, or names what fits.
func New(stack string, in nn.Input) (Model, error) {
	text := strings.TrimSpace(stack)
	if e, ok := Find(text); ok {
		return e.make(in)
	}
	if strings.HasPrefix(text, "{") {
		return configured(text, in)
	}
	s, err := nn.Parse(text)
	if err != nil {
		return nil, err
	}
	n, err := nn.Plan(s, in)
	if err != nil {
		if len(s.Items) == 1 && s.Items[0].Name == text {
			return nil, fmt.Errorf("%w\nno model of this name either; there are %s", err, strings.Join(Names(), ", "))
		}
		return nil, err
	}
	c, err := n.Declare()
	if err != nil {
		return nil, err
	}
	return known(c), nil
}

// configured declares the model of a config.json, if it reads what the data have.
func configured(js string, in nn.Input) (Model, error) {
	m, err := FromConfig([]byte(js))
	if err != nil {
		return nil, err
	}
	if v := Vocab(m); in.Vocab > v {
		return nil, fmt.Errorf("model: the data have a vocabulary of %d; the model has rows for %d", in.Vocab, v)
	}
	if in.Vocab == 0 && len(in.Shape) > 0 || in.Outputs > 0 && in.Outputs != in.Vocab {
		return nil, fmt.Errorf("model: the data have examples of shape %v, a vocabulary of %d and %d outputs; the model foretells the next token of a text", in.Shape, in.Vocab, in.Outputs)
	}
	if c := Context(m); len(in.Shape) == 1 && in.Shape[0] > c {
		return nil, fmt.Errorf("model: the data have sequences of %d; the model's context holds %d", in.Shape[0], c)
	}
	return m, nil
}

// Count is the number of parameters of a model, built or only declared.
func Count(m nn.Block) int { return nn.Count(m) }

// CountStack is the number of parameters of a stack for given data, without
// declaring it: a stack of any size is counted at once.
func CountStack(stack string, in nn.Input) (int, error) {
	if e, ok := Find(strings.TrimSpace(stack)); ok {
		m, err := e.make(in)
		if err != nil {
			return 0, err
		}
		return nn.Count(m), nil
	}
	if strings.HasPrefix(strings.TrimSpace(stack), "{") {
		m, err := configured(stack, in)
		if err != nil {
			return 0, err
		}
		return nn.Count(m), nil
	}
	s, err := nn.Parse(stack)
	if err != nil {
		return 0, err
	}
	n, err := nn.Plan(s, in)
	if err != nil {
		return 0, err
	}
	return n.Count()
}

// Context is the longest sequence a language model takes, in tokens; 0 if there is no bound, or m is none.
func Context(m nn.Block) int {
	limit := 0
	note := func(n int) {
		if n > 0 && (limit == 0 || n < limit) {
			limit = n
		}
	}
	for _, b := range nn.Blocks(m) {
		switch b := b.(type) {
		case *nn.Position:
			note(b.W.Shape[0])
		case *nn.Sinusoidal:
			note(b.W.Shape[0])
		case *nn.MultiheadAttention:
			note(b.Context)
		case *GPTAttention:
			note(b.context)
		case interface{ positions() int }:
			note(b.positions())
		}
	}
	return limit
}

// Vocab is how many ids a language model reads, the rows of its embedding; 0 if m is none.
func Vocab(m nn.Block) int {
	for _, b := range nn.Blocks(m) {
		if e, ok := b.(*nn.Embedding); ok {
			return e.W.Shape[0]
		}
	}
	return 0
}

// known turns a chain that is a known architecture, such as a GPT-2 or a ResNet, into that struct, which is saved
// under its usual names.
func known(c nn.Chain) Model {
	if m := asGPT2(c); m != nil {
		return m
	}
	if m := asLlama(c); m != nil {
		return m
	}
	if m := asResNet(c); m != nil {
		return m
	}
	if m := asLeNet(c); m != nil {
		return m
	}
	if m := asConvNet(c); m != nil {
		return m
	}
	return c
}

// asGPT2 is embed(…,pos=…) [dropout] n*gpt layernorm linear as a GPT2, else nil.
func asGPT2(c nn.Chain) *GPT2 {
	if len(c) < 4 {
		return nil
	}
	e, ok1 := c[0].(*nn.PlacedEmbedding)
	ln, ok2 := c[len(c)-2].(*nn.LayerNorm)
	head, ok3 := c[len(c)-1].(*nn.Linear)
	if !ok1 || !ok2 || !ok3 {
		return nil
	}
	m := &GPT2{WTE: e.Token, WPE: e.Place, LnF: ln, Head: head, config: gpt2Defaults}
	g := &m.config
	g.Vocab, g.Width, g.Context = e.Token.W.Shape[0], e.Token.W.Shape[1], e.Place.W.Shape[0]
	g.EmbDrop, g.AttDrop, g.Eps, g.Tied = 0, 0, ln.Eps, head.W == e.Token.W
	blocks := c[1 : len(c)-2]
	if d, ok := blocks[0].(*nn.Dropout); ok {
		g.EmbDrop = d.P
		blocks = blocks[1:]
	}
	for _, x := range blocks {
		b, ok := x.(*GPTBlock)
		if !ok || len(m.H) > 0 && b.Notation() != m.H[0].Notation() {
			return nil
		}
		b.Attn.context = g.Context
		m.H = append(m.H, b)
	}
	if len(m.H) == 0 || head.B != nil || head.W.Shape[0] != g.Vocab || ln.Eps != m.H[0].Ln1.Eps {
		return nil
	}
	g.Layers, g.Heads, g.Resid, g.Act = len(m.H), m.H[0].Attn.heads, m.H[0].drop, m.H[0].MLP.act
	if ff := m.H[0].MLP.CFc.W.Shape[1]; ff != 4*g.Width {
		g.Inner = &ff
	}
	return m
}

// asLlama is embed n*llama rmsnorm linear as a Llama, else nil.
func asLlama(c nn.Chain) *Llama {
	if len(c) < 4 {
		return nil
	}
	e, ok1 := c[0].(*nn.Embedding)
	norm, ok2 := c[len(c)-2].(*nn.RMSNorm)
	head, ok3 := c[len(c)-1].(*nn.Linear)
	if !ok1 || !ok2 || !ok3 {
		return nil
	}
	m := &Llama{Embed: e, Norm: norm, Head: head, config: llamaDefaults}
	for _, x := range c[1 : len(c)-2] {
		b, ok := x.(*LlamaBlock)
		if !ok || len(m.Layers) > 0 && b.Notation() != m.Layers[0].Notation() {
			return nil
		}
		m.Layers = append(m.Layers, b)
	}
	b := m.Layers[0]
	if head.B != nil || head.W.Shape[0] != e.W.Shape[0] || norm.Eps != b.Norm1.Eps {
		return nil
	}
	g := &m.config
	g.Vocab, g.Width, g.Hidden, g.Layers = e.W.Shape[0], e.W.Shape[1], b.MLP.Gate.W.Shape[0], len(m.Layers)
	g.Heads, g.KVHeads, g.HeadDim, g.Context = b.Attn.heads, b.Attn.kv, b.Attn.rope.Dim, b.Attn.context
	g.Eps, g.RopeBase, g.Tied = norm.Eps, b.Attn.rope.Base, head.W == e.W
	g.AttnBias, g.MLPBias = b.Attn.Q.B != nil, b.MLP.Gate.B != nil
	return m
}

// names lists the keys of a map in alphabetical order.
func names[V any](m map[string]V) string {
	return strings.Join(slices.Sorted(maps.Keys(m)), ", ")
}
