package nn

// lengths is how long the sequences x (B, T, C), or ids (B, T), of this pass are, as ids (B), or nil where all are full, or x no longer has
// a place for each id.
func lengths(x *Var) *Var {
	t := x.Tape()
	if t == nil || t.Lengths == nil || x.Rank() != 3 && x.IDs() == nil || t.Lengths.Dim(0) != x.Dim(0) || t.Lengths.Inputs()[0].Dim(1) != x.Dim(1) {
		return nil
	}
	return t.Lengths
}

// filled is a mask (B, T) of the places up to the end of x's sequences for attention that would look beyond it, else nil.
func filled(x *Var, causal bool) *Var {
	if n := lengths(x); n != nil && !causal {
		return n.Inputs()[0]
	}
	return nil
}
