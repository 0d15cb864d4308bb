package devicetest

import (
	"fmt"

	"brick/device"
	"brick/kernel"
)

func copies(m *maker) {
	try := func(what string, shape device.Dims, yv device.View, yn int, xv device.View, xn int) {
		scale := []float64{1, 1, -1, 0.5, 0}[m.IntN(5)]
		for _, mode := range []device.Mode{device.Set, device.Add, device.Skip} {
			y, x := m.result("y", yn, mode), m.normal("x", xn)
			m.call(fmt.Sprintf("%s %v, %s, scale %v", what, shape, modeName(mode), scale),
				func(d device.Device) { d.Copy(y.dst(), yv, x.buf, xv, shape, kernel.Float(scale)) },
				func() {
					each(shape, func(at device.Dims, _ int) {
						y.put(place(yv, at), scale*x.at(place(xv, at)), 0)
					})
				})
		}
	}
	for range 150 {
		shape := m.shape(3000)
		yv, yn := m.view(shape, false)
		xv, xn := m.view(shape, true)
		try("views", shape, yv, yn, xv, xn)
	}
	// Large ones: as it is, every order of the last three axes, a row repeated, a number repeated.
	for _, shape := range []device.Dims{{1, 1, 1, 1, 1, 50_001}, {1, 1, 1, 33, 17, 65}, {1, 1, 1, 5, 100, 97}, {1, 1, 3, 130, 2, 65}} {
		full, n := device.Contiguous(shape), shape.Len()
		try("contiguous", shape, full, n, full, n)
		for _, order := range [][3]int{{3, 5, 4}, {4, 3, 5}, {5, 3, 4}, {4, 5, 3}, {5, 4, 3}} {
			turned, at := full, n/(shape[3]*shape[4]*shape[5])
			step := n / at
			for _, i := range order {
				step /= shape[i]
				turned.Stride[i] = step
			}
			try(fmt.Sprintf("from order %v", order), shape, full, n, turned, n)
			try(fmt.Sprintf("to order %v", order), shape, turned, n, full, n)
		}
		try("row", shape, full, n, device.View{Stride: device.Dims{5: 1}}, shape[5])
		try("number", shape, full, n, device.View{Off: 1}, 2)
	}
}
