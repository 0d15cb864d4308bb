//go:build arm64 && !purego && !f64

package kernel

// swiGLUVector is SwiGLU as levels with vectors compute it; it reports whether the level in use does.
func swiGLUVector(y, gate, up []Float) bool {
	if level == Generic {
		return false
	}
	silu := &doubles[SiLU]
	for i, v := range gate {
		y[i] = silu.of(v) * up[i]
	}
	return true
}

// swiGLUBackVector is SwiGLUBack likewise; products are added with one rounding.
func swiGLUBackVector(dgate, dup, gate, up, dy []Float, addGate, addUp bool) bool {
	if level == Generic {
		return false
	}
	for i, d := range dy {
		y, slope := siluBoth8(float64(gate[i]))
		if dgate != nil {
			addProduct(&dgate[i], Float(slope)*up[i], d, addGate)
		}
		if dup != nil {
			addProduct(&dup[i], Float(y), d, addUp)
		}
	}
	return true
}

// addProduct is  y (=|+=) a·b.
func addProduct(y *Float, a, b Float, add bool) {
	if add {
		*y = fma32(a, b, *y)
	} else {
		*y = a * b
	}
}
