package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// The points at which the polynomials of a convolution are multiplied are 0, ±winogradP, ±winogradQ and ∞, as in
// kernel/winograd.go; sums have the order that is written there.
const (
	winogradP = 0.625
	winogradQ = 1.5
)

// winograd is the transforms of convolutions by F(4×4, 3×3), see kernel/winograd.go.
func winograd(c *build.Context) {
	for _, s := range levels(c) {
		s.winogradWeights()
		s.winogradRows(false)
		s.winogradRows(true)
		s.winogradColumns(false, false)
		s.winogradColumns(false, true)
		s.winogradOut(false)
		if s.wide() {
			s.winogradColumns(true, false)
			s.winogradColumns(true, true)
			s.winogradOut(true)
		}
	}
}

// single is the isa of vectors of one register.
func (s *isa) single() *isa {
	one := *s
	one.regs = 1
	return &one
}

// kept is x in every lane, in a register where there are many.
func (s *isa) kept(x float64) any {
	if s.wide() {
		return s.splat(x)
	}
	return s.constant(x)
}

// forward gives the rows of Bᵀd one by one; d is asked for each number once and may be changed.
func (s *isa) forward(k [6]any, d func(i int) vec, out func(i int, v vec)) {
	p, q, pp, qq, both, sum := k[0], k[1], k[2], k[3], k[4], k[5]
	d4, d2 := d(4), d(2)
	t := s.copy(d4)
	s.fnma(t, d2, sum)
	s.fma(t, d(0), both)
	out(0, t)
	u := s.copy(d4)
	s.fnma(u, d2, qq)
	s.fnma(d4, d2, pp)
	d3, d1, t := d(3), d(1), d(5)
	s.fnma(t, d3, sum)
	s.fma(t, d1, both)
	out(5, t)
	v := s.copy(d3)
	s.fnma(v, d1, qq)
	s.fnma(d3, d1, pp)
	t = s.copy(u)
	s.fma(t, v, p)
	out(1, t)
	s.fnma(u, v, p)
	out(2, u)
	t = s.copy(d4)
	s.fma(t, d3, q)
	out(3, t)
	s.fnma(d4, d3, q)
	out(4, d4)
}

// forwardConstants are the numbers of Bᵀ.
func (s *isa) forwardConstants() [6]any {
	const p, q = winogradP, winogradQ
	return [6]any{s.kept(p), s.kept(q), s.kept(p * p), s.kept(q * q), s.kept(p * p * q * q), s.kept(p*p + q*q)}
}

// slopes gives the rows of Ad one by one, as forward does those of Bᵀd.
func (s *isa) slopes(k [6]any, d func(i int) vec, out func(i int, v vec)) {
	p, q, pp, qq, ppp, qqq := k[0], k[1], k[2], k[3], k[4], k[5]
	d0, d2 := d(0), d(2)
	u, w := s.copy(d0), s.copy(d0)
	s.fma(u, d2, pp)
	s.fma(w, d2, qq)
	out(0, d0)
	d1, d3 := d(1), d(3)
	v, z := s.mul(d1, p), s.mul(d1, q)
	s.fma(v, d3, ppp)
	s.fma(z, d3, qqq)
	out(5, d3)
	out(1, s.add(u, v))
	out(2, s.sub(u, v))
	out(3, s.add(w, z))
	out(4, s.sub(w, z))
}

// slopesConstants are the numbers of A.
func (s *isa) slopesConstants() [6]any {
	const p, q = winogradP, winogradQ
	return [6]any{s.kept(p), s.kept(q), s.kept(p * p), s.kept(q * q), s.kept(p * p * p), s.kept(q * q * q)}
}

// transform is forward, or slopes of a gradient, with its constants, and of how many numbers.
func (s *isa) transform(slopes bool) (f func(d func(i int) vec, out func(i int, v vec)), n int) {
	if slopes {
		k := s.slopesConstants()
		return func(d func(i int) vec, out func(i int, v vec)) { s.slopes(k, d, out) }, 4
	}
	k := s.forwardConstants()
	return func(d func(i int) vec, out func(i int, v vec)) { s.forward(k, d, out) }, 6
}

