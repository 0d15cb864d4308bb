package devicetest

import (
	"fmt"
	"math"

	"brick/device"
	"brick/kernel"
)

// storedAttentions are the sizes whose keys and values are of other types.
var storedAttentions = []device.Attn{
	{B: 2, T: 3, S: 150, H: 4, K: 2, D: 32, Causal: true},
	{B: 1, T: 1, S: 300, H: 6, K: 2, D: 32, Causal: true, Window: 170},
	{B: 1, T: 1, S: 140, H: 4, K: 1, D: 96, Causal: true},
	{B: 1, T: 40, S: 150, H: 2, K: 1, D: 64, Cap: 2},
	{B: 2, T: 1, S: 150, H: 4, K: 2, D: 32, Causal: true, Room: 160},
}

// storedAttention is an attention whose keys and values are of types ask and asv: that of the numbers they are rounded to.
func (m *maker) storedAttention(a device.Attn, ask, asv device.Type) {
	a.Scale = kernel.Float(1 / math.Sqrt(float64(a.D)))
	n := a.B * max(a.S, a.Room) * a.K * a.D
	h := heads{Attn: a, q: m.normal("q", a.B*a.T*a.H*a.D), k: m.normal("k", n), v: m.normal("v", n), slope: make([]float64, a.S)}
	for x, as := range map[*array]device.Type{h.k: ask, h.v: asv} { // rounded a second time they stay as they are
		for i, v := range rounded(x, as) {
			x.f[i] = kernel.Float(v)
		}
	}
	y, stat := m.stored("y", len(h.q.f)), m.stored("stat", a.B*a.T*a.H)
	keys, values := storedAs(n, ask), storedAs(n, asv)
	m.call(fmt.Sprintf("%+v, keys as %v, values as %v", a, ask, asv),
		func(d device.Device) {
			d.Convert(keys(d), h.k.buf)
			d.Convert(values(d), h.v.buf)
			d.Attention(y.buf, stat.buf, h.q.buf, keys(d), values(d), device.Buf{}, a)
		},
		func() { attentionWant(y, stat, &h) })
}
