package cpu

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"brick/device"
	"brick/kernel"
)

// BenchmarkAttentionQuery is attention of one query over a cache that no processor's caches hold: bytes of keys and values
// a second, to be compared with what brick bench peak reads from memory.
func BenchmarkAttentionQuery(b *testing.B) {
	d := New(0)
	defer d.Close()
	for _, shape := range []device.Attn{{H: 32, K: 4, D: 64}, {H: 32, K: 32, D: 64}, {H: 32, K: 8, D: 128}, {H: 8, K: 1, D: 256}} {
		for _, as := range []device.Type{device.Float, device.F16, device.Q8_0} {
			a := shape
			a.B, a.T, a.S, a.Causal, a.Scale = 1, 1, 1<<24/(a.K*a.D), true, 0.1
			b.Run(fmt.Sprintf("kv=%v/h=%d/k=%d/d=%d", as, a.H, a.K, a.D), func(b *testing.B) {
				r := rand.New(rand.NewPCG(1, 1))
				n := a.S * a.K * a.D
				k, v := d.Alloc(n, as), d.Alloc(n, as)
				x := device.Host(make([]kernel.Float, n))
				for i := range x.F {
					x.F[i] = kernel.Float(i%97) / 97
				}
				d.Convert(k, x)
				d.Convert(v, x)
				q, y, stat := device.Host(randoms(r, a.H*a.D)), device.Host(make([]kernel.Float, a.H*a.D)), device.Host(make([]kernel.Float, a.H))
				for b.Loop() {
					d.Attention(y, stat, q, k, v, device.Buf{}, a)
				}
				b.ReportMetric(float64(2*as.Bytes(n))*float64(b.N)/b.Elapsed().Seconds()/1e9, "GB/s")
			})
		}
	}
}
