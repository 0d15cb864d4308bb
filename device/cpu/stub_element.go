package cpu

import (
	"brick/device"
	"brick/kernel"
)

type elementTasks struct{}

var _ kernel.Fn

func (d *Device) Fill(y device.Buf, v kernel.Float)               { panic("Fill") }
func (d *Device) Axpy(y device.Buf, a kernel.Float, x device.Buf) { panic("Axpy") }
func (d *Device) Copy(y device.Dst, yv device.View, x device.Buf, xv device.View, shape device.Dims, scale kernel.Float) {
	panic("Copy")
}
func (d *Device) Map(f kernel.Fn, y device.Dst, x device.Buf, p kernel.Args) { panic("Map") }
func (d *Device) MapBack(f kernel.Fn, dx device.Dst, x, y, dy device.Buf, p kernel.Args) {
	panic("MapBack")
}
func (d *Device) Zip(f kernel.Fn2, y device.Dst, a device.Buf, av device.View, b device.Buf, bv device.View, shape device.Dims) {
	panic("Zip")
}
func (d *Device) ZipBack(f kernel.Fn2, da, db device.Dst, a device.Buf, av device.View, b device.Buf, bv device.View, dy device.Buf, shape device.Dims) {
	panic("ZipBack")
}
func (d *Device) Reduce(r kernel.Reducer, y device.Dst, arg device.Buf, x device.Buf, shape device.Dims, axes uint) {
	panic("Reduce")
}
func (d *Device) Index(y device.Dst, x, ids device.Buf, outer, n, inner, k int) { panic("Index") }
func (d *Device) IndexBack(dx device.Dst, dy, ids device.Buf, outer, n, inner, k int) {
	panic("IndexBack")
}
func (d *Device) Gather(y device.Dst, x, ids device.Buf, outer, n, inner, k int) { panic("Gather") }
func (d *Device) GatherBack(dx device.Dst, dy, ids device.Buf, outer, n, inner, k int) {
	panic("GatherBack")
}
func (d *Device) Dropout(y device.Dst, x device.Buf, p kernel.Float, key uint64) { panic("Dropout") }
