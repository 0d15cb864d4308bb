package cpu

import (
	"brick/device"
	"brick/kernel"
)

// Elements of a random number or a function such as sin, without vectors, take as long as moving this many numbers.
const mapCost = 4

// mapBlock is how many elements of f are worth a block: about 10 µs.
func mapBlock(f kernel.Fn) int {
	switch f {
	case kernel.Pow, kernel.Sin, kernel.Cos:
		return blockElems / mapCost
	case kernel.Exp, kernel.Log, kernel.ELU, kernel.GELU, kernel.GELUTanh, kernel.SiLU, kernel.Sigmoid, kernel.Tanh, kernel.Softplus, kernel.Erf:
		return expBlock()
	}
	return moveElems
}

// expBlock is how many exponentials, or functions that take about one, are worth a block: half a nanosecond each with
// vectors, several without.
func expBlock() int {
	if level, _ := kernel.CPU(); level == kernel.Generic {
		return blockElems / 8
	}
	return blockElems
}

// mapTask is  y = f(x).
type mapTask struct {
	f    kernel.Fn
	y, x []kernel.Float
	p    *kernel.Args
	add  bool
}

func (t *mapTask) do(_, lo, hi int) {
	if t.add {
		kernel.MapAdd(t.f, t.y[lo:hi], t.x[lo:hi], t.p)
	} else {
		kernel.Map(t.f, t.y[lo:hi], t.x[lo:hi], t.p)
	}
}

// Map is  y = f(x).  y may be x.
func (d *Device) Map(f kernel.Fn, y device.Dst, x device.Buf, p kernel.Args) {
	if y.Mode == device.Skip {
		return
	}
	t := mapTask{f, y.F, x.F, &none, y.Mode == device.Add}
	if y.N <= mapBlock(f) && p == none {
		t.do(0, 0, y.N)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tasks.args, t.p = p, &d.tasks.args
	d.tasks.mapped = t
	d.run(y.N, mapBlock(f), &d.tasks.mapped)
}

// mapBackTask is  dx = f′(x)·dy.
type mapBackTask struct {
	f            kernel.Fn
	dx, x, y, dy []kernel.Float
	p            *kernel.Args
	add          bool
}

// none are the constants of a function without any. Constants lie in lasting memory, because functions in tables
// take their address; so the small work of those that have some takes the lock too.
var none kernel.Args

func (t *mapBackTask) do(_, lo, hi int) {
	kernel.MapBack(t.f, t.dx[lo:hi], part(t.x, lo, hi), part(t.y, lo, hi), t.dy[lo:hi], t.p, t.add)
}

// part is x[lo:hi], or nil if x is absent.
func part(x []kernel.Float, lo, hi int) []kernel.Float {
	if x == nil {
		return nil
	}
	return x[lo:hi]
}

// MapBack is  dx = f′(x)·dy.  x or y may be absent where f′ does not use it.
func (d *Device) MapBack(f kernel.Fn, dx device.Dst, x, y, dy device.Buf, p kernel.Args) {
	if dx.Mode == device.Skip {
		return
	}
	t := mapBackTask{f, dx.F, x.F, y.F, dy.F, &none, dx.Mode == device.Add}
	if dx.N <= mapBlock(f) && p == none {
		t.do(0, 0, dx.N)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tasks.args, t.p = p, &d.tasks.args
	d.tasks.mapBack = t
	d.run(dx.N, mapBlock(f), &d.tasks.mapBack)
}
