//go:build amd64 && !purego && !f64

package kernel

// swiGLUVector is SwiGLU with vectors; it reports whether the level in use has them.
func swiGLUVector(y, gate, up []Float) bool {
	switch {
	case level == Generic:
		return false
	case len(y) == 0:
	case level == AVX512:
		swiGLUAVX512(&y[0], &gate[0], &up[0], len(y))
	default:
		swiGLUAVX2(&y[0], &gate[0], &up[0], len(y))
	}
	return true
}

// swiGLUBackVector is SwiGLUBack likewise.
func swiGLUBackVector(dgate, dup, gate, up, dy []Float, addGate, addUp bool) bool {
	if level == Generic {
		return false
	}
	if len(dy) == 0 {
		return true
	}
	var g, u *Float
	if dgate != nil {
		g = &dgate[0]
	}
	if dup != nil {
		u = &dup[0]
	}
	if level == AVX512 {
		swiGLUBackAVX512(g, u, &gate[0], &up[0], &dy[0], len(dy), addGate, addUp)
	} else {
		swiGLUBackAVX2(g, u, &gate[0], &up[0], &dy[0], len(dy), addGate, addUp)
	}
	return true
}
