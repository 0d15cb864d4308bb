package grad

// Embed looks ids up in a table: id n becomes row n. An id out of range panics
// with a *RangeError that names its place.
//
//	y = w[ids]    ∂w[n] = Σ ∂y over the places with ids = n        ids (...)  w (V, C)  y (..., C)
func (ids *Var) Embed(w *Var) *Var {
	if w.rank != 2 {
		mismatch("embedding", "the table must be (V, C)", ids, w)
	}
	return w.index(embedding, 0, ids)
}

var embedding = newOp("embedding", indexForward, indexBackward).reading(in1).taking()
