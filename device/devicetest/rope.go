package devicetest

import (
	"fmt"
	"math"

	"brick/device"
	"brick/kernel"
)

func rope(m *maker) {
	for _, s := range [][5]int{{0, 3, 2, 4, 0}, {2, 0, 2, 4, 0}, {1, 1, 1, 2, 0}, {2, 3, 2, 4, 0}, {3, 5, 2, 6, 7}, {2, 17, 3, 34, 1}, {3, 65, 4, 64, 2}} {
		b, t, h, d, pos := s[0], s[1], s[2], s[3], s[4]
		n := b * t * h * d
		for kind := range 4 {
			interleaved, inverse := kind&1 != 0, kind&2 != 0
			cossin := m.angles(pos+t+1, d)
			for _, mode := range modes(1) {
				y, x := m.result("y", n, mode[0]), m.normal("x", n)
				m.args = append(m.args, cossin)
				m.call(fmt.Sprintf("(%d, %d, %d, %d) from %d, interleaved %v, inverse %v, %s", b, t, h, d, pos, interleaved, inverse, modeName(mode...)),
					func(dev device.Device) {
						dev.RoPE(y.dst(), x.buf, cossin.buf, b, t, h, d, pos, interleaved, inverse)
					},
					func() { ropeWant(y, x, cossin, b, t, h, d, pos, interleaved, inverse) })
			}
			there, back, x := m.stored("there", n), m.stored("there and back", n), m.normal("x", n)
			m.args = append(m.args, cossin)
			m.call(fmt.Sprintf("(%d, %d, %d, %d) from %d, interleaved %v, there and back", b, t, h, d, pos, interleaved),
				func(dev device.Device) {
					dev.RoPE(there.dst(), x.buf, cossin.buf, b, t, h, d, pos, interleaved, inverse)
					dev.RoPE(back.dst(), there.buf, cossin.buf, b, t, h, d, pos, interleaved, !inverse)
				},
				func() {
					for i := range n {
						there.leave(i)
						back.put(i, x.at(i), 4)
					}
				})
		}
	}
}

// angles is cos and sin of random angles for rows positions of d/2 pairs. It is
// not yet an argument of a call.
func (m *maker) angles(rows, d int) *array {
	f := make([]kernel.Float, rows*d)
	for i := 0; i < len(f); i += 2 {
		sin, cos := math.Sincos(m.Float64() * 100)
		f[i], f[i+1] = kernel.Float(cos), kernel.Float(sin)
	}
	return &array{name: "cossin", f: f}
}

func ropeWant(y result, x, cossin *array, b, t, h, d, pos int, interleaved, inverse bool) {
	for i := range b * t * h {
		p := pos + i/h%t
		for pair := range d / 2 {
			first, second := i*d+pair, i*d+pair+d/2
			if interleaved {
				first, second = i*d+2*pair, i*d+2*pair+1
			}
			cos, sin := cossin.at((p*(d/2)+pair)*2), cossin.at((p*(d/2)+pair)*2+1)
			if inverse {
				sin = -sin
			}
			u, v := x.at(first), x.at(second)
			y.put(first, u*cos-v*sin, math.Abs(u)+math.Abs(v))
			y.put(second, v*cos+u*sin, math.Abs(u)+math.Abs(v))
		}
	}
}
