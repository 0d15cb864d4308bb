package devicetest

import (
	"fmt"
	"math"

	"brick/device"
	"brick/kernel"
)

func softmax(m *maker) {
	for _, l := range m.lines() {
		for _, log := range []bool{false, true} {
			for _, inPlace := range []bool{false, true} {
				f := m.normals(l.len())
				for i := range f {
					f[i] *= 5
					switch m.IntN(40) {
					case 0:
						f[i] = kernel.Float(math.Inf(-1)) // a class that is ruled out
					case 1:
						f[i] += 500 // e^x is too large, e^(x−max) is not
					}
				}
				x := m.hold("x", f)
				// Single lines that are nothing but −∞, or have a NaN, give NaN.
				if l.outer > 2 && l.inner > 0 && l.n > 0 {
					for k := range l.n {
						f[l.at(1, k, 0)] = kernel.Float(math.Inf(-1))
					}
					f[l.at(2, l.n/2, l.inner-1)] = kernel.Float(math.NaN())
				}
				y := result{x, device.Set}
				if !inPlace {
					y = m.stored("y", l.len())
				}
				m.call(fmt.Sprintf("%+v, log %v, in place %v", l, log, inPlace),
					func(d device.Device) { d.Softmax(y.buf, x.buf, l.outer, l.n, l.inner, log) },
					func() { softmaxWant(y, x, l, log) })
			}
		}
	}
}

func softmaxWant(y result, x *array, l line, log bool) {
	l.each(func(o, i int) {
		top, sum := math.Inf(-1), 0.0
		for k := range l.n {
			top = max(top, x.at(l.at(o, k, i)))
		}
		for k := range l.n {
			sum += math.Exp(x.at(l.at(o, k, i)) - top)
		}
		for k := range l.n {
			j := l.at(o, k, i)
			z := x.at(j) - top
			if log {
				y.put(j, z-math.Log(sum), math.Abs(x.at(j))+math.Abs(top)+math.Log(sum))
			} else {
				p := math.Exp(z) / sum
				y.put(j, p, p*(1+min(math.Abs(z), 200)))
			}
		}
	})
}

func softmaxBack(m *maker) {
	for _, l := range m.lines() {
		for _, log := range []bool{false, true} {
			for _, mode := range modes(1) {
				y, dy, dx := m.normal("y", l.len()), m.normal("dy", l.len()), m.result("dx", l.len(), mode[0])
				m.call(fmt.Sprintf("%+v, log %v, %s", l, log, modeName(mode...)),
					func(d device.Device) { d.SoftmaxBack(dx.dst(), y.buf, dy.buf, l.outer, l.n, l.inner, log) },
					func() { softmaxBackWant(dx, y, dy, l, log) })
			}
		}
	}
}

// softmaxBackWant is  dx = y·(dy − Σ y·dy),  or  dx = dy − e^y·Σ dy  for the logarithm.
func softmaxBackWant(dx result, y, dy *array, l line, log bool) {
	l.each(func(o, i int) {
		var sum, size float64
		for k := range l.n {
			t := dy.at(l.at(o, k, i))
			if !log {
				t *= y.at(l.at(o, k, i))
			}
			sum, size = sum+t, size+math.Abs(t)
		}
		for k := range l.n {
			j := l.at(o, k, i)
			g := dy.at(j)
			if log {
				e := math.Exp(y.at(j))
				dx.put(j, g-e*sum, math.Abs(g)+e*size)
			} else {
				dx.put(j, y.at(j)*(g-sum), math.Abs(y.at(j))*(math.Abs(g)+size))
			}
		}
	})
}
