package grad

import (
	"fmt"

	"brick/device"
	"brick/kernel"
)

// A Window says how windows lie along one axis of an image.
type Window struct {
	Size          int // elements; of convolutions 0 or what w has
	Stride        int // from one window to the next; 0 means 1, or Size in pooling
	Dilation      int // from one element of a window to the next; 0 means 1
	Before, After int // zeros that are thought before and after the image, the padding
}

// ConvOptions is the geometry of a convolution. A 1-D one uses W only.
type ConvOptions struct {
	H, W   Window
	Groups int       // 0 means 1
	Act    kernel.Fn // an activation without constants, applied to the result in the same pass
}

// Conv slides kernels over images x (N, C, H, W), or over sequences x (N, C, L) (LeCun et al. 1989); b may be nil.
// There are K kernels w (K, C/G, R, S), or (K, C/G, S); those of group g, K/G of them, see the C/G channels of group g only.
//
//	y[n,k,i,j] = act(b_k + Σ_{c,r,s} w[k,c,r,s] · x[n, g·C/G+c, i·stride+r·dilation−before, j·stride+s·dilation−before])    y (N, K, OH, OW)
//	OH = ⌊(H + before + after − dilation·(R−1) − 1)/stride⌋ + 1, and so OW
//	∂x, ∂w = Σ over the products that hold them of the other factor times ∂z    ∂b_k = Σ_{n,i,j} ∂z    ∂z = act′(z) ⊙ ∂y
//
// z, what act is of, is kept for the way back only where act′ needs it.
func (x *Var) Conv(w, b *Var, o ConvOptions) *Var {
	rank := spatial("conv", x, x, w, b)
	if w.rank != rank {
		mismatch("conv", fmt.Sprintf("want w of %d axes, as x has", rank), x, w, b)
	}
	g := max(o.Groups, 1)
	c, k := x.dims[1], w.dims[0]
	if c%g != 0 || k%g != 0 {
		mismatch("conv", fmt.Sprintf("%d groups do not divide the channels of x and of w", g), x, w, b)
	}
	if w.dims[1] != c/g {
		mismatch("conv", fmt.Sprintf("want w (out, %d, …): x has %d channels in %d groups", c/g, c, g), x, w, b)
	}
	if b != nil && (b.rank != 1 || b.dims[0] != k) {
		mismatch("conv", "b must have as many elements as w has kernels", x, w, b)
	}
	switch o.Act {
	case kernel.Pow, kernel.Clamp, kernel.Affine, kernel.LeakyReLU, kernel.ELU:
		mismatch("conv", o.Act.String()+" has constants and cannot be fused: apply it to Conv's result", x, w, b)
	}
	a := attr{i: [8]int{1, 1, 1, 1, 0, 0, g, int(o.Act)}}
	shape := x.dims
	shape[1] = k
	for i := 2; i < rank; i++ {
		v := o.window(rank, i)
		shape[i] = v.outputs("conv", x.dims[i], w.dims[i], x, w, b)
		at := i - rank + 2 // 0 for H, 1 for W
		a.i[at], a.i[2+at], a.i[4+at] = v.Stride, v.Dilation, v.Before
	}
	return tapeOf("conv", x, w, b).do(conv, shape[:rank], a, x, w, b)
}

// window is that of axis i of an image of the given rank, with what is left out filled in.
func (o *ConvOptions) window(rank, i int) Window {
	v := o.W
	if i < rank-1 {
		v = o.H
	}
	v.Stride, v.Dilation = max(v.Stride, 1), max(v.Dilation, 1)
	return v
}

// outputs is how many windows of a kernel of size elements an axis of in elements has.
func (v Window) outputs(op string, in, size int, vs ...*Var) int {
	span := v.Dilation*(size-1) + 1
	room := in + v.Before + v.After
	if v.Size != 0 && v.Size != size {
		mismatch(op, fmt.Sprintf("want kernels of %d, as the options say", v.Size), vs...)
	}
	if size < 1 || room < span {
		mismatch(op, fmt.Sprintf("a kernel of %d needs %d elements, there are %d with padding", size, span, room), vs...)
	}
	return (room-span)/v.Stride + 1
}

// spatial is x's rank; it refuses what is neither images nor sequences.
func spatial(op string, x *Var, vs ...*Var) int {
	if x.rank != 3 && x.rank != 4 || x.val.Type == device.I32 {
		mismatch(op, "want x (N, C, L) or (N, C, H, W)", vs...)
	}
	return x.rank
}

var conv = newOp("conv",
	func(y *Var) {
		x, w, b := y.in[0], y.in[1], y.in[2]
		act := y.convAct()
		e := device.Epilogue{Bias: b.buf(), Act: act}
		if y.needs && kernel.Fns[act].UsesX {
			y.keep(0, y.val.N)
			e.Pre = y.aux[0]
		}
		if kernel.Fns[act].UsesY {
			y.uses |= result
		}
		if !kernel.Fns[act].UsesX { // without z only the convolution itself gives y
			y.uses &^= renews
		}
		y.tape.dev().Conv(device.Into(y.val), x.val, w.val, convSize(y, x, w, y), e)
	},
	func(y *Var) {
		x, w, b, dev := y.in[0], y.in[1], y.in[2], y.tape.dev()
		act, c := y.convAct(), convSize(y, x, w, y)
		dz := y.grd
		if act != kernel.Identity {
			dz = y.tape.arena.get(dev, y.val.N)
			dev.MapBack(act, device.Into(dz), y.aux[0], y.val, y.grd, kernel.Args{})
		}
		if dx := x.grad(); dx.Mode != device.Skip {
			dev.ConvBackX(dx, w.val, dz, c)
		}
		if dw := w.grad(); dw.Mode != device.Skip {
			dev.ConvBackW(dw, x.val, dz, c)
		}
		y.biasBack(b, dz)
		if act != kernel.Identity {
			y.tape.arena.put(dz)
		}
	}).reading(in0 | in1).renewing(func(y *Var) {
	y.tape.dev().Map(y.convAct(), device.Into(y.val), y.aux[0], kernel.Args{})
})

func (y *Var) convAct() kernel.Fn { return kernel.Fn(y.attr.i[7]) }

// biasBack is  ∂b_k = Σ_{n,i,j} ∂z.
func (y *Var) biasBack(b *Var, dz device.Buf) {
	if db := b.grad(); db.Mode != device.Skip {
		n, k := y.dims[0], y.dims[1]
		y.tape.dev().Reduce(kernel.SumAll, db, device.Buf{}, dz, device.Dims{1, 1, 1, n, k, y.plane()}, 1<<3|1<<5)
	}
}

// plane is how many elements a channel of one example has.
func (v *Var) plane() int {
	n := 1
	for _, d := range v.dims[2:v.rank] {
		n *= d
	}
	return n
}

// convSize is the geometry of the convolution from x to z by w, with y's options.
func convSize(y, x, w, z *Var) device.Conv {
	i := &y.attr.i
	h, l := x.sides()
	oh, ol := z.sides()
	r, s := w.sides()
	return device.Conv{N: x.dims[0], C: x.dims[1], H: h, W: l, K: z.dims[1], R: r, S: s, OH: oh, OW: ol,
		StrideH: i[0], StrideW: i[1], DilH: i[2], DilW: i[3], Top: i[4], Left: i[5], G: i[6]}
}

// sides is the height and width of images; of sequences 1 and the length.
func (v *Var) sides() (h, w int) {
	if v.rank == 3 {
		return 1, v.dims[2]
	}
	return v.dims[2], v.dims[3]
}
