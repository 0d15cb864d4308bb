package kernel

import "testing"

// BenchmarkMap times functions and slopes on rows that fit the first cache.
func BenchmarkMap(b *testing.B) {
	const n = 2048
	x, y, dy := make([]Float, n), make([]Float, n), make([]Float, n)
	for i := range x {
		x[i], dy[i] = Float(i%64)/8-4, 1
	}
	for f := range Fn(numFns) {
		for _, l := range Levels() {
			b.Run("f="+f.String()+"/level="+l.String(), func(b *testing.B) {
				defer SetLevel(l)()
				for b.Loop() {
					Map(f, y, x, &testConstants)
				}
				perElement(b, n, 8)
			})
			b.Run("f="+f.String()+"′/level="+l.String(), func(b *testing.B) {
				defer SetLevel(l)()
				for b.Loop() {
					MapBack(f, y, x, x, dy, &testConstants, false)
				}
				perElement(b, n, 12)
			})
		}
	}
}

// perElement reports the time an element takes and the rate at which its bytes are moved.
func perElement(b *testing.B, n, bytes int) {
	ns := float64(b.Elapsed().Nanoseconds()) / float64(b.N) / float64(n)
	b.ReportMetric(ns, "ns/element")
	b.ReportMetric(float64(bytes)/ns, "GB/s")
	b.ReportMetric(0, "ns/op")
}
