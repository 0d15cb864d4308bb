//go:build unix

package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// SwiGLU and its way back stay within their slices, have the same bits at all levels with vectors, and are those of SiLU.
func TestSwiGLUEdges(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for _, n := range sizes()[1:] {
		gate, up, dy, old := randomFloats(r, n, false), randomFloats(r, n, false), randomFloats(r, n, false), randomFloats(r, n, false)
		for k := range 9 {
			g, u := k%3, k/3 // none, set, add
			sameAtEveryLevel(t, fmt.Sprintf("swiglu of %d, modes %d %d", n, g, u), append(old, old...), func(z []Float) {
				dgate, dup := z[:n], z[n:]
				if g == 0 {
					dgate = nil
				}
				if u == 0 {
					dup = nil
				}
				SwiGLUBack(dgate, dup, guardedCopy(t, gate), guardedCopy(t, up), guardedCopy(t, dy), g == 2, u == 2)
			})
		}
		sameAtEveryLevel(t, fmt.Sprintf("swiglu of %d, one gradient", n), old, func(z []Float) { SwiGLUBack(z, z, gate, up, dy, false, true) })
		sameAtEveryLevel(t, fmt.Sprintf("swiglu of %d", n), old, func(z []Float) { SwiGLU(z, guardedCopy(t, gate), guardedCopy(t, up)) })
		y, s := make([]Float, n), make([]Float, n)
		SwiGLU(y, gate, up)
		Map(SiLU, s, gate, &noArgs)
		for i := range y {
			near(t, "swiglu", y[i], s[i]*up[i], s[i]*up[i])
		}
	}
}
