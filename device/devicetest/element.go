package devicetest

import (
	"fmt"
	"math"

	"brick/device"
	"brick/kernel"
)

// lengths of vectors; the last is several blocks of work.
var lengths = []int{0, 1, 7, 16, 17, 33, 65, 1000, 70_001}

func fill(m *maker) {
	for _, n := range lengths {
		for _, v := range []float64{0, -2.5, math.Inf(1), math.NaN()} {
			y := m.stored("y", n)
			m.call(fmt.Sprintf("%d of %v", n, v),
				func(d device.Device) { d.Fill(y.buf, kernel.Float(v)) },
				func() {
					for i := range n {
						y.put(i, v, 0)
					}
				})
		}
	}
}

func axpy(m *maker) {
	for _, n := range lengths {
		for _, a := range []float64{0, 1, -1, 0.375} {
			y, x := m.result("y", n, device.Add), m.normal("x", n)
			m.call(fmt.Sprintf("%d, a = %v", n, a),
				func(d device.Device) { d.Axpy(y.buf, kernel.Float(a), x.buf) },
				func() {
					for i := range n {
						y.put(i, a*x.at(i), 0)
					}
				})
		}
	}
}

// arguments for functions of one number: the first makes α < 0 < β.
var arguments = [][2]float64{{-0.375, 0.75}, {2, 3}}

func argsOf(p [2]float64) kernel.Args { return kernel.Args{kernel.Float(p[0]), kernel.Float(p[1])} }

// corners are numbers at which functions change their ways.
var corners = []float64{0, math.Copysign(0, -1), 1, -1, 0.75, -0.375, 2, 3, 1e-3, -1e-3, 1e-30, 20, -20, 90, -90,
	math.Inf(1), math.Inf(-1), math.NaN()}

// points is an argument of n numbers, corners first, of which only the first few.
func (m *maker) points(name string, n, corner int) *array {
	f := m.normals(n)
	for i := range f {
		f[i] *= 3
		if i < corner {
			f[i] = kernel.Float(corners[i])
		}
	}
	return m.hold(name, f)
}

func mapping(m *maker) {
	for k := range kernel.Fns {
		f := kernel.Fn(k)
		def := functionOf(f)
		for j, p := range arguments {
			for _, n := range []int{0, 1, 7, 300, 9_001, 40_001} {
				if n == 40_001 && (k+j)%4 != 0 { // every one has been in several blocks
					continue
				}
				for _, mode := range []device.Mode{device.Set, device.Add, device.Skip} {
					y, x := m.result("y", n, mode), m.points("x", n, len(corners))
					m.call(fmt.Sprintf("%v %v, %s %d", f, p, modeName(mode), n),
						func(d device.Device) { d.Map(f, y.dst(), x.buf, argsOf(p)) },
						func() { mapWant(def, y, x, p) })
				}
				y := result{m.points("x and y", n, len(corners)), device.Set}
				m.call(fmt.Sprintf("%v %v in place, %d", f, p, n),
					func(d device.Device) { d.Map(f, y.dst(), y.buf, argsOf(p)) },
					func() { mapWant(def, y, y.array, p) })
			}
		}
	}
}

func mapWant(def function, y result, x *array, p [2]float64) {
	for i := range x.f {
		v, size := def.value(x.at(i), p)
		y.put(i, v, size)
	}
}

