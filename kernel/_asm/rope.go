package main

import (
	"math"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rope is the rotations of RoPE, for all heads of a position: the angles are read once.
func rope(c *build.Context) {
	for _, s := range levels(c) {
		s.ropeHalves()
		s.ropePairs()
	}
}

// ropeHalves takes 16 pairs at a time.
func (s *isa) ropeHalves() {
	s.fn("ropeHalves", "func(y, x, cossin *float32, pairs, heads, add int, sign float32)",
		"u, v = x[h, i], x[h, pairs+i],  cos, sin = cossin[i, 0], sign·cossin[i, 1],",
		"y[h, i] (=|+=) u·cos − v·sin,  y[h, pairs+i] (=|+=) v·cos + u·sin  for h < heads, i < pairs.")
	y, x, cossin, pairs, heads, add := s.arg("y"), s.arg("x"), s.arg("cossin"), s.arg("pairs"), s.arg("heads"), s.arg("add")
	sign := s.argf("sign")
	head := s.GP64() // bytes from one to the next
	s.LEAQ(operand.Mem{Base: pairs, Index: pairs, Scale: 1}, head)
	s.SHLQ(operand.U8(2), head)
	body := func(left reg64, label string) {
		cos, sin := s.unzip(s.loadPairs(mem(cossin), left))
		s.op("VMULPS", sign, sin, sin)
		from, to, h := s.GP64(), s.GP64(), s.GP64()
		s.MOVQ(x, from)
		s.MOVQ(y, to)
		s.MOVQ(heads, h)
		s.Label(label)
		u, v := s.load(mem(from)), s.load(item(from, pairs))
		a := s.sub(s.mul(u, cos), s.mul(v, sin))
		b := s.add(s.mul(v, cos), s.mul(u, sin))
		s.present(label+"Add", add, func() {
			s.op("VADDPS", s.load(mem(to)), a, a)
			s.op("VADDPS", s.load(item(to, pairs)), b, b)
		})
		s.store(a, mem(to))
		s.store(b, item(to, pairs))
		s.ADDQ(head, from)
		s.ADDQ(head, to)
		s.DECQ(h)
		s.JNZ(operand.LabelRef(label))
	}
	left := s.GP64()
	s.MOVQ(pairs, left)
	s.loop("halves", pairs, func() {
		body(nil, "halvesHead")
		s.ADDQ(operand.U32(4*lanes), x)
		s.ADDQ(operand.U32(4*lanes), y)
		s.ADDQ(operand.U32(8*lanes), cossin)
		s.SUBQ(operand.U32(lanes), left)
	}, func() { body(left, "halvesHeadRest") })
	s.done()
}

// loadPairs is two vectors, the first of which are 2·left numbers; nil stands for all. Others are 0.
func (s *isa) loadPairs(m operand.Mem, left reg64) [2]vec {
	next := m.Offset(4 * lanes)
	if left == nil {
		return [2]vec{s.load(m), s.load(next)}
	}
	n := s.GP64()
	s.LEAQ(operand.Mem{Base: left, Index: left, Scale: 1}, n)
	a, b := s.vec(), s.vec()
	if s.wide() {
		ones, low, high := s.GP32(), s.K(), s.K()
		s.MOVL(operand.U32(math.MaxUint32), ones)
		s.BZHIL(n.As32(), ones, ones)
		s.KMOVD(ones, low)
		s.KSHIFTRD(operand.U8(lanes), low, high)
		s.VMOVUPS_Z(m, low, a[0])
		s.VMOVUPS_Z(next, high, b[0])
		return [2]vec{a, b}
	}
	base := s.GP64()
	s.LEAQ(s.words("maskTable2", 0xffff_fff3, append(repeat(2*lanes, math.MaxUint32), repeat(2*lanes, 0)...)...), base)
	back := s.GP64()
	s.MOVQ(operand.U32(2*lanes), back)
	s.SUBQ(n, back)
	for i, v := range append(append(vec{}, a...), b...) {
		mask := s.YMM()
		s.VMOVUPS(operand.Mem{Base: base, Index: back, Scale: 4, Disp: i * s.bytes}, mask)
		s.VMASKMOVPS(m.Offset(i*s.bytes), mask, v)
	}
	return [2]vec{a, b}
}

// unzip is the numbers of even and of odd place.
func (s *isa) unzip(p [2]vec) (even, odd vec) {
	even, odd = s.vec(), s.vec()
	if s.wide() {
		for k, v := range []vec{even, odd} {
			var index []uint32
			for i := range lanes {
				index = append(index, uint32(2*i+k))
			}
			s.VMOVUPS(s.words([]string{"evens", "odds"}[k], 0xffff_fff4+uint32(k), index...), v[0])
			s.VPERMI2PS(p[1][0], p[0][0], v[0])
		}
		return even, odd
	}
	for i := range even {
		a, b := p[i][0], p[i][1]
		for k, v := range []reg.VecVirtual{even[i], odd[i]} {
			s.VSHUFPS(operand.U8([]int{0x88, 0xdd}[k]), b, a, v)
			s.VPERMPD(operand.U8(0xd8), v, v)
		}
	}
	return even, odd
}

// ropePairs takes 8 pairs at a time, as they lie: y = x·(cos, cos, …) + (v, u, …)·(−sin, sin, …).
func (s *isa) ropePairs() {
	s.fn("ropePairs", "func(y, x, cossin *float32, d, heads, add int, sign float32)",
		"u, v = x[h, 2i], x[h, 2i+1],  cos, sin = cossin[i, 0], sign·cossin[i, 1],",
		"y[h, 2i] (=|+=) u·cos − v·sin,  y[h, 2i+1] (=|+=) v·cos + u·sin  for h < heads, i < d/2.")
	y, x, cossin, d, heads, add := s.arg("y"), s.arg("x"), s.arg("cossin"), s.arg("d"), s.arg("heads"), s.arg("add")
	sign := s.argf("sign")
	signs := s.new("VXORPS", s.words("negateEven", 0xffff_fff6, repeat(lanes/2, 1<<31, 0)...), sign)
	head := s.GP64()
	s.MOVQ(d, head)
	s.SHLQ(operand.U8(2), head)
	body := func(label string) {
		angles := s.load(mem(cossin))
		cos, sin := s.new("VMOVSLDUP", angles), s.new("VMOVSHDUP", angles)
		s.op("VMULPS", signs, sin, sin)
		from, to, h := s.GP64(), s.GP64(), s.GP64()
		s.MOVQ(x, from)
		s.MOVQ(y, to)
		s.MOVQ(heads, h)
		s.Label(label)
		u := s.load(mem(from))
		a := s.add(s.mul(u, cos), s.mul(s.new("VPERMILPS", operand.U8(0xb1), u), sin))
		s.present(label+"Add", add, func() { s.op("VADDPS", s.load(mem(to)), a, a) })
		s.store(a, mem(to))
		s.ADDQ(head, from)
		s.ADDQ(head, to)
		s.DECQ(h)
		s.JNZ(operand.LabelRef(label))
	}
	s.loop("pairs", d, func() {
		body("pairsHead")
		for _, p := range pointers(x, y, cossin) {
			s.ADDQ(operand.U32(4*lanes), p)
		}
	}, func() { body("pairsHeadRest") })
	s.done()
}
