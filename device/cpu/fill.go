package cpu

import (
	"brick/device"
	"brick/kernel"
)

// elementTasks are the tasks of the kernels on elements. Where one short
// row is all there is, Fill, Axpy, Copy and Zip do it at once: no task, no lock.
type elementTasks struct {
	fill       fillTask
	axpy       axpyTask
	copy       copyTask
	transpose  transposeTask
	mapped     mapTask
	mapBack    mapBackTask
	zip        zipTask
	zipBack    zipBackTask
	reduce     reduceTask
	partial    [2][]float64
	best       bestTask
	index      indexTask
	indexBack  indexBackTask
	gather     gatherTask
	gatherBack gatherBackTask
	dropout    dropoutTask
}

// moveElems is how many elements are worth a block where they are only moved, added or compared: with vectors about
// 15 µs from memory, 5 µs from a cache.
const moveElems = 4 * blockElems

// fillTask is  y = v.
type fillTask struct {
	y []kernel.Float
	v kernel.Float
}

func (t *fillTask) do(_, lo, hi int) { kernel.Fill(t.y[lo:hi], t.v) }

// Fill is  y = v.
func (d *Device) Fill(y device.Buf, v kernel.Float) {
	if y.N <= moveElems {
		kernel.Fill(y.F[:y.N], v)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	t := &d.tasks.fill
	t.y, t.v = y.F, v
	d.run(y.N, moveElems, t)
}

// axpyTask is  y += a·x.
type axpyTask struct {
	y, x []kernel.Float
	a    kernel.Float
}

func (t *axpyTask) do(_, lo, hi int) { kernel.Axpy(t.y[lo:hi], t.a, t.x[lo:hi]) }

// Axpy is  y += a·x.
func (d *Device) Axpy(y device.Buf, a kernel.Float, x device.Buf) {
	if y.N <= moveElems {
		kernel.Axpy(y.F[:y.N], a, x.F[:y.N])
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	t := &d.tasks.axpy
	t.y, t.a, t.x = y.F, a, x.F
	d.run(y.N, moveElems, t)
}
