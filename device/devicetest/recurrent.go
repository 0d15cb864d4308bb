package devicetest

import (
	"fmt"
	"math"

	"brick/device"
	"brick/kernel"
)

// recurrents are sequences, steps and widths of states.
var recurrents = [][3]int{{1, 1, 1}, {3, 1, 5}, {2, 5, 3}, {5, 3, 17}, {1, 7, 33}, {13, 4, 8}, {45, 2, 6}, {3, 9, 64}, {90, 3, 20}, {2, 3, 130}}

// A sequenceRun is a recurrent layer in float64, one number at a time.
type sequenceRun struct {
	device.Recurrent
	gates, h0, c0, w, bn *array
	lengths              []int32
}

func (s *sequenceRun) length(b int) int {
	if s.lengths == nil {
		return s.T
	}
	return int(s.lengths[b])
}

// each calls f for every step of sequence b, in order: with the state and cell before it, h and c (H), which f changes.
func (s *sequenceRun) each(b int, f func(t int, h, c []float64)) (h, c []float64) {
	h, c = make([]float64, s.H), make([]float64, s.H)
	for j := range h {
		h[j], c[j] = orElse(s.h0, b*s.H+j, 0), orElse(s.c0, b*s.H+j, 0)
	}
	n := s.length(b)
	for k := range n {
		if s.Reverse {
			k = n - 1 - k
		}
		f(k, h, c)
	}
	return h, c
}

// hidden is W_hh·h, and the largest sum of its terms' sizes.
func (s *sequenceRun) hidden(h []float64) (u []float64, size float64) {
	u = make([]float64, s.Cell.Gates()*s.H)
	for k := range u {
		sum := 0.0
		for j, v := range h {
			u[k] += s.w.at(k*s.H+j) * v
			sum += math.Abs(s.w.at(k*s.H+j) * v)
		}
		size = max(size, sum)
	}
	return u, size
}

// step is one step: the state and the cell become those after it; a are the gates and kept what is kept.
func (s *sequenceRun) step(x func(k int) float64, h, c []float64) (a, kept []float64, size float64) {
	u, size := s.hidden(h)
	H := s.H
	a, kept = make([]float64, len(u)), make([]float64, H)
	σ := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	for j := range H {
		at := func(k int) float64 { return x(k*H+j) + u[k*H+j] }
		switch s.Cell {
		case kernel.LSTMCell:
			a[j], a[H+j], a[2*H+j], a[3*H+j] = σ(at(0)), σ(at(1)), math.Tanh(at(2)), σ(at(3))
			c[j] = a[H+j]*c[j] + a[j]*a[2*H+j]
			kept[j], h[j] = c[j], a[3*H+j]*math.Tanh(c[j])
		case kernel.GRUCell:
			kept[j] = u[2*H+j] + orElse(s.bn, j, 0)
			a[j], a[H+j] = σ(at(0)), σ(at(1))
			a[2*H+j] = math.Tanh(x(2*H+j) + a[j]*kept[j])
			h[j] = a[2*H+j] + a[H+j]*(h[j]-a[2*H+j])
		case kernel.ReLUCell:
			a[j] = max(at(0), 0)
			h[j] = a[j]
		default:
			a[j] = math.Tanh(at(0))
			h[j] = a[j]
		}
	}
	return a, kept, size
}

// sequences makes the arguments that both ways have.
func (m *maker) sequences(i int, size [3]int, cell kernel.Cell) (s *sequenceRun, ids *array) {
	s = &sequenceRun{Recurrent: device.Recurrent{Cell: cell, B: size[0], T: size[1], H: size[2], Reverse: i%2 == 1}}
	n := s.B * s.T * s.H * cell.Gates()
	s.gates, s.h0 = m.normal("gates", n), m.perhaps(i%3 != 0, "h0", s.B*s.H)
	s.c0 = m.perhaps(cell == kernel.LSTMCell && i%4 != 0, "c0", s.B*s.H)
	s.bn = m.perhaps(cell == kernel.GRUCell && i%4 != 0, "bn", s.H)
	s.w = m.normal("w", cell.Gates()*s.H*s.H)
	for k := range s.w.f {
		s.w.f[k] /= kernel.Float(2 * math.Sqrt(float64(s.H)))
	}
	if i%5 > 2 {
		ids = m.pick("lengths", s.B, s.T)
		for k := range ids.ids {
			ids.ids[k]++
		}
		s.lengths = ids.ids
	}
	return s, ids
}

