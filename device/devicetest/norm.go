package devicetest

import (
	"fmt"
	"math"

	"brick/device"
	"brick/kernel"
)

// tables are numbers of rows and columns; the last ones are many blocks of rows.
var tables = [][2]int{{0, 3}, {1, 1}, {3, 1}, {1, 7}, {5, 17}, {33, 65}, {2, 1000}, {3000, 33}, {40_000, 2}}

const normEps = 1e-5

// far is rows of c numbers: every third lies a thousand of its spreads from 0,
// and one is the same number throughout.
func (m *maker) far(name string, rows, c int) *array {
	x := m.normal(name, rows*c)
	for r := range rows {
		for j := range c {
			switch {
			case r%3 == 1:
				x.f[r*c+j] += 1000
			case r == 2:
				x.f[r*c+j] = 3
			}
		}
	}
	return x
}

// moments is the mean of row r of x, r = 1/√(variance + ε), and how large the numbers are that
// a deviation from the mean is the difference of.
func moments(x *array, r, c int) (mean, rstd, size float64) {
	for j := range c {
		mean += x.at(r*c+j) / float64(c)
	}
	sq := 0.0
	for j := range c {
		d := x.at(r*c+j) - mean
		sq += d * d / float64(c)
		size = max(size, math.Abs(x.at(r*c+j)))
	}
	return mean, 1 / math.Sqrt(sq+float64(kernel.Float(normEps))), size
}

// orElse is a's number i, or what an absent a stands for.
func orElse(a *array, i int, absent float64) float64 {
	if a == nil {
		return absent
	}
	return a.at(i)
}

func layerNorm(m *maker) {
	for _, t := range tables {
		for k := range 4 {
			rows, c := t[0], t[1]
			y, mean, rstd := m.stored("y", rows*c), m.stored("mean", rows), m.stored("rstd", rows)
			x, w, b := m.far("x", rows, c), m.perhaps(k&1 == 0, "w", c), m.perhaps(k&2 == 0, "b", c)
			m.call(fmt.Sprintf("%d×%d, w %v, b %v", rows, c, w != nil, b != nil),
				func(d device.Device) {
					d.LayerNorm(y.buf, mean.buf, rstd.buf, x.buf, w.mem(), b.mem(), rows, c, normEps)
				},
				func() {
					for r := range rows {
						μ, s, size := moments(x, r, c)
						mean.put(r, μ, size)
						rstd.put(r, s, s*(1+size*s))
						for j := range c {
							n, a := (x.at(r*c+j)-μ)*s, orElse(w, j, 1)
							y.put(r*c+j, n*a+orElse(b, j, 0), (math.Abs(n)+size*s)*math.Abs(a)+math.Abs(orElse(b, j, 0)))
						}
					}
				})
		}
	}
}

func layerNormBack(m *maker) {
	for _, t := range tables {
		for i, mode := range modes(3) {
			rows, c := t[0], t[1]
			if rows*c > 50_000 && i%5 != 0 {
				continue
			}
			x, w, dy := m.far("x", rows, c), m.perhaps(i%2 == 0, "w", c), m.normal("dy", rows*c)
			dx, dw, db := m.result("dx", rows*c, mode[0]), m.result("dw", c, mode[1]), m.result("db", c, mode[2])
			mean, rstd := m.normal("mean", rows), m.normal("rstd", rows)
			for r := range rows {
				μ, s, _ := moments(x, r, c)
				mean.f[r], rstd.f[r] = kernel.Float(μ), kernel.Float(s)
			}
			m.call(fmt.Sprintf("%d×%d, w %v, %s", rows, c, w != nil, modeName(mode...)),
				func(d device.Device) {
					d.LayerNormBack(dx.dst(), dw.dst(), db.dst(), x.buf, w.mem(), mean.buf, rstd.buf, dy.buf, rows, c)
				},
				func() { layerNormBackWant(dx, dw, db, x, w, dy, rows, c) })
		}
	}
}

