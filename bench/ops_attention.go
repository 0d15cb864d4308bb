package bench

import (
	"fmt"

	"brick/device"
)

// attentionOps are causal attentions of models that bench train trains, and of one query to a long cache.
func attentionOps() (list []Op) {
	for _, a := range []device.Attn{
		{B: 12, T: 64, S: 64, H: 4, K: 4, D: 32},
		{B: 12, T: 256, S: 256, H: 6, K: 6, D: 64},
		{B: 1, T: 1024, S: 1024, H: 12, K: 12, D: 64},
		{B: 1, T: 1, S: 1024, H: 12, K: 12, D: 64},
	} {
		a.Causal, a.Scale = true, 0.125
		q, k, rows := a.B*a.T*a.H*a.D, a.B*a.S*a.K*a.D, a.B*a.T*a.H
		name := fmt.Sprintf("B%d T%d S%d H%d D%d", a.B, a.T, a.S, a.H, a.D)
		list = append(list, Op{"attention " + name, q, func(m *operands) func(device.Device) {
			y, stat, qs, ks, vs := m.get("y", q), m.get("r", rows), m.get("x", q), m.get("k", k), m.get("v", k)
			return func(d device.Device) { d.Attention(y, stat, qs, ks, vs, device.Buf{}, a) }
		}})
		if a.T == 1 {
			continue // a cache is read, not learnt
		}
		list = append(list, Op{"attention_back " + name, q, func(m *operands) func(device.Device) {
			y, stat, qs, ks, vs := m.get("y", q), m.get("r", rows), m.get("x", q), m.get("k", k), m.get("v", k)
			dq, dk, dv, dy := m.get("dx", q), m.get("f", k), m.get("g", k), m.get("e", q)
			return func(d device.Device) {
				d.AttentionBack(device.Into(dq), device.Into(dk), device.Into(dv), qs, ks, vs, y, stat, dy, device.Buf{}, a)
			}
		}})
	}
	return list
}
