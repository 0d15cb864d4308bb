package dry

import (
	"brick/device"
	"brick/kernel"
)

// products is how many multiplications a convolution has, those with padding among them.
func products(c device.Conv) int { return c.N * c.K * c.OH * c.OW * (c.C / c.G) * c.R * c.S }

// Conv is 2 a product.
func (d *Device) Conv(y device.Dst, _, _ device.Buf, c device.Conv, e device.Epilogue) {
	n := wrote(y, c.N*c.K*c.OH*c.OW)
	if n == 0 {
		return
	}
	flops, written := 2*products(c)+adds(y, n), n
	if e.Bias.Present() {
		flops += n
	}
	if e.Act != kernel.Identity {
		flops += n
	}
	if e.Pre.Present() {
		written += n
	}
	d.count("conv", flops, c.N*c.C*c.H*c.W+c.K*(c.C/c.G)*c.R*c.S+e.Bias.N, written)
}

// ConvBackX is 2 a product.
func (d *Device) ConvBackX(dx device.Dst, _, _ device.Buf, c device.Conv) {
	if n := wrote(dx, c.N*c.C*c.H*c.W); n > 0 {
		d.count("conv_back_x", 2*products(c)+adds(dx, n), c.N*c.K*c.OH*c.OW+c.K*(c.C/c.G)*c.R*c.S, n)
	}
}

// ConvBackW is 2 a product.
func (d *Device) ConvBackW(dw device.Dst, _, _ device.Buf, c device.Conv) {
	if n := wrote(dw, c.K*(c.C/c.G)*c.R*c.S); n > 0 {
		d.count("conv_back_w", 2*products(c)+adds(dw, n), c.N*c.K*c.OH*c.OW+c.N*c.C*c.H*c.W, n)
	}
}

// windows is how many elements all windows have together, those of padding among them; adaptive ones about share x.
func windows(p device.Pool) int {
	if p.Adaptive {
		return p.Planes * max(p.H*p.W, p.OH*p.OW)
	}
	return p.Planes * p.OH * p.OW * p.R * p.S
}

// MaxPool is 1 an element of a window.
func (d *Device) MaxPool(y device.Dst, arg, _ device.Buf, p device.Pool) {
	n := wrote(y, p.Planes*p.OH*p.OW)
	d.count("max_pool", windows(p)+adds(y, n), p.Planes*p.H*p.W, n+arg.N)
}

// MaxPoolBack is 1 a window.
func (d *Device) MaxPoolBack(dx device.Dst, arg, dy device.Buf, p device.Pool) {
	d.count("max_pool_back", dy.N, arg.N+dy.N, wrote(dx, p.Planes*p.H*p.W))
}

// MeanPool is 1 an element of a window.
func (d *Device) MeanPool(y device.Dst, _ device.Buf, p device.Pool) {
	n := wrote(y, p.Planes*p.OH*p.OW)
	d.count("mean_pool", windows(p)+adds(y, n), p.Planes*p.H*p.W, n)
}

// MeanPoolBack is 1 an element of a window.
func (d *Device) MeanPoolBack(dx device.Dst, dy device.Buf, p device.Pool) {
	d.count("mean_pool_back", windows(p), dy.N, wrote(dx, p.Planes*p.H*p.W))
}

// BatchNorm is 8 an element.
func (d *Device) BatchNorm(y device.Dst, _, _, _, w, b device.Buf, n, c, l int, _ kernel.Float, _ kernel.Fn) {
	d.count("batch_norm", 8*n*c*l, n*c*l+w.N+b.N, wrote(y, n*c*l)+2*c)
}

// BatchNormBack is 14 an element.
func (d *Device) BatchNormBack(dx, dw, db device.Dst, _, _, w, _, _, _ device.Buf, n, c, l int, act kernel.Fn) {
	read := 2 * n * c * l
	if act != kernel.Identity {
		read += n * c * l
	}
	d.count("batch_norm_back", 14*n*c*l, read+w.N+2*c, wrote(dx, n*c*l)+wrote(dw, c)+wrote(db, c))
}
