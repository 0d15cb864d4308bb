package cpu

import (
	"brick/device"
	"brick/kernel"
)

// CrossEntropy is the loss of every row, see kernel.CrossEntropy, reduced as l
// says; sums over rows are taken in their order. The mean over no rows is 0/0, NaN.
func (d *Device) CrossEntropy(y, stat, x, target, w device.Buf, l device.Loss) {
	d.mu.Lock()
	defer d.mu.Unlock()
	losses := y.F
	if l.Reduction != device.None {
		losses = grown(&d.tasks.rowLosses, l.N)
	}
	d.tasks.crossEntropy = crossEntropyTask{losses, stat.F, x.F, target.I, w.F, l}
	d.run(l.N, expBlock()/max(l.C, 1), &d.tasks.crossEntropy)

	loss, total := 0.0, 0.0
	for i, t := range target.I[:l.N] {
		if t == l.Ignore {
			continue
		}
		loss += float64(losses[i])
		if w.F != nil {
			total += float64(w.F[t])
		} else {
			total++
		}
	}
	stat.F[l.N] = kernel.Float(total)
	switch l.Reduction {
	case device.Mean:
		y.F[0] = kernel.Float(loss / total)
	case device.Sum:
		y.F[0] = kernel.Float(loss)
	}
}

type crossEntropyTask struct {
	losses, stat, x []kernel.Float
	target          []int32
	w               []kernel.Float
	l               device.Loss
}

func (t *crossEntropyTask) do(_, lo, hi int) {
	for r := lo; r < hi; r++ {
		if t.target[r] == t.l.Ignore {
			t.losses[r], t.stat[r] = 0, 0
			continue
		}
		k := r * t.l.C
		t.losses[r], t.stat[r] = kernel.CrossEntropy(t.x[k:k+t.l.C], int(t.target[r]), t.w, t.l.Smoothing, t.l.LogProbs)
	}
}

// CrossEntropyBack is the way back of CrossEntropy. Rows that take no part get zeros.
func (d *Device) CrossEntropyBack(dx device.Dst, x, stat, target, w, dy device.Buf, l device.Loss) {
	if dx.Mode == device.Skip {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tasks.crossEntropyBack = crossEntropyBackTask{dx.F, x.F, stat.F, target.I, w.F, dy.F, l, dx.Mode == device.Add}
	d.run(l.N, expBlock()/max(l.C, 1), &d.tasks.crossEntropyBack)
}

type crossEntropyBackTask struct {
	dx, x, stat []kernel.Float
	target      []int32
	w, dy       []kernel.Float
	l           device.Loss
	add         bool
}

func (t *crossEntropyBackTask) do(_, lo, hi int) {
	for r := lo; r < hi; r++ {
		k := r * t.l.C
		dx := t.dx[k : k+t.l.C]
		if t.target[r] == t.l.Ignore {
			if !t.add {
				clear(dx)
			}
			continue
		}
		var g kernel.Float
		switch t.l.Reduction {
		case device.Mean:
			g = t.dy[0] / t.stat[t.l.N]
		case device.Sum:
			g = t.dy[0]
		case device.None:
			g = t.dy[r]
		}
		kernel.CrossEntropyBack(dx, t.x[k:k+t.l.C], int(t.target[r]), t.w, t.l.Smoothing, t.stat[r], g, t.l.LogProbs, t.add)
	}
}
