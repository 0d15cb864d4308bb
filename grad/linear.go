package grad

import (
	"brick/device"
	"brick/kernel"
)

// Linear is a layer of neurons; b may be nil.
//
//	y = x·Wᵀ + b     x (..., I)  W (O, I)  b (O)  y (..., O)
//	∂x = ∂y·W    ∂W = ∂yᵀ·x    ∂b = Σ_rows ∂y
func (x *Var) Linear(w, b *Var) *Var { return x.linear(w, b, kernel.Identity, false) }

// LinearAct is Linear followed by an activation that has no constants, in one pass over y.
//
//	z = x·Wᵀ + b     y = act(z)     ∂z = act′(z)·∂y, then as Linear with ∂z for ∂y
//
// z is kept for the way back only where act′ needs it.
func (x *Var) LinearAct(w, b *Var, act kernel.Fn) *Var { return x.linear(w, b, act, false) }

// LinearT is Linear with the weights lying the other way, as in GPT-2's checkpoints.
//
//	y = x·W + b      x (..., I)  W (I, O)  b (O)  y (..., O)
//	∂x = ∂y·Wᵀ   ∂W = xᵀ·∂y    ∂b = Σ_rows ∂y
func (x *Var) LinearT(w, b *Var) *Var { return x.linear(w, b, kernel.Identity, true) }

// LinearTAct is LinearT followed by an activation, as LinearAct.
func (x *Var) LinearTAct(w, b *Var, act kernel.Fn) *Var { return x.linear(w, b, act, true) }

func (x *Var) linear(w, b *Var, act kernel.Fn, inOut bool) *Var {
	if w.rank != 2 {
		mismatch("linear", "want w of two axes", x, w, b)
	}
	if x.val.Type == device.I32 {
		mismatch("linear", "x holds ids: look them up with Embed first", x, w, b)
	}
	out, in, why := w.dims[0], w.dims[1], "w (out, in) must have x's last axis as its in"
	if inOut {
		out, in, why = in, out, "w (in, out) must have x's last axis as its in"
	}
	if x.rank == 0 || x.dims[x.rank-1] != in {
		mismatch("linear", why, x, w, b)
	}
	if b != nil && (b.rank != 1 || b.dims[0] != out) {
		mismatch("linear", "b must have as many elements as y's last axis", x, w, b)
	}
	switch act {
	case kernel.Pow, kernel.Clamp, kernel.Affine, kernel.LeakyReLU, kernel.ELU:
		mismatch("linear", act.String()+" has constants and cannot be fused: apply it to Linear's result", x, w, b)
	}
	shape := x.dims
	shape[x.rank-1] = out
	a := attr{i: [8]int{int(act)}}
	if inOut {
		a.i[1] = 1
	}
	return tapeOf("linear", x, w, b).do(linear, shape[:x.rank], a, x, w, b)
}

var linear = newOp("linear",
	func(y *Var) {
		x, w, b := y.in[0], y.in[1], y.in[2]
		l := layerOf(y)
		e := device.Epilogue{Act: l.act}
		if b != nil {
			e.Bias = b.val
		}
		if y.needs && kernel.Fns[l.act].UsesX {
			y.aux[0] = y.tape.arena.get(y.tape.dev(), y.val.N)
			e.Pre = y.aux[0]
		}
		if kernel.Fns[l.act].UsesY {
			y.uses |= result
		}
		if !kernel.Fns[l.act].UsesX { // without z only the product itself gives y
			y.uses &^= renews
		}
		y.tape.dev().MatMul(device.Into(y.val), device.Mat{LD: l.out},
			device.Mat{Buf: x.val, LD: l.in}, device.Mat{Buf: w.val, LD: l.ldw, T: !l.inOut},
			device.Product{M: l.rows, N: l.out, K: l.in, Batch: single}, e)
	},
	func(y *Var) {
		x, w, b := y.in[0], y.in[1], y.in[2]
		dev := y.tape.dev()
		l := layerOf(y)
		dz := y.grd // (rows, O)
		if l.act != kernel.Identity {
			dz = y.tape.arena.get(dev, y.val.N)
			dev.MapBack(l.act, device.Into(dz), y.aux[0], y.val, y.grd, kernel.Args{})
		}
		z := device.Mat{Buf: dz, LD: l.out}
		if dx := x.grad(); dx.Mode != device.Skip {
			dev.MatMul(dx, device.Mat{LD: l.in}, z, device.Mat{Buf: w.val, LD: l.ldw, T: l.inOut},
				device.Product{M: l.rows, N: l.in, K: l.out, Batch: single}, device.Epilogue{})
		}
		if dw := w.grad(); dw.Mode != device.Skip {
			xs := device.Mat{Buf: x.val, LD: l.in}
			if l.inOut {
				dev.MatMul(dw, device.Mat{LD: l.out}, flip(xs), z,
					device.Product{M: l.in, N: l.out, K: l.rows, Batch: single}, device.Epilogue{})
			} else {
				dev.MatMul(dw, device.Mat{LD: l.in}, flip(z), xs,
					device.Product{M: l.out, N: l.in, K: l.rows, Batch: single}, device.Epilogue{})
			}
		}
		if db := b.grad(); db.Mode != device.Skip {
			dev.Reduce(kernel.SumAll, db, device.Buf{}, dz, device.Dims{1, 1, 1, 1, l.rows, l.out}, 1<<4)
		}
		if l.act != kernel.Identity {
			y.tape.arena.put(dz)
		}
	}).reading(in0 | in1).renewing(func(y *Var) {
	y.tape.dev().Map(layerOf(y).act, device.Into(y.val), y.aux[0], kernel.Args{})
}).taking()

// single is the batch of one product.
var single = [4]int{1, 1, 1, 1}

// layer is the sizes and kind of a linear op.
type layer struct {
	rows, in, out, ldw int
	act                kernel.Fn
	inOut              bool // W is (in, out)
}

func layerOf(y *Var) layer {
	x, w := y.in[0], y.in[1]
	l := layer{rows: 1, in: x.dims[x.rank-1], out: y.dims[y.rank-1], ldw: w.dims[1], act: kernel.Fn(y.attr.i[0]), inOut: y.attr.i[1] == 1}
	for _, d := range x.dims[:x.rank-1] {
		l.rows *= d
	}
	return l
}
