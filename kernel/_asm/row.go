package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// What kernels on rows need besides: loops by index, whose pointers may be nil, and float64 lanes.

// along is each with an index in place of moving pointers, so that a pointer may be nil: see present.
func (s *isa) along(label string, n reg.GPVirtual, body func(i reg.GPVirtual)) {
	i := s.GP64()
	s.XORQ(i, i)
	s.loop(label, n, func() {
		body(i)
		s.ADDQ(operand.U32(lanes), i)
	}, func() { body(i) })
}

// item is the vector of float32 at element i of p.
func item(p, i reg.Register) operand.Mem { return operand.Mem{Base: p, Index: i, Scale: 4} }

// present emits body, which is skipped where the pointer or number p is 0. The label is one's own in a loop.
func (s *isa) present(label string, p reg.GPVirtual, body func()) {
	if s.tail != nil {
		label += "Rest"
	}
	s.TESTQ(p, p)
	s.JZ(operand.LabelRef(label))
	body()
	s.Label(label)
}

// A dbl is a vector of 16 float64: two registers of AVX-512, four of AVX2. Lane i stands for lane i of a vec.
type dbl []reg.VecVirtual

func (s *isa) dbl() dbl { return dbl(append(s.vec(), s.vec()...)) }

// zeros is 0 in every lane.
func (s *isa) zeros() dbl { return dbl(append(s.zero(), s.zero()...)) }

// opd is op for float64 lanes: operands are dbl, or operand.Mem, a dbl in memory.
func (s *isa) opd(opcode string, operands ...any) {
	for i := range 2 * s.regs {
		ops := make([]operand.Op, len(operands))
		for j, o := range operands {
			switch o := o.(type) {
			case dbl:
				ops[j] = o[i]
			case operand.Mem:
				ops[j] = s.at(o, i)
			case operand.Op:
				ops[j] = o
			default:
				panic(fmt.Sprintf("%s: operand %d is a %T", opcode, j, o))
			}
		}
		s.emit(opcode, ops...)
	}
}

// half is a register half as wide as those of a vector.
func (s *isa) half() reg.VecVirtual {
	if s.wide() {
		return s.YMM()
	}
	return s.XMM()
}

// low is the lower half of a register.
func (s *isa) low(v reg.VecVirtual) reg.Register {
	if s.wide() {
		return v.AsY()
	}
	return v.AsX()
}

// widen is v in float64.
func (s *isa) widen(v vec) dbl {
	d := make(dbl, 2*s.regs)
	for k := range d {
		d[k] = s.widenPart(v, k)
	}
	return d
}

// widenPart is register k of v in float64.
func (s *isa) widenPart(v vec, k int) reg.VecVirtual {
	d, from := s.vec()[0], s.low(v[k/2])
	if k%2 == 1 {
		high := s.half()
		if s.wide() {
			s.VEXTRACTF32X8(operand.U8(1), v[k/2], high)
		} else {
			s.VEXTRACTF128(operand.U8(1), v[k/2], high)
		}
		from = high
	}
	s.VCVTPS2PD(from, d)
	return d
}

// loadWide is the float32 at m in float64; zeros stand in the lanes beyond the rest of a loop.
func (s *isa) loadWide(m operand.Mem) dbl {
	if s.tail != nil {
		return s.widen(s.load(m))
	}
	d := s.dbl()
	for i := range d {
		s.VCVTPS2PD(m.Offset(i*s.bytes/2), d[i])
	}
	return d
}

// total leaves the sum of d in lane 0 of a register: lane i and i+8, then i+4, i+2, i+1, as lanes.sum does. d is used up.
func (s *isa) total(d dbl) reg.VecVirtual {
	for n := len(d) / 2; n > 0; n /= 2 {
		for i := range n {
			s.VADDPD(d[i+n], d[i], d[i])
		}
	}
	y, x := s.YMM(), s.XMM()
	if s.wide() {
		s.VEXTRACTF64X4(operand.U8(1), d[0], y)
		s.VADDPD(d[0].AsY(), y, y)
	} else {
		s.VMOVAPD(d[0], y)
	}
	s.VEXTRACTF128(operand.U8(1), y, x)
	s.VADDPD(y.AsX(), x, x)
	z := s.XMM()
	s.VPERMILPD(operand.U8(1), x, z)
	s.VADDSD(z, x, x)
	return x
}

// give stores lane 0 of x as a result of the kernel.
func (s *isa) give(name string, x reg.VecVirtual) { s.Store(x, s.Return(name)) }

// magnitude is |a|.
func (s *isa) magnitude(a vec) vec { return s.new("VANDPS", s.pattern(0x7fff_ffff), a) }

// takeMax makes acc = max(acc, x), NaN where one of them is. It rests on VMAXPS giving its second
// operand (Intel's order), acc here, where one is NaN: what remains is to let a NaN in.
func (s *isa) takeMax(acc, x vec) {
	s.op("VMAXPS", acc, x, acc)
	s.takeNaN(acc, x)
}

// takeNaN makes acc NaN where x is.
func (s *isa) takeNaN(acc, x vec) {
	const unordered = operand.U8(3)
	for i := range acc {
		if s.wide() {
			k := s.K()
			s.VCMPPS(unordered, x[i], x[i], k)
			s.VMOVAPS(x[i], k, acc[i])
		} else {
			nan := s.YMM()
			s.VCMPPS(unordered, x[i], x[i], nan)
			s.VORPS(nan, acc[i], acc[i])
		}
	}
}

// within is v with zeros in the lanes beyond the rest of a loop. v is used up.
func (s *isa) within(v vec) vec {
	switch {
	case s.tail == nil:
	case s.wide():
		s.VMOVAPS_Z(v[0], s.tail.k, v[0])
	default:
		for i := range v {
			s.VANDPS(s.tail.mask[i], v[i], v[i])
		}
	}
	return v
}

// choose is yes where  a ∘ b  holds and no elsewhere; predicate is that of VCMPPS in Intel's order.
func (s *isa) choose(predicate operand.U8, a, b, yes, no vec) vec {
	v := s.vec()
	for i := range v {
		if s.wide() {
			k := s.K()
			s.VCMPPS(predicate, b[i], a[i], k)
			s.VBLENDMPS(yes[i], no[i], k, v[i])
		} else {
			m := s.YMM()
			s.VCMPPS(predicate, b[i], a[i], m)
			s.VBLENDVPS(m, yes[i], no[i], v[i])
		}
	}
	return v
}

// words declares a table in memory, once. The key must not be the pattern of a constant.
func (s *isa) words(name string, key uint32, words ...uint32) operand.Mem {
	if m, ok := s.pool[key]; ok {
		return m
	}
	m := s.StaticGlobal(name)
	s.DataAttributes(attr.RODATA | attr.NOPTR)
	for i, w := range words {
		s.AddDatum(4*i, operand.U32(w))
	}
	s.pool[key] = m
	return m
}
