package cpu

import (
	"brick/device"
	"brick/kernel"
)

// A product is cut into pieces whose sums run in depths of k, whose panels fit the second cache. Pieces and their order
// of work never change a bit: each sum takes its terms in the order of k (kernel.MatMul).
const (
	depth      = 512     // most terms a piece adds at a time
	pieceRows  = 70      // the most rows of a piece where b is shared …
	pieceCols  = 64      // … and its columns where a is; a matrix times a vector goes by as many
	nearPanels = 32      // panels of a that stay in the second cache while those of b of a piece pass by
	blockRows  = 224     // a product that shares nothing is cut into blocks of this size
	blockCols  = 256     //
	sharedMost = 1 << 21 // numbers of a shared operand that are packed at a time, 8 MB
)

// Gates: what is worth handing to another core; see task in pool.go.
const (
	pieceMACs  = 1 << 19 // multiply-adds of a product, 4 µs on a core with AVX-512 and 60 in plain Go
	packElems  = 1 << 16 // numbers packed, 4 µs
	streamMACs = 1 << 16 // of a matrix times a vector, 256 KB
	tinyMACs   = 1 << 13 // of a matrix times a vector that is done without a lock
)

// A matMulTask computes a product. Its fields say what; phase says which part is being handed out.
type matMulTask struct {
	dev      *Device
	y        device.Dst
	ym, a, b device.Mat
	p        device.Product
	e        device.Epilogue
	panels   // how operands are read
	phase    phase

	out, sum   [4]int // sizes of the batch axes: those of y, and those summed over
	sums       int
	rows, cols int // blocks, or pieces, along each axis

	vector      vectorProduct
	shared      []kernel.Float // panels of the shared operand, depth by depth
	shareB      bool           // it is b
	first, lack int            // rows of a (columns of b) from first on are shared now, lack of them
	from, upTo  int            // and terms from up to upTo
}

type phase uint8

const (
	blockPhase  phase = iota // blocks that pack both operands
	packPhase                // panels of the shared operand
	piecePhase               // pieces that pack the other one
	vectorPhase              // a row times a matrix
)

