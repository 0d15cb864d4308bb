package bench

import (
	"fmt"

	"brick/device"
	"brick/kernel"
)

// imageOps are convolutions of the sizes that LeNet and the three stages of ResNet-20 have, and what stands between them.
func imageOps() (list []Op) {
	for _, s := range []struct{ n, c, k, size, window, stride, pad, groups int }{
		{64, 1, 6, 28, 5, 1, 2, 1}, {64, 6, 16, 14, 5, 1, 0, 1},
		{64, 16, 16, 32, 3, 1, 1, 1}, {64, 16, 32, 32, 3, 2, 1, 1}, {64, 32, 32, 16, 3, 1, 1, 1}, {64, 64, 64, 8, 3, 1, 1, 1},
		{16, 64, 64, 56, 3, 1, 1, 1}, {16, 64, 256, 56, 1, 1, 0, 1}, {16, 128, 128, 28, 3, 1, 1, 128},
	} {
		c := device.Conv{N: s.n, C: s.c, H: s.size, W: s.size, K: s.k, R: s.window, S: s.window, StrideH: s.stride, StrideW: s.stride, DilH: 1, DilW: 1, Top: s.pad, Left: s.pad, G: s.groups}
		c.OH = (s.size+2*s.pad-s.window)/s.stride + 1
		c.OW = c.OH
		in, out, weights := s.n*s.c*s.size*s.size, s.n*s.k*c.OH*c.OW, s.k*s.c/s.groups*s.window*s.window
		add := func(name string, elements int, prepare func(m *operands) func(device.Device)) {
			kind := ""
			if s.groups > 1 {
				kind = fmt.Sprintf(" in %d groups", s.groups)
			}
			list = append(list, Op{fmt.Sprintf("%s %d×%d×%d² to %d by %d²/%d%s", name, s.n, s.c, s.size, s.k, s.window, s.stride, kind), elements, prepare})
		}
		add("conv", out, func(m *operands) func(device.Device) {
			y, x, w := m.get("y", out), m.get("x", in), m.get("w", weights)
			return func(d device.Device) { d.Conv(device.Into(y), x, w, c, device.Epilogue{}) }
		})
		add("conv_back_x", in, func(m *operands) func(device.Device) {
			dx, w, dy := m.get("dx", in), m.get("w", weights), m.get("e", out)
			return func(d device.Device) { d.ConvBackX(device.Into(dx), w, dy, c) }
		})
		add("conv_back_w", weights, func(m *operands) func(device.Device) {
			dw, x, dy := m.get("g", weights), m.get("x", in), m.get("e", out)
			return func(d device.Device) { d.ConvBackW(device.Into(dw), x, dy, c) }
		})
	}
	const n, c, size = 64, 16, 32
	all := n * c * size * size
	add := func(name string, elements int, prepare func(m *operands) func(device.Device)) {
		list = append(list, Op{fmt.Sprintf("%s %d×%d×%d²", name, n, c, size), elements, prepare})
	}
	add("batchnorm_relu", all, func(m *operands) func(device.Device) {
		y, x, mean, rstd, w, b := m.get("y", all), m.get("x", all), m.get("m", c), m.get("r", c), m.get("w", c), m.get("b", c)
		return func(d device.Device) {
			d.BatchNorm(device.Into(y), mean, rstd, x, w, b, n, c, size*size, 1e-5, kernel.ReLU)
		}
	})
	add("batchnorm_relu_back", all, func(m *operands) func(device.Device) {
		dx, dw, db, x, y, dy := m.get("dx", all), m.get("g", c), m.get("f", c), m.get("x", all), m.get("y", all), m.get("e", all)
		mean, rstd, w := m.get("m", c), m.get("r", c), m.get("w", c)
		return func(d device.Device) {
			d.BatchNormBack(device.Into(dx), device.Into(dw), device.Into(db), x, y, w, mean, rstd, dy, n, c, size*size, kernel.ReLU)
		}
	})
	pool := device.Pool{Planes: n * c, H: size, W: size, OH: size / 2, OW: size / 2, R: 2, S: 2, StrideH: 2, StrideW: 2, DilH: 1, DilW: 1}
	add("maxpool2", all/4, func(m *operands) func(device.Device) {
		y, x, arg := m.get("y", all/4), m.get("x", all), device.HostIDs(make([]int32, all/4))
		return func(d device.Device) { d.MaxPool(device.Into(y), arg, x, pool) }
	})
	add("maxpool2_back", all, func(m *operands) func(device.Device) {
		dx, dy, arg := m.get("dx", all), m.get("e", all/4), device.HostIDs(make([]int32, all/4))
		for o := range arg.I { // the first of each window
			at := o % (pool.OH * pool.OW)
			arg.I[o] = int32(2*(at/pool.OW)*size + 2*(at%pool.OW))
		}
		return func(d device.Device) { d.MaxPoolBack(device.Into(dx), arg, dy, pool) }
	})
	return list
}
