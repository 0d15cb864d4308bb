package cpu

import (
	"brick/device"
	"brick/kernel"
)

const (
	band  = 256     // columns that are folded at a time
	parts = 64      // a reduction to fewer outputs than this many bands is cut into parts
	chunk = 1 << 16 // numbers of a part, about 10 µs of work
)

// A reduceTask folds the middle axis of x (outer, n, inner), in parts of size
// numbers: its results are (outer, parts, inner). Which numbers are added to
// which depends on the sizes only.
type reduceTask struct {
	r               kernel.Reducer
	x               []kernel.Float // what is folded: the first time …
	from            []float64      // … and when parts are
	outer, n, inner int
	size, parts     int
	bands           int
	to              []float64      // the results of parts
	y               []kernel.Float // the results, where there is one part
	add             bool
	divide          float64
}

// Reduce folds the axes whose bit is set in axes.
func (d *Device) Reduce(r kernel.Reducer, y device.Dst, arg device.Buf, x device.Buf, shape device.Dims, axes uint) {
	if y.Mode == device.Skip && !arg.Present() {
		return
	}
	if n := shape.Len(); y.N == 1 && n <= chunk && !arg.Present() { // one part, one number
		v := kernel.Fold(r, r.Empty(), x.F[:n])
		if r == kernel.MeanAll {
			v /= float64(n)
		}
		if y.Mode == device.Add {
			y.F[0] += kernel.Float(v)
		} else {
			y.F[0] = kernel.Float(v)
		}
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	var f folds
	f.set(shape, axes)
	if arg.Present() {
		d.best(r, y, arg, x, &f)
		return
	}
	t := &d.tasks.reduce
	t.r, t.x, t.from, t.y, t.add, t.divide = r, x.F, nil, y.F, y.Mode == device.Add, 1
	if r == kernel.MeanAll {
		t.divide = float64(f.count(true))
	}
	for i := 0; ; i++ {
		last := t.plan(&f)
		if !last {
			t.to = d.partial(i%2, t.outer*t.parts*t.inner)
		} else {
			t.to = nil
		}
		d.run(t.outer*t.parts*t.bands, chunk/max(t.size*min(t.inner, band), 1), t)
		if last {
			return
		}
		t.r, t.from = t.r.Join(), t.to
	}
}

// partial is one of two places for the results of parts.
func (d *Device) partial(i, n int) []float64 {
	p := &d.tasks.partial[i]
	if len(*p) < n {
		*p = make([]float64, n+n/4)
	}
	return (*p)[:n]
}

// plan takes the last axis that is still to be folded, and reports whether the
// results are final.
func (t *reduceTask) plan(f *folds) bool {
	at := f.last()
	t.outer, t.n, t.inner = 1, 1, 1
	for i, s := range f.size[:f.rank] {
		switch {
		case i < at:
			t.outer *= s
		case i == at:
			t.n = s
		default:
			t.inner *= s
		}
	}
	width := min(t.inner, band)
	t.bands = (t.inner + band - 1) / band
	t.size, t.parts = t.n, 1
	if t.outer*t.bands < parts && t.n*width > 2*chunk {
		t.size = max(chunk/width, 1)
		t.parts = (t.n + t.size - 1) / t.size
	}
	if at >= 0 {
		f.size[at] = t.parts
		f.fold[at] = t.parts > 1
	}
	return f.last() < 0
}

func (t *reduceTask) do(_, lo, hi int) {
	if t.from != nil {
		foldUnits(t, t.from, lo, hi)
	} else {
		foldUnits(t, t.x, lo, hi)
	}
}

// foldUnits does units lo to hi: a unit is a band of columns of a part.
func foldUnits[T float32 | float64](t *reduceTask, x []T, lo, hi int) {
	var acc [band]float64
	for u := lo; u < hi; u++ {
		j, p, o := u%t.bands*band, u/t.bands%t.parts, u/t.bands/t.parts
		first := p * t.size
		rows := min(t.size, t.n-first)
		from, to := (o*t.n+first)*t.inner+j, (o*t.parts+p)*t.inner+j
		if t.inner == 1 {
			acc[0] = kernel.Fold(t.r, t.r.Empty(), x[from:from+rows])
			t.put(acc[:1], to)
			continue
		}
		a := acc[:min(band, t.inner-j)]
		for i := range a {
			a[i] = t.r.Empty()
		}
		if rows > 0 {
			kernel.FoldColumns(t.r, a, x[from:], rows, t.inner)
		}
		t.put(a, to)
	}
}

// put writes results from number at on.
func (t *reduceTask) put(acc []float64, at int) {
	switch {
	case t.to != nil:
		copy(t.to[at:], acc)
	case t.add:
		for i, v := range acc {
			t.y[at+i] += kernel.Float(v / t.divide)
		}
	default:
		for i, v := range acc {
			t.y[at+i] = kernel.Float(v / t.divide)
		}
	}
}
