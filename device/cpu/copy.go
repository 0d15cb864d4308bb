package cpu

import (
	"brick/device"
	"brick/kernel"
)

const tile = kernel.TransposeSide

// copyTask copies rows: arrays 0 and 1 of the nest are y and x.
type copyTask struct {
	nest
	y, x  []kernel.Float
	scale kernel.Float
	add   bool
}

// Copy is  y[yv(i)] (=|+=) scale·x[xv(i)].
func (d *Device) Copy(y device.Dst, yv device.View, x device.Buf, xv device.View, shape device.Dims, scale kernel.Float) {
	n := shape.Len()
	if y.Mode == device.Skip || n == 0 {
		return
	}
	if shape[device.MaxRank-1] == n && n <= moveElems { // a short row
		kernel.Copy(y.F[yv.Off:], x.F[xv.Off:], yv.Stride[device.MaxRank-1], xv.Stride[device.MaxRank-1], n, scale, y.Mode == device.Add)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	t := &d.tasks.copy
	t.y, t.x, t.scale, t.add = y.F, x.F, scale, y.Mode == device.Add
	t.set(shape, byStride(&yv), &yv, &xv, &xv)
	if t.transposed() {
		q := &d.tasks.transpose
		q.copyTask = *t
		q.down = (q.size[q.rank-2] + tile - 1) / tile
		q.across = (q.size[q.rank-1] + tile - 1) / tile
		outer := n / (q.size[q.rank-2] * q.size[q.rank-1])
		d.run(outer*q.down*q.across, blockElems/(tile*tile), q)
		return
	}
	d.run(n, moveElems, t)
}

// transposed reports whether x and y are contiguous along different loops, and
// makes those the last two, y's last.
func (t *copyTask) transposed() bool {
	last := t.rank - 1
	if t.step[0][last] != 1 || t.step[1][last] <= 1 || t.size[last] < 4 {
		return false
	}
	for i := range last {
		if t.step[1][i] == 1 && t.size[i] >= 4 {
			t.swap(i, last-1)
			return true
		}
	}
	return false
}

func (t *copyTask) do(_, lo, hi int) {
	last := t.rank - 1
	row, col := lo/t.size[last], lo%t.size[last]
	sy, sx := t.step[0][last], t.step[1][last]
	var p place
	t.seek(&p, row, last)
	for lo < hi {
		n := min(t.size[last]-col, hi-lo)
		kernel.Copy(t.y[p.off[0]+col*sy:], t.x[p.off[1]+col*sx:], sy, sx, n, t.scale, t.add)
		lo, col = lo+n, 0
		t.next(&p, last)
	}
}

// transposeTask copies tiles of the last two loops.
type transposeTask struct {
	copyTask
	down, across int // tiles
}

func (t *transposeTask) do(_, lo, hi int) {
	r, c := t.rank-2, t.rank-1
	var p place
	for u := lo; u < hi; u++ {
		j, i, o := u%t.across*tile, u/t.across%t.down*tile, u/t.across/t.down
		t.seek(&p, o, r)
		y := t.y[p.off[0]+i*t.step[0][r]+j:]
		x := t.x[p.off[1]+i+j*t.step[1][c]:]
		kernel.Transpose(y, x, t.step[0][r], t.step[1][c], min(tile, t.size[r]-i), min(tile, t.size[c]-j), t.scale, t.add)
	}
}
