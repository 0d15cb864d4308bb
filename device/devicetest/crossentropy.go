package devicetest

import (
	"fmt"
	"math"

	"brick/device"
	"brick/kernel"
)

// A losses is the arguments of a cross-entropy.
type losses struct {
	device.Loss
	x, target, w *array
}

// losses calls f with all kinds of cross-entropies; build makes the arguments.
func (m *maker) losses(f func(name string, build func() losses)) {
	for _, size := range [][2]int{{0, 3}, {1, 1}, {1, 5}, {4, 7}, {33, 17}, {5, 1000}, {2000, 33}} {
		for k := range 24 {
			l := device.Loss{N: size[0], C: size[1], Ignore: []int32{-100, 0}[k%2], Reduction: device.Reduction(k % 3)}
			l.Smoothing, l.LogProbs = []kernel.Float{0, 0.125}[k/3%2], k/6%2 == 1
			weighted, all := k/12%2 == 1, k%7 == 3
			if l.N*l.C > 10_000 && k%4 != 1 {
				continue
			}
			f(fmt.Sprintf("%+v, class weights %v, all ignored %v", l, weighted, all), func() losses {
				t := losses{l, m.normal("x", l.N*l.C), nil, nil}
				ids := make([]int32, l.N)
				for r := range ids {
					ids[r] = int32(m.IntN(l.C))
					if m.IntN(5) == 0 || all {
						ids[r] = l.Ignore
					}
				}
				t.target = m.holdIDs("target", ids)
				if weighted {
					t.w = m.normal("w", l.C)
					for c := range t.w.f {
						t.w.f[c] = kernel.Float(m.IntN(5)) / 2
					}
					if l.C > 1 {
						t.w.f[1] = 1.5
					}
				}
				for r := range l.N {
					x := t.x.f[r*l.C:][:l.C]
					for c := range x {
						x[c] *= 4
						if r%4 == 2 && !l.LogProbs {
							x[c] += 300
						}
					}
					if z, _ := logSum(t.x, r, l.C); l.LogProbs {
						for c := range x {
							x[c] -= kernel.Float(z)
						}
					}
				}
				return t
			})
		}
	}
}

// logSum is log Σ exp of row r of x, and the largest |x|.
func logSum(x *array, r, c int) (z, size float64) {
	top := math.Inf(-1)
	for j := range c {
		top, size = max(top, x.at(r*c+j)), max(size, math.Abs(x.at(r*c+j)))
	}
	sum := 0.0
	for j := range c {
		sum += math.Exp(x.at(r*c+j) - top)
	}
	return top + math.Log(sum), size
}

// row is the loss of row r, with smoothing s
//
//	ℓ = (1−s)·w[t]·(z − x[t]) + s/C·Σ_c w[c]·(z − x[c])
func (l *losses) row(r int) (loss, size, z, zSize float64) {
	z, largest := logSum(l.x, r, l.C)
	if zSize = largest + math.Abs(z); l.LogProbs {
		z, zSize = 0, 1
	}
	for c := range l.C {
		k := l.share(r, c)
		loss += k * (z - l.x.at(r*l.C+c))
		size += k * (largest + zSize)
	}
	return loss, size, z, zSize
}

// share is how much class c counts in row r: (1−s)·w[t]·[c = t] + s/C·w[c].
func (l *losses) share(r, c int) float64 {
	s := float64(l.Smoothing)
	k := s / float64(l.C) * orElse(l.w, c, 1)
	if int(l.target.ids[r]) == c {
		k += (1 - s) * orElse(l.w, c, 1)
	}
	return k
}

func (l *losses) ignored(r int) bool { return l.target.ids[r] == l.Ignore }

// total is the sum of the weights of the rows that take part.
func (l *losses) total() (sum float64) {
	for r := range l.N {
		if !l.ignored(r) {
			sum += orElse(l.w, int(l.target.ids[r]), 1)
		}
	}
	return sum
}

func crossEntropy(m *maker) {
	m.losses(func(name string, build func() losses) {
		l := build()
		n := 1
		if l.Reduction == device.None {
			n = l.N
		}
		y, stat := m.stored("y", n), m.stored("stat", l.N+1)
		m.call(name,
			func(d device.Device) {
				d.CrossEntropy(y.buf, stat.buf, l.x.buf, l.target.buf, l.w.mem(), l.Loss)
			},
			func() {
				var sum, size float64
				for r := range l.N {
					loss, s, z, zSize := l.row(r)
					if l.ignored(r) {
						loss, s = 0, 0
						stat.leave(r)
					} else {
						stat.put(r, z, zSize)
					}
					sum, size = sum+loss, size+s
					if l.Reduction == device.None {
						y.put(r, loss, s)
					}
				}
				total := l.total()
				stat.put(l.N, total, total)
				switch l.Reduction {
				case device.Mean:
					y.put(0, sum/total, size/total)
				case device.Sum:
					y.put(0, sum, size)
				}
			})
	})
}

func crossEntropyBack(m *maker) {
	m.losses(func(name string, build func() losses) {
		for _, mode := range modes(1) {
			l := build()
			n := 1
			if l.Reduction == device.None {
				n = l.N
			}
			dx, dy, stat := m.result("dx", l.N*l.C, mode[0]), m.normal("dy", n), m.normal("stat", l.N+1)
			if mode[0] == device.Set && m.IntN(2) == 0 {
				dx = result{l.x, device.Set} // in place
			}
			for r := range l.N {
				_, _, z, _ := l.row(r)
				stat.f[r] = kernel.Float(z)
				if l.ignored(r) {
					stat.f[r] = 0
				}
			}
			stat.f[l.N] = kernel.Float(l.total())
			m.call(fmt.Sprintf("%s, %s", name, modeName(mode...)),
				func(d device.Device) {
					d.CrossEntropyBack(dx.dst(), l.x.buf, stat.buf, l.target.buf, l.w.mem(), dy.buf, l.Loss)
				},
				func() { crossEntropyBackWant(dx, dy, &l) })
		}
	})
}

// crossEntropyBackWant is  dx[c] = g·(e^(x[c]−z)·Σ share − share[c]),  without the
// exponential for log-probabilities. g is dy, over the total weight for a mean.
func crossEntropyBackWant(dx result, dy *array, l *losses) {
	total := l.total()
	for r := range l.N {
		_, _, z, zSize := l.row(r)
		var g float64
		switch l.Reduction {
		case device.Mean:
			g = dy.at(0) / total
		case device.Sum:
			g = dy.at(0)
		case device.None:
			g = dy.at(r)
		}
		all := 0.0
		for c := range l.C {
			all += l.share(r, c)
		}
		for c := range l.C {
			i, k := r*l.C+c, l.share(r, c)
			if l.ignored(r) {
				dx.put(i, 0, 0)
				continue
			}
			p := math.Exp(l.x.at(i)-z) * all
			if l.LogProbs {
				p = 0
			}
			dx.put(i, g*(p-k), math.Abs(g)*(p*(1+zSize)+k))
		}
	}
}
