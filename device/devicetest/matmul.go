package devicetest

import (
	"fmt"
	"math"

	"brick/device"
	"brick/kernel"
)

// activations are the functions an Epilogue may be asked for: those without
// constants that networks put behind a product, and are nowhere steep.
var activations = []kernel.Fn{kernel.Identity, kernel.ReLU, kernel.GELU, kernel.GELUTanh, kernel.SiLU, kernel.Sigmoid,
	kernel.Tanh, kernel.Softplus, kernel.Erf, kernel.Neg, kernel.Abs, kernel.Sin}

func matMul(m *maker) {
	one := [4]int{1, 1, 1, 1}
	for _, size := range []device.Product{
		{M: 1, N: 1, K: 1}, {M: 0, N: 3, K: 2}, {M: 3, N: 0, K: 2}, {M: 3, N: 2, K: 0}, {M: 1, N: 65, K: 33}, {M: 2, N: 17, K: 300},
		{M: 3, N: 7, K: 17}, {M: 5, N: 4, K: 65}, {M: 7, N: 17, K: 33}, {M: 65, N: 33, K: 17}, {M: 33, N: 65, K: 1}, {M: 64, N: 128, K: 16},
		{M: 4, N: 300, K: 64}, {M: 300, N: 3, K: 65}, {M: 130, N: 257, K: 70}, {M: 65, N: 129, K: 300}, {M: 1, N: 700, K: 400},
	} {
		size.Batch = one
		for t := range 4 {
			ta, tb := t&1 != 0, t&2 != 0
			m.product(size, ta, tb, device.Set, false)
			m.product(size, ta, tb, device.Add, true)
			if size.M*size.N*size.K < 1_000_000 {
				m.product(size, ta, tb, device.Set, true)
				m.product(size, ta, tb, device.Add, false)
				m.product(size, ta, tb, device.Skip, false)
			}
		}
	}
	for range 150 {
		p := device.Product{M: m.size(33), N: m.size(33), K: m.size(65), Batch: one}
		for range 1 + m.IntN(3) {
			p.Batch[m.IntN(4)] = m.IntN(4)
		}
		m.product(p, m.IntN(2) == 0, m.IntN(2) == 0, m.mode(), m.IntN(2) == 0)
	}
	for range 6 {
		m.product(device.Product{M: m.size(65), N: m.size(65), K: m.size(65), Batch: [4]int{1, 7, 3, 2}}, m.IntN(2) == 0, m.IntN(2) == 0, m.mode(), false)
	}
}

// product makes a product of the given size. Matrices lie a gap apart now and
// then, batches repeat in a or b, or are summed in y; otherwise there may be an epilogue.
func (m *maker) product(p device.Product, ta, tb bool, mode device.Mode, epilogue bool) {
	gap := func() int { return m.IntN(2) * m.IntN(4) }
	mat := func(rows, cols int, t bool) (device.Mat, int) {
		if t {
			rows, cols = cols, rows
		}
		a := device.Mat{LD: cols + gap(), T: t}
		n := rows * a.LD
		for i := 3; i >= 0; i-- {
			if p.Batch[i] == 1 || m.IntN(4) == 0 {
				continue
			}
			n += gap()
			a.Batch[i] = n
			n *= p.Batch[i]
		}
		return a, max(n, rows*a.LD)
	}
	ym, yn := mat(p.M, p.N, false)
	am, an := mat(p.M, p.K, ta)
	bm, bn := mat(p.K, p.N, tb)
	summed := false
	for i, n := range p.Batch {
		summed = summed || n != 1 && ym.Batch[i] == 0
	}
	y, a := m.result("y", yn, mode), m.normal("a", an)
	b := a
	if m.IntN(6) > 0 || bn > an {
		b = m.normal("b", bn)
	}
	var e device.Epilogue
	var bias *array
	var pre result
	if epilogue && !summed {
		e.Act = activations[m.IntN(len(activations))]
		bias = m.perhaps(m.IntN(2) == 0, "bias", p.N)
		if m.IntN(2) == 0 && mode != device.Skip {
			pre = m.stored("pre", yn)
		}
	}
	m.call(fmt.Sprintf("%+v, ta %v, tb %v, y %s in rows of %d and batches of %v, a batches %v, b batches %v, bias %v, act %v, pre %v",
		p, ta, tb, modeName(mode), ym.LD, ym.Batch, am.Batch, bm.Batch, bias != nil, e.Act, pre.array != nil),
		func(d device.Device) {
			am.Buf, bm.Buf, e.Bias, e.Pre = a.buf, b.buf, bias.mem(), pre.mem()
			d.MatMul(y.dst(), ym, am, bm, p, e)
		},
		func() { productWant(y, pre, ym, am, bm, a, b, bias, p, functionOf(e.Act)) })
}

// productWant is  z = Σ_l a[i, l]·b[l, j] + bias[j],  pre = z,  y = act(z).
func productWant(y, pre result, ym, am, bm device.Mat, a, b, bias *array, p device.Product, act function) {
	if y.mode == device.Skip {
		return
	}
	// The batches of y, and those summed over in each.
	out, sum := p.Batch, [4]int{1, 1, 1, 1}
	for i, n := range p.Batch {
		if n != 1 && ym.Batch[i] == 0 {
			out[i], sum[i] = 1, n
		}
	}
	aRow, aCol := steps(am)
	bRow, bCol := steps(bm)
	eachBatch(out, func(o [4]int) {
		for i := range p.M {
			for j := range p.N {
				var z, size float64
				eachBatch(sum, func(s [4]int) {
					ai, bi := batch(am, o)+batch(am, s)+i*aRow, batch(bm, o)+batch(bm, s)+j*bCol
					for l := range p.K {
						t := a.at(ai+l*aCol) * b.at(bi+l*bRow)
						z, size = z+t, size+math.Abs(t)
					}
				})
				z += orElse(bias, j, 0)
				size += math.Abs(orElse(bias, j, 0))
				at := batch(ym, o) + i*ym.LD + j
				if pre.array != nil {
					pre.put(at, z, size)
				}
				v, vSize := act.value(z, [2]float64{})
				y.put(at, v, vSize+1.2*size) // no activation is steeper
			}
		}
	})
}

// steps is how far apart the rows of m lie, and its columns.
func steps(m device.Mat) (row, col int) {
	if m.T {
		return 1, m.LD
	}
	return m.LD, 1
}

// batch is where the matrix at an index of the batch axes begins.
func batch(m device.Mat, at [4]int) (n int) {
	for i, k := range at {
		n += k * m.Batch[i]
	}
	return n
}

func eachBatch(size [4]int, f func(at [4]int)) {
	for a := range size[0] {
		for b := range size[1] {
			for c := range size[2] {
				for d := range size[3] {
					f([4]int{a, b, c, d})
				}
			}
		}
	}
}