func (s *sequenceRun) String() string {
	return fmt.Sprintf("%+v, h0 %v, c0 %v, b %v, lengths %v", s.Recurrent, s.h0 != nil, s.c0 != nil, s.bn != nil, s.lengths != nil)
}

// eachRecurrent calls f for some sizes of every cell.
func eachRecurrent(f func(i int, size [3]int, cell kernel.Cell)) {
	for i := range 4 * len(recurrents) * 3 {
		f(i/4, recurrents[i/4%len(recurrents)], kernel.Cell(i%4))
	}
}

func recurrent(m *maker) {
	eachRecurrent(func(i int, size [3]int, cell kernel.Cell) {
		s, ids := m.sequences(i, size, cell)
		n := s.B * s.T * s.H
		y, gates := m.stored("y", n), result{s.gates, device.Set}
		var kept result
		if cell.Keeps() {
			kept = m.stored("kept", n)
		}
		m.call(s.String(),
			func(d device.Device) {
				d.Recurrent(y.buf, s.gates.buf, kept.mem(), s.h0.mem(), s.c0.mem(), s.w.buf, s.bn.mem(), ids.mem(), s.Recurrent)
			},
			func() { s.want(y, gates, kept) })
	})
}

// want says what a run leaves. A step's error is at most that of its sums, and grows with the steps before it.
func (s *sequenceRun) want(y, gates, kept result) {
	G := s.Cell.Gates() * s.H
	for b := range s.B {
		done := make([]bool, s.T)
		grown := 1.0
		_, c := s.each(b, func(t int, h, c []float64) {
			row := b*s.T + t
			a, k, size := s.step(func(k int) float64 { return s.gates.at(row*G + k) }, h, c)
			grown += 2 * (1 + size)
			for j, v := range a {
				gates.put(row*G+j, v, grown)
			}
			for j, v := range h {
				y.put(row*s.H+j, v, grown)
				if s.Cell.Keeps() {
					kept.put(row*s.H+j, k[j], grown)
				}
			}
			done[t] = true
		})
		for t, ok := range done {
			row := b*s.T + t
			for j := range G {
				if !ok {
					gates.leave(row*G + j)
				}
			}
			for j := range s.H {
				switch {
				case ok:
				case s.Cell == kernel.LSTMCell && !s.Reverse:
					kept.put(row*s.H+j, c[j], grown)
				case s.Cell.Keeps():
					kept.leave(row*s.H + j)
				}
				if !ok {
					y.put(row*s.H+j, 0, 0)
				}
			}
		}
	}
}

func recurrentBack(m *maker) {
	eachRecurrent(func(i int, size [3]int, cell kernel.Cell) {
		s, ids := m.sequences(i, size, cell)
		n, state := s.B*s.T*s.H, s.B*s.H
		mode := modes(2)[i%9]
		if cell != kernel.LSTMCell {
			mode[1] = device.Skip
		}
		dh0, dc0 := m.result("dh0", state, mode[0]), m.result("dc0", state, mode[1])
		y, dy, dcn := m.normal("y", n), m.normal("dy", n), m.perhaps(cell == kernel.LSTMCell && i%2 == 0, "dcn", state)
		prev := m.stored("prev", n)
		var kept result
		if cell.Keeps() {
			kept = result{m.normal("kept", n), device.Set}
		}
		s.fill(y, kept.array)
		m.call(fmt.Sprintf("%v, %s, dcn %v", s, modeName(mode...), dcn != nil),
			func(d device.Device) {
				d.RecurrentBack(dh0.dst(), dc0.dst(), s.gates.buf, kept.mem(), prev.buf, y.buf, s.h0.mem(), s.c0.mem(), s.w.buf, dy.buf, dcn.mem(), ids.mem(), s.Recurrent)
			},
			func() {
				for b := range s.B {
					s.wantBack(b, dh0, dc0, result{s.gates, device.Set}, kept, prev, y, dy, dcn)
				}
			})
	})
}

