package devicetest

import (
	"fmt"
	"math"

	"brick/device"
	"brick/kernel"
)

// attentions are the sizes: empty ones, more queries than keys and the reverse,
// grouped heads, one head, one position over a cache, several blocks.
var attentions = []device.Attn{
	{B: 0, T: 3, S: 3, H: 2, K: 2, D: 4},
	{B: 2, T: 0, S: 3, H: 2, K: 2, D: 4},
	{B: 2, T: 3, S: 0, H: 2, K: 1, D: 4},
	{B: 1, T: 1, S: 1, H: 1, K: 1, D: 1},
	{B: 2, T: 5, S: 5, H: 2, K: 2, D: 3},
	{B: 2, T: 7, S: 7, H: 6, K: 2, D: 8},
	{B: 2, T: 3, S: 17, H: 4, K: 1, D: 7},
	{B: 1, T: 9, S: 4, H: 2, K: 1, D: 5},
	{B: 3, T: 1, S: 33, H: 4, K: 4, D: 16},
	{B: 2, T: 33, S: 33, H: 4, K: 2, D: 17},
	{B: 1, T: 65, S: 65, H: 3, K: 3, D: 8},
	{B: 2, T: 9, S: 9, H: 2, K: 1, D: 5, Window: 3},
	{B: 1, T: 3, S: 17, H: 4, K: 2, D: 6, Window: 5, Cap: 2},
	{B: 1, T: 5, S: 5, H: 2, K: 2, D: 3, Cap: 1.5},
	{B: 1, T: 40, S: 150, H: 2, K: 1, D: 8, Window: 20},
	{B: 2, T: 1, S: 0, H: 2, K: 1, D: 4, Room: 3},
	{B: 2, T: 1, S: 130, H: 6, K: 2, D: 5, Room: 140},
	{B: 2, T: 7, S: 17, H: 4, K: 4, D: 8, Room: 17},
}

// A heads is the arguments of an attention.
type heads struct {
	device.Attn
	q, k, v, mask *array
	slope         []float64 // of the cap, by key, of the query that each is at
}

// heads calls f with all kinds of attentions; build makes the arguments.
func (m *maker) heads(f func(name string, large bool, build func() heads)) {
	for _, a := range attentions {
		for kind := range 4 {
			a.Causal = kind&1 != 0 || a.Window > 0
			a.Scale = kernel.Float(1 / math.Sqrt(float64(a.D)))
			masked := kind&2 != 0
			f(fmt.Sprintf("%+v, mask %v", a, masked), a.T*a.S > 1000, func() heads {
				n := a.B * max(a.S, a.Room) * a.K * a.D
				h := heads{Attn: a, q: m.normal("q", a.B*a.T*a.H*a.D), k: m.normal("k", n), v: m.normal("v", n), slope: make([]float64, a.S)}
				for i := range n { // what a cache has room for is not read before it is written
					if a.Room > 0 && i/a.D%a.Room >= a.S {
						h.k.f[i], h.v.f[i] = kernel.Float(math.NaN()), kernel.Float(math.NaN())
					}
				}
				for i := range h.q.f {
					h.q.f[i] *= 3
				}
				if masked {
					ids := make([]int32, a.B*a.S)
					for i := range ids {
						ids[i] = int32(m.IntN(3)) // 1 and 2 are both seen
						if a.B > 1 && i >= (a.B-1)*a.S {
							ids[i] = 0 // the last example sees nothing
						}
					}
					h.mask = m.holdIDs("mask", ids)
				}
				return h
			})
		}
	}
}

// sees reports whether query (b, t) sees key s.
func (h *heads) sees(b, t, s int) bool {
	last := t + h.S - h.T
	return !(h.Causal && s > last) && !(h.Window > 0 && s <= last-h.Window) && (h.mask == nil || h.mask.ids[b*h.S+s] != 0)
}

