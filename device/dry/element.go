package dry

import (
	"brick/device"
	"brick/kernel"
)

// Copy moves elements; scaling or adding is one operation each.
func (d *Device) Copy(y device.Dst, _ device.View, _ device.Buf, _ device.View, shape device.Dims, scale kernel.Float) {
	n := wrote(y, shape.Len())
	flops := adds(y, n)
	if scale != 1 {
		flops += n
	}
	d.count("copy", flops, n, n)
}

// Map is 1 an element.
func (d *Device) Map(_ kernel.Fn, y device.Dst, x device.Buf, _ kernel.Args) {
	n := wrote(y, x.N)
	d.count("map", n+adds(y, n), n, n)
}

// MapBack is 2 an element.
func (d *Device) MapBack(f kernel.Fn, dx device.Dst, _, _, dy device.Buf, _ kernel.Args) {
	n := wrote(dx, dy.N)
	read := n
	if kernel.Fns[f].UsesX || kernel.Fns[f].UsesY {
		read += n
	}
	d.count("map_back", 2*n+adds(dx, n), read, n)
}

// Zip is 1 an element.
func (d *Device) Zip(_ kernel.Fn2, y device.Dst, a device.Buf, _ device.View, b device.Buf, _ device.View, shape device.Dims) {
	n := wrote(y, shape.Len())
	d.count("zip", n+adds(y, n), a.N+b.N, n)
}

// ZipBack is 2 an element and gradient.
func (d *Device) ZipBack(_ kernel.Fn2, da, db device.Dst, a device.Buf, _ device.View, b device.Buf, _ device.View, _ device.Buf, shape device.Dims) {
	n := wanted(da, db) * shape.Len()
	d.count("zip_back", 2*n, a.N+b.N+shape.Len(), n)
}

// Reduce is 1 an element.
func (d *Device) Reduce(_ kernel.Reducer, y device.Dst, _ device.Buf, _ device.Buf, shape device.Dims, axes uint) {
	n, out := shape.Len(), 1
	for i, s := range shape {
		if axes>>i&1 == 0 {
			out *= s
		}
	}
	d.count("reduce", n, n, wrote(y, out))
}

// Index moves k rows of each outer one.
func (d *Device) Index(y device.Dst, _, _ device.Buf, outer, _, inner, k int) {
	n := wrote(y, outer*k*inner)
	d.count("index", adds(y, n), n+k, n)
}

// IndexBack adds them up.
func (d *Device) IndexBack(dx device.Dst, _, _ device.Buf, outer, _, inner, k int) {
	n := wrote(dx, outer*k*inner)
	d.count("index_back", n, n+k, n)
}

// Gather moves single elements.
func (d *Device) Gather(y device.Dst, _, _ device.Buf, outer, _, inner, k int) {
	n := wrote(y, outer*k*inner)
	d.count("gather", adds(y, n), 2*n, n)
}

// GatherBack adds them up.
func (d *Device) GatherBack(dx device.Dst, _, _ device.Buf, outer, _, inner, k int) {
	n := wrote(dx, outer*k*inner)
	d.count("gather_back", n, 2*n, n)
}

// Dropout is 1 an element.
func (d *Device) Dropout(y device.Dst, x device.Buf, _ kernel.Float, _ uint64) {
	n := wrote(y, x.N)
	d.count("dropout", n+adds(y, n), n, n)
}
