package device

import "brick/kernel"

// A Device owns memory and runs kernels on it. Results come first. Kernels
// write every element of a Dst with Mode Set, add to every element with Mode
// Add and leave a Dst with Mode Skip alone. They never allocate in steady
// state and never check shapes. Inputs may be the same buffer; results are
// distinct from inputs unless a comment allows it.
//
// A result must be the same bits for any number of cores: work is split by
// outputs in blocks of fixed size, and no sum depends on who computes it.
//
// In the comments o, n, i mean the axes before, at and after the one worked
// along: element (o, n, i) of x (outer, n, inner) is x[(o·n + n)·inner + i].
type Device interface {
	Name() string
	Alloc(n int, t Type) Buf                                          // n zeros; t is Float, I32, or one that KeepsAs, n whole blocks of it
	Write(dst Buf, src []kernel.Float)                                // from the host
	WriteIDs(dst Buf, src []int32)                                    // from the host
	Read(dst []kernel.Float, src Buf)                                 // to the host, waiting for it; of a kept matrix, its numbers
	ReadIDs(dst []int32, src Buf)                                     // to the host, waiting for it
	Wait() error                                                      // until all is done; the first error since the last Wait
	Fill(y Buf, v kernel.Float)                                       // y = v
	Axpy(y Buf, a kernel.Float, x Buf)                                // y += a·x
	Update(r kernel.Rule, w, g Buf, state [3]Buf, c *kernel.RuleArgs) // one optimizer step, see kernel.Rules; it may bound g as it reads it

	// Keep sets up a matrix of weights in its own type, which is only read: as b of a MatMul of one product, where a is not
	// transposed, as x of Index, whose outer is 1, if it is not turned, and by Read. With pack the numbers are copied, in
	// the order that products want; else the buffer uses m.Data for as long as it is used itself. Either way all results
	// are the same bits. See kernel.TilesQuant for how products with blocks round a.
	Keep(m Matrix, pack bool) Buf

	// MatMul is  y = act(op(a)·op(b) + bias)  for every batch index. Batches
	// whose y coincide (a stride of 0) are summed; then y's Mode applies to the sum
	// and the epilogue is empty. ym is never transposed: swap a and b instead.
	MatMul(y Dst, ym, a, b Mat, p Product, e Epilogue)

	// Copy is  y[yv(i)] (=|+=) scale·x[xv(i)]  for every index i < shape.
	// No two indices of yv coincide.
	Copy(y Dst, yv View, x Buf, xv View, shape Dims, scale kernel.Float)

	// Convert is  y[i] = x[i]  rounded to nearest in y's type, whole blocks. Both KeepsAs; one is Float, or they are equal.
	Convert(y, x Buf)

	Map(f kernel.Fn, y Dst, x Buf, p kernel.Args)                        // y = f(x); y may be x
	MapBack(f kernel.Fn, dx Dst, x, y, dy Buf, p kernel.Args)            // dx = f′(x)·dy; x or y may be absent where f′ does not use it
	Zip(f kernel.Fn2, y Dst, a Buf, av View, b Buf, bv View, shape Dims) // y[i] = f(a[av(i)], b[bv(i)]), y contiguous
	// ZipBack is  da[i] = ∂f/∂a·dy[i],  db[i] = ∂f/∂b·dy[i];  da and db have y's shape, contiguous.
	ZipBack(f kernel.Fn2, da, db Dst, a Buf, av View, b Buf, bv View, dy Buf, shape Dims)

	// Reduce folds the axes whose bit is set in axes (bit i for axis i of shape); y and arg hold
	// what is left, contiguous. arg is wanted by max and min only (else absent): the offset in x of the winner, the first one on ties.
	Reduce(r kernel.Reducer, y Dst, arg Buf, x Buf, shape Dims, axes uint)

	Softmax(y Buf, x Buf, outer, n, inner int, log bool) // along n; y may be x
	SoftmaxBack(dx Dst, y, dy Buf, outer, n, inner int, log bool)

	// Index is  y[o, j, i] = x[o, ids[j], i].   x (outer, n, inner)  ids (k)  y (outer, k, inner)
	Index(y Dst, x, ids Buf, outer, n, inner, k int)
	IndexBack(dx Dst, dy, ids Buf, outer, n, inner, k int) // dx[o, ids[j], i] += dy[o, j, i]
	// Gather is  y[o, j, i] = x[o, ids[o, j, i], i].   x (outer, n, inner)  ids, y (outer, k, inner)
	Gather(y Dst, x, ids Buf, outer, n, inner, k int)
	GatherBack(dx Dst, dy, ids Buf, outer, n, inner, k int) // dx[o, ids[o,j,i], i] += dy[o, j, i]

	// LayerNorm keeps mean and 1/σ of each row for the way back. x, y (rows, c)  w, b (c) or absent  mean, rstd (rows)
	LayerNorm(y, mean, rstd, x, w, b Buf, rows, c int, eps kernel.Float)
	LayerNormBack(dx, dw, db Dst, x, w, mean, rstd, dy Buf, rows, c int)
	// RMSNorm keeps r = 1/√(mean x² + ε) of each row. x, y (rows, c)  w (c) or absent  rstd (rows)
	RMSNorm(y, rstd, x, w Buf, rows, c int, eps kernel.Float)
	RMSNormBack(dx, dw Dst, x, w, rstd, dy Buf, rows, c int)

	// BatchNorm gives each channel zero mean and unit variance over a batch, scales and shifts it, and keeps its mean and
	// 1/σ for the way back. x, y (n, c, l)  w, b (c) or absent  mean, rstd (c). act, Identity or ReLU, comes last.
	BatchNorm(y Dst, mean, rstd, x, w, b Buf, n, c, l int, eps kernel.Float, act kernel.Fn)
	BatchNormBack(dx, dw, db Dst, x, y, w, mean, rstd, dy Buf, n, c, l int, act kernel.Fn) // y is read for ReLU only, else it may be absent

	// Conv is  y = act(x ∗ w + bias),  e.Bias (K) one number a channel; with Mode Add the epilogue is empty.
	Conv(y Dst, x, w Buf, c Conv, e Epilogue)
	ConvBackX(dx Dst, w, dy Buf, c Conv) // also the forward pass of the transposed convolution
	ConvBackW(dw Dst, x, dy Buf, c Conv)
	// MaxPool keeps in arg, ids like y, the place in its plane of each window's winner, the first one on ties, −1 in a
	// window without elements; arg may be absent.   x (Planes, H, W)  y, arg (Planes, OH, OW)
	MaxPool(y Dst, arg, x Buf, p Pool)
	MaxPoolBack(dx Dst, arg, dy Buf, p Pool)
	MeanPool(y Dst, x Buf, p Pool)
	MeanPoolBack(dx Dst, dy Buf, p Pool)

	// Recurrent runs a recurrent layer over sequences, see kernel.Cell. gates hold the inputs W_ih·x + b before and what the
	// gates were after. bn is b of a GRU, or absent. Absent h0 and c0 are zeros. Steps from the length of a sequence on are
	// left out: there y is 0, and gates are arbitrary; an LSTM's kept holds the last cell. lengths may be absent.
	//	y (B, T, H)  gates (B, T, G·H)  kept like y, or absent where the cell keeps nothing  h0, c0 (B, H)  w (G·H, H)  bn (H)  lengths (B) ids
	Recurrent(y, gates, kept, h0, c0, w, bn, lengths Buf, r Recurrent)
	// RecurrentBack is its way back. gates become ∂ of their inputs, 0 in steps left out, and a GRU's kept becomes the
	// third part of ∂(W_hh·h), whose other parts equal those of ∂gates. prev, like y, receives the state before each step.
	// dcn (B, H) is ∂ of the last cells, or absent.
	RecurrentBack(dh0, dc0 Dst, gates, kept, prev, y, h0, c0, w, dy, dcn, lengths Buf, r Recurrent)

	// CrossEntropy: y (1), or (N) with Reduction None; x (N, C); target (N) ids; w (C) class weights or
	// absent; stat (N+1) receives log Σ exp of each row and, last, the sum of the weights of the rows that take part.
	CrossEntropy(y, stat, x, target, w Buf, l Loss)
	CrossEntropyBack(dx Dst, x, stat, target, w, dy Buf, l Loss) // dx may be x

	// CTC: y (1), or (N) with Reduction None; x (N, T, C); target (N, S) ids, of which the first below 0 ends a row; stat (N, T)
	// receives log Σ exp of each row of scores. Every target fits its scores: as many labels as places, and a place more
	// for each that equals the one before it.
	CTC(y, stat, x, target Buf, l CTC)
	CTCBack(dx Dst, x, stat, target, dy Buf, l CTC) // dx may be x

	// RoPE rotates pairs by the angles of cossin (positions, D/2, 2), starting at row pos.
	// x, y (b, t, h, d). inverse rotates back. Pairs are (i, i+d/2), or (2i, 2i+1) if interleaved.
	RoPE(y Dst, x, cossin Buf, b, t, h, d, pos int, interleaved, inverse bool)
	// Attention leaves log Σ exp of each row of scores in stat. k and v may be of any type that KeepsAs, each of its own; the result is
	// that of the numbers they decode to. AttentionBack wants Float.
	Attention(y, stat, q, k, v, mask Buf, a Attn)
	AttentionBack(dq, dk, dv Dst, q, k, v, y, stat, dy, mask Buf, a Attn)
	SwiGLU(y Buf, gate, up Buf) // y = silu(gate)·up
	SwiGLUBack(dgate, dup Dst, gate, up, dy Buf)
	// Dropout is  y[i] = x[i]/(1−p) where kernel.Uniform(key, i) ≥ p, else 0. The way back is the same with dy.
	Dropout(y Dst, x Buf, p kernel.Float, key uint64)
}
