package bench

import (
	"fmt"

	"brick/device"
	"brick/kernel"
)

// recurrentOps are layers of the models that bench train trains, and one step of one sequence as it is generated.
func recurrentOps() (list []Op) {
	for _, c := range []struct {
		name string
		cell kernel.Cell
	}{{"lstm", kernel.LSTMCell}, {"gru", kernel.GRUCell}, {"rnn", kernel.TanhCell}} {
		for _, r := range []device.Recurrent{{B: 32, T: 64, H: 256}, {B: 1, T: 1, H: 256}} {
			r.Cell = c.cell
			n, g := r.B*r.T*r.H, r.Cell.Gates()
			size := fmt.Sprintf(" B%d T%d H%d", r.B, r.T, r.H)
			kept := func(m *operands) device.Buf {
				if !r.Cell.Keeps() {
					return device.Buf{}
				}
				return m.get("k", n)
			}
			list = append(list, Op{c.name + size, n, func(m *operands) func(device.Device) {
				y, gates, w, k, h := m.get("y", n), m.get("x", g*n), m.get("w", g*r.H*r.H), kept(m), m.get("e", r.B*r.H)
				return func(d device.Device) {
					d.Recurrent(y, gates, k, h, device.Buf{}, w, device.Buf{}, device.Buf{}, r)
				}
			}})
			if r.T == 1 {
				continue
			}
			list = append(list, Op{c.name + "_back" + size, n, func(m *operands) func(device.Device) {
				y, gates, prev, w, dy, k := m.get("y", n), m.get("x", g*n), m.get("f", n), m.get("w", g*r.H*r.H), m.get("e", n), kept(m)
				none := device.Buf{}
				return func(d device.Device) {
					d.RecurrentBack(device.Dst{}, device.Dst{}, gates, k, prev, y, none, none, w, dy, none, none, r)
				}
			}})
		}
	}
	return list
}
