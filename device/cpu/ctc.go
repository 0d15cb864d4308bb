package cpu

import (
	"brick/device"
	"brick/kernel"
)

// CTC is the loss of every sequence, see kernel.CTC, reduced as l says; sums over sequences are taken in their order.
// The mean over no sequences is 0/0, NaN.
func (d *Device) CTC(y, stat, x, target device.Buf, l device.CTC) {
	d.mu.Lock()
	defer d.mu.Unlock()
	losses := y.F
	if l.Reduction != device.None {
		losses = grown(&d.tasks.rowLosses, l.N)
	}
	d.tasks.ctc = ctcTask{losses, stat.F, x.F, target.I, d.paths(l), l}
	d.run(l.N, expBlock()/max(ctcWeight(l), 1), &d.tasks.ctc)
	if l.Reduction == device.None {
		return
	}
	loss := 0.0
	for n, v := range losses[:l.N] {
		loss += float64(v) * ctcShare(l, len(labelsOf(target.I, n, l.S)))
	}
	y.F[0] = kernel.Float(loss)
}

// ctcWeight is about how many exponentials a sequence takes.
func ctcWeight(l device.CTC) int { return l.T * (l.C + 4*l.S) }

// ctcShare is what the loss of a sequence with so many labels counts.
func ctcShare(l device.CTC, labels int) float64 {
	if l.Reduction == device.Mean {
		return 1 / float64(l.N*max(labels, 1))
	}
	return 1
}

// labelsOf is row n of targets, without what fills it up.
func labelsOf(target []int32, n, s int) []int32 {
	row := target[n*s : (n+1)*s]
	for i, k := range row {
		if k < 0 {
			return row[:i]
		}
	}
	return row
}

// paths is room for each worker to work on one sequence.
func (d *Device) paths(l device.CTC) [][]float64 {
	n := kernel.CTCWork(l.T, l.S)
	for len(d.tasks.paths) < len(d.scratch) {
		d.tasks.paths = append(d.tasks.paths, nil)
	}
	for i, p := range d.tasks.paths {
		if len(p) < n {
			d.tasks.paths[i] = make([]float64, n)
		}
	}
	return d.tasks.paths
}

type ctcTask struct {
	losses, stat, x []kernel.Float
	target          []int32
	paths           [][]float64
	l               device.CTC
}

func (t *ctcTask) do(worker, lo, hi int) {
	c, rows := t.l.C, t.l.T
	for n := lo; n < hi; n++ {
		t.losses[n] = kernel.CTC(t.x[n*rows*c:(n+1)*rows*c], c, labelsOf(t.target, n, t.l.S), t.stat[n*rows:(n+1)*rows], t.paths[worker])
	}
}

// CTCBack is the way back of CTC.
func (d *Device) CTCBack(dx device.Dst, x, stat, target, dy device.Buf, l device.CTC) {
	if dx.Mode == device.Skip {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tasks.ctcBack = ctcBackTask{dx.F, x.F, stat.F, dy.F, target.I, d.paths(l), l, dx.Mode == device.Add}
	d.run(l.N, expBlock()/max(2*ctcWeight(l), 1), &d.tasks.ctcBack)
}

type ctcBackTask struct {
	dx, x, stat, dy []kernel.Float
	target          []int32
	paths           [][]float64
	l               device.CTC
	add             bool
}

func (t *ctcBackTask) do(worker, lo, hi int) {
	c, rows := t.l.C, t.l.T
	for n := lo; n < hi; n++ {
		labels, at := labelsOf(t.target, n, t.l.S), 0
		if t.l.Reduction == device.None {
			at = n
		}
		g := kernel.Float(float64(t.dy[at]) * ctcShare(t.l, len(labels)))
		kernel.CTCBack(t.dx[n*rows*c:(n+1)*rows*c], t.x[n*rows*c:(n+1)*rows*c], c, labels, t.stat[n*rows:(n+1)*rows], g, t.paths[worker], t.add)
	}
}