// MatMul implements device.Device. y is never transposed: swap a and b instead.
func (d *Device) MatMul(y device.Dst, ym, a, b device.Mat, p device.Product, e device.Epilogue) {
	if y.Mode == device.Skip || y.N == 0 {
		return
	}
	if b.Kept != nil {
		if d.keptMatMul(&keptProduct{d, y, ym, a, b.Kept, p, e}, b.T) {
			return
		}
		b.T = b.T != b.Kept.Turned
	}
	alone := p.Batch == one && p.K > 0 && (y.Mode == device.Set || plain(&e))
	if alone && p.M*p.N*p.K <= tinyMACs && !d.half && b.Kept == nil { // at once: no task, no lock
		if v, ok := asVector(y, ym, a, b, p, e, nil); ok {
			v.do(0, len(v.y), &none)
			return
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	t := &d.tasks.matMul
	t.dev, t.y, t.ym, t.a, t.b, t.p, t.e, t.half = d, y, ym, a, b, p, e, d.half
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
	if alone && !d.half && b.Kept == nil {
		var ok bool
		if t.vector, ok = asVector(y, ym, a, b, p, e, d.common); ok {
			t.phase = vectorPhase
			t.rows = max(streamMACs/p.K/pieceCols*pieceCols, pieceCols)
			d.run(blocks(len(t.vector.y), t.rows), max(streamMACs/(p.K*t.rows), 1), t)
			return
		}
	}
	if alone && p.M*p.N*p.K >= 2*pieceMACs {
		t.share()
	} else {
		t.phase = blockPhase
		t.rows, t.cols = blocks(p.M, blockRows), blocks(p.N, blockCols)
		macs := min(p.M, blockRows) * min(p.N, blockCols) * max(p.K*t.sums, 1)
		d.run(outs*t.rows*t.cols, pieceMACs/max(macs, 1), t)
	}
}

func blocks(n, size int) int { return (n + size - 1) / size }

func (t *matMulTask) do(w, lo, hi int) {
	for i := lo; i < hi; i++ {
		switch t.phase {
		case packPhase:
			t.packShared(w, i)
		case piecePhase:
			t.piece(w, i)
		case vectorPhase:
			t.vector.do(i*t.rows, min((i+1)*t.rows, len(t.vector.y)), &none)
		default:
			t.block(w, i)
		}
	}
}

// share computes one large product: the operand with fewer rows or columns is packed once, for everybody; pieces along
// the other one pack their part of it themselves. So that the panels stay in the last cache, a shared operand of more
// than sharedMost numbers is taken in parts.
func (t *matMulTask) share() {
	t.shareB = t.p.M > t.p.N
	lines, others, size := t.p.M, t.p.N, evenly(t.p.N, pieceCols, kernel.PanelCols())
	if t.p.N >= 16*pieceCols {
		size = evenly(t.p.N, 2*pieceCols, kernel.PanelCols())
	}
	if t.shareB {
		lines, others, size = t.p.N, t.p.M, evenly(t.p.M, pieceRows, kernel.PanelRows())
	}
	terms, deep := t.p.K, t.depth(t.p.K)
	if lines*terms > sharedMost {
		terms = max(min(terms, sharedMost/min(lines, sharedMost/(2*deep))/deep*deep), deep)
	}
	most := max(sharedMost/terms, 1)
	for t.first = 0; t.first < lines; t.first += most {
		t.lack = min(most, lines-t.first)
		for t.from = 0; t.from < t.p.K; t.from += terms {
			t.upTo = min(t.from+terms, t.p.K)
			t.phase = packPhase
			t.shared = t.dev.common(t.sharedLen(deep) * blocks(t.upTo-t.from, deep))
			t.rows = blocks(t.sharedPanels(), packPanels)
			t.dev.run(blocks(t.upTo-t.from, deep)*t.rows, packElems/max(t.lack*deep/t.rows, 1), t)
			t.phase = piecePhase
			t.cols = size
			t.dev.run(blocks(others, size), pieceMACs/max(size*t.lack*(t.upTo-t.from), 1), t)
		}
	}
}

// evenly is the size of pieces of n, about most or less, of whole panels, such that two or four workers get as many each.
func evenly(n, most, panel int) int {
	pieces := 4 * blocks(n, 4*most)
	return blocks(blocks(n, pieces), panel) * panel
}

// packPanels is how many panels of the shared operand are packed in one go.
const packPanels = 4

// sharedPanels is how many panels the shared operand has, sharedLen how long they are for k terms.
func (t *matMulTask) sharedPanels() int {
	if t.shareB {
		return kernel.PanelsB(t.lack)
	}
	return kernel.PanelsA(t.lack)
}

func (t *matMulTask) sharedLen(k int) int {
	if t.shareB {
		return t.packedB(t.lack, k)
	}
	return t.packedA(t.lack, k)
}

// packShared packs some panels of one depth.
func (t *matMulTask) packShared(w, i int) {
	l, first := t.from+i/t.rows*t.depth(t.p.K), i%t.rows*packPanels
	k, last := min(t.depth(t.p.K), t.upTo-l), min(first+packPanels, t.sharedPanels())
	dst := t.shared[t.sharedLen(l-t.from):]
	if t.shareB {
		t.packColumns(w, dst, 0, l, t.first, t.lack, k, first, last)
	} else {
		t.packA(dst, t.a.F[corner(t.a.LD, t.first, l, t.a.T):], t.a.LD, t.lack, k, t.a.T, first, last)
	}
}

// piece multiplies the shared panels with piece i of the other operand.
func (t *matMulTask) piece(w, i int) {
	r, m, c, n := t.first, t.lack, i*t.cols, min(t.cols, t.p.N-i*t.cols)
	if t.shareB {
		r, m, c, n = i*t.cols, min(t.cols, t.p.M-i*t.cols), t.first, t.lack
	}
	at := r*t.ym.LD + c
	y := t.y.F[at:]
	for l := t.from; l < t.upTo; l += t.depth(t.p.K) {
		k := min(t.depth(t.p.K), t.upTo-l)
		pa, pb := t.shared[t.sharedLen(l-t.from):], t.shared[t.sharedLen(l-t.from):]
		if t.shareB {
			pa = t.dev.own(w, t.packedA(m, k))
			t.packA(pa, t.a.F[corner(t.a.LD, r, l, t.a.T):], t.a.LD, m, k, t.a.T, 0, kernel.PanelsA(m))
		} else {
			pb = t.dev.own(w, t.packedB(n, k))
			t.packColumns(w, pb, 0, l, c, n, k, 0, kernel.PanelsB(n))
		}
		for first := 0; first < kernel.PanelsA(m); first += nearPanels {
			t.tiles(y, t.ym.LD, pa, pb, m, n, k, t.y.Mode == device.Add || l > 0, first, min(first+nearPanels, kernel.PanelsA(m)))
		}
	}
	if t.upTo == t.p.K {
		t.finish(y, t.ym.LD, at, c, m, n, false)
	}
}

// block computes block i of y, numbered batch by batch, row by row: all its sums, then its epilogue.
func (t *matMulTask) block(w, i int) {
	r, c, batch := i/t.cols%t.rows*blockRows, i%t.cols*blockCols, i/(t.cols*t.rows)
	m, n := min(blockRows, t.p.M-r), min(blockCols, t.p.N-c)
	first := unravel(batch, t.out)
	at := offset(first, t.ym.Batch) + r*t.ym.LD + c
	y, ld, onto := t.y.F[at:], t.ym.LD, t.y.Mode == device.Add

	k := min(t.depth(t.p.K), t.p.K)
	sizeA, sizeB := t.packedA(m, k), t.packedB(n, k)
	aside := onto && !plain(&t.e) // adding what an epilogue gives needs the finished sums beside y
	mem := t.dev.own(w, sizeA+sizeB+m*n)
	if aside {
		y, ld, onto = mem[sizeA+sizeB:], n, false
	}
	if t.p.K == 0 || t.sums == 0 {
		kernel.Tiles(y, ld, nil, nil, m, n, 0, onto)
	}
	for s := range t.sums {
		index := unravel(s, t.sum)
		a := t.a.F[offset(first, t.a.Batch)+offset(index, t.a.Batch):]
		b := offset(first, t.b.Batch) + offset(index, t.b.Batch)
		for l := 0; l < t.p.K; l += t.depth(t.p.K) {
			k := min(t.depth(t.p.K), t.p.K-l)
			t.packA(mem, a[corner(t.a.LD, r, l, t.a.T):], t.a.LD, m, k, t.a.T, 0, kernel.PanelsA(m))
			t.packColumns(w, mem[sizeA:], b, l, c, n, k, 0, kernel.PanelsB(n))
			t.tiles(y, ld, mem, mem[sizeA:], m, n, k, onto || s > 0 || l > 0, 0, kernel.PanelsA(m))
		}
	}
	t.finish(y, ld, at, c, m, n, aside)
}

// packColumns packs panels of n columns of k terms of b, from (l, c) on of the matrix at an offset. Those of a kept matrix are widened first.
func (t *matMulTask) packColumns(w int, dst []kernel.Float, at, l, c, n, k, first, last int) {
	if t.b.Kept == nil {
		t.packB(dst, t.b.F[at+corner(t.b.LD, l, c, t.b.T):], t.b.LD, n, k, t.b.T, first, last)
		return
	}
	c, n = c+first*kernel.PanelCols(), min(n, last*kernel.PanelCols())-first*kernel.PanelCols()
	mem := t.dev.wide(w, regionLen(t.b.Kept, k, n, t.b.T))
	x, ld := region(mem, t.b.Kept, l, c, k, n, t.b.T)
	t.packB(dst[t.packedB(first*kernel.PanelCols(), k):], x, ld, n, k, t.b.T, 0, last-first)
}

// finish applies the epilogue to a part of y and, if it was computed aside, adds it to y.
func (t *matMulTask) finish(z []kernel.Float, ld, at, c, m, n int, aside bool) {
	if plain(&t.e) {
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
		kernel.Finish(row, bias, pre, t.e.Act, &none)
		if aside {
			kernel.Axpy(t.y.F[here:][:n], 1, row)
		}
	}
}

// plain reports whether an epilogue does nothing.
func plain(e *device.Epilogue) bool {
	return !e.Bias.Present() && !e.Pre.Present() && e.Act == kernel.Identity
}

// one is the batch of a single product.
var one = [4]int{1, 1, 1, 1}

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
	quant         quantTask
	rows          rowsTask
	rope          ropeTask
	attention     attentionTask
	attentionBack attentionBackTask
	swiGLU        swiGLUTask
	swiGLUBack    swiGLUBackTask
	recurrent     recurrentTask
}