// backward is Aᵀm.
func (s *isa) backward(m func(i int) any) (y [4]vec) {
	const p, q = winogradP, winogradQ
	pair := func(i int) (sum, difference vec) {
		a := s.owned(m(i))
		b := m(i + 1)
		return s.add(a, b), s.sub(a, b)
	}
	s1, d1 := pair(1)
	s2, d2 := pair(3)
	y[0] = s.add(s.add(s1, s2), m(0))
	y[2] = s.mul(s1, s.constant(p*p))
	s.fma(y[2], s2, s.constant(q*q))
	y[1] = s.mul(d1, s.constant(p))
	s.fma(y[1], d2, s.constant(q))
	y[3] = s.owned(m(5))
	s.fma(y[3], d1, s.constant(p*p*p))
	s.fma(y[3], d2, s.constant(q*q*q))
	return y
}

// owned is v, or what lies in memory, in registers that may be changed.
func (s *isa) owned(v any) vec {
	if m, ok := v.(operand.Mem); ok {
		return s.load(m)
	}
	return v.(vec)
}

// unpack is two ways of mixing the lanes of two vectors.
func (s *isa) unpack(low, high string, a, b any) (vec, vec) {
	return s.new(low, b, a), s.new(high, b, a)
}

// winogradWeights is G·g·Gᵀ, of as many kernels as a register has lanes.
func (s *isa) winogradWeights() {
	s.fn("winogradWeights", "func(u, w *float32, n, tap, step int)",
		"u[6i+j, l] = Σ_{r,s} G[i,r]·w[l, r, s]·G[j,s]  for i, j < 6, l < n and up to 15 more.  Places r, s of w are tap bytes apart, 6i+j of u step.")
	one := s.single()
	per := s.bytes / 4
	const p, q = winogradP, winogradQ
	const np, nq = 2 * p * p * (p*p - q*q), 2 * q * q * (q*q - p*p) // products of differences of points
	// row is row i of G·g.
	row := func(i int, g [3]vec) vec {
		if i == 0 {
			return one.mul(g[0], s.constant(1/(p*p*q*q)))
		}
		if i == 5 {
			return g[2]
		}
		x, n := float64(p), float64(np)
		if i > 2 {
			x, n = q, nq
		}
		t := one.mul(g[0], s.constant(1/n))
		one.fma(t, g[2], s.constant(x*x/n))
		if i%2 == 1 {
			one.fma(t, g[1], s.constant(x/n))
		} else {
			one.fnma(t, g[1], s.constant(x/n))
		}
		return t
	}
	words := make([]uint32, lanes)
	for i := range words {
		words[i] = 9 * uint32(i)
	}
	places := one.new("VMOVUPS", s.words("everyNinth", 0xffff_fe09, words...))
	u, w, left, tap, step := s.arg("u"), s.arg("w"), s.arg("n"), s.arg("tap"), s.arg("step")
	s.Label("vector")
	n := s.GP64()
	s.MOVQ(operand.U32(uint32(per)), n)
	s.CMPQ(left, n)
	s.CMOVQLT(left, n)
	mask := one.registerMask(n)
	var g [9]vec
	from := s.GP64()
	s.MOVQ(w, from)
	for i := range g {
		g[i] = one.zero()
		if s.wide() {
			k := s.K()
			s.KMOVW(mask.k, k)
			s.VGATHERDPS(operand.Mem{Base: from, Index: places[0], Scale: 4}, k, g[i][0])
		} else {
			m := s.YMM()
			s.VMOVUPS(mask.at, m)
			s.VGATHERDPS(m, operand.Mem{Base: from, Index: places[0], Scale: 4}, g[i][0])
		}
		if i < 8 {
			s.ADDQ(tap, from)
		}
	}
	to := s.GP64()
	s.MOVQ(u, to)
	for i := range 6 {
		var t [3]vec
		for c := range t {
			t[c] = row(i, [3]vec{g[c], g[3+c], g[6+c]})
		}
		for j := range 6 {
			s.VMOVUPS(row(j, t)[0], operand.Mem{Base: to})
			s.ADDQ(step, to)
		}
	}
	s.ADDQ(operand.U32(uint32(s.bytes)), u)
	s.ADDQ(operand.U32(uint32(9*s.bytes)), w)
	s.SUBQ(operand.U32(uint32(per)), left)
	s.JG(operand.LabelRef("vector"))
	s.done()
}

// param is where a parameter lies.
func (s *isa) param(name string) operand.Mem {
	m, err := s.Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return m.Addr
}
