package devicetest

import (
	"fmt"
	"math"

	"brick/device"
	"brick/kernel"
)

// batches are numbers of examples, channels, and numbers of a channel in an example.
var batches = [][3]int{{1, 1, 1}, {8, 3, 1}, {3, 4, 5}, {2, 3, 20}, {5, 1, 7}, {1, 6, 33}, {64, 17, 1}, {7, 20, 65}, {4, 3, 1024}, {33, 70, 9}, {3000, 5, 1}}

// channel is numbers x (n, c, l), seen as one channel after the other: number i of channel ch lies at place(ch, i).
type channel struct{ n, c, l int }

func (s channel) place(ch, i int) int { return (i/s.l*s.c+ch)*s.l + i%s.l }

// farChannels is numbers whose every third channel lies a thousand of its spreads from 0; one has no spread at all.
func (m *maker) farChannels(name string, s channel) *array {
	x := m.normal(name, s.n*s.c*s.l)
	for ch := range s.c {
		for i := range s.n * s.l {
			switch {
			case ch%3 == 1:
				x.f[s.place(ch, i)] += 1000
			case ch == 2:
				x.f[s.place(ch, i)] = 3
			}
		}
	}
	return x
}

// moments is moments of channel ch.
func (s channel) moments(x *array, ch int) (mean, rstd, size float64) {
	line := &array{f: make([]kernel.Float, s.n*s.l)}
	for i := range line.f {
		line.f[i] = x.f[s.place(ch, i)]
	}
	return moments(line, 0, len(line.f))
}

func batchNorm(m *maker) {
	for k, b := range batches {
		for i, mode := range []device.Mode{device.Set, device.Add, device.Set, device.Set} {
			s, act := channel{b[0], b[1], b[2]}, kernel.Identity
			if i%2 == 1 {
				act = kernel.ReLU
			}
			size := s.n * s.c * s.l
			y, mean, rstd := m.result("y", size, mode), m.stored("mean", s.c), m.stored("rstd", s.c)
			x, w, b := m.farChannels("x", s), m.perhaps((i+k)%3 != 0, "w", s.c), m.perhaps((i+k)%4 != 0, "b", s.c)
			m.call(fmt.Sprintf("%+v, %s, %s, w %v, b %v", s, modeName(mode), act, w != nil, b != nil),
				func(d device.Device) {
					d.BatchNorm(y.dst(), mean.buf, rstd.buf, x.buf, w.mem(), b.mem(), s.n, s.c, s.l, normEps, act)
				},
				func() {
					for ch := range s.c {
						μ, r, large := s.moments(x, ch)
						mean.put(ch, μ, large)
						rstd.put(ch, r, r*(1+large*r))
						for i := range s.n * s.l {
							at := s.place(ch, i)
							n, a, c := (x.at(at)-μ)*r, orElse(w, ch, 1), orElse(b, ch, 0)
							y.put(at, functionOf(act).y(n*a+c, [2]float64{}), (math.Abs(n)+large*r)*math.Abs(a)+math.Abs(c))
						}
					}
				})
		}
	}
}

func batchNormBack(m *maker) {
	for _, b := range batches {
		for i, mode := range modes(3) {
			s, act := channel{b[0], b[1], b[2]}, kernel.Identity
			if size := s.n * s.c * s.l; size > 5000 && i%5 != 0 {
				continue
			}
			if i%2 == 1 {
				act = kernel.ReLU
			}
			size := s.n * s.c * s.l
			x, w, dy := m.farChannels("x", s), m.perhaps(i%4 != 0, "w", s.c), m.normal("dy", size)
			dx, dw, db := m.result("dx", size, mode[0]), m.result("dw", s.c, mode[1]), m.result("db", s.c, mode[2])
			mean, rstd, y := m.normal("mean", s.c), m.normal("rstd", s.c), m.perhaps(act != kernel.Identity, "y", size)
			for ch := range s.c {
				μ, r, _ := s.moments(x, ch)
				mean.f[ch], rstd.f[ch] = kernel.Float(μ), kernel.Float(r)
			}
			m.call(fmt.Sprintf("%+v, %s, w %v, %s", s, act, w != nil, modeName(mode...)),
				func(d device.Device) {
					d.BatchNormBack(dx.dst(), dw.dst(), db.dst(), x.buf, y.mem(), w.mem(), mean.buf, rstd.buf, dy.buf, s.n, s.c, s.l, act)
				},
				func() { batchNormBackWant(dx, dw, db, x, y, w, dy, s) })
		}
	}
}

// batchNormBackWant is, with n = (x − mean)·rstd and h = dy, 0 where y ≤ 0,
//
//	dx = rstd·w·(h − mean h − n·mean(h·n))    dw = Σ h·n    db = Σ h
func batchNormBackWant(dx, dw, db result, x, y, w, dy *array, s channel) {
	count := s.n * s.l
	for ch := range s.c {
		μ, r, large := s.moments(x, ch)
		h := func(at int) float64 {
			if y != nil && !(y.at(at) > 0) {
				return 0
			}
			return dy.at(at)
		}
		var sh, shn, shSize, shnSize float64
		for i := range count {
			at := s.place(ch, i)
			n := (x.at(at) - μ) * r
			sh, shSize = sh+h(at), shSize+math.Abs(h(at))
			shn, shnSize = shn+h(at)*n, shnSize+math.Abs(h(at))*(math.Abs(n)+large*r)
		}
		dw.put(ch, shn, shnSize)
		db.put(ch, sh, shSize)
		mh, mhn, mhSize, mhnSize := sh/float64(count), shn/float64(count), shSize/float64(count), shnSize/float64(count)
		a := r * orElse(w, ch, 1)
		for i := range count {
			at := s.place(ch, i)
			n := (x.at(at) - μ) * r
			dx.put(at, a*(h(at)-mh-n*mhn), math.Abs(a)*(math.Abs(h(at))+mhSize+(math.Abs(n)+large*r)*mhnSize))
		}
	}
}
