package devicetest

import (
	"fmt"
	"math"

	"brick/device"
	"brick/kernel"
)

// reducers is how many there are; one that is new in package kernel and has no
// formula in reduceWant fails there.
const reducers = int(kernel.MaxAbs) + 1

func reduce(m *maker) {
	try := func(r kernel.Reducer, shape device.Dims, axes uint, mode device.Mode, x []kernel.Float) {
		kept := 1
		for i, s := range shape {
			if axes>>i&1 == 0 {
				kept *= s
			}
		}
		y, arg, in := m.result("y", kept, mode), result{}, m.hold("x", x)
		if picks := r == kernel.MaxAll || r == kernel.MinAll; picks && (m.IntN(2) == 0 || mode == device.Skip) {
			ids := make([]int32, kept)
			for i := range ids {
				ids[i] = -7
			}
			arg = result{m.holdIDs("arg", ids), device.Set}
		}
		m.call(fmt.Sprintf("reducer %d of %v, axes %06b, %s, arg %v", r, shape, axes, modeName(mode), arg.array != nil),
			func(d device.Device) { d.Reduce(r, y.dst(), arg.mem(), in.buf, shape, axes) },
			func() { reduceWant(r, y, arg, in, shape, axes, kept) })
	}
	for r := range reducers {
		r := kernel.Reducer(r)
		for range 60 {
			shape := m.shape(3000)
			x := m.coarse(shape.Len())
			if len(x) > 0 && m.IntN(4) == 0 {
				x[m.IntN(len(x))] = kernel.Float(math.NaN())
				x[m.IntN(len(x))] = kernel.Float(math.Inf(m.IntN(3) - 1))
			}
			try(r, shape, uint(m.IntN(64)), device.Mode(m.IntN(3)), x)
		}
		for _, s := range []struct {
			shape device.Dims
			axes  uint
		}{
			{device.Dims{1, 1, 1, 1, 1, 100_003}, 1 << 5},         // to a number, in parts
			{device.Dims{1, 1, 1, 1, 999, 101}, 1 << 4},           // over rows
			{device.Dims{1, 1, 1, 1, 101, 999}, 1 << 5},           // along rows
			{device.Dims{1, 1, 1, 40, 41, 43}, 1<<3 | 1<<5},       // from both sides
			{device.Dims{1, 1, 1, 40, 41, 43}, 1 << 4},            // the middle
			{device.Dims{1, 1, 5, 100, 3, 65}, 1<<2 | 1<<4},       // every other axis
			{device.Dims{1, 1, 1, 30_000, 1, 3}, 1<<3 | 1<<4},     // long and narrow
			{device.Dims{2, 3, 5, 7, 11, 13}, 1<<0 | 1<<2 | 1<<4}, // all six
			{device.Dims{2, 3, 5, 7, 11, 13}, 1<<1 | 1<<3 | 1<<5}, //
		} {
			for _, mode := range []device.Mode{device.Set, device.Add} {
				try(r, s.shape, s.axes, mode, m.coarse(s.shape.Len()))
			}
		}
	}
}

func reduceWant(r kernel.Reducer, y, arg result, x *array, shape device.Dims, axes uint, kept int) {
	var to device.View // from an index of x to one of y
	count, n := 1, 1
	for i := device.MaxRank - 1; i >= 0; i-- {
		if axes>>i&1 != 0 {
			count *= shape[i]
			continue
		}
		to.Stride[i] = n
		n *= shape[i]
	}
	sum, size, best := make([]float64, kept), make([]float64, kept), make([]int, kept)
	for i := range best {
		best[i] = -1
		switch r {
		case kernel.MaxAll:
			sum[i] = math.Inf(-1)
		case kernel.MinAll:
			sum[i] = math.Inf(1)
		}
	}
	each(shape, func(at device.Dims, i int) {
		o, v := place(to, at), x.at(i)
		switch r {
		case kernel.SumAll, kernel.MeanAll:
			sum[o] += v
			size[o] += math.Abs(v)
		case kernel.SumSquare:
			sum[o] += v * v
		case kernel.SumAbs:
			sum[o] += math.Abs(v)
		case kernel.MaxAbs:
			sum[o] = max(sum[o], math.Abs(v))
		case kernel.MaxAll, kernel.MinAll:
			wins := best[o] < 0
			if !wins {
				old := sum[o]
				wins = old == old && (v != v || r == kernel.MaxAll && v > old || r == kernel.MinAll && v < old)
			}
			if wins {
				sum[o], best[o] = v, i
			}
		default:
			panic(fmt.Sprintf("devicetest: kernel.Reducer %d has no formula here", r))
		}
	})
	for o := range kept {
		if r == kernel.MeanAll {
			sum[o] /= float64(count)
			size[o] /= float64(count)
		}
		y.put(o, sum[o], size[o])
		switch {
		case arg.array == nil:
		case best[o] < 0:
			arg.leave(o)
		default:
			arg.putID(o, int32(best[o]))
		}
	}
}
