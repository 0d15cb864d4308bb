package cpu

import (
	"brick/device"
	"brick/kernel"
)

// A product is cut into blocks of rows × columns of y; the sums of a block run
// in pieces of depth terms, whose panels fit the second cache.
const (
	blockRows = 64
	blockCols = 128
	depth     = 256
	fewRows   = 4       // up to here b is not packed if it lies as it is read; its transpose is packed from 2 rows on
	blockMACs = 1 << 15 // fewer multiply-adds, about 8 µs, stay on the caller's core
)

// matMulTask computes blocks of y, numbered batch by batch, row by row.
type matMulTask struct {
	dev      *Device
	y        device.Dst
	ym, a, b device.Mat
	p        device.Product
	e        device.Epilogue
	args     kernel.Args // none: no fused activation has constants

	out, sum   [4]int // sizes of the batch axes: those of y, and those summed over
	sums       int
	rows, cols int // blocks of a matrix along each axis
}

// MatMul implements device.Device. y is never transposed: swap a and b instead.
func (d *Device) MatMul(y device.Dst, ym, a, b device.Mat, p device.Product, e device.Epilogue) {
	if y.Mode == device.Skip || y.N == 0 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	t := &d.tasks.matMul
	t.dev, t.y, t.ym, t.a, t.b, t.p, t.e = d, y, ym, a, b, p, e
	outs := 1
	t.sums = 1
	for i, n := range p.Batch {
		t.out[i], t.sum[i] = n, 1
		if ym.Batch[i] == 0 && n != 1 {
			t.out[i], t.sum[i] = 1, n
		}
		outs *= t.out[i]
		t.sums *= t.sum[i]
	}
	t.rows, t.cols = blocks(p.M, blockRows), blocks(p.N, blockCols)
	macs := min(p.M, blockRows) * min(p.N, blockCols) * max(p.K*t.sums, 1)
	d.run(outs*t.rows*t.cols, blockMACs/max(macs, 1), t)
}

func blocks(n, size int) int { return (n + size - 1) / size }

func (t *matMulTask) do(w, lo, hi int) {
	for i := lo; i < hi; i++ {
		t.block(w, i)
	}
}

// block computes block i of y: all its sums, then its epilogue.
func (t *matMulTask) block(w, i int) {
	r, c, batch := i/t.cols%t.rows*blockRows, i%t.cols*blockCols, i/(t.cols*t.rows)
	m, n := min(blockRows, t.p.M-r), min(blockCols, t.p.N-c)
	first := unravel(batch, t.out)
	at := offset(first, t.ym.Batch) + r*t.ym.LD + c
	y, ld, onto := t.y.F[at:], t.ym.LD, t.y.Mode == device.Add

	// Adding what an epilogue gives needs the finished sums beside y.
	aside := onto && !t.plain()
	panels := kernel.Packed(blockRows, depth, kernel.TileM) + kernel.Packed(blockCols, depth, kernel.TileN)
	mem := t.dev.own(w, max(panels, t.p.K)+m*n)
	if aside {
		y, ld, onto = mem[len(mem)-m*n:], n, false
	}
	if t.p.K == 0 || t.sums == 0 {
		if !onto {
			for i := range m {
				clear(y[i*ld:][:n])
			}
		}
	} else {
		for s := range t.sums {
			index := unravel(s, t.sum)
			a := t.a.F[offset(first, t.a.Batch)+offset(index, t.a.Batch):]
			b := t.b.F[offset(first, t.b.Batch)+offset(index, t.b.Batch):]
			switch {
			case t.p.M == 1 || t.p.M <= fewRows && !t.b.T:
				t.few(y, ld, a, b, mem, c, m, n, onto || s > 0)
			case t.p.N == 1 && ld == 1:
				t.column(y[:m], a, b, mem, r, onto || s > 0)
			default:
				t.packed(y, ld, a, b, mem, r, c, m, n, onto || s > 0)
			}
		}
	}
	t.finish(y, ld, at, c, m, n, aside)
}

