package cpu

import (
	"brick/device"
	"brick/kernel"
)

// rowTasks are the tasks of the kernels that work row by row.
type rowTasks struct {
	softmax          softmaxTask
	softmaxBack      softmaxBackTask
	layerNorm        layerNormTask
	layerNormBack    layerNormBackTask
	rmsNorm          rmsNormTask
	rmsNormBack      rmsNormBackTask
	fold             foldTask
	crossEntropy     crossEntropyTask
	crossEntropyBack crossEntropyBackTask
	ctc              ctcTask
	ctcBack          ctcBackTask
	update           updateTask
	convert          convertTask

	partials  []kernel.Float // sums over blocks of rows, before they are folded
	rowLosses []kernel.Float // one a row, before they are summed
	paths     [][]float64    // of each worker, to work on alignments
}

// grown returns *s at least n long, its content arbitrary.
func grown[T any](s *[]T, n int) []T {
	if len(*s) < n {
		*s = make([]T, n+n/4)
	}
	return (*s)[:n]
}

// LayerNorm normalises each of rows rows of c, see kernel.LayerNorm.
func (d *Device) LayerNorm(y, mean, rstd, x, w, b device.Buf, rows, c int, eps kernel.Float) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tasks.layerNorm = layerNormTask{y.F, mean.F, rstd.F, x.F, w.F, b.F, c, eps}
	d.run(rows, rowElems/max(c, 1), &d.tasks.layerNorm)
}

type layerNormTask struct {
	y, mean, rstd, x, w, b []kernel.Float
	c                      int
	eps                    kernel.Float
}

func (t *layerNormTask) do(_, lo, hi int) {
	for r := lo; r < hi; r++ {
		k := r * t.c
		t.mean[r], t.rstd[r] = kernel.LayerNorm(t.y[k:k+t.c], t.x[k:k+t.c], t.w, t.b, t.eps)
	}
}

// LayerNormBack is the way back of LayerNorm. The sums over rows for dw and db are
// taken block by block of rowBlock rows and then folded in the order of the blocks.
func (d *Device) LayerNormBack(dx, dw, db device.Dst, x, w, mean, rstd, dy device.Buf, rows, c int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	block := rowBlock(c)
	blocks := (rows + block - 1) / block
	t := &d.tasks.layerNormBack
	*t = layerNormBackTask{x: x.F, w: w.F, mean: mean.F, rstd: rstd.F, dy: dy.F, c: c, block: block, add: dx.Mode == device.Add}
	if dx.Mode != device.Skip {
		t.dx = dx.F
	}
	sums := grown(&d.tasks.partials, 2*blocks*c)
	if dw.Mode != device.Skip {
		t.dw = sums[:blocks*c]
	}
	if db.Mode != device.Skip {
		t.db = sums[blocks*c:]
	}
	d.run(rows, block, t)
	d.foldRows(dw, sums[:blocks*c], blocks, c)
	d.foldRows(db, sums[blocks*c:], blocks, c)
}

type layerNormBackTask struct {
	dx, dw, db, x, w, mean, rstd, dy []kernel.Float // dw, db (blocks, c)
	c, block                         int
	add                              bool
}

func (t *layerNormBackTask) do(_, lo, hi int) {
	dw := blockSum(t.dw, lo/t.block, t.c)
	db := blockSum(t.db, lo/t.block, t.c)
	for r := lo; r < hi; r++ {
		k := r * t.c
		var dx []kernel.Float
		if t.dx != nil {
			dx = t.dx[k : k+t.c]
		}
		kernel.LayerNormBack(dx, dw, db, t.x[k:k+t.c], t.w, t.dy[k:k+t.c], t.mean[r], t.rstd[r], t.add)
	}
}

// rowElems is how many numbers make a block of a kernel that does a little with each: about 10 µs where they lie in
// the caches, several times that where they come from memory.
const rowElems = 1 << 15

// rowBlock is how many rows of c make a block: enough to be worth handing out,
// and for their sum to be small beside them.
func rowBlock(c int) int { return max(rowElems/max(c, 1), 8) }

// blockSum is the cleared sum of a block among sums (blocks, c), nil if sums is nil.
func blockSum(sums []kernel.Float, block, c int) []kernel.Float {
	if sums == nil {
		return nil
	}
	s := sums[block*c : (block+1)*c]
	clear(s)
	return s
}

// foldRows is  y[j] (=|+=) Σ_blocks sums[block, j],  in the order of the blocks. d.mu is held.
func (d *Device) foldRows(y device.Dst, sums []kernel.Float, blocks, c int) {
	if y.Mode == device.Skip {
		return
	}
	d.tasks.fold = foldTask{y.F, sums, blocks, c, y.Mode == device.Add}
	d.run(c, max(rowElems/max(blocks, 1), band), &d.tasks.fold)
}

type foldTask struct {
	y, sums   []kernel.Float
	blocks, c int
	add       bool
}

func (t *foldTask) do(_, lo, hi int) {
	var sums [band]float64
	for j := lo; j < hi; j += band {
		s := sums[:min(band, hi-j)]
		clear(s)
		kernel.FoldColumns(kernel.SumAll, s, t.sums[j:], t.blocks, t.c)
		for i, v := range s {
			if t.add {
				v += float64(t.y[j+i])
			}
			t.y[j+i] = kernel.Float(v)
		}
	}
}
