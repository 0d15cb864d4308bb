package main

import (
	"math"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
)

// fn is the functions of one number and their slopes.
func fn(c *build.Context) {
	for _, s := range levels(c) {
		for _, f := range fns {
			s.mapKernel(f.name, f.f)
		}
		for _, f := range slopes {
			s.mapBackKernel(f.name, f.f)
		}
	}
}

// A lanewise sets up what a function needs throughout a kernel, such as its constants p, and returns what it does to a vector.
type lanewise func(s *isa, p reg.GPVirtual) func(x vec) vec

// plain is a lanewise that needs nothing.
func plain(f func(s *isa, x vec) vec) lanewise {
	return func(s *isa, _ reg.GPVirtual) func(x vec) vec { return func(x vec) vec { return f(s, x) } }
}

// inDoubles is a lanewise in float64, of x kept from −limit to limit.
func inDoubles(limit float64, f func(s *isa, x vec) vec) lanewise {
	return func(s *isa, _ reg.GPVirtual) func(x vec) vec {
		lo, hi := s.uniform8(-limit), s.uniform8(limit)
		return func(x vec) vec {
			return s.inDoubles(x, func(x vec) vec { return f(s, s.clamp8(x, lo, hi)) })
		}
	}
}

// growing is inDoubles for functions that tend to x at +∞ and to 0 at −∞: f is given x kept from −limit to limit, and
// x kept from below only.
func growing(limit float64, f func(s *isa, x, most vec) vec) lanewise {
	return func(s *isa, _ reg.GPVirtual) func(x vec) vec {
		lo, hi := s.uniform8(-limit), s.uniform8(limit)
		return func(x vec) vec {
			return s.inDoubles(x, func(x vec) vec {
				most := s.max8(lo, x)
				return f(s, s.min8(hi, most), most)
			})
		}
	}
}

// withArg is argument i of p in every lane.
func (s *isa) withArg(p reg.GPVirtual, i int) vec {
	v := s.uniform()
	s.VBROADCASTSS(mem(p).Offset(4*i), v[0])
	return v
}

type namedFn struct {
	name string
	f    lanewise
}

var fns = []namedFn{
	{"Neg", plain(func(s *isa, x vec) vec { return s.new("VXORPS", s.pattern(signBit), x) })},
	{"Abs", plain(func(s *isa, x vec) vec { return s.new("VANDPS", s.pattern(signBit-1), x) })},
	{"Square", plain(func(s *isa, x vec) vec { return s.mul(x, x) })},
	{"Sqrt", plain(func(s *isa, x vec) vec { return s.new("VSQRTPS", x) })},
	{"Recip", plain(func(s *isa, x vec) vec { return s.div(s.splat(1), x) })},
	{"ReLU", plain(func(s *isa, x vec) vec { return s.max(s.zero(), x) })},
	{"Sign", plain(func(s *isa, x vec) vec {
		up := s.pick(s.is(x, greater, s.constant(0)), s.constant(1), x)
		return s.pick(s.is(x, less, s.constant(0)), s.constant(-1), up)
	})},
	{"Clamp", func(s *isa, p reg.GPVirtual) func(x vec) vec {
		lo, hi := s.withArg(p, 0), s.withArg(p, 1)
		return func(x vec) vec { return s.min(hi, s.max(lo, x)) }
	}},
	{"Affine", func(s *isa, p reg.GPVirtual) func(x vec) vec {
		a, b := s.withArg(p, 0), s.withArg(p, 1)
		return func(x vec) vec {
			y := s.copy(x)
			s.horner(y, a, b)
			return y
		}
	}},
	{"LeakyReLU", func(s *isa, p reg.GPVirtual) func(x vec) vec {
		a := s.withArg(p, 0)
		return func(x vec) vec { return s.pick(s.is(x, greater, s.constant(0)), x, s.mul(x, a)) }
	}},
	{"ELU", func(s *isa, p reg.GPVirtual) func(x vec) vec {
		a, below := s.withArg(p, 0), inDoubles(700, (*isa).expm18)(s, p)
		return func(x vec) vec { return s.pick(s.is(x, greater, s.constant(0)), x, s.mul(below(x), a)) }
	}},
	{"Exp", func(s *isa, _ reg.GPVirtual) func(x vec) vec {
		e := s.exponential()
		return func(x vec) vec { return s.exp(e, x) }
	}},
	{"Log", plain((*isa).log)},
	{"Sigmoid", inDoubles(700, (*isa).sigmoid8)},
	{"SiLU", growing(150, (*isa).silu8)},
	{"Tanh", inDoubles(30, (*isa).tanh8)},
	{"Softplus", growing(150, (*isa).softplus8)},
	{"Erf", inDoubles(10, (*isa).erf8)},
	{"GELU", growing(37, (*isa).gelu8)},
	{"GELUTanh", growing(20, (*isa).geluTanh8)},
}

