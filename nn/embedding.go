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
	return addPlaces(p, x, p.W)
}

// places is how many positions a block has seen.
type places struct {
	n int
	several[places]
}

// Pick keeps the count, which is the same for all sequences.
func (*places) Pick(device.Device, []int) {}

// CanRewind is nil if n positions were seen.
func (m *places) CanRewind(n int) error { return canRewind(n, m.n) }

// Rewind forgets all but the first n positions.
func (m *places) Rewind(n int) { m.n = n }

// addPlaces adds the vectors of x's places, rows of w, to x; they go on from those that block b saw before where the tape
// has a memory. It refuses places that w has not.    x, y (B, T, C)  w (P, C)
func addPlaces(b Block, x *Var, w *Param) *Var {
	m := Recall[places](x.Tape(), b)
	if m != nil && m.all != nil {
		return m.each("position", x, 1, func(_ int, past *places, x *Var) *Var { return past.add(x, w) })
	}
	return m.add(x, w)
}

// add is addPlaces of one conversation.
func (m *places) add(x *Var, w *Param) *Var {
	T, P, first := x.Dim(1), w.Shape[0], 0
	if m != nil {
		first = m.n
	}
	if first+T > P {
		Refuse("position", fmt.Sprintf("the context holds %d positions, %d are asked for: shorten the sequence, or build the model with a longer context", P, first+T), x.Shape())
	}
	if m != nil {
		m.n += T
	}
	rows := x.Tape().Use(w.Value())
	if T != P {
		rows = rows.Slice(0, first, first+T, 1)
	}
	return x.Add(rows)
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
