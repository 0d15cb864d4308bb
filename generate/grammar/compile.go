package grammar

import (
	"fmt"
	"unicode/utf8"
)

// maxNodes bounds an automaton: {m,n} are written out.
const maxNodes = 1 << 18

// A Grammar is a form of texts, ready to be matched. It does not change and may be shared.
type Grammar struct {
	nodes []node
	root  int32 // the node the rule root begins at
}

// node is a state within a rule. The bytes that lead on, the rules that may be called, where it goes on without a
// byte, and whether the rule may end here.
type node struct {
	edges []edge
	calls []callEdge
	empty []int32
	final bool
}

type edge struct {
	byteRange
	to int32
}

type callEdge struct{ rule, to int32 } // rule is the node it begins at

// Parse reads a grammar in GBNF, at most 1 MiB of it. It errs, naming line and column, for what is no GBNF; for rules
// that are missing, that call themselves before they have read anything (left recursion) or that no text could
// complete; and for more than 32,768 rules or 262,144 states.
func Parse(text string) (*Grammar, error) {
	if len(text) > maxText {
		return nil, fmt.Errorf("grammar: %d bytes; want at most %d", len(text), maxText)
	}
	if !utf8.ValidString(text) {
		return nil, fmt.Errorf("grammar: the text is not UTF-8")
	}
	p := &parser{text: text, index: map[string]int{}}
	if err := p.grammar(); err != nil {
		return nil, fmt.Errorf("grammar: %w", err)
	}
	if err := p.check(); err != nil {
		return nil, fmt.Errorf("grammar: %w", err)
	}
	return p.compile()
}

// compile writes the rules out as nodes (Thompson 1968).
func (p *parser) compile() (*Grammar, error) {
	b := &builder{classes: map[string]int32{}}
	starts := make([]int32, len(p.rules))
	for i := range p.rules {
		starts[i] = b.node()
	}
	b.starts = starts
	for i, e := range p.rules {
		end := b.node()
		b.nodes[end].final = true
		b.build(e, starts[i], end)
	}
	if len(b.nodes) >= maxNodes {
		return nil, fmt.Errorf("grammar: more than %d states; counts of {m,n} within one another are multiplied", maxNodes)
	}
	return &Grammar{b.nodes, starts[p.index["root"]]}, nil
}

// builder makes nodes, and none beyond the bound.
type builder struct {
	nodes   []node
	starts  []int32
	classes map[string]int32 // by spelling, where a class of more than one byte begins
}

func (b *builder) full() bool { return len(b.nodes) >= maxNodes }

func (b *builder) node() int32 {
	if !b.full() {
		b.nodes = append(b.nodes, node{})
	}
	return int32(len(b.nodes) - 1)
}

func (b *builder) skip(from, to int32) {
	b.nodes[from].empty = append(b.nodes[from].empty, to)
}

// build leads from one node to another through e.
func (b *builder) build(e *expr, from, to int32) {
	switch {
	case b.full():
	case e.op == choice:
		for _, s := range e.subs {
			b.build(s, from, to)
		}
	case e.op == sequence:
		for i, s := range e.subs {
			next := to
			if i < len(e.subs)-1 {
				next = b.node()
			}
			b.build(s, from, next)
			from = next
		}
		if len(e.subs) == 0 {
			b.skip(from, to)
		}
	case e.op == call:
		b.nodes[from].calls = append(b.nodes[from].calls, callEdge{b.starts[e.rule], to})
	case e.op == character:
		b.class(e.set, from, to)
	default:
		b.repeat(e, from, to)
	}
}

// repeat writes e out min times, and then what may follow. Each copy begins at a node of its own, so that none
// of its loops is entered from outside.
func (b *builder) repeat(e *expr, from, to int32) {
	copyOf := func() {
		in, out := b.node(), b.node()
		b.skip(from, in)
		b.build(e.subs[0], in, out)
		from = out
	}
	for i := 0; i < e.min && !b.full(); i++ {
		copyOf()
	}
	if e.max < 0 {
		in, out := b.node(), b.node()
		b.skip(from, in)
		b.skip(in, to)
		b.build(e.subs[0], in, out)
		b.skip(out, in)
		return
	}
	for i := e.min; i < e.max && !b.full(); i++ {
		b.skip(from, to)
		copyOf()
	}
	b.skip(from, to)
}

// class leads on by any character of a set. One of more than one byte is a rule of its own, so that it is written
// out once, however often it is used.
func (b *builder) class(set []span, from, to int32) {
	if len(set) == 1 && set[0].lo == set[0].hi || set[len(set)-1].hi <= 0x7f {
		b.spell(set, from, to)
		return
	}
	key := fmt.Sprint(set)
	start, ok := b.classes[key]
	if !ok {
		start = b.node()
		end := b.node()
		b.nodes[end].final = true
		b.spell(set, start, end)
		b.classes[key] = start
	}
	b.nodes[from].calls = append(b.nodes[from].calls, callEdge{start, to})
}

// spell writes out the bytes of a set; what ends alike ends in the same nodes.
func (b *builder) spell(set []span, from, to int32) {
	ends := map[string]int32{}
	var tail func(run []byteRange) int32
	tail = func(run []byteRange) int32 {
		if len(run) == 0 {
			return to
		}
		key := fmt.Sprint(run)
		n, ok := ends[key]
		if !ok {
			n = b.node()
			next := tail(run[1:])
			b.nodes[n].edges = append(b.nodes[n].edges, edge{run[0], next})
			ends[key] = n
		}
		return n
	}
	for _, s := range set {
		sequences(s, func(run []byteRange) {
			next := tail(run[1:])
			b.nodes[from].edges = append(b.nodes[from].edges, edge{run[0], next})
		})
	}
}
