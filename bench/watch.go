package bench

import (
	"fmt"
	"slices"
	"time"

	"brick/device"
	"brick/device/dry"
	"brick/kernel"
)

// A watch is a device that times the kernels of another one. While counts is not nil it counts what they cost instead.
type watch struct {
	device.Device
	times  map[string]time.Duration
	counts map[string]*dry.Count
}

// do runs one kernel. f calls it on the device it is given.
func (w *watch) do(name string, f func(d device.Device)) {
	if w.counts != nil {
		var counter dry.Device
		f(&counter)
		if w.counts[name] == nil {
			w.counts[name] = new(dry.Count)
		}
		w.counts[name].Add(counter.Total())
	}
	begin := time.Now()
	f(w.Device)
	if took := time.Since(begin); w.times != nil {
		w.times[name] += took
	}
}

// Every kernel of a device, under the name that the dry device gives it.

func (w *watch) Fill(y device.Buf, v kernel.Float) {
	w.do("fill", func(d device.Device) { d.Fill(y, v) })
}

func (w *watch) Axpy(y device.Buf, a kernel.Float, x device.Buf) {
	w.do("axpy", func(d device.Device) { d.Axpy(y, a, x) })
}

func (w *watch) Update(r kernel.Rule, p, g device.Buf, state [3]device.Buf, c *kernel.RuleArgs) {
	w.do("update", func(d device.Device) { d.Update(r, p, g, state, c) })
}

// MatMul has its sizes in its name, in order: those of y = x·W, ∂x = ∂y·Wᵀ and ∂W = xᵀ·∂y are the same three.
func (w *watch) MatMul(y device.Dst, ym, a, b device.Mat, p device.Product, e device.Epilogue) {
	size := []int{p.M, p.N, p.K}
	slices.Sort(size)
	w.do(fmt.Sprintf("matmul %d·%d·%d", size[0], size[1], size[2]), func(d device.Device) { d.MatMul(y, ym, a, b, p, e) })
}

func (w *watch) Copy(y device.Dst, yv device.View, x device.Buf, xv device.View, shape device.Dims, scale kernel.Float) {
	w.do("copy", func(d device.Device) { d.Copy(y, yv, x, xv, shape, scale) })
}

func (w *watch) Convert(y, x device.Buf) {
	w.do("convert", func(d device.Device) { d.Convert(y, x) })
}

func (w *watch) Map(f kernel.Fn, y device.Dst, x device.Buf, p kernel.Args) {
	w.do("map", func(d device.Device) { d.Map(f, y, x, p) })
}

func (w *watch) MapBack(f kernel.Fn, dx device.Dst, x, y, dy device.Buf, p kernel.Args) {
	w.do("map_back", func(d device.Device) { d.MapBack(f, dx, x, y, dy, p) })
}

func (w *watch) Zip(f kernel.Fn2, y device.Dst, a device.Buf, av device.View, b device.Buf, bv device.View, shape device.Dims) {
	w.do("zip", func(d device.Device) { d.Zip(f, y, a, av, b, bv, shape) })
}

func (w *watch) ZipBack(f kernel.Fn2, da, db device.Dst, a device.Buf, av device.View, b device.Buf, bv device.View, dy device.Buf, shape device.Dims) {
	w.do("zip_back", func(d device.Device) { d.ZipBack(f, da, db, a, av, b, bv, dy, shape) })
}

func (w *watch) Reduce(r kernel.Reducer, y device.Dst, arg device.Buf, x device.Buf, shape device.Dims, axes uint) {
	w.do("reduce", func(d device.Device) { d.Reduce(r, y, arg, x, shape, axes) })
}

func (w *watch) Softmax(y, x device.Buf, outer, n, inner int, log bool) {
	w.do("softmax", func(d device.Device) { d.Softmax(y, x, outer, n, inner, log) })
}

func (w *watch) SoftmaxBack(dx device.Dst, y, dy device.Buf, outer, n, inner int, log bool) {
	w.do("softmax_back", func(d device.Device) { d.SoftmaxBack(dx, y, dy, outer, n, inner, log) })
}

func (w *watch) Index(y device.Dst, x, ids device.Buf, outer, n, inner, k int) {
	w.do("index", func(d device.Device) { d.Index(y, x, ids, outer, n, inner, k) })
}

func (w *watch) IndexBack(dx device.Dst, dy, ids device.Buf, outer, n, inner, k int) {
	w.do("index_back", func(d device.Device) { d.IndexBack(dx, dy, ids, outer, n, inner, k) })
}

func (w *watch) Gather(y device.Dst, x, ids device.Buf, outer, n, inner, k int) {
	w.do("gather", func(d device.Device) { d.Gather(y, x, ids, outer, n, inner, k) })
}

func (w *watch) GatherBack(dx device.Dst, dy, ids device.Buf, outer, n, inner, k int) {
	w.do("gather_back", func(d device.Device) { d.GatherBack(dx, dy, ids, outer, n, inner, k) })
}

func (w *watch) LayerNorm(y, mean, rstd, x, s, b device.Buf, rows, c int, eps kernel.Float) {
	w.do("layernorm", func(d device.Device) { d.LayerNorm(y, mean, rstd, x, s, b, rows, c, eps) })
}

func (w *watch) LayerNormBack(dx, dw, db device.Dst, x, s, mean, rstd, dy device.Buf, rows, c int) {
	w.do("layernorm_back", func(d device.Device) { d.LayerNormBack(dx, dw, db, x, s, mean, rstd, dy, rows, c) })
}