// slopes are f′ of x, or of y = f(x) where the table of package kernel says so.
var slopes = []namedFn{
	{"Abs", plain(func(s *isa, x vec) vec {
		up, down := s.when(s.is(x, greater, s.constant(0))), s.when(s.is(x, less, s.constant(0)))
		return s.sub(up, down)
	})},
	{"Square", plain(func(s *isa, x vec) vec { return s.add(x, x) })},
	{"Sqrt", plain(func(s *isa, y vec) vec { return s.div(s.splat(0.5), y) })},
	{"Exp", plain(func(s *isa, y vec) vec { return y })},
	{"Log", plain(func(s *isa, x vec) vec { return s.div(s.splat(1), x) })},
	{"Recip", plain(func(s *isa, y vec) vec { return s.new("VXORPS", s.pattern(signBit), s.mul(y, y)) })},
	{"ReLU", plain(func(s *isa, y vec) vec { return s.when(s.is(y, greater, s.constant(0))) })},
	{"Clamp", func(s *isa, p reg.GPVirtual) func(x vec) vec {
		lo, hi := s.withArg(p, 0), s.withArg(p, 1)
		return func(x vec) vec { return s.mul(s.when(s.is(x, atLeast, lo)), s.when(s.is(x, atMost, hi))) }
	}},
	{"LeakyReLU", func(s *isa, p reg.GPVirtual) func(x vec) vec {
		a := s.withArg(p, 0)
		return func(x vec) vec { return s.pick(s.is(x, greater, s.constant(0)), s.constant(1), s.copy(a)) }
	}},
	{"ELU", func(s *isa, p reg.GPVirtual) func(x vec) vec {
		a, e := s.withArg(p, 0), s.exponential()
		return func(x vec) vec {
			return s.pick(s.is(x, greater, s.constant(0)), s.constant(1), s.mul(s.exp(e, x), a))
		}
	}},
	{"Sigmoid", plain(func(s *isa, y vec) vec { return s.mul(y, s.sub(s.splat(1), y)) })},
	{"Tanh", plain(func(s *isa, y vec) vec {
		v := s.splat(1)
		s.fnma(v, y, y)
		return v
	})},
	{"Softplus", inDoubles(700, (*isa).sigmoid8)},
	{"Erf", inDoubles(20, func(s *isa, x vec) vec {
		return s.mul8(s.exp8(s.neg8(s.mul8(x, x)), expm1Short), s.constant8(2/math.SqrtPi))
	})},
	{"GELU", inDoubles(37, (*isa).geluSlope8)},
	{"SiLU", inDoubles(150, func(s *isa, x vec) vec { return s.gateSlope8(x, x) })},
	{"GELUTanh", inDoubles(12, func(s *isa, x vec) vec {
		w, dw := s.geluTanhArg8(x)
		return s.gateSlope8(w, s.mul8(x, dw))
	})},
}

const signBit = 1 << 31

// mapKernel writes the loop of a function of one number.
func (s *isa) mapKernel(name string, f lanewise) {
	s.fn("map"+name, "func(y, x *float32, n int, p *float32, add bool)", "y[i] (=|+=) "+name+"(x[i])  for i < n,  with the constants p.")
	y, x, n, p, add := s.arg("y"), s.arg("x"), s.arg("n"), s.arg("p"), s.arg("add")
	do := f(s, p)
	s.each("map", n, pointers(y, x), func() {
		v := do(s.load(mem(x)))
		s.addIf(add, mem(y), v)
		s.store(v, mem(y))
	})
	s.done()
}

// mapBackKernel writes the loop of its slope, of x or y.
func (s *isa) mapBackKernel(name string, f lanewise) {
	s.fn("mapBack"+name, "func(dx, x, dy *float32, n int, p *float32, add bool)", "dx[i] (=|+=) "+name+"′(x[i])·dy[i]  for i < n,  with the constants p; fused.")
	dx, x, dy, n, p, add := s.arg("dx"), s.arg("x"), s.arg("dy"), s.arg("n"), s.arg("p"), s.arg("add")
	do := f(s, p)
	s.each("map", n, pointers(dx, x, dy), func() {
		s.store(s.product(do(s.load(mem(x))), s.load(mem(dy)), add, mem(dx)), mem(dx))
	})
	s.done()
}
