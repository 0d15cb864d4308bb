//go:build unix

package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// randomFloats is n normal numbers, and NaN and infinities among them where that is asked for.
func randomFloats(r *rand.Rand, n int, special bool) []Float {
	x := make([]Float, n)
	for i := range x {
		x[i] = Float(3 * r.NormFloat64())
		if special && r.IntN(8) == 0 {
			x[i] = []Float{inf, -inf, Float(math.NaN()), 0}[r.IntN(4)]
		}
	}
	return x
}

// sameFloats reports whether x and y hold the same numbers, NaN counting as itself.
func sameFloats(x, y []Float) bool {
	for i := range x {
		if x[i] != y[i] && (x[i] == x[i] || y[i] == y[i]) {
			return false
		}
	}
	return len(x) == len(y)
}

// sizes are lengths of rows that try every way in which a vector can be cut off.
func sizes() (n []int) {
	for i := range 49 {
		n = append(n, i)
	}
	return append(n, 255, 256, 257, 1000, 4099)
}

// Map and MapBack of every function stay within their slices, and do the same to an element wherever it stands.
func TestMapEdges(t *testing.T) {
	everyLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		for f := range Fn(numFns) {
			for _, n := range sizes() {
				x, y, dx, dy := guardedCopy(t, randomFloats(r, n, true)), guarded(t, n), guarded(t, n), guardedCopy(t, randomFloats(r, n, false))
				Map(f, y, x, &testConstants)
				MapBack(f, dx, x, x, dy, &testConstants, false)
				y2, dx2 := guardedCopy(t, dy), guardedCopy(t, dy)
				MapAdd(f, y2, x, &testConstants)
				MapBack(f, dx2, x, x, dy, &testConstants, true)
				for i := range n {
					var v, d [1]Float
					Map(f, v[:], x[i:i+1], &testConstants)
					MapBack(f, d[:], x[i:i+1], x[i:i+1], dy[i:i+1], &testConstants, false)
					if !sameFloats(v[:], y[i:i+1]) || !sameFloats(d[:], dx[i:i+1]) {
						t.Fatalf("%v: element %d of %d is %v, slope %v; alone %v, %v", f, i, n, y[i], dx[i], v, d)
					}
					if x[i] != x[i] && f != Sign && y[i] == y[i] {
						t.Fatalf("%v: NaN becomes %v", f, y[i])
					}
					if want := dy[i] + y[i]; want == want && y2[i] != want {
						t.Fatalf("%v: element %d of %d is %v added to, want %v", f, i, n, y2[i], want)
					}
					if want := dy[i] + dx[i]; want == want && math.Abs(float64(dx2[i]-want)) > 1e-6*(math.Abs(float64(dy[i]))+math.Abs(float64(dx[i]))) {
						t.Fatalf("%v: slope %d of %d is %v added to, want %v", f, i, n, dx2[i], want)
					}
				}
			}
		}
	})
}
