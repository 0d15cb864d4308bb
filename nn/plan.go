package nn

import (
	"errors"
	"fmt"
	"maps"
	"math/bits"
	"slices"
	"strings"
)

// Any stands for a size that is not known until a batch comes: a sequence's length.
const Any = -1

// An Input is what the data say about a network's two ends. What is not known is 0.
type Input struct {
	Shape   []int // of one example: (features), (C, H, W), or (T) for token ids
	Vocab   int   // token ids are below it; 0 means that the input is numbers
	Outputs int   // numbers wanted for each target: targets, classes or the vocabulary
	Line    int   // of lines to be read: symbols in the longest; the output has scores of the Outputs at every place of a sequence
	Picture []int // shape (C, H, W) of sources that are pictures, whose levels are their ids
	Source  int   // of pairs of texts: the first so many ids of an example are the source, 0 filling it up, the rest the target
}

// Pair is how many places the source and the target of a pair of texts have, or an error where the data are something else.
func (s *Site) Pair(block string) (source, target int, err error) {
	in := s.Input
	switch {
	case !s.IDs || len(in.Shape) != 1 || in.Source < 1 || in.Source >= in.Shape[0]:
		return 0, 0, s.Fail(block+" needs pairs of texts, a source and its target", "train it on dates, or on a .tsv file with --set data.task=translation")
	case in.Vocab == 0:
		return 0, 0, s.Fail(block+" needs to know how many ids there are", "name the data")
	}
	return in.Source, in.Shape[0] - in.Source, nil
}

// Embedded notes that a block has turned ids below vocab into vectors itself, as embed would.
func (s *Site) Embedded(vocab, width int) { s.Vocab, s.Width, s.IDs = vocab, width, false }

// A Site is where a block stands while widths are inferred.
type Site struct {
	In    []int // shape of one example here; Any for an unknown size
	IDs   bool  // these are token ids
	Input Input // of the whole network
	Depth int   // how many Deep blocks the whole stack has
	Last  bool  // no layer that is not Elementwise follows: its size may come from the data

	Vocab int  // of the first embedding, 0 before it
	Width int  // of the first embedding
	Tie   bool // a language model's head shares the embedding's matrix unless told otherwise

	text string
	at   int
	work int
}

// Fail is a *StackError at the block in hand, which does not take what comes in.
func (s *Site) Fail(what, fits string) error { return s.Refuse(ShapeMismatch, what, fits) }

// Refuse is a *StackError at the block in hand.
func (s *Site) Refuse(fault StackFault, what, fits string) error {
	return &StackError{fault, s.text, s.at, what, fits}
}

// LM reports whether the network predicts the next token at every place of a sequence.
func (s *Site) LM() bool {
	return s.Vocab > 0 && len(s.In) == 2 && (s.Input.Outputs == 0 || s.Input.Outputs == s.Input.Vocab || s.Input.Outputs == s.Vocab)
}

// Context is the longest sequence the data give, or d where they do not say.
func (s *Site) Context(d int) int {
	if s.Input.Vocab > 0 && len(s.Input.Shape) == 1 && s.Input.Shape[0] > 0 {
		return s.Input.Shape[0]
	}
	return d
}

// Sequence is the length and width of a sequence of vectors, or an error that says what came instead.
func (s *Site) Sequence(block string) (t, c int, err error) {
	switch {
	case s.IDs:
		return 0, 0, s.Fail(block+" needs vectors, but token ids come in", "put embed(width) before it")
	case len(s.In) != 2:
		hint := ""
		if len(s.In) == 3 {
			hint = "columns before it makes a sequence of an image"
		}
		return 0, 0, s.Fail(fmt.Sprintf("%s needs a sequence (T, C), but each example has shape %s here", block, shapeText(s.In)), hint)
	case s.In[1] == Any:
		return 0, 0, s.Fail(block+" needs a known width", "put linear(width) before it")
	}
	return s.In[0], s.In[1], nil
}

// A Network is a stack whose widths are known: counted, but not declared.
type Network struct {
	Text  string
	Input Input
	Out   []int // shape of one example of the output
	nodes []node
}

// node is one block, repeated; or a bracket of nodes, repeated.
type node struct {
	count   int
	declare func(m *Maker) Block
	inside  []node
}

