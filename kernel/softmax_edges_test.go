//go:build unix

package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// What is done to rows and lines stays within its slices, is near at every level to the plain loops, and has the same
// bits at all levels with vectors.
func TestRowEdges(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, n := range append(sizes()[1:], 3*sumBlock+5) {
		x, y, dy, old := randomFloats(r, n, false), randomFloats(r, n, false), randomFloats(r, n, false), randomFloats(r, n, false)
		target, k := n/2, Float(1/math.Sqrt(float64(n)))
		for _, c := range []struct {
			name string
			do   func(z, x, y, dy []Float)
		}{
			{"softmax", func(z, x, _, _ []Float) { Softmax(z, x) }},
			{"log softmax", func(z, x, _, _ []Float) { LogSoftmax(z, x) }},
			{"softmax back", func(z, _, y, dy []Float) { SoftmaxBack(z, y, dy, false) }},
			{"softmax back added", func(z, _, y, dy []Float) { SoftmaxBack(z, y, dy, true) }},
			{"log softmax back", func(z, _, y, dy []Float) { LogSoftmaxBack(z, y, dy, false) }},
			{"log softmax back added", func(z, _, y, dy []Float) { LogSoftmaxBack(z, y, dy, true) }},
			{"log-sum-exp", func(z, x, _, _ []Float) { z[0] = LogSumExp(x) }},
			{"cross-entropy", func(z, x, _, _ []Float) { z[0], z[n-1] = CrossEntropy(x, target, nil, 0.1, false) }},
			{"cross-entropy back", func(z, x, _, _ []Float) { CrossEntropyBack(z, x, target, nil, 0.1, 3, k, false, false) }},
			{"cross-entropy back added", func(z, x, _, _ []Float) { CrossEntropyBack(z, x, target, nil, 0, 3, k, false, true) }},
			{"weighted cross-entropy back", func(z, x, y, _ []Float) { CrossEntropyBack(z, x, target, y, 0.1, 3, k, false, false) }},
			{"cross-entropy back in place", func(z, x, _, _ []Float) {
				copy(z, x)
				CrossEntropyBack(z, z, target, nil, 0, 3, k, false, false)
			}},
		} {
			sameAtEveryLevel(t, fmt.Sprintf("%s of %d", c.name, n), old, func(z []Float) {
				c.do(z, guardedCopy(t, x), guardedCopy(t, y), guardedCopy(t, dy))
			})
		}
	}
	for _, s := range [][2]int{{1, 1}, {3, 7}, {5, 16}, {2, 33}, {4, 300}, {17, 40}} {
		n, lines := s[0], s[1]
		x, y, dy, old := randomFloats(r, n*lines, false), randomFloats(r, n*lines, false), randomFloats(r, n*lines, false), randomFloats(r, n*lines, false)
		for _, log := range []bool{false, true} {
			sameAtEveryLevel(t, fmt.Sprintf("%d lines of %d", lines, n), old, func(z []Float) { SoftmaxLines(z, guardedCopy(t, x), n, lines, lines, log) })
			for _, add := range []bool{false, true} {
				sameAtEveryLevel(t, fmt.Sprintf("%d lines of %d, back", lines, n), old, func(z []Float) {
					SoftmaxLinesBack(z, guardedCopy(t, y), guardedCopy(t, dy), n, lines, lines, log, add)
				})
			}
		}
		z, line, want := slices.Clone(x), make([]Float, n), make([]Float, n)
		SoftmaxLines(z, z, n, lines, lines, false)
		for i := range lines {
			for k := range n {
				line[k] = x[k*lines+i]
			}
			Softmax(want, line)
			for k := range n {
				near(t, "a line and a row", z[k*lines+i], want[k], 8*want[k])
			}
		}
	}
}

// sameAtEveryLevel calls do with a copy of z at each level and compares what it leaves there.
func sameAtEveryLevel(t *testing.T, what string, z []Float, do func(z []Float)) {
	t.Helper()
	var plain, vector []Float
	largest := 0.0
	for _, l := range Levels() {
		restore := SetLevel(l)
		got := guardedCopy(t, z)
		do(got)
		restore()
		switch {
		case l == Generic:
			plain = got
			for _, v := range got {
				largest = max(largest, math.Abs(float64(v)))
			}
		case vector == nil:
			vector = got
		case !slices.Equal(got, vector):
			t.Fatalf("%s: other bits at %v", what, l)
		}
		for i, v := range got {
			if !(math.Abs(float64(v-plain[i])) <= 1e-6*largest) {
				t.Fatalf("%s at %v: element %d is %v, want %v", what, l, i, v, plain[i])
			}
		}
	}
}