func mappingBack(m *maker) {
	finite := len(corners) - 3
	for k := range kernel.Fns {
		f := kernel.Fn(k)
		def := functionOf(f)
		for j, p := range arguments {
			for _, n := range []int{0, 1, 7, 300, 9_001, 40_001} {
				if n == 40_001 && (k+j)%4 != 0 {
					continue
				}
				for _, mode := range []device.Mode{device.Set, device.Add, device.Skip} {
					x, dy := m.points("x", n, finite), m.normal("dy", n)
					values := make([]kernel.Float, n)
					for i := range values {
						values[i] = kernel.Float(def.y(x.at(i), p))
					}
					y := m.hold("y", values)
					dx := m.result("dx", n, mode)
					// What the slope does not use may be absent, and need not be.
					needX, needY := x, y
					if m.IntN(2) == 0 && !kernel.Fns[f].UsesX {
						needX = nil
					}
					if m.IntN(2) == 0 && !kernel.Fns[f].UsesY {
						needY = nil
					}
					m.call(fmt.Sprintf("%v %v, %s %d", f, p, modeName(mode), n),
						func(d device.Device) {
							d.MapBack(f, dx.dst(), needX.mem(), needY.mem(), dy.buf, argsOf(p))
						},
						func() {
							for i := range n {
								s, size := def.slopeAt(x.at(i), y.at(i), p)
								dx.put(i, s*dy.at(i), size*math.Abs(dy.at(i)))
							}
						})
				}
			}
		}
	}
}

// swiGLU is  y = gate·σ(gate)·up.
func swiGLU(m *maker) {
	for _, n := range lengths {
		y, gate, up := m.stored("y", n), m.points("gate", n, 15), m.normal("up", n)
		same := m.IntN(3) == 0
		if same {
			up = gate
		}
		m.call(fmt.Sprint(n),
			func(d device.Device) { d.SwiGLU(y.buf, gate.buf, up.buf) },
			func() {
				for i := range n {
					y.put(i, fade(gate.at(i), logistic(gate.at(i)))*up.at(i), 0)
				}
			})
	}
}

func swiGLUBack(m *maker) {
	for _, n := range lengths {
		for _, mode := range modes(2) {
			dgate, dup := m.result("dgate", n, mode[0]), m.result("dup", n, mode[1])
			gate, up, dy := m.points("gate", n, 15), m.normal("up", n), m.normal("dy", n)
			m.call(fmt.Sprintf("%d, %s", n, modeName(mode...)),
				func(d device.Device) { d.SwiGLUBack(dgate.dst(), dup.dst(), gate.buf, up.buf, dy.buf) },
				func() { swiGLUBackWant(dgate, dup, gate, up, dy) })
		}
		for _, first := range []device.Mode{device.Set, device.Add} { // gate and up are one value
			dgate := m.result("dgate and dup", n, first)
			dup := result{dgate.array, device.Add}
			x, dy := m.normal("gate and up", n), m.normal("dy", n)
			m.call(fmt.Sprintf("%d, one gradient, %s", n, modeName(first, device.Add)),
				func(d device.Device) { d.SwiGLUBack(dgate.dst(), dup.dst(), x.buf, x.buf, dy.buf) },
				func() { swiGLUBackWant(dgate, dup, x, x, dy) })
		}
	}
}

func swiGLUBackWant(dgate, dup result, gate, up, dy *array) {
	for i := range dy.f {
		g, s := gate.at(i), logistic(gate.at(i))
		dgate.put(i, s*(1+g*logistic(-g))*up.at(i)*dy.at(i), (1+math.Abs(g))*math.Abs(up.at(i)*dy.at(i)))
		dup.put(i, g*s*dy.at(i), 0)
	}
}

func dropout(m *maker) {
	for _, n := range lengths {
		key := m.Uint64()
		for _, p := range []float64{0, 0.25, 0.9, 1, float64(kernel.Uniform(key, n/2))} { // the last is met exactly
			for _, mode := range []device.Mode{device.Set, device.Add, device.Skip} {
				y, x := m.result("y", n, mode), m.normal("x", n)
				m.call(fmt.Sprintf("%d, p = %v, %s", n, p, modeName(mode)),
					func(d device.Device) { d.Dropout(y.dst(), x.buf, kernel.Float(p), key) },
					func() {
						for i := range n {
							v := 0.0
							if kernel.Uniform(key, i) >= kernel.Float(p) {
								v = x.at(i) / (1 - float64(kernel.Float(p)))
							}
							y.put(i, v, 0)
						}
					})
			}
		}
	}
}
