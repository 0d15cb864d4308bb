package kernel

// SwiGLU is  y = silu(gate)·up,  silu(x) = x·σ(x).
func SwiGLU(y, gate, up []Float) {
	gate, up = gate[:len(y)], up[:len(y)]
	if swiGLUVector(y, gate, up) {
		return
	}
	for i := range y {
		y[i] = silu(gate[i]) * up[i]
	}
}

// SwiGLUBack is the way back of SwiGLU; a nil result is not wanted.
//
//	s = σ(gate)    dgate (=|+=) s·(1 + gate·(1−s))·up·dy    dup (=|+=) gate·s·dy
//
// Each element of dgate is done before that of dup, so both may be the same memory.
func SwiGLUBack(dgate, dup, gate, up, dy []Float, addGate, addUp bool) {
	gate, up = gate[:len(dy)], up[:len(dy)]
	if swiGLUBackVector(dgate, dup, gate, up, dy, addGate, addUp) {
		return
	}
	for i, d := range dy {
		if dgate != nil {
			v := Float(siluSlope(gate[i]) * up[i] * d)
			if addGate {
				v += dgate[i]
			}
			dgate[i] = v
		}
		if dup != nil {
			v := Float(silu(gate[i]) * d)
			if addUp {
				v += dup[i]
			}
			dup[i] = v
		}
	}
}