// packed adds op(a)·op(b) to the block of y at row r and column c, in pieces of depth terms.
func (t *matMulTask) packed(y []kernel.Float, ld int, a, b, mem []kernel.Float, r, c, m, n int, onto bool) {
	pa := mem[:kernel.Packed(blockRows, depth, kernel.TileM)]
	pb := mem[len(pa):]
	for l := 0; l < t.p.K; l += depth {
		k := min(depth, t.p.K-l)
		kernel.Pack(pa, a[corner(t.a.LD, r, l, t.a.T):], t.a.LD, m, k, kernel.TileM, t.a.T)
		kernel.Pack(pb, b[corner(t.b.LD, l, c, t.b.T):], t.b.LD, n, k, kernel.TileN, !t.b.T)
		kernel.Tiles(y, ld, pa, pb, m, n, k, onto || l > 0)
	}
}

// few is packed for products of few rows, which read b once where it lies.
func (t *matMulTask) few(y []kernel.Float, ld int, a, b, mem []kernel.Float, c, m, n int, onto bool) {
	b = b[corner(t.b.LD, 0, c, t.b.T):]
	for i := range m {
		row := t.line(a[corner(t.a.LD, i, 0, t.a.T):], mem, t.a.LD, t.a.T)
		if t.b.T {
			kernel.RowDots(y[i*ld:][:n], row, b, t.b.LD, onto)
		} else {
			kernel.RowSums(y[i*ld:][:n], row, b, t.b.LD, onto)
		}
	}
}

// column is packed for a matrix times a vector: the vector's row times the matrix's transpose.
func (t *matMulTask) column(y, a, b, mem []kernel.Float, r int, onto bool) {
	a = a[corner(t.a.LD, r, 0, t.a.T):]
	v := t.line(b, mem, t.b.LD, !t.b.T)
	if t.a.T {
		kernel.RowSums(y, v, a, t.a.LD, onto)
	} else {
		kernel.RowDots(y, v, a, t.a.LD, onto)
	}
}

// line is the K numbers of a row at x; of a column, whose numbers are ld apart, a copy in mem.
func (t *matMulTask) line(x, mem []kernel.Float, ld int, column bool) []kernel.Float {
	if !column || ld == 1 {
		return x[:t.p.K]
	}
	for l := range t.p.K {
		mem[l] = x[l*ld]
	}
	return mem[:t.p.K]
}

// finish applies the epilogue to a block and, if it was computed aside, adds it to y.
func (t *matMulTask) finish(z []kernel.Float, ld, at, c, m, n int, aside bool) {
	if t.plain() {
		return
	}
	for i := range m {
		row, here := z[i*ld:][:n], at+i*t.ym.LD
		var bias, pre []kernel.Float
		if t.e.Bias.Present() {
			bias = t.e.Bias.F[c:][:n]
		}
		if t.e.Pre.Present() {
			pre = t.e.Pre.F[here:][:n]
		}
		kernel.Finish(row, bias, pre, t.e.Act, &t.args)
		if aside {
			y := t.y.F[here:][:n]
			for j, v := range row {
				y[j] += v
			}
		}
	}
}

// plain reports whether there is no epilogue.
func (t *matMulTask) plain() bool {
	return !t.e.Bias.Present() && !t.e.Pre.Present() && t.e.Act == kernel.Identity
}

// corner is where element (i, j) of a matrix lies, read as its transpose if t.
func corner(ld, i, j int, t bool) int {
	if t {
		i, j = j, i
	}
	return i*ld + j
}

// unravel splits i into the indices of axes of the given sizes.
func unravel(i int, size [4]int) (index [4]int) {
	for x := 3; x >= 0; x-- {
		index[x] = i % size[x]
		i /= size[x]
	}
	return index
}

func offset(index, stride [4]int) int {
	return index[0]*stride[0] + index[1]*stride[1] + index[2]*stride[2] + index[3]*stride[3]
}

// productTasks holds the tasks of the kernels made of products.
type productTasks struct {
	matMul        matMulTask
	rope          ropeTask
	attention     attentionTask
	attentionBack attentionBackTask
	swiGLU        swiGLUTask
	swiGLUBack    swiGLUBackTask
}