// atQ and atK are where the vectors of query (b, t, i) and key (b, s, i) lie; a
// query head i reads key head i·K/H.
func (h *heads) atQ(b, t, i int) int { return ((b*h.T+t)*h.H + i) * h.D }
func (h *heads) atK(b, s, i int) int {
	if head := i * h.K / h.H; h.Room > 0 {
		return ((b*h.K+head)*h.Room + s) * h.D
	}
	return ((b*h.S+s)*h.K + i*h.K/h.H) * h.D
}

// each calls f for every query with the probabilities of the keys, which are 0
// for unseen ones, the log of what they were divided by, and the relative error
// of a probability in units: an error in a score is one in its exponential.
func (h *heads) each(f func(b, t, i int, p []float64, stat, size float64)) {
	p := make([]float64, h.S)
	for b := range h.B {
		for t := range h.T {
			for i := range h.H {
				top, size := math.Inf(-1), 1.0
				for s := range h.S {
					score, scoreSize := 0.0, 0.0
					for d := range h.D {
						x := h.q.at(h.atQ(b, t, i)+d) * h.k.at(h.atK(b, s, i)+d) * float64(h.Scale)
						score, scoreSize = score+x, scoreSize+math.Abs(x)
					}
					if c := float64(h.Cap); c != 0 {
						score, scoreSize = c*math.Tanh(score/c), scoreSize+c
						h.slope[s] = 1 - score*score/c/c
					}
					p[s] = math.Inf(-1)
					if h.sees(b, t, s) {
						p[s], top, size = score, max(top, score), max(size, scoreSize)
					}
				}
				sum := 0.0
				for s, x := range p {
					if p[s] = 0; !math.IsInf(x, -1) {
						p[s] = math.Exp(x - top)
					}
					sum += p[s]
				}
				for s := range p {
					if p[s] > 0 {
						p[s] /= sum
					}
				}
				f(b, t, i, p, top+math.Log(sum), size+1)
			}
		}
	}
}

func attention(m *maker) {
	m.heads(func(name string, _ bool, build func() heads) {
		h := build()
		y, stat := m.stored("y", len(h.q.f)), m.stored("stat", h.B*h.T*h.H)
		m.call(name,
			func(d device.Device) {
				d.Attention(y.buf, stat.buf, h.q.buf, h.k.buf, h.v.buf, h.mask.mem(), h.Attn)
			},
			func() { attentionWant(y, stat, &h) })
	})
	for _, a := range storedAttentions {
		for _, as := range [][2]device.Type{{device.F16, device.F16}, {device.Q8_0, device.Q8_0}, {device.Float, device.Q8_0}, {device.Q8_0, device.F16}} {
			m.storedAttention(a, as[0], as[1])
		}
	}
}

// attentionWant is  y = Σ_s p[s]·v[s].  A query that sees nothing gives 0 and −∞.
func attentionWant(y, stat result, h *heads) {
	h.each(func(b, t, i int, p []float64, z, size float64) {
		at := h.atQ(b, t, i)
		if seen := sum(p) > 0; !seen {
			z = math.Inf(-1)
		}
		stat.put(at/h.D, z, size+math.Abs(z))
		for d := range h.D {
			var v, vSize float64
			for s := range h.S {
				x := p[s] * h.v.at(h.atK(b, s, i)+d)
				v, vSize = v+x, vSize+math.Abs(x)
			}
			y.put(at+d, v, vSize*size)
		}
	})
}

func sum(p []float64) (s float64) {
	for _, v := range p {
		s += v
	}
	return s
}

