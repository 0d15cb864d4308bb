//go:build amd64 && !purego && !f64

package kernel

// maxPool2Vector is MaxPool of windows of 2×2 side by side, all within the plane; it reports whether the level in use has it.
func maxPool2Vector(y []Float, arg []int32, x []Float, p *PoolSize) bool {
	if level != AVX512 || p.OH == 0 || p.OW == 0 {
		return false
	}
	y, x = y[:p.OH*p.OW], x[:p.H*p.W]
	var at *int32
	if arg != nil {
		at = &arg[:len(y)][0]
	}
	maxPool2AVX512(&y[0], at, &x[0], p.OH, p.OW, p.W)
	return true
}