// fill puts what a forward run leaves where the way back finds it; what is left out is not a number.
func (s *sequenceRun) fill(y, kept *array) {
	G := s.Cell.Gates() * s.H
	for b := range s.B {
		for t := range s.T {
			if t >= s.length(b) {
				clear(y.f[(b*s.T+t)*s.H:][:s.H])
				copy(s.gates.f[(b*s.T+t)*G:], poison(G))
			}
		}
		s.each(b, func(t int, h, c []float64) {
			row := b*s.T + t
			a, k, _ := s.step(func(k int) float64 { return s.gates.at(row*G + k) }, h, c)
			for j, v := range a {
				s.gates.f[row*G+j] = kernel.Float(v)
			}
			for j, v := range h {
				y.f[row*s.H+j] = kernel.Float(v)
				if kept != nil {
					kept.f[row*s.H+j] = kernel.Float(k[j])
				}
			}
		})
	}
}

// wantBack is the way back of sequence b, by the rules of kernel.Cell.StepBack.
func (s *sequenceRun) wantBack(b int, dh0, dc0, gates, kept, prev result, y, dy, dcn *array) {
	H, n, grown := s.H, s.length(b), 1.0
	G := s.Cell.Gates() * H
	dh, dc := make([]float64, H), make([]float64, H)
	for j := range dc {
		dc[j] = orElse(dcn, b*H+j, 0)
	}
	for t := n; t < s.T; t++ {
		row := b*s.T + t
		for j := range G {
			gates.put(row*G+j, 0, 0)
		}
		for j := range H {
			if s.Cell == kernel.GRUCell {
				kept.put(row*H+j, 0, 0)
			}
			prev.leave(row*H + j)
		}
	}
	for k := range n {
		t := n - 1 - k
		if s.Reverse {
			t = k
		}
		row, before := b*s.T+t, s.Before(t, n)
		then := func(x, first *array, j int) float64 {
			if before < 0 {
				return orElse(first, b*H+j, 0)
			}
			return x.at((b*s.T+before)*H + j)
		}
		da, du := make([]float64, G), make([]float64, G)
		for j := range H {
			a := func(k int) float64 { return s.gates.at(row*G + k*H + j) }
			h := then(y, s.h0, j)
			prev.put(row*H+j, h, 0)
			d := dh[j] + dy.at(row*H+j)
			dh[j] = 0
			switch s.Cell {
			case kernel.LSTMCell:
				c := then(kept.array, s.c0, j)
				tc := math.Tanh(kept.at(row*H + j))
				dc[j] += d * a(3) * (1 - tc*tc)
				da[j], da[H+j] = dc[j]*a(2)*a(0)*(1-a(0)), dc[j]*c*a(1)*(1-a(1))
				da[2*H+j], da[3*H+j] = dc[j]*a(0)*(1-a(2)*a(2)), d*tc*a(3)*(1-a(3))
				dc[j] *= a(1)
			case kernel.GRUCell:
				dn := d * (1 - a(1)) * (1 - a(2)*a(2))
				da[j], da[H+j], da[2*H+j] = dn*kept.at(row*H+j)*a(0)*(1-a(0)), d*(h-a(2))*a(1)*(1-a(1)), dn
				dh[j] = d * a(1)
			case kernel.ReLUCell:
				if a(0) > 0 {
					da[j] = d
				}
			default:
				da[j] = d * (1 - a(0)*a(0))
			}
			grown = max(grown, math.Abs(d), math.Abs(dc[j]))
		}
		copy(du, da)
		if s.Cell == kernel.GRUCell {
			for j := range H {
				du[2*H+j] = da[2*H+j] * s.gates.at(row*G+j)
				kept.put(row*H+j, du[2*H+j], 4*grown)
			}
		}
		for k, v := range da {
			gates.put(row*G+k, v, 4*grown)
		}
		sums := 0.0
		for j := range H {
			sum := 0.0
			for k, v := range du {
				dh[j] += s.w.at(k*H+j) * v
				sum += math.Abs(s.w.at(k*H+j) * v)
			}
			sums = max(sums, sum)
		}
		grown += 2 * (1 + sums)
	}
	for j := range H {
		dh0.put(b*H+j, dh[j], 4*grown)
		dc0.put(b*H+j, dc[j], 4*grown)
	}
}
