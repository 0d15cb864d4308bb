package cpu

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"brick/device"
	"brick/kernel"
)

// BenchmarkAttentionQuery is attention of one token over the caches of 22 layers, the first shape that of a LLaMA of 1.1 billion
// parameters: bytes of keys and values a second, to be compared with what brick bench peak reads from memory.
func BenchmarkAttentionQuery(b *testing.B) {
	const layers = 22
	d := New(0)
	defer d.Close()
	for _, a := range []device.Attn{
		{H: 32, K: 4, D: 64, S: 512}, {H: 32, K: 4, D: 64, S: 2048}, {H: 32, K: 4, D: 64, S: 8192},
		{H: 32, K: 32, D: 64, S: 2048}, {H: 32, K: 8, D: 128, S: 2048}, {H: 8, K: 1, D: 256, S: 2048},
	} {
		for _, as := range []device.Type{device.Float, device.F16, device.Q8_0} {
			a.B, a.T, a.Causal, a.Scale, a.Room = 1, 1, true, 0.1, a.S
			b.Run(fmt.Sprintf("h=%d/k=%d/d=%d/s=%d/kv=%v", a.H, a.K, a.D, a.S, as), func(b *testing.B) {
				r := rand.New(rand.NewPCG(1, 1))
				n := a.S * a.K * a.D
				x := device.Host(randoms(r, n))
				var k, v [layers]device.Buf
				for i := range k {
					k[i], v[i] = d.Alloc(n, as), d.Alloc(n, as)
					d.Convert(k[i], x)
					d.Convert(v[i], x)
				}
				q, y, stat := device.Host(randoms(r, a.H*a.D)), device.Host(make([]kernel.Float, a.H*a.D)), device.Host(make([]kernel.Float, a.H))
				for b.Loop() {
					for i := range k {
						d.Attention(y, stat, q, k[i], v[i], device.Buf{}, a)
					}
				}
				b.ReportMetric(float64(layers*2*as.Bytes(n))*float64(b.N)/b.Elapsed().Seconds()/1e9, "GB/s")
			})
		}
	}
}
