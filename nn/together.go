package nn

import (
	"fmt"

	"brick/grad"
)

// Together is the memory of a tape whose next pass reads several conversations at once. Their ids lie one after the other,
// (1, ΣT): first lengths[0] of conversation 0, which goes on from memories[0], and so on; each has 1 or more. Blocks that
// see each place by itself see one long sequence; attention, positions and recurrent layers see each conversation
// alone, with its own memory. So each gets the numbers of a pass of its own.
//
// Both slices are read in every pass and may change in place between passes; each memory is a map as a tape's own, such as
// Remember.Memory makes, and may serve a tape alone at another time. Blocks that look at all places of a sequence without
// a memory refuse such a pass.
func Together(lengths []int, memories []map[any]any) map[any]any {
	if len(lengths) != len(memories) {
		panic(fmt.Sprintf("nn: %d lengths of the conversations of %d memories", len(lengths), len(memories)))
	}
	return map[any]any{shared{}: &conversations{lengths, memories}}
}

// shared is where a tape's memory holds its conversations.
type shared struct{}

type conversations struct {
	lengths  []int
	memories []map[any]any
}

// together is the conversations of t's pass, or nil.
func together(t *grad.Tape) *conversations {
	if t == nil || t.Memory == nil {
		return nil
	}
	c, _ := t.Memory[shared{}].(*conversations)
	return c
}

// alone refuses a pass over several conversations.
func alone(name string, x *Var) {
	if together(x.Tape()) != nil {
		Refuse(name, "it looks at all places of a sequence, and this pass reads several conversations: give each a pass of its own", x.Shape())
	}
}

// A joiner is a memory that is one for each conversation.
type joiner interface {
	join(c *conversations, b Block)
}

// several is what a block remembers of each of several conversations.
type several[M any] struct {
	parts []*M
	all   *conversations
	ys    []*Var
}

func (s *several[M]) join(c *conversations, b Block) {
	s.all, s.parts = c, s.parts[:0]
	for _, memory := range c.memories {
		s.parts = append(s.parts, recalled[M](memory, b))
	}
}

// check refuses x (1, ΣT, …) of another length than the conversations have.
func (s *several[M]) check(name string, x *Var) {
	sum, least := 0, 1
	for _, n := range s.all.lengths {
		sum, least = sum+n, min(least, n)
	}
	if x.Dim(0) != 1 || x.Dim(1) != sum || least < 1 {
		Refuse(name, fmt.Sprintf("the pass reads conversations of %d positions in all: want 1 or more of each, one after the other, as one sequence", sum), x.Shape())
	}
}

// each joins f of each conversation's part of x (1, ΣT, …) along an axis.
func (s *several[M]) each(name string, x *Var, axis int, f func(i int, past *M, x *Var) *Var) *Var {
	s.check(name, x)
	at := 0
	s.ys = s.ys[:0]
	for i, n := range s.all.lengths {
		s.ys = append(s.ys, f(i, s.parts[i], x.Slice(1, at, at+n, 1)))
		at += n
	}
	return grad.Concat(axis, s.ys...)
}
