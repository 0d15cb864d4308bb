package dry

import (
	"brick/device"
	"brick/kernel"
)

// Softmax is 5 an element.
func (d *Device) Softmax(_, _ device.Buf, outer, n, inner int, _ bool) {
	k := outer * n * inner
	d.count("softmax", 5*k, k, k)
}

// SoftmaxBack is 4 an element.
func (d *Device) SoftmaxBack(dx device.Dst, _, _ device.Buf, outer, n, inner int, _ bool) {
	k := wrote(dx, outer*n*inner)
	d.count("softmax_back", 4*k, 2*k, k)
}

// LayerNorm is 8 an element.
func (d *Device) LayerNorm(_, _, _, _, w, b device.Buf, rows, c int, _ kernel.Float) {
	d.count("layernorm", 8*rows*c, rows*c+w.N+b.N, rows*c+2*rows)
}

// LayerNormBack is 14 an element.
func (d *Device) LayerNormBack(dx, dw, db device.Dst, _, w, _, _, _ device.Buf, rows, c int) {
	d.count("layernorm_back", 14*rows*c, 2*rows*c+w.N+2*rows, wrote(dx, rows*c)+wrote(dw, c)+wrote(db, c))
}

// RMSNorm is 4 an element.
func (d *Device) RMSNorm(_, _, _, w device.Buf, rows, c int, _ kernel.Float) {
	d.count("rmsnorm", 4*rows*c, rows*c+w.N, rows*c+rows)
}

// RMSNormBack is 10 an element.
func (d *Device) RMSNormBack(dx, dw device.Dst, _, w, _, _ device.Buf, rows, c int) {
	d.count("rmsnorm_back", 10*rows*c, 2*rows*c+w.N+rows, wrote(dx, rows*c)+wrote(dw, c))
}

// CrossEntropy is 4 an element of x.
func (d *Device) CrossEntropy(y, _, _, _, _ device.Buf, l device.Loss) {
	d.count("cross_entropy", 4*l.N*l.C, l.N*l.C+l.N, y.N+l.N+1)
}

// CrossEntropyBack is 4 an element of x.
func (d *Device) CrossEntropyBack(dx device.Dst, _, _, _, _, _ device.Buf, l device.Loss) {
	n := wrote(dx, l.N*l.C)
	d.count("cross_entropy_back", 4*n, n+2*l.N, n)
}

// CTC is 4 an element of x, and 6 a state of the 2·S+1 at each place.
func (d *Device) CTC(y, stat, _, _ device.Buf, l device.CTC) {
	d.count("ctc", l.N*l.T*(4*l.C+6*(2*l.S+1)), l.N*l.T*l.C+l.N*l.S, y.N+stat.N)
}

// CTCBack is 4 an element of x, and 14 a state: both directions, and their product.
func (d *Device) CTCBack(dx device.Dst, _, _, _, _ device.Buf, l device.CTC) {
	n := wrote(dx, l.N*l.T*l.C)
	d.count("ctc_back", 4*n+14*l.N*l.T*(2*l.S+1), n+l.N*l.T+l.N*l.S, n)
}
