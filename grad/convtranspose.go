package grad

import (
	"fmt"

	"brick/device"
	"brick/kernel"
)

// ConvTranspose is the way back of Conv as a way forward: it spreads every element of x over a window of y, which is
// stride times as large (Zeiler et al. 2010, "Deconvolutional networks"). b may be nil.
//
//	y[n, g·K/G+k, i·stride+r·dilation−before, j·stride+s·dilation−before] += b_k + Σ w[c,k,r,s] · x[n,c,i,j]    y (N, K, OH, OW)
//	OH = (H−1)·stride + dilation·(R−1) + 1 − before − after, and so OW       x (N, C, H, W)  w (C, K/G, R, S)  b (K)
//	∂x = ∂y ∗ w    ∂w = Σ of the products that hold it of x and ∂y    ∂b_k = Σ_{n,i,j} ∂y
//
// What PyTorch calls output padding p is After = padding − p, which may be negative. Act is not fused.
func (x *Var) ConvTranspose(w, b *Var, o ConvOptions) *Var {
	const op = "conv_transpose"
	rank := spatial(op, x, x, w, b)
	if w.rank != rank {
		mismatch(op, fmt.Sprintf("want w of %d axes, as x has", rank), x, w, b)
	}
	g, c := max(o.Groups, 1), x.dims[1]
	if w.dims[0] != c || c%g != 0 {
		mismatch(op, fmt.Sprintf("want w (%d, out/groups, …), and x's channels in %d groups", c, g), x, w, b)
	}
	k := w.dims[1] * g
	if b != nil && (b.rank != 1 || b.dims[0] != k) {
		mismatch(op, fmt.Sprintf("want b (%d), as many as y has channels", k), x, w, b)
	}
	if o.Act != kernel.Identity {
		mismatch(op, o.Act.String()+" cannot be fused: apply it to the result", x, w, b)
	}
	a := attr{i: [8]int{1, 1, 1, 1, 0, 0, g}}
	shape := x.dims
	shape[1] = k
	for i := 2; i < rank; i++ {
		v := o.window(rank, i)
		shape[i] = (x.dims[i]-1)*v.Stride + v.Dilation*(w.dims[i]-1) + 1 - v.Before - v.After
		if shape[i] < 1 || x.dims[i] < 1 || w.dims[i] < 1 {
			mismatch(op, fmt.Sprintf("a kernel of %d over %d elements, less the padding, leaves nothing", w.dims[i], x.dims[i]), x, w, b)
		}
		at := i - rank + 2
		a.i[at], a.i[2+at], a.i[4+at] = v.Stride, v.Dilation, v.Before
	}
	return tapeOf(op, x, w, b).do(convTranspose, shape[:rank], a, x, w, b)
}

var convTranspose = newOp("conv_transpose",
	func(y *Var) {
		x, w, b, dev := y.in[0], y.in[1], y.in[2], y.tape.dev()
		dev.ConvBackX(device.Into(y.val), w.val, x.val, convSize(y, y, w, x))
		if b != nil {
			shape := device.Dims{1, 1, 1, y.dims[0], y.dims[1], y.plane()}
			dev.Copy(device.Onto(y.val), device.Contiguous(shape), b.val, device.View{Stride: device.Dims{4: 1}}, shape, 1)
		}
	},
	func(y *Var) {
		x, w, b, dev := y.in[0], y.in[1], y.in[2], y.tape.dev()
		c := convSize(y, y, w, x)
		if dx := x.grad(); dx.Mode != device.Skip {
			dev.Conv(dx, y.grd, w.val, c, device.Epilogue{})
		}
		if dw := w.grad(); dw.Mode != device.Skip {
			dev.ConvBackW(dw, y.grd, x.val, c)
		}
		y.biasBack(b, y.grd)
	}).reading(in0 | in1)