// maxWork bounds how many blocks of different input shapes a stack may have, and
// maxBlocks how many can be declared.
const (
	maxWork   = 100_000
	maxBlocks = 200_000
)

// Plan infers the widths of a stack from what comes in. Repeated blocks that keep
// their input's shape are worked out once, so a stack of any size is planned at
// once. The error is a *StackError.
func Plan(stack *Stack, in Input) (*Network, error) {
	s := &Site{Input: in, text: stack.Text, at: 1, Depth: depth(stack.Items, 1)}
	s.In = slices.Clone(in.Shape)
	if in.Vocab > 0 || len(stack.Items) > 0 && stack.Items[0].Name == "embed" {
		s.IDs = true
		s.In = []int{Any}
		if len(in.Shape) == 1 && in.Shape[0] > 0 {
			s.In[0] = in.Shape[0]
		}
	} else if len(in.Shape) == 0 {
		s.In = []int{Any}
	}
	for _, d := range append([]int{in.Vocab, in.Outputs}, in.Shape...) {
		if d < 0 || d > MaxSize {
			return nil, s.Refuse(TooLarge, fmt.Sprintf("the data have a size of %d", d), fmt.Sprintf("sizes from 0 to %d fit", MaxSize))
		}
	}
	nodes, err := s.items(stack.Items, true)
	if err != nil {
		return nil, err
	}
	n := &Network{Text: stack.Text, Input: in, Out: s.In, nodes: nodes}
	if err := n.fits(s); err != nil {
		return nil, err
	}
	if _, err := n.Count(); err != nil {
		return nil, err
	}
	return n, nil
}

// depth counts the Deep blocks, up to a bound that no model passes.
func depth(items []Item, times int) (n int) {
	for _, it := range items {
		k := min(times*it.Count, maxRepeat)
		if d := defs[it.Name]; d != nil && d.Deep {
			n += k
		}
		n += depth(it.Body, k)
	}
	return min(n, maxRepeat)
}

// items works out a list of items; last says that nothing but elementwise blocks follows it.
func (s *Site) items(list []Item, last bool) (nodes []node, err error) {
	end := len(list) - 1 // the last item that is not elementwise
	for end > 0 {
		if d := defs[list[end].Name]; d == nil || !d.Elementwise {
			break
		}
		end--
	}
	for i := range list {
		n, err := s.repeat(&list[i], last && i >= end && list[i].Count == 1)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, n...)
	}
	return nodes, nil
}

// repeat works out an item as often as its input's shape changes.
func (s *Site) repeat(it *Item, last bool) (nodes []node, err error) {
	for i := 0; i < it.Count; {
		before := state{s.IDs, s.Vocab, s.Tie}
		in := s.In
		n, err := s.item(it, last)
		if err != nil {
			return nil, err
		}
		n.count = 1
		if slices.Equal(in, s.In) && before == (state{s.IDs, s.Vocab, s.Tie}) {
			n.count = it.Count - i
		}
		i += n.count
		nodes = append(nodes, n)
	}
	return nodes, nil
}

// state is what else of a Site may change from one repetition to the next.
type state struct {
	ids   bool
	vocab int
	tie   bool
}

func (s *Site) item(it *Item, last bool) (n node, err error) {
	s.at, s.Last = it.Column, last
	if s.work++; s.work > maxWork {
		return n, s.Refuse(TooLarge, "the stack has too many blocks of different shapes", fmt.Sprintf("at most %d fit", maxWork))
	}
	if it.Name == "" {
		n.inside, err = s.items(it.Body, last)
		return n, err
	}
	s.at = it.At
	d := defs[it.Name]
	if d == nil {
		what := fmt.Sprintf("no block is called %q", it.Name)
		names := slices.Sorted(maps.Keys(defs))
		if near, ok := Nearest(it.Name, names); ok {
			return n, s.Refuse(UnknownBlock, what, "did you mean "+defs[near].Usage()+"?")
		}
		return n, s.Refuse(UnknownBlock, what, "there are "+strings.Join(names, ", "))
	}
	if it.Holds != d.Holds {
		if d.Holds {
			return n, s.Refuse(BadNotation, it.Name+" needs a stack in brackets", "write "+it.Name+"[…]")
		}
		return n, s.Refuse(BadNotation, it.Name+" holds no other blocks", "put a space and the next block after it, or a count before the bracket, such as 2*[…]")
	}
	a, err := d.read(s.text, it)
	if err != nil {
		return n, err
	}
	if d.Holds {
		return s.residual(it)
	}
	out, declare, err := d.Fit(s, a)
	if err != nil {
		return n, err
	}
	for _, x := range out {
		if x > MaxSize {
			return n, s.Refuse(TooLarge, fmt.Sprintf("%s gives %s for each example", it.Name, shapeText(out)), fmt.Sprintf("an axis has at most %d", MaxSize))
		}
	}
	s.In = out
	n.declare = declare
	return n, nil
}

