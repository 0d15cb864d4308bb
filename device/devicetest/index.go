package devicetest

import (
	"fmt"

	"brick/device"
)

// A picking is the sizes of an Index or Gather: x (outer, n, inner), k ids along n.
type picking struct {
	line
	k int
}

func (p picking) picked() line { return line{p.outer, p.k, p.inner} }

func (m *maker) pickings() []picking {
	all := []picking{{line{2, 0, 3}, 0}, {line{1, 5000, 7}, 3000}, {line{1, 3, 64}, 2000}, {line{100, 33, 17}, 20}, {line{1, 40_000, 1}, 7},
		{line{1, 33, 900}, 40}, {line{2000, 9, 1}, 4}}
	for _, l := range m.lines() {
		if l.n > 0 {
			all = append(all, picking{l, m.IntN(2 * min(l.n, 40))})
		}
	}
	return all
}

func index(m *maker) {
	for _, p := range m.pickings() {
		for _, mode := range modes(1) {
			to := p.picked()
			y, x, ids := m.result("y", to.len(), mode[0]), m.normal("x", p.len()), m.pick("ids", p.k, max(p.n, 1))
			m.call(fmt.Sprintf("%+v, %s", p, modeName(mode...)),
				func(d device.Device) { d.Index(y.dst(), x.buf, ids.buf, p.outer, p.n, p.inner, p.k) },
				func() {
					to.each(func(o, i int) {
						for j, id := range ids.ids {
							y.put(to.at(o, j, i), x.at(p.at(o, int(id), i)), 0)
						}
					})
				})
		}
	}
}

func indexBack(m *maker) {
	for _, p := range m.pickings() {
		for _, mode := range modes(1) {
			from := p.picked()
			dx, dy, ids := m.result("dx", p.len(), mode[0]), m.normal("dy", from.len()), m.pick("ids", p.k, max(p.n, 1))
			m.call(fmt.Sprintf("%+v, %s", p, modeName(mode...)),
				func(d device.Device) { d.IndexBack(dx.dst(), dy.buf, ids.buf, p.outer, p.n, p.inner, p.k) },
				func() {
					scatter(dx, dy, p, func(o, j, i int) int { return int(ids.ids[j]) })
				})
		}
	}
}

func gather(m *maker) {
	for _, p := range m.pickings() {
		for _, mode := range modes(1) {
			to := p.picked()
			y, x, ids := m.result("y", to.len(), mode[0]), m.normal("x", p.len()), m.pick("ids", to.len(), max(p.n, 1))
			m.call(fmt.Sprintf("%+v, %s", p, modeName(mode...)),
				func(d device.Device) { d.Gather(y.dst(), x.buf, ids.buf, p.outer, p.n, p.inner, p.k) },
				func() {
					to.each(func(o, i int) {
						for j := range p.k {
							y.put(to.at(o, j, i), x.at(p.at(o, int(ids.ids[to.at(o, j, i)]), i)), 0)
						}
					})
				})
		}
	}
}

func gatherBack(m *maker) {
	for _, p := range m.pickings() {
		for _, mode := range modes(1) {
			from := p.picked()
			dx, dy, ids := m.result("dx", p.len(), mode[0]), m.normal("dy", from.len()), m.pick("ids", from.len(), max(p.n, 1))
			m.call(fmt.Sprintf("%+v, %s", p, modeName(mode...)),
				func(d device.Device) { d.GatherBack(dx.dst(), dy.buf, ids.buf, p.outer, p.n, p.inner, p.k) },
				func() {
					scatter(dx, dy, p, func(o, j, i int) int { return int(ids.ids[from.at(o, j, i)]) })
				})
		}
	}
}

// scatter is  dx[o, id(o, j, i), i] += dy[o, j, i],  from 0 on if dx is Set.
func scatter(dx result, dy *array, p picking, id func(o, j, i int) int) {
	from := p.picked()
	p.each(func(o, i int) {
		for k := range p.n {
			dx.put(p.at(o, k, i), 0, 0)
		}
	})
	sum := result{dx.array, dx.mode}
	if sum.mode == device.Set {
		sum.mode = device.Add // to the zeros
	}
	from.each(func(o, i int) {
		for j := range p.k {
			sum.put(p.at(o, id(o, j, i), i), dy.at(from.at(o, j, i)), 0)
		}
	})
}