// layerNormBackWant is, with n = (x − mean)·rstd and g = w·dy,
//
//	dx = rstd·(g − mean g − n·mean(g·n))    dw = Σ_rows n·dy    db = Σ_rows dy
func layerNormBackWant(dx, dw, db result, x, w, dy *array, rows, c int) {
	sums := make([][4]float64, c) // dw and its size, db and its size
	for r := range rows {
		μ, s, size := moments(x, r, c)
		var mg, mgn, mgSize, mgnSize float64
		for j := range c {
			g := dy.at(r*c+j) * orElse(w, j, 1) / float64(c)
			n := (x.at(r*c+j) - μ) * s
			mg, mgSize = mg+g, mgSize+math.Abs(g)
			mgn, mgnSize = mgn+g*n, mgnSize+math.Abs(g)*(math.Abs(n)+size*s)
		}
		for j := range c {
			i := r*c + j
			g, n := dy.at(i)*orElse(w, j, 1), (x.at(i)-μ)*s
			nSize := math.Abs(n) + size*s
			dx.put(i, s*(g-mg-n*mgn), s*(math.Abs(g)+mgSize+nSize*mgnSize))
			sums[j][0] += n * dy.at(i)
			sums[j][1] += nSize * math.Abs(dy.at(i))
			sums[j][2] += dy.at(i)
			sums[j][3] += math.Abs(dy.at(i))
		}
	}
	for j, s := range sums {
		dw.put(j, s[0], s[1])
		db.put(j, s[2], s[3])
	}
}

// scale is 1/√(mean x² + ε) of row r.
func scale(x *array, r, c int) float64 {
	sq := 0.0
	for j := range c {
		sq += x.at(r*c+j) * x.at(r*c+j) / float64(c)
	}
	return 1 / math.Sqrt(sq+float64(kernel.Float(normEps)))
}

func rmsNorm(m *maker) {
	for _, t := range tables {
		for k := range 2 {
			rows, c := t[0], t[1]
			y, rstd := m.stored("y", rows*c), m.stored("rstd", rows)
			x, w := m.far("x", rows, c), m.perhaps(k == 0, "w", c)
			m.call(fmt.Sprintf("%d×%d, w %v", rows, c, w != nil),
				func(d device.Device) { d.RMSNorm(y.buf, rstd.buf, x.buf, w.mem(), rows, c, normEps) },
				func() {
					for r := range rows {
						s := scale(x, r, c)
						rstd.put(r, s, s)
						for j := range c {
							y.put(r*c+j, x.at(r*c+j)*s*orElse(w, j, 1), 0)
						}
					}
				})
		}
	}
}

func rmsNormBack(m *maker) {
	for _, t := range tables {
		for i, mode := range modes(2) {
			rows, c := t[0], t[1]
			x, w, dy := m.far("x", rows, c), m.perhaps(i%2 == 0, "w", c), m.normal("dy", rows*c)
			dx, dw, rstd := m.result("dx", rows*c, mode[0]), m.result("dw", c, mode[1]), m.normal("rstd", rows)
			for r := range rows {
				rstd.f[r] = kernel.Float(scale(x, r, c))
			}
			m.call(fmt.Sprintf("%d×%d, w %v, %s", rows, c, w != nil, modeName(mode...)),
				func(d device.Device) {
					d.RMSNormBack(dx.dst(), dw.dst(), x.buf, w.mem(), rstd.buf, dy.buf, rows, c)
				},
				func() { rmsNormBackWant(dx, dw, x, w, dy, rows, c) })
		}
	}
}

// rmsNormBackWant is, with n = x·rstd and g = w·dy,
//
//	dx = rstd·(g − n·mean(g·n))    dw = Σ_rows n·dy
func rmsNormBackWant(dx, dw result, x, w, dy *array, rows, c int) {
	sum, size := make([]float64, c), make([]float64, c)
	for r := range rows {
		s := scale(x, r, c)
		var mgn, mgnSize float64
		for j := range c {
			t := dy.at(r*c+j) * orElse(w, j, 1) * x.at(r*c+j) * s / float64(c)
			mgn, mgnSize = mgn+t, mgnSize+math.Abs(t)
		}
		for j := range c {
			i := r*c + j
			g, n := dy.at(i)*orElse(w, j, 1), x.at(i)*s
			dx.put(i, s*(g-n*mgn), s*(math.Abs(g)+math.Abs(n)*mgnSize))
			sum[j] += n * dy.at(i)
			size[j] += math.Abs(n * dy.at(i))
		}
	}
	for j := range c {
		dw.put(j, sum[j], size[j])
	}
}
