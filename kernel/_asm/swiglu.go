package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
)

// swiglu is the gate of a feed-forward layer.
func swiglu(c *build.Context) {
	for _, s := range levels(c) {
		s.swiGLU()
		s.swiGLUBack()
	}
}

func (s *isa) swiGLU() {
	s.fn("swiGLU", "func(y, gate, up *float32, n int)", "y[i] = silu(gate[i])·up[i]  for i < n.")
	y, gate, up, n := s.arg("y"), s.arg("gate"), s.arg("up"), s.arg("n")
	silu := growing(150, (*isa).silu8)(s, n)
	s.each("gate", n, pointers(y, gate, up), func() {
		s.store(s.mul(silu(s.load(mem(gate))), s.load(mem(up))), mem(y))
	})
	s.done()
}

func (s *isa) swiGLUBack() {
	s.fn("swiGLUBack", "func(dgate, dup, gate, up, dy *float32, n int, addGate, addUp bool)",
		"dgate[i] (=|+=) silu′(gate[i])·up[i]·dy[i],  dup[i] (=|+=) silu(gate[i])·dy[i]  for i < n;  nil for none.")
	dgate, dup, gate, up, dy, n := s.arg("dgate"), s.arg("dup"), s.arg("gate"), s.arg("up"), s.arg("dy"), s.arg("n")
	addGate, addUp := s.arg("addGate"), s.arg("addUp")
	wantGate, wantUp := s.GP64(), s.GP64()
	s.MOVQ(dgate, wantGate)
	s.MOVQ(dup, wantUp)
	lo, hi := s.uniform8(-150), s.uniform8(150)
	s.each("gate", n, pointers(dgate, dup, gate, up, dy), func() {
		x := s.load(mem(gate))
		var silu, slope [2]vec
		for h := range 2 {
			silu[h], slope[h] = s.siluBoth8(s.widenHalf(x, h), lo, hi)
		}
		y, f := s.narrow(silu[0], silu[1]), s.narrow(slope[0], slope[1])
		s.gradient(wantGate, addGate, dgate, func() (a, b vec) { return s.mul(f, s.load(mem(up))), s.load(mem(dy)) })
		s.gradient(wantUp, addUp, dup, func() (a, b vec) { return y, s.load(mem(dy)) })
	})
	s.done()
}

// gradient stores or adds a·b at d where want is not 0.
func (s *isa) gradient(want, add, d reg.GPVirtual, f func() (a, b vec)) {
	s.ifSet(want, func() {
		a, b := f()
		s.store(s.product(a, b, add, mem(d)), mem(d))
	})
}

// siluBoth8 is  x·σ(x)  and its slope  σ·(1 + x + E)/(1 + E),  E = eˣ,  σ = E/(1 + E);  see gateSlope8.
func (s *isa) siluBoth8(x, lo, hi vec) (y, slope vec) {
	most := s.max8(lo, x)
	x = s.min8(hi, most)
	e := s.exp8(x, expm1Long)
	r := s.div8(s.splat8(1), s.add8(e, s.constant8(1)))
	sum := s.add8(s.add8(x, s.constant8(1)), e)
	σ := s.mul8(e, r)
	return s.mul8(most, σ), s.mul8(s.mul8(sum, r), σ)
}
