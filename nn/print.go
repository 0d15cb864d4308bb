package nn

import (
	"fmt"
	"slices"
	"strings"
)

// A Noted block can be written in stack notation.
type Noted interface {
	Block
	// Notation is the block with all its arguments, such as linear(64).
	Notation() string
}

// A Tying block makes heads after it share the embedding's matrix by default.
type Tying interface{ TiesHead() }

// A block that Embeds turns ids into vectors itself; a head after it may share the matrix.
type Embeds interface{ Table() *Param }

// Print writes a model made of standard blocks in stack notation, shortest form:
// Parse and Plan with the same Input give the same network, a chain within a chain
// as one. It errs for a block that has no notation.
func Print(b Block) (string, error) {
	if c, ok := b.(Chain); ok {
		return printChain(c)
	}
	n, ok := b.(Noted)
	if !ok {
		return "", fmt.Errorf("nn: a block of type %T has no stack notation", b)
	}
	return n.Notation(), nil
}

// Notation is the chain in stack notation, with … for a block that has none; Print errs instead.
func (c Chain) Notation() string {
	s, err := Print(c)
	if err != nil {
		return "…"
	}
	return s
}

// Notation is residual[…].
func (r *Residual) Notation() string { return "residual[" + r.Chain.Notation() + "]" }

func printChain(c Chain) (string, error) {
	var parts []string
	var table *Param // of the first embedding
	tie := false
	head := len(c) - 1 // the last layer: only elementwise blocks follow it
	for head > 0 && elementwise(c[head]) {
		head--
	}
	sequence := true // one output for each place
	for i, b := range c {
		var text string
		switch v := b.(type) {
		case *Linear:
			text = v.Notation()
			if i == head && table != nil && sequence {
				text = printHead(v, table, tie)
			}
		case *Residual:
			inner, err := printChain(v.Chain)
			if err != nil {
				return "", err
			}
			text = "residual[" + inner + "]"
		case Chain:
			inner, err := printChain(v)
			if err != nil {
				return "", err
			}
			text = "[" + inner + "]"
		case Noted:
			text = v.Notation()
		default:
			return "", fmt.Errorf("nn: block %d of type %T has no stack notation", i, b)
		}
		switch v := b.(type) {
		case *Embedding:
			if table == nil {
				table = v.W
			}
		case *PlacedEmbedding:
			if table == nil {
				table = v.Token.W
			}
		case Embeds:
			if table == nil {
				table = v.Table()
			}
		case *MeanTime, *Flatten, *Reshape:
			sequence = false
		}
		if _, ok := b.(Tying); ok {
			tie = true
		}
		parts = append(parts, text)
	}
	return fold(parts), nil
}

func elementwise(b Block) bool {
	switch b.(type) {
	case *Activation, *Dropout:
		return true
	}
	return false
}

// printHead writes the last layer of a language model.
func printHead(l *Linear, table *Param, tie bool) string {
	if l.W.Shape[0] != table.Shape[0] {
		return l.Notation()
	}
	tied := l.W == table
	tie = tie && l.W.Shape[1] == table.Shape[1]
	var args []string
	if l.B != nil {
		if !tied && !tie {
			return l.Notation() // with its size it has a bias
		}
		args = append(args, "bias=true")
	}
	if tied != tie {
		args = append(args, fmt.Sprintf("tied=%v", tied))
	}
	if len(args) == 0 {
		return "linear"
	}
	return "linear(" + strings.Join(args, ",") + ")"
}

// fold writes a list of blocks, repeated stretches as n*block or n*[…].
func fold(parts []string) string {
	const longest = 64 // blocks of a stretch that is looked for
	ids := map[string]int{}
	list := make([]int, len(parts))
	for i, p := range parts {
		if _, ok := ids[p]; !ok {
			ids[p] = len(ids)
		}
		list[i] = ids[p]
	}
	var out []string
	for i := 0; i < len(list); {
		best, times := 1, 1
		for n := 1; n <= min(longest, (len(list)-i)/2); n++ {
			k := 1
			for i+(k+1)*n <= len(list) && slices.Equal(list[i:i+n], list[i+k*n:i+(k+1)*n]) {
				k++
			}
			if k > 1 && k*n > best*times {
				best, times = n, k
			}
		}
		switch {
		case times == 1:
			out = append(out, parts[i])
		case best == 1:
			out = append(out, fmt.Sprintf("%d*%s", times, parts[i]))
		default:
			out = append(out, fmt.Sprintf("%d*[%s]", times, fold(parts[i:i+best])))
		}
		i += best * times
	}
	return strings.Join(out, " ")
}
