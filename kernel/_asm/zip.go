package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// zip is the functions of two numbers and their slopes.
func zip(c *build.Context) {
	for _, s := range levels(c) {
		s.axpy()
		for _, f := range fn2s {
			s.zipKernel(f.name, f.f)
		}
		for _, f := range slopes2 {
			s.zipBackKernel(f.name, f.f)
		}
	}
}

func (s *isa) axpy() {
	s.fn("axpy", "func(y, x *float32, n int, a float32)", "y[i] = fma(a, x[i], y[i])  for i < n.")
	y, x, n := s.arg("y"), s.arg("x"), s.arg("n")
	a := s.argf("a")
	s.each("axpy", n, pointers(y, x), func() {
		acc := s.load(mem(y))
		s.fma(acc, a, s.load(mem(x)))
		s.store(acc, mem(y))
	})
	s.done()
}

type namedFn2 struct {
	name string
	f    func(s *isa, a, b vec) vec
}

var fn2s = []namedFn2{
	{"Add", func(s *isa, a, b vec) vec { return s.add(a, b) }},
	{"Sub", func(s *isa, a, b vec) vec { return s.sub(a, b) }},
	{"Mul", nil}, // see zipKernel
	{"Div", func(s *isa, a, b vec) vec { return s.div(a, b) }},
	{"Max", func(s *isa, a, b vec) vec { return s.nanOf(a, s.max(a, b)) }},
	{"Min", func(s *isa, a, b vec) vec { return s.nanOf(a, s.min(a, b)) }},
	{"Keep", func(s *isa, a, b vec) vec { return s.pick(s.is(a, unlike, s.constant(0)), b, s.zero()) }},
	{"Drop", func(s *isa, a, b vec) vec { return s.pick(s.is(a, equal, s.constant(0)), b, s.zero()) }},
}

// nanOf is y, or a where that is NaN.
func (s *isa) nanOf(a, y vec) vec { return s.pick(s.is(a, unordered, a), a, y) }

// slopes2 are the slopes that Zip itself does not serve.
var slopes2 = []namedFn2{
	{"MaxA", func(s *isa, a, b vec) vec { return s.when(s.is(a, atLeast, b)) }},
	{"MaxB", func(s *isa, a, b vec) vec { return s.when(s.is(a, less, b)) }},
	{"MinA", func(s *isa, a, b vec) vec { return s.when(s.is(a, atMost, b)) }},
	{"MinB", func(s *isa, a, b vec) vec { return s.when(s.is(a, greater, b)) }},
	{"DivB", func(s *isa, a, b vec) vec {
		return s.div(s.new("VXORPS", s.pattern(signBit), a), s.mul(b, b))
	}},
	{"KeepB", func(s *isa, a, _ vec) vec { return s.when(s.is(a, unlike, s.constant(0))) }},
	{"DropB", func(s *isa, a, _ vec) vec { return s.when(s.is(a, equal, s.constant(0))) }},
}

// zipKernel writes the loop of a function of two numbers; a·b is added with one rounding.
func (s *isa) zipKernel(name string, f func(s *isa, a, b vec) vec) {
	s.fn("zip"+name, "func(y, a, b *float32, n, sa, sb int, add bool)", "y[i] (=|+=) "+name+"(a[i·sa], b[i·sb])  for i < n;  strides are 0 or 1.")
	y, a, b, n, sa, sb, add := s.arg("y"), s.arg("a"), s.arg("b"), s.arg("n"), s.arg("sa"), s.arg("sb"), s.arg("add")
	s.repeatable(a, sa, "a")
	s.repeatable(b, sb, "b")
	body := func() {
		x, z := s.load(mem(a)), s.load(mem(b))
		var v vec
		if f == nil {
			v = s.product(x, z, add, mem(y))
		} else {
			v = f(s, x, z)
			s.addIf(add, mem(y), v)
		}
		s.store(v, mem(y))
	}
	s.loop("zip", n, func() {
		body()
		s.ADDQ(operand.U32(4*lanes), y)
		s.ADDQ(sa, a)
		s.ADDQ(sb, b)
	}, body)
	s.done()
}

// zipBackKernel writes the loop of a slope of two numbers.
func (s *isa) zipBackKernel(name string, f func(s *isa, a, b vec) vec) {
	s.fn("zipBack"+name, "func(d, a, b, dy *float32, n, sa, sb int, add bool)", "d[i] (=|+=) ∂"+name+"(a[i·sa], b[i·sb])·dy[i]  for i < n;  strides are 0 or 1.")
	d, a, b, dy, n, sa, sb, add := s.arg("d"), s.arg("a"), s.arg("b"), s.arg("dy"), s.arg("n"), s.arg("sa"), s.arg("sb"), s.arg("add")
	s.repeatable(a, sa, "a")
	s.repeatable(b, sb, "b")
	body := func() {
		slope := f(s, s.load(mem(a)), s.load(mem(b)))
		v := s.mul(slope, s.load(mem(dy))) // rounded before it is added, so that slopes to a and b cancel where they should
		s.addIf(add, mem(d), v)
		s.store(v, mem(d))
	}
	s.loop("zip", n, func() {
		body()
		s.ADDQ(operand.U32(4*lanes), d)
		s.ADDQ(operand.U32(4*lanes), dy)
		s.ADDQ(sa, a)
		s.ADDQ(sb, b)
	}, body)
	s.done()
}

// repeatable makes a stride of 1 the bytes of a vector. Where it is 0 the pointer goes to a vector of that one number, and stays.
func (s *isa) repeatable(p, stride reg.GPVirtual, name string) {
	s.SHLQ(operand.U8(6), stride)
	s.JNZ(operand.LabelRef(name + "Contiguous"))
	room := s.AllocLocal(4 * lanes)
	v := s.uniform()
	s.VBROADCASTSS(mem(p), v[0])
	for i := range v {
		s.VMOVUPS(v[i], s.at(room, i))
	}
	s.LEAQ(room, p)
	s.Label(name + "Contiguous")
}
