package devicetest

import (
	"fmt"
	"math"

	"brick/device"
)

// convert writes numbers in another type, copies a part of them, and reads it back.
func convert(m *maker) {
	for _, as := range []device.Type{device.Float, device.F16, device.Q8_0} {
		for _, n := range []int{0, 32, 96, 416, 20_000} {
			from := n / 64 * 32
			y, x := m.stored("y", n-from), m.normal("x", n)
			for i := range x.f { // blocks of several sizes
				x.f[i] *= x.f[i/64*64]
			}
			first, second := storedAs(n, as), storedAs(n, as)
			m.call(fmt.Sprintf("%d numbers as %v, from %d on", n, as, from),
				func(d device.Device) {
					d.Convert(first(d), x.buf)
					d.Convert(second(d).Slice(0, n-from), first(d).Slice(from, n-from))
					d.Convert(y.buf, second(d).Slice(0, n-from))
				},
				func() {
					want := rounded(x, as)
					for i := range n - from {
						y.put(i, want[from+i], 0)
					}
				})
		}
	}
}

// storedAs is memory for n numbers of a type on each device.
func storedAs(n int, as device.Type) func(device.Device) device.Buf {
	bufs := map[device.Device]device.Buf{}
	return func(d device.Device) device.Buf {
		b, ok := bufs[d]
		if !ok {
			b = d.Alloc(n, as)
			bufs[d] = b
		}
		return b
	}
}

// rounded is what numbers are in a type, by the formats' definitions: F16 has 11 bits, and no less than 2⁻²⁴ tells two of
// them apart; 32 numbers of Q8_0 are d·q, d the largest's magnitude over 127 as F16, q the nearest whole number.
func rounded(x *array, as device.Type) []float64 {
	y := make([]float64, len(x.f))
	for i := range y {
		switch y[i] = x.at(i); as {
		case device.F16:
			y[i] = toF16(y[i])
		case device.Q8_0:
			most := 0.0
			for j := i / 32 * 32; j < i/32*32+32; j++ {
				most = max(most, math.Abs(x.at(j)))
			}
			if most == 0 {
				y[i] = 0
				continue
			}
			y[i] = toF16(most/127) * math.Round(y[i]*127/most)
		}
	}
	return y
}

func toF16(x float64) float64 {
	_, e := math.Frexp(x)
	unit := math.Ldexp(1, max(e-11, -24))
	return math.RoundToEven(x/unit) * unit
}
