//go:build unix

package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// Zip and its ways back are the loops of their comments for every stride, and stay within their slices.
func TestZipEdges(t *testing.T) {
	everyLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(3, 4))
		for f := range Fn2(numFn2s) {
			def := &Fn2s[f]
			for _, n := range sizes()[1:] {
				for k := range 4 {
					sa, sb := k&1, k>>1
					a, b := guardedCopy(t, randomFloats(r, (n-1)*sa+1, f != PowOf2)), guardedCopy(t, randomFloats(r, (n-1)*sb+1, f != PowOf2))
					if n > 2 && sa+sb == 2 {
						b[1], a[n-1], b[n-1] = a[1], 0, 0 // a tie, and no slope
					}
					dy, old := guardedCopy(t, randomFloats(r, n, false)), randomFloats(r, n, false)
					for _, c := range []struct {
						name string
						do   func(y []Float, add bool)
						want func(a, b, dy Float) Float
					}{
						{"zip", func(y []Float, add bool) { Zip(f, y, a, b, sa, sb, add) }, func(a, b, _ Float) Float { return def.F(a, b) }},
						{"∂a", func(y []Float, add bool) { ZipBackA(f, y, a, b, dy, sa, sb, add) }, func(a, b, dy Float) Float { return def.SlopeA(a, b) * dy }},
						{"∂b", func(y []Float, add bool) { ZipBackB(f, y, a, b, dy, sa, sb, add) }, func(a, b, dy Float) Float { return def.SlopeB(a, b) * dy }},
					} {
						y, sum := guarded(t, n), guardedCopy(t, old)
						c.do(y, false)
						c.do(sum, true)
						for i := range n {
							v := c.want(a[i*sa], b[i*sb], dy[i])
							near(t, fmt.Sprintf("%v %s, strides %d %d, element %d of %d", f, c.name, sa, sb, i, n), y[i], v, v)
							near(t, fmt.Sprintf("%v %s added, strides %d %d, element %d of %d", f, c.name, sa, sb, i, n), sum[i], old[i]+v, max(v, -v)+max(old[i], -old[i]))
						}
					}
				}
			}
		}
	})
}

// near fails unless got is want to within two units of size, or both are the same infinity or NaN.
func near(t *testing.T, what string, got, want, size Float) {
	t.Helper()
	ε := math.Ldexp(1, -22)
	if FloatBits == 64 {
		ε = math.Ldexp(1, -51)
	}
	if got == want || got != got && want != want {
		return
	}
	if !(math.Abs(float64(got)-float64(want)) <= ε*math.Abs(float64(size))) || math.IsInf(float64(size), 0) {
		t.Fatalf("%s: found %v, want %v", what, got, want)
	}
}

// Copies of every stride and Fill stay within their slices.
func TestCopyEdges(t *testing.T) {
	everyLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(5, 6))
		for _, n := range sizes()[1:] {
			for _, sx := range []int{0, 1, 3} {
				for _, scale := range []Float{1, -0.3} {
					x, old := guardedCopy(t, randomFloats(r, (n-1)*sx+1, false)), randomFloats(r, n, false)
					y, sum := guarded(t, n), guardedCopy(t, old)
					Copy(y, x, 1, sx, n, scale, false)
					Copy(sum, x, 1, sx, n, scale, true)
					for i := range n {
						v := Float(scale * x[i*sx])
						near(t, fmt.Sprintf("copy %d of %d", i, n), y[i], v, 0)
						near(t, fmt.Sprintf("copy %d of %d added", i, n), sum[i], old[i]+v, max(v, -v)+max(old[i], -old[i]))
					}
				}
			}
			y := guarded(t, n)
			Fill(y, 1.5)
			for i, v := range y {
				if v != 1.5 {
					t.Fatalf("fill: element %d of %d is %v", i, n, v)
				}
			}
		}
	})
}