func attentionBack(m *maker) {
	m.heads(func(name string, large bool, build func() heads) {
		if build().Room > 0 { // a cache is read only
			m.args = nil
			return
		}
		all := modes(3)
		switch {
		case large:
			all = [][]device.Mode{{m.mode(), m.mode(), m.mode()}}
		case m.IntN(3) > 0: // three of them
			m.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			all = all[:3]
		}
		for _, mode := range all {
			h := build()
			dq, dk, dv := m.result("dq", len(h.q.f), mode[0]), m.result("dk", len(h.k.f), mode[1]), m.result("dv", len(h.k.f), mode[2])
			m.attentionBack(name+", "+modeName(mode...), &h, dq, dk, dv)
		}
		// k and v are one value, and where sizes allow so is q.
		for _, first := range []device.Mode{device.Set, device.Add} {
			if large && first == device.Add {
				continue
			}
			h := build()
			dq, dk := m.result("dq", len(h.q.f), first), m.result("dk and dv", len(h.k.f), first)
			m.attentionBack(name+", one gradient for k and v, "+modeName(first, device.Add), &h, dq, dk, result{dk.array, device.Add})
			if h = build(); len(h.q.f) == len(h.k.f) {
				all := m.result("dq, dk and dv", len(h.q.f), first)
				rest := result{all.array, device.Add}
				m.attentionBack(name+", one gradient, "+modeName(first, device.Add), &h, all, rest, rest)
			}
			m.args = nil
		}
	})
}

func (m *maker) attentionBack(name string, h *heads, dq, dk, dv result) {
	dy := m.normal("dy", len(h.q.f))
	// What the way forward would have left; rounded, as there.
	y, stat := m.stored("y", len(h.q.f)), m.stored("stat", h.B*h.T*h.H)
	attentionWant(y, stat, h)
	for _, r := range []result{y, stat} {
		for i, v := range r.y {
			r.f[i] = kernel.Float(v)
		}
		r.array.state, r.array.y, r.array.size = nil, nil, nil
	}
	m.call(name,
		func(d device.Device) {
			d.AttentionBack(dq.dst(), dk.dst(), dv.dst(), h.q.buf, h.k.buf, h.v.buf, y.buf, stat.buf, dy.buf, h.mask.mem(), h.Attn)
		},
		func() { attentionBackWant(dq, dk, dv, h, dy) })
}

// attentionBackWant is, with ds[s] = p[s]·(dy·v[s] − Σ p·(dy·v))·scale,
//
//	dq = Σ_s ds[s]·k[s]    dk[s] = Σ ds[s]·q    dv[s] = Σ p[s]·dy
//
// where dk and dv sum over the queries, and over the heads that read their key.
func attentionBackWant(dq, dk, dv result, h *heads, dy *array) {
	type sums struct{ y, size []float64 }
	zeros := func(n int) sums { return sums{make([]float64, n), make([]float64, n)} }
	add := func(s sums, i int, y, size float64) { s.y[i] += y; s.size[i] += math.Abs(size) }
	q, k, v := zeros(len(h.q.f)), zeros(len(h.k.f)), zeros(len(h.k.f))
	h.each(func(b, t, i int, p []float64, _, size float64) {
		at := h.atQ(b, t, i)
		dp, dpSize := make([]float64, h.S), make([]float64, h.S)
		var mean, meanSize float64
		for s := range h.S {
			for d := range h.D {
				x := dy.at(at+d) * h.v.at(h.atK(b, s, i)+d)
				dp[s], dpSize[s] = dp[s]+x, dpSize[s]+math.Abs(x)
			}
			mean, meanSize = mean+p[s]*dp[s], meanSize+p[s]*dpSize[s]
		}
		for s := range h.S {
			ds, dsSize := p[s]*(dp[s]-mean)*float64(h.Scale), p[s]*(dpSize[s]+meanSize)*float64(h.Scale)*size
			if h.Cap != 0 {
				ds *= h.slope[s]
			}
			for d := range h.D {
				to := h.atK(b, s, i) + d
				add(q, at+d, ds*h.k.at(to), dsSize*h.k.at(to))
				add(k, to, ds*h.q.at(at+d), dsSize*h.q.at(at+d))
				add(v, to, p[s]*dy.at(at+d), p[s]*dy.at(at+d)*size)
			}
		}
	})
	for _, r := range []struct {
		to  result
		sum sums
	}{{dq, q}, {dk, k}, {dv, v}} {
		for i := range r.sum.y {
			r.to.put(i, r.sum.y[i], r.sum.size[i])
		}
	}
}
