package grad_test

import (
	"testing"

	"brick/grad"
)

// What recording one op costs: forward, backward and reset of sums of single elements.
func BenchmarkTapeOverhead(b *testing.B) {
	x := grad.Param([]grad.Float{1}, 1)
	tape := new(grad.Tape)
	const ops = 100
	for b.Loop() {
		tape.Reset()
		y := tape.Use(x)
		for range ops {
			y = y.Add(x)
		}
		y.Backward()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/ops, "ns/recorded-op")
}
