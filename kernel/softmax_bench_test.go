package kernel

import (
	"fmt"
	"testing"
)

// BenchmarkScores times what is done to rows of scores. Bytes are what memory must move at least.
func BenchmarkScores(b *testing.B) {
	for _, n := range []int{256, 1024, 50257} {
		rows := max(1, 32<<20/4/n) // beyond every cache: rows follow each other
		if n < 2000 {
			rows = 8
		}
		x, y, d := make([]Float, rows*n), make([]Float, rows*n), make([]Float, rows*n)
		for i := range x {
			x[i] = Float(i%64)/8 - 4
		}
		for _, c := range []struct {
			name  string
			bytes int
			do    func(x, y, d []Float)
		}{
			{"softmax", 8, func(x, y, _ []Float) { Softmax(y, x) }},
			{"softmax-back", 12, func(x, y, d []Float) { SoftmaxBack(d, y, x, false) }},
			{"log-softmax", 8, func(x, y, _ []Float) { LogSoftmax(y, x) }},
			{"cross-entropy", 4, func(x, _, _ []Float) { CrossEntropy(x, 3, nil, 0, false) }},
			{"cross-entropy-back", 8, func(x, y, _ []Float) { CrossEntropyBack(y, x, 3, nil, 0, 5, 0.1, false, false) }},
			{"cross-entropy-back-in-place", 8, func(x, _, _ []Float) { CrossEntropyBack(x, x, 3, nil, 0, 5, 0.1, false, false) }},
			{"swiglu", 12, func(x, y, d []Float) { SwiGLU(d, x, y) }},
			{"swiglu-back", 20, func(x, y, d []Float) { SwiGLUBack(y, d, x, x, x, false, false) }},
			{"fill", 4, func(x, y, d []Float) { Fill(y, 1) }},
			{"scale", 8, func(x, y, d []Float) { Copy(y, x, 1, 1, n, 0.5, false) }},
			{"add", 12, func(x, y, d []Float) { Zip(AddOf, d, x, y, 1, 1, false) }},
			{"mul-right", 8, func(x, y, d []Float) { Zip(MulOf, d, x, y, 1, 0, false) }},
		} {
			for _, l := range Levels() {
				b.Run(fmt.Sprintf("op=%s/n=%d/level=%v", c.name, n, l), func(b *testing.B) {
					defer SetLevel(l)()
					r := 0
					for b.Loop() {
						at := r % rows * n
						c.do(x[at:][:n], y[at:][:n], d[at:][:n])
						r++
					}
					perElement(b, n, c.bytes)
				})
			}
		}
	}
}
