package dry

import "brick/device"

// stepFLOPs is what the gates of a step cost beside the product, a number of the state.
func stepFLOPs(r device.Recurrent) int { return 4 * r.Cell.Gates() }

// Recurrent is a product B×H·H×G·H a step, and 4 a gate.
func (d *Device) Recurrent(y, gates, kept, h0, c0, w, bn, _ device.Buf, r device.Recurrent) {
	n, g := r.B*r.T*r.H, r.Cell.Gates()
	d.count("recurrent", n*(2*g*r.H+stepFLOPs(r)), g*n+g*r.H*r.H+h0.N+c0.N+bn.N, y.N+gates.N+kept.N)
}

// RecurrentBack is a product B×G·H·G·H×H a step, and 8 a gate.
func (d *Device) RecurrentBack(dh0, dc0 device.Dst, gates, kept, prev, y, h0, c0, w, dy, dcn, _ device.Buf, r device.Recurrent) {
	n, g := r.B*r.T*r.H, r.Cell.Gates()
	d.count("recurrent_back", n*(2*g*r.H+2*stepFLOPs(r)), gates.N+kept.N+y.N+dy.N+g*r.H*r.H+h0.N+c0.N+dcn.N,
		gates.N+prev.N+wrote(dh0, r.B*r.H)+wrote(dc0, r.B*r.H))
}
