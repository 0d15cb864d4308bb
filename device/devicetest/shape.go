package devicetest

import "brick/device"

// sizes of axes: some that no vector unit divides, some that several do.
var sizes = []int{1, 2, 3, 4, 5, 7, 8, 16, 17, 31, 33, 64, 65}

// size is a random size of an axis, at most limit.
func (m *maker) size(limit int) int {
	for {
		if n := sizes[m.IntN(len(sizes))]; n <= limit {
			return n
		}
	}
}

// shape is a random shape of at most limit elements, now and then of none.
func (m *maker) shape(limit int) device.Dims {
	d := device.Dims{1, 1, 1, 1, 1, 1}
	rank := 1 + m.IntN(device.MaxRank)
	for _, i := range m.Perm(rank) {
		d[device.MaxRank-1-i] = m.size(max(limit, 1))
		limit /= d[device.MaxRank-1-i]
	}
	if m.IntN(15) == 0 {
		d[device.MaxRank-1-m.IntN(rank)] = 0
	}
	return d
}

// view lays shape out at random, axes in any order, after an offset and with
// gaps; with repeat some axes have stride 0. n is how much memory that takes.
func (m *maker) view(shape device.Dims, repeat bool) (v device.View, n int) {
	if m.IntN(4) == 0 {
		return device.Contiguous(shape), shape.Len()
	}
	v.Off, n = m.IntN(6), 1
	order := m.Perm(device.MaxRank)
	if m.IntN(2) == 0 {
		order = []int{5, 4, 3, 2, 1, 0}
	}
	for _, i := range order {
		if repeat && m.IntN(4) == 0 {
			continue
		}
		v.Stride[i] = n
		n *= max(shape[i], 1)
		if m.IntN(5) == 0 {
			n += 1 + m.IntN(3)
		}
	}
	return v, v.Off + n
}

// each calls f for every index of shape, row-major; i counts them.
func each(shape device.Dims, f func(at device.Dims, i int)) {
	i := 0
	for a := range shape[0] {
		for b := range shape[1] {
			for c := range shape[2] {
				for d := range shape[3] {
					for e := range shape[4] {
						for g := range shape[5] {
							f(device.Dims{a, b, c, d, e, g}, i)
							i++
						}
					}
				}
			}
		}
	}
}

// place is where index at lies in v.
func place(v device.View, at device.Dims) int {
	n := v.Off
	for i, k := range at {
		n += k * v.Stride[i]
	}
	return n
}

// A line is the axes before, at and after the one that a kernel works along.
type line struct{ outer, n, inner int }

// lines is sizes to work along an axis with.
func (m *maker) lines() []line {
	all := []line{{1, 1, 1}, {0, 3, 2}, {3, 0, 2}, {3, 2, 0}, {5, 1, 3}, {1, 7, 1}, {33, 17, 1}, {3, 65, 5},
		{2, 7, 300}, {1, 1000, 1}, {1, 3, 20000}, {700, 65, 1}, {20, 33, 70}}
	for range 12 {
		all = append(all, line{m.size(17), m.size(65), m.size(17)})
	}
	return all
}

// at is where element (o, k, i) lies.
func (l line) at(o, k, i int) int { return (o*l.n+k)*l.inner + i }

func (l line) len() int { return l.outer * l.n * l.inner }

// each calls f for every pair of an outer and an inner index.
func (l line) each(f func(o, i int)) {
	for o := range l.outer {
		for i := range l.inner {
			f(o, i)
		}
	}
}