func (w *watch) RMSNorm(y, rstd, x, s device.Buf, rows, c int, eps kernel.Float) {
	w.do("rmsnorm", func(d device.Device) { d.RMSNorm(y, rstd, x, s, rows, c, eps) })
}

func (w *watch) RMSNormBack(dx, dw device.Dst, x, s, rstd, dy device.Buf, rows, c int) {
	w.do("rmsnorm_back", func(d device.Device) { d.RMSNormBack(dx, dw, x, s, rstd, dy, rows, c) })
}

func (w *watch) CrossEntropy(y, stat, x, target, s device.Buf, l device.Loss) {
	w.do("cross_entropy", func(d device.Device) { d.CrossEntropy(y, stat, x, target, s, l) })
}

func (w *watch) CrossEntropyBack(dx device.Dst, x, stat, target, s, dy device.Buf, l device.Loss) {
	w.do("cross_entropy_back", func(d device.Device) { d.CrossEntropyBack(dx, x, stat, target, s, dy, l) })
}

func (w *watch) CTC(y, stat, x, target device.Buf, l device.CTC) {
	w.do("ctc", func(d device.Device) { d.CTC(y, stat, x, target, l) })
}

func (w *watch) CTCBack(dx device.Dst, x, stat, target, dy device.Buf, l device.CTC) {
	w.do("ctc_back", func(d device.Device) { d.CTCBack(dx, x, stat, target, dy, l) })
}

func (w *watch) RoPE(y device.Dst, x, cossin device.Buf, b, t, h, c, pos int, interleaved, inverse bool) {
	w.do("rope", func(d device.Device) { d.RoPE(y, x, cossin, b, t, h, c, pos, interleaved, inverse) })
}

func (w *watch) Attention(y, stat, q, k, v, mask device.Buf, a device.Attn) {
	w.do("attention", func(d device.Device) { d.Attention(y, stat, q, k, v, mask, a) })
}

func (w *watch) AttentionBack(dq, dk, dv device.Dst, q, k, v, y, stat, dy, mask device.Buf, a device.Attn) {
	w.do("attention_back", func(d device.Device) { d.AttentionBack(dq, dk, dv, q, k, v, y, stat, dy, mask, a) })
}

func (w *watch) SwiGLU(y, gate, up device.Buf) {
	w.do("swiglu", func(d device.Device) { d.SwiGLU(y, gate, up) })
}

func (w *watch) SwiGLUBack(dgate, dup device.Dst, gate, up, dy device.Buf) {
	w.do("swiglu_back", func(d device.Device) { d.SwiGLUBack(dgate, dup, gate, up, dy) })
}

func (w *watch) Dropout(y device.Dst, x device.Buf, p kernel.Float, key uint64) {
	w.do("dropout", func(d device.Device) { d.Dropout(y, x, p, key) })
}

func (w *watch) BatchNorm(y device.Dst, mean, rstd, x, s, b device.Buf, n, c, l int, eps kernel.Float, act kernel.Fn) {
	w.do("batch_norm", func(d device.Device) { d.BatchNorm(y, mean, rstd, x, s, b, n, c, l, eps, act) })
}

func (w *watch) BatchNormBack(dx, dw, db device.Dst, x, y, s, mean, rstd, dy device.Buf, n, c, l int, act kernel.Fn) {
	w.do("batch_norm_back", func(d device.Device) { d.BatchNormBack(dx, dw, db, x, y, s, mean, rstd, dy, n, c, l, act) })
}

func (w *watch) Conv(y device.Dst, x, k device.Buf, c device.Conv, e device.Epilogue) {
	w.do("conv", func(d device.Device) { d.Conv(y, x, k, c, e) })
}

func (w *watch) ConvBackX(dx device.Dst, k, dy device.Buf, c device.Conv) {
	w.do("conv_back_x", func(d device.Device) { d.ConvBackX(dx, k, dy, c) })
}

func (w *watch) ConvBackW(dw device.Dst, x, dy device.Buf, c device.Conv) {
	w.do("conv_back_w", func(d device.Device) { d.ConvBackW(dw, x, dy, c) })
}

func (w *watch) MaxPool(y device.Dst, arg, x device.Buf, p device.Pool) {
	w.do("max_pool", func(d device.Device) { d.MaxPool(y, arg, x, p) })
}

func (w *watch) MaxPoolBack(dx device.Dst, arg, dy device.Buf, p device.Pool) {
	w.do("max_pool_back", func(d device.Device) { d.MaxPoolBack(dx, arg, dy, p) })
}

func (w *watch) MeanPool(y device.Dst, x device.Buf, p device.Pool) {
	w.do("mean_pool", func(d device.Device) { d.MeanPool(y, x, p) })
}

func (w *watch) MeanPoolBack(dx device.Dst, dy device.Buf, p device.Pool) {
	w.do("mean_pool_back", func(d device.Device) { d.MeanPoolBack(dx, dy, p) })
}

func (w *watch) Recurrent(y, gates, kept, h0, c0, u, bn, lengths device.Buf, r device.Recurrent) {
	w.do("recurrent", func(d device.Device) { d.Recurrent(y, gates, kept, h0, c0, u, bn, lengths, r) })
}

func (w *watch) RecurrentBack(dh0, dc0 device.Dst, gates, kept, prev, y, h0, c0, u, dy, dcn, lengths device.Buf, r device.Recurrent) {
	w.do("recurrent_back", func(d device.Device) {
		d.RecurrentBack(dh0, dc0, gates, kept, prev, y, h0, c0, u, dy, dcn, lengths, r)
	})
}