// residual works out residual[…], whose inside must keep the shape.
func (s *Site) residual(it *Item) (n node, err error) {
	at, in := s.at, slices.Clone(s.In)
	if s.IDs {
		return n, s.Fail("residual needs numbers, but token ids come in", "put embed(width) before it")
	}
	inside, err := s.items(it.Body, false)
	if err != nil {
		return n, err
	}
	if !slices.Equal(in, s.In) {
		s.at = at
		return n, s.Fail(fmt.Sprintf("residual adds its input %s to its output %s", shapeText(in), shapeText(s.In)), "its last block must give the input's shape back")
	}
	n.inside = inside
	n.declare = func(m *Maker) Block {
		var r Residual
		r.Chain = declare(nil, inside, m)
		return &r
	}
	return n, nil
}

// Declare makes the network's blocks, without memory. It errs when they are too many to list.
func (n *Network) Declare() (Chain, error) {
	if k := size(n.nodes); k > maxBlocks {
		return nil, &StackError{TooLarge, n.Text, 1, fmt.Sprintf("the stack has %d blocks", k), fmt.Sprintf("at most %d can be built; more can only be counted", maxBlocks)}
	}
	return declare(nil, n.nodes, &Maker{}), nil
}

func declare(c Chain, nodes []node, m *Maker) Chain {
	for _, n := range nodes {
		for range n.count {
			if n.declare != nil {
				c = append(c, n.declare(m))
			} else {
				c = declare(c, n.inside, m)
			}
		}
	}
	return c
}

// size is how many blocks nodes make, up to a bound.
func size(nodes []node) int {
	k := 0
	for _, n := range nodes {
		one := size(n.inside)
		if n.declare != nil {
			one++
		}
		k = min(k+one*n.count, 1<<40) // one ≤ 2⁴⁰ and count ≤ 10⁶ < 2²⁰
	}
	return k
}

var errOverflow = errors.New("overflow")

// Count is how many parameters the network has. Repeated blocks are counted once
// and multiplied. The error is a *StackError for numbers beyond 2⁶³.
func (n *Network) Count() (int, error) {
	k, err := count(n.nodes, &Maker{}, map[*Param]bool{})
	if err != nil {
		return 0, &StackError{TooLarge, n.Text, 1, "the stack has more parameters than can be counted", "at most 2^63 − 1"}
	}
	return k, nil
}

func count(nodes []node, m *Maker, seen map[*Param]bool) (total int, err error) {
	for _, n := range nodes {
		one := 0
		if n.inside != nil {
			if one, err = count(n.inside, m, seen); err != nil {
				return 0, err
			}
		} else {
			for _, p := range Params(n.declare(m)) {
				if !seen[p] {
					seen[p] = true
					one += p.Len()
				}
			}
		}
		hi, lo := bits.Mul64(uint64(one), uint64(n.count))
		sum, carry := bits.Add64(lo, uint64(total), 0)
		if hi != 0 || carry != 0 || sum>>63 != 0 {
			return 0, errOverflow
		}
		total = int(sum)
	}
	return total, nil
}

// shapeText writes a shape of one example, such as (T, 64) for an unknown length.
func shapeText(shape []int) string {
	parts := make([]string, len(shape))
	for i, d := range shape {
		parts[i] = fmt.Sprint(d)
		if d == Any {
			parts[i] = "?"
		}
	}
	return "(" + strings.Join(parts, ", ") + ")"
}
