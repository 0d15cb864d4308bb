package devicetest

import (
	"fmt"
	"math"

	"brick/device"
	"brick/kernel"
)

// pools are geometries of pooling.
func pools() []device.Pool {
	p := func(planes, h, w, r, s, stride, strideW, dil, top, left, oh, ow int) device.Pool {
		return device.Pool{Planes: planes, H: h, W: w, R: r, S: s, StrideH: stride, StrideW: strideW, DilH: dil, DilW: dil, Top: top, Left: left, OH: oh, OW: ow}
	}
	list := []device.Pool{
		p(6, 6, 8, 2, 2, 2, 2, 1, 0, 0, 3, 4),
		p(4, 7, 9, 3, 3, 2, 2, 1, 1, 1, 4, 5),
		p(4, 5, 7, 2, 2, 2, 2, 1, 0, 0, 2, 3),
		p(2, 6, 9, 2, 3, 1, 2, 1, 1, 1, 7, 5),
		p(2, 6, 5, 3, 3, 2, 2, 1, 0, 0, 3, 2), // the last window has a part only
		p(3, 9, 9, 3, 3, 1, 1, 2, 2, 2, 9, 9),
		p(2, 1, 11, 1, 3, 1, 2, 1, 0, 1, 1, 6), // 1-D
		p(3, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1),
		p(3, 4, 5, 4, 5, 1, 1, 1, 0, 0, 1, 1),
		p(2, 1, 1, 2, 2, 1, 1, 3, 1, 1, 1, 1), // a window that falls between
		p(0, 4, 4, 2, 2, 2, 2, 1, 0, 0, 2, 2),
		p(300, 28, 28, 2, 2, 2, 2, 1, 0, 0, 14, 14),
		p(64, 33, 31, 3, 3, 2, 2, 1, 1, 1, 17, 16),
	}
	for _, a := range [][4]int{{7, 5, 3, 2}, {4, 4, 1, 1}, {3, 5, 7, 5}, {6, 6, 6, 6}, {10, 7, 4, 3}} {
		list = append(list, device.Pool{Planes: 5, H: a[0], W: a[1], OH: a[2], OW: a[3], Adaptive: true})
	}
	return list
}

// window calls f for the elements of window o of a plane, with their places in x, in order, and gives back the number
// of elements and of those that count.
func window(p device.Pool, plane, i, j int, f func(x int)) (n, counted int) {
	at := func(h, w int) {
		if h >= 0 && h < p.H && w >= 0 && w < p.W {
			f((plane*p.H+h)*p.W + w)
			n++
		}
		if !p.CountPad && h >= 0 && h < p.H && w >= 0 && w < p.W || p.CountPad && h < p.H+p.Top && w < p.W+p.Left {
			counted++
		}
	}
	if p.Adaptive {
		for h := i * p.H / p.OH; h*p.OH < (i+1)*p.H; h++ {
			for w := j * p.W / p.OW; w*p.OW < (j+1)*p.W; w++ {
				at(h, w)
			}
		}
		return n, n
	}
	for r := range p.R {
		for s := range p.S {
			at(i*p.StrideH+r*p.DilH-p.Top, j*p.StrideW+s*p.DilW-p.Left)
		}
	}
	return n, counted
}

// eachWindow calls f for every window of all planes, o counting them.
func eachWindow(p device.Pool, f func(o, plane, i, j int)) {
	o := 0
	for plane := range p.Planes {
		for i := range p.OH {
			for j := range p.OW {
				f(o, plane, i, j)
				o++
			}
		}
	}
}

