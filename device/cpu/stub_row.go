package cpu

import (
	"brick/device"
	"brick/kernel"
)

type rowTasks struct{}

var _ kernel.Fn

func (d *Device) Update(r kernel.Rule, w, g device.Buf, state [3]device.Buf, c *kernel.RuleArgs) {
	panic("Update")
}
func (d *Device) Softmax(y device.Buf, x device.Buf, outer, n, inner int, log bool) { panic("Softmax") }
func (d *Device) SoftmaxBack(dx device.Dst, y, dy device.Buf, outer, n, inner int, log bool) {
	panic("SoftmaxBack")
}
func (d *Device) LayerNorm(y, mean, rstd, x, w, b device.Buf, rows, c int, eps kernel.Float) {
	panic("LayerNorm")
}
func (d *Device) LayerNormBack(dx, dw, db device.Dst, x, w, mean, rstd, dy device.Buf, rows, c int) {
	panic("LayerNormBack")
}
func (d *Device) RMSNorm(y, rstd, x, w device.Buf, rows, c int, eps kernel.Float) { panic("RMSNorm") }
func (d *Device) RMSNormBack(dx, dw device.Dst, x, w, rstd, dy device.Buf, rows, c int) {
	panic("RMSNormBack")
}
func (d *Device) CrossEntropy(y, stat, x, target, w device.Buf, l device.Loss) { panic("CrossEntropy") }
func (d *Device) CrossEntropyBack(dx device.Dst, x, stat, target, w, dy device.Buf, l device.Loss) {
	panic("CrossEntropyBack")
}
