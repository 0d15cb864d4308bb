package nn

import (
	"fmt"

	"brick/device"
)

// Embedding is a table of rows, one for each id.    ids (B, T) → y (B, T, C)
type Embedding struct {
	W *Param `brick:"weight"` // (V, C)
}

// NewEmbedding declares a table of v rows of c numbers that start from N(0, 0.02²).
func NewEmbedding(v, c int) *Embedding { return &Embedding{NewParam(Normal(0.02), v, c)} }

// Forward looks up the rows of ids.
func (e *Embedding) Forward(ids *Var) *Var { return ids.Embed(e.W.Value()) }

// Notation is embed(c).
func (e *Embedding) Notation() string { return fmt.Sprintf("embed(%d)", e.W.Shape[1]) }

// Position adds a learnt vector for each place of a sequence. In generation it
// counts on from what the tape remembers.
//
//	y[b, t] = x[b, t] + W[p + t]     x, y (B, T, C)   p the positions before this pass
type Position struct {
	W *Param `brick:"weight"` // (P, C): at most P places
}

// NewPosition declares p places of c numbers that start from N(0, 0.01²).
func NewPosition(p, c int) *Position { return &Position{NewParam(Normal(0.01), p, c)} }

// Forward adds the places' vectors.
func (p *Position) Forward(x *Var) *Var {
	if x.Rank() != 3 || x.Dim(2) != p.W.Shape[1] {
		Refuse("position", "want x (B, T, C) with the C of the places", x.Shape(), p.W.Shape)
	}
	first := Places(p, x, p.W.Shape[0])
	w := x.Tape().Use(p.W.Value())
	if n := x.Dim(1); n != p.W.Shape[0] {
		w = w.Slice(0, first, first+n, 1)
	}
	return x.Add(w)
}

// places is how many positions a block has seen.
type places struct{ n int }

// Pick keeps the count, which is the same for all sequences.
func (*places) Pick(device.Device, []int) {}

// Places is the position of x's first element along axis 1: 0, or how many positions block
// b saw before where the tape has a memory, which then counts x's too. It refuses
// positions beyond limit, unless limit is 0.
func Places(b Block, x *Var, limit int) int {
	m := Recall[places](x.Tape(), b)
	first := 0
	if m != nil {
		first = m.n
	}
	if n := first + x.Dim(1); limit > 0 && n > limit {
		Refuse("position", fmt.Sprintf("the context holds %d positions, %d are asked for: shorten the sequence, or build the model with a longer context", limit, n), x.Shape())
	}
	if m != nil {
		m.n += x.Dim(1)
	}
	return first
}

// PlacedEmbedding looks up ids and adds a vector for each place: embed(c,pos=p).
type PlacedEmbedding struct {
	Token *Embedding `brick:"wte"`
	Place *Position  `brick:"wpe"`
}

// NewPlacedEmbedding declares a table of v rows and p places of c numbers.
func NewPlacedEmbedding(v, p, c int) *PlacedEmbedding {
	return &PlacedEmbedding{NewEmbedding(v, c), NewPosition(p, c)}
}

// Forward is the rows of ids plus those of their places.    ids (B, T) → y (B, T, C)
func (e *PlacedEmbedding) Forward(ids *Var) *Var { return e.Place.Forward(e.Token.Forward(ids)) }

// Notation is embed(c,pos=p).
func (e *PlacedEmbedding) Notation() string {
	return fmt.Sprintf("embed(%d,pos=%d)", e.Token.W.Shape[1], e.Place.W.Shape[0])
}