func maxPool(m *maker) {
	for _, p := range pools() {
		for _, mode := range modes(1) {
			for _, places := range []bool{true, false} {
				out := p.Planes * p.OH * p.OW
				f := m.coarse(p.Planes * p.H * p.W)
				if len(f) > 60 {
					f[m.IntN(len(f))] = kernel.Float(math.NaN())
				}
				y, arg, x := m.result("y", out, mode[0]), result{}, m.hold("x", f)
				if places {
					arg = result{m.pick("arg", out, 9), device.Set}
				}
				m.call(fmt.Sprintf("%+v, %s, arg %v", p, modeName(mode...), places),
					func(d device.Device) { d.MaxPool(y.dst(), arg.mem(), x.buf, p) },
					func() { maxPoolWant(y, arg, x, p) })
			}
		}
	}
}

func maxPoolWant(y, arg result, x *array, p device.Pool) {
	if y.mode == device.Skip {
		return
	}
	eachWindow(p, func(o, plane, i, j int) {
		best, at := math.Inf(-1), -1
		window(p, plane, i, j, func(k int) {
			if v := x.at(k); best == best && (at < 0 || v > best || v != v) {
				best, at = v, k
			}
		})
		y.put(o, best, 0)
		if arg.array != nil {
			if at >= 0 {
				at -= plane * p.H * p.W
			}
			arg.putID(o, int32(at))
		}
	})
}

func maxPoolBack(m *maker) {
	for _, p := range pools() {
		for _, mode := range modes(1) {
			in, out := p.Planes*p.H*p.W, p.Planes*p.OH*p.OW
			dx, ids, dy := m.result("dx", in, mode[0]), make([]int32, out), m.normal("dy", out)
			for o := range ids {
				ids[o] = int32(m.IntN(p.H*p.W+1) - 1) // −1 is no place
			}
			arg := m.holdIDs("arg", ids)
			m.call(fmt.Sprintf("%+v, %s", p, modeName(mode...)),
				func(d device.Device) { d.MaxPoolBack(dx.dst(), arg.buf, dy.buf, p) },
				func() {
					total := newSums(in)
					eachWindow(p, func(o, plane, _, _ int) {
						if ids[o] >= 0 {
							total.add(plane*p.H*p.W+int(ids[o]), dy.at(o))
						}
					})
					total.put(dx)
				})
		}
	}
}

// counting is a geometry with the padding counted and not.
func counting(p device.Pool) []device.Pool {
	if p.Adaptive {
		return []device.Pool{p}
	}
	q := p
	q.CountPad = true
	return []device.Pool{p, q}
}

func meanPool(m *maker) {
	for _, base := range pools() {
		for _, p := range counting(base) {
			for _, mode := range modes(1) {
				out := p.Planes * p.OH * p.OW
				y, x := m.result("y", out, mode[0]), m.normal("x", p.Planes*p.H*p.W)
				m.call(fmt.Sprintf("%+v, %s", p, modeName(mode...)),
					func(d device.Device) { d.MeanPool(y.dst(), x.buf, p) },
					func() {
						eachWindow(p, func(o, plane, i, j int) {
							sum, size := 0.0, 0.0
							_, counted := window(p, plane, i, j, func(k int) { sum, size = sum+x.at(k), size+math.Abs(x.at(k)) })
							y.put(o, sum/float64(max(counted, 1)), size/float64(max(counted, 1)))
						})
					})
			}
		}
	}
}

func meanPoolBack(m *maker) {
	for _, base := range pools() {
		for _, p := range counting(base) {
			for _, mode := range modes(1) {
				in, out := p.Planes*p.H*p.W, p.Planes*p.OH*p.OW
				dx, dy := m.result("dx", in, mode[0]), m.normal("dy", out)
				m.call(fmt.Sprintf("%+v, %s", p, modeName(mode...)),
					func(d device.Device) { d.MeanPoolBack(dx.dst(), dy.buf, p) },
					func() {
						total := newSums(in)
						eachWindow(p, func(o, plane, i, j int) {
							_, counted := window(p, plane, i, j, func(int) {})
							window(p, plane, i, j, func(k int) { total.add(k, dy.at(o)/float64(counted)) })
						})
						total.put(dx)
					})
			}
		}
	}
}
