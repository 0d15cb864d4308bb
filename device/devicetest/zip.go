package devicetest

import (
	"fmt"
	"math"

	"brick/device"
	"brick/kernel"
)

// A pair is two arguments of a function of two numbers, as views of shape.
type pair struct {
	a, b   *array
	av, bv device.View
}

// pair makes two arguments with ties and zeros among them, or one that is both.
func (m *maker) pair(shape device.Dims, av, bv device.View, an, bn int, one bool) pair {
	p := pair{av: av, bv: bv}
	if one {
		p.a = m.hold("a and b", m.coarse(max(an, bn)))
		p.b = p.a
		return p
	}
	p.a, p.b = m.hold("a", m.coarse(an)), m.hold("b", m.coarse(bn))
	return p
}

// pairs calls f with arguments of all kinds: both contiguous, one number or row
// repeated for the other, random views, one array for both.
func (m *maker) pairs(f func(name string, shape device.Dims, build func() pair)) {
	try := func(what string, shape device.Dims, av, bv device.View, an, bn int, one bool) {
		if an+bn > 10_000 && m.IntN(2) == 0 { // every kind is there for some function
			return
		}
		f(fmt.Sprintf("%s %v", what, shape), shape, func() pair { return m.pair(shape, av, bv, an, bn, one) })
	}
	for _, shape := range []device.Dims{{1, 1, 1, 1, 1, 1}, {1, 1, 1, 1, 1, 17}, {1, 1, 1, 1, 5, 33}, {1, 1, 1, 1, 301, 113}, {1, 1, 1, 1, 0, 3}} {
		full := device.Contiguous(shape)
		n, row := shape.Len(), device.View{Stride: device.Dims{5: 1}}
		column, single := device.View{Stride: device.Dims{4: 1}}, device.View{}
		try("alike", shape, full, full, n, n, false)
		try("one", shape, full, full, n, n, true)
		try("row right", shape, full, row, n, shape[5], false)
		try("row left", shape, row, full, shape[5], n, false)
		try("column right", shape, full, column, n, shape[4], false)
		try("column left", shape, column, full, shape[4], n, false)
		try("number right", shape, full, single, n, 1, false)
		try("number left", shape, single, full, 1, n, false)
		try("outer product", shape, column, row, shape[4], shape[5], false)
	}
	for range 12 {
		shape := m.shape(3000)
		av, an := m.view(shape, true)
		bv, bn := m.view(shape, true)
		try("views", shape, av, bv, an, bn, m.IntN(4) == 0)
	}
}

func zips(m *maker) {
	for k := range kernel.Fn2s {
		f := kernel.Fn2(k)
		def := function2Of(f)
		m.pairs(func(name string, shape device.Dims, build func() pair) {
			mode := []device.Mode{device.Set, device.Add, device.Set, device.Add, device.Skip}[m.IntN(5)]
			y, p := m.result("y", shape.Len(), mode), build()
			if n := len(p.a.f); n > 3 && len(p.b.f) > 3 {
				p.a.f[n-1], p.a.f[n-2], p.b.f[2] = kernel.Float(math.NaN()), kernel.Float(math.Inf(1)), kernel.Float(math.NaN())
			}
			m.call(fmt.Sprintf("%v %s, %s", f, modeName(mode), name),
				func(d device.Device) { d.Zip(f, y.dst(), p.a.buf, p.av, p.b.buf, p.bv, shape) },
				func() {
					each(shape, func(at device.Dims, i int) {
						a, b := p.a.at(place(p.av, at)), p.b.at(place(p.bv, at))
						size := 0.0
						if f == kernel.AddOf || f == kernel.SubOf {
							size = math.Abs(a) + math.Abs(b)
						}
						y.put(i, def.y(a, b), size)
					})
				})
		})
	}
}

func zipsBack(m *maker) {
	for k := range kernel.Fn2s {
		f := kernel.Fn2(k)
		m.pairs(func(name string, shape device.Dims, build func() pair) {
			n := shape.Len()
			all := modes(2)
			if n > 1000 || m.IntN(4) > 0 { // one of them
				k := m.IntN(len(all))
				all = all[k : k+1]
			}
			for _, mode := range all {
				da, db := m.result("da", n, mode[0]), m.result("db", n, mode[1])
				zipBack(m, fmt.Sprintf("%v %s, %s", f, modeName(mode...), name), f, da, db, build(), shape)
			}
			for _, first := range []device.Mode{device.Set, device.Add} {
				da := m.result("da and db", n, first)
				db := result{da.array, device.Add}
				zipBack(m, fmt.Sprintf("%v one gradient, %s, %s", f, modeName(first, device.Add), name), f, da, db, build(), shape)
			}
		})
	}
}

func zipBack(m *maker, name string, f kernel.Fn2, da, db result, p pair, shape device.Dims) {
	def, dy := function2Of(f), m.normal("dy", shape.Len())
	m.call(name,
		func(d device.Device) { d.ZipBack(f, da.dst(), db.dst(), p.a.buf, p.av, p.b.buf, p.bv, dy.buf, shape) },
		func() {
			each(shape, func(at device.Dims, i int) {
				a, b := p.a.at(place(p.av, at)), p.b.at(place(p.bv, at))
				g, size := def.slopeA(a, b)*dy.at(i), 0.0
				if f == kernel.PowOf2 && a > 0 { // the rounding of b − 1 tells
					size = math.Abs(g) * (1 + math.Abs(b*math.Log(a)))
				}
				da.put(i, g, size)
				db.put(i, def.slopeB(a, b)*dy.at(i), 0)
			})
		})
}
