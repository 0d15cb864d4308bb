package devicetest

import (
	"fmt"
	"math"

	"brick/device"
	"brick/kernel"
)

// A ctcCall is the arguments of a CTC loss.
type ctcCall struct {
	device.CTC
	x, target *array
}

// ctcs calls f with all kinds of CTC losses; build makes the arguments.
func (m *maker) ctcs(f func(name string, build func() ctcCall)) {
	for _, l := range []device.CTC{
		{N: 0, T: 3, C: 4, S: 2}, {N: 1, T: 1, C: 2, S: 1}, {N: 3, T: 5, C: 1, S: 2}, {N: 2, T: 4, C: 3, S: 0}, {N: 4, T: 7, C: 3, S: 4},
		{N: 5, T: 12, C: 11, S: 6}, {N: 33, T: 20, C: 17, S: 9}, {N: 9, T: 60, C: 40, S: 25},
	} {
		for r := range device.Reduction(3) {
			l.Reduction = r
			f(fmt.Sprintf("%+v", l), func() ctcCall {
				c := ctcCall{l, m.normal("x", l.N*l.T*l.C), nil}
				ids := make([]int32, l.N*l.S)
				for n := range l.N {
					row, need := ids[n*l.S:(n+1)*l.S], 0
					for i := range row {
						row[i] = int32(1 + m.IntN(max(min(l.C-1, 3), 1))) // few classes: many are equal
						if need++; i > 0 && row[i] == row[i-1] {
							need++
						}
						if need > l.T || m.IntN(8) == 0 || l.C == 1 {
							for k := range row[i:] {
								row[i+k] = -100
							}
							break
						}
					}
				}
				c.target = m.holdIDs("target", ids)
				for i := range c.x.f {
					c.x.f[i] *= 3
				}
				return c
			})
		}
	}
}

// text is row n of the targets, and what its loss counts.
func (l *ctcCall) text(n int) (labels []int32, share float64) {
	labels = l.target.ids[n*l.S : (n+1)*l.S]
	for i, k := range labels {
		if k < 0 {
			labels = labels[:i]
			break
		}
	}
	share = 1
	if l.Reduction == device.Mean {
		share = 1 / float64(l.N*max(len(labels), 1))
	}
	return labels, share
}

// p is the probability of class k at place t of row n, and the logarithm of what it was divided by.
func (l *ctcCall) p(n, t, k int) (p, z float64) {
	r := n*l.T + t
	z, _ = logSum(l.x, r, l.C)
	return math.Exp(l.x.at(r*l.C+k) - z), z
}

// reads is the probability that row n is read as its text, and of class k at place t among the ways to do so. A state is how
// many labels are read, and whether the last place was blank; probabilities are plain numbers.
func (l *ctcCall) reads(n int, labels []int32) (whole float64, at [][]float64) {
	s := 2*len(labels) + 1 // state 2i: i labels read and a blank, 2i+1: label i just read
	symbol := func(i int) int {
		if i%2 == 0 {
			return 0
		}
		return int(labels[i/2])
	}
	next := func(i int) []int { // where a path may go on from state i
		to := []int{i}
		if i+1 < s {
			to = append(to, i+1)
		}
		if i%2 == 1 && i+2 < s && symbol(i) != symbol(i+2) {
			to = append(to, i+2)
		}
		return to
	}
	into := make([][]float64, l.T) // the probability of all beginnings that end in a state
	for t := range into {
		into[t] = make([]float64, s)
		if t == 0 {
			for i := range min(2, s) {
				into[0][i], _ = l.p(n, 0, symbol(i))
			}
			continue
		}
		for i, v := range into[t-1] {
			for _, j := range next(i) {
				p, _ := l.p(n, t, symbol(j))
				into[t][j] += v * p
			}
		}
	}
	out := make([][]float64, l.T) // of all ends that follow a state
	at = make([][]float64, l.T)
	for t := l.T - 1; t >= 0; t-- {
		out[t], at[t] = make([]float64, s), make([]float64, l.C)
		for i := range s {
			if t == l.T-1 {
				if i >= s-2 {
					out[t][i] = 1
				}
				continue
			}
			for _, j := range next(i) {
				p, _ := l.p(n, t+1, symbol(j))
				out[t][i] += out[t+1][j] * p
			}
		}
	}
	for i := range s {
		whole += into[l.T-1][i] * out[l.T-1][i]
	}
	for t := range at {
		for i := range s {
			at[t][symbol(i)] += into[t][i] * out[t][i] / whole
		}
	}
	return whole, at
}

func ctc(m *maker) {
	m.ctcs(func(name string, build func() ctcCall) {
		l := build()
		n := 1
		if l.Reduction == device.None {
			n = l.N
		}
		y, stat := m.stored("y", n), m.stored("stat", l.N*l.T)
		m.call(name,
			func(d device.Device) { d.CTC(y.buf, stat.buf, l.x.buf, l.target.buf, l.CTC) },
			func() {
				sum, size := 0.0, 0.0
				for n := range l.N {
					labels, share := l.text(n)
					whole, _ := l.reads(n, labels)
					loss, scale := -math.Log(whole), 0.0
					for t := range l.T {
						z, largest := logSum(l.x, n*l.T+t, l.C)
						stat.put(n*l.T+t, z, largest)
						scale += math.Abs(z) + largest
					}
					sum, size = sum+share*loss, size+share*scale
					if l.Reduction == device.None {
						y.put(n, loss, scale)
					}
				}
				if l.Reduction != device.None {
					y.put(0, sum, size)
				}
			})
	})
}

func ctcBack(m *maker) {
	m.ctcs(func(name string, build func() ctcCall) {
		for _, mode := range modes(1) {
			l := build()
			n := 1
			if l.Reduction == device.None {
				n = l.N
			}
			dx, dy, stat := m.result("dx", l.N*l.T*l.C, mode[0]), m.normal("dy", n), m.normal("stat", l.N*l.T)
			if mode[0] == device.Set && m.IntN(2) == 0 {
				dx = result{l.x, device.Set} // in place
			}
			for r := range stat.f {
				z, _ := logSum(l.x, r, l.C)
				stat.f[r] = kernel.Float(z)
			}
			m.call(fmt.Sprintf("%s, %s", name, modeName(mode...)),
				func(d device.Device) { d.CTCBack(dx.dst(), l.x.buf, stat.buf, l.target.buf, dy.buf, l.CTC) },
				func() {
					for n := range l.N {
						labels, g := l.text(n)
						if l.Reduction == device.None {
							g = dy.at(n)
						} else {
							g *= dy.at(0)
						}
						_, at := l.reads(n, labels)
						for t := range l.T {
							_, zSize := logSum(l.x, n*l.T+t, l.C)
							for k := range l.C {
								p, _ := l.p(n, t, k)
								dx.put((n*l.T+t)*l.C+k, g*(p-at[t][k]), math.Abs(g)*(p+at[t][k])*(1+zSize)*float64(l.T))
							}
						}
					}
				})
		}
	})
}
