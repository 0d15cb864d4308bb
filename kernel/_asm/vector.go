package main

import (
	"fmt"
	"math"
	"reflect"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// lanes is how many numbers a vector has, at every level: one register of AVX-512
// or two of AVX2. The lanes of a reduction are the same at both, and so are its bits.
const lanes = 16

// An isa writes one text for one level. Its methods emit an instruction for each register of a vector.
type isa struct {
	*build.Context
	level string // "AVX512" or "AVX2", the suffix of names
	regs  int    // registers of a vector
	bytes int    // of a register
	pool  map[uint32]operand.Mem
	pool8 map[uint64]operand.Mem // of float64
	tail  *tail
	label int // numbers those of skips
}

// levels gives the two isas of a family.
func levels(c *build.Context) []*isa {
	pool, pool8 := map[uint32]operand.Mem{}, map[uint64]operand.Mem{}
	return []*isa{
		{Context: c, level: "AVX512", regs: 1, bytes: 64, pool: pool, pool8: pool8},
		{Context: c, level: "AVX2", regs: 2, bytes: 32, pool: pool, pool8: pool8},
	}
}

// wide reports whether the level is AVX-512, and a vector one register.
func (s *isa) wide() bool { return s.bytes == 64 }

// A vec is a vector of 16 float32.
type vec []reg.VecVirtual

func (s *isa) vec() vec {
	v := make(vec, s.regs)
	for i := range v {
		if s.wide() {
			v[i] = s.ZMM()
		} else {
			v[i] = s.YMM()
		}
	}
	return v
}

// uniform is a vector whose lanes are all the same, in one register at every level. Do not change it with op.
func (s *isa) uniform() vec {
	v := s.vec()
	for i := range v {
		v[i] = v[0]
	}
	return v
}

// fn starts a kernel named name+level with the given Go signature; doc is the loop it equals.
func (s *isa) fn(name, signature string, doc ...string) {
	s.Function(name + s.level)
	s.Attributes(attr.NOSPLIT)
	s.SignatureExpr(signature)
	s.Doc(append([]string{}, doc...)...)
	s.Pragma("noescape")
	s.tail = nil
}

// done ends a kernel.
func (s *isa) done() {
	s.VZEROUPPER()
	s.RET()
}

// arg loads a parameter of any integer or pointer type.
func (s *isa) arg(name string) reg.GPVirtual {
	r := s.GP64()
	s.Load(s.Param(name), r)
	return r
}

// argf broadcasts a float32 parameter.
func (s *isa) argf(name string) vec {
	m, err := s.Param(name).Resolve()
	if err != nil {
		panic(fmt.Sprintf("parameter %s: %v", name, err))
	}
	v := s.uniform()
	s.VBROADCASTSS(m.Addr, v[0])
	return v
}

// at is register i of the vector at p.
func (s *isa) at(p operand.Mem, i int) operand.Mem { return p.Offset(i * s.bytes) }

// pointers is a list of them.
func pointers(p ...reg.GPVirtual) []reg.GPVirtual { return p }

// mem is the vector at a pointer.
func mem(p reg.Register) operand.Mem { return operand.Mem{Base: p} }

// op emits an instruction whose operands are registers, or memory first, once for each register of a vector.
// Operands are vec, operand.Mem (a vector in memory, such as constant gives), or any single operand such as operand.U8.
func (s *isa) op(opcode string, operands ...any) {
	for i := range s.regs {
		ops := make([]operand.Op, len(operands))
		for j, o := range operands {
			switch o := o.(type) {
			case vec:
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

// emit adds one instruction by name.
func (s *isa) emit(opcode string, ops ...operand.Op) {
	method := reflect.ValueOf(s.Context).MethodByName(opcode)
	if !method.IsValid() {
		panic("no instruction is called " + opcode)
	}
	in := make([]reflect.Value, len(ops))
	for i, o := range ops {
		in[i] = reflect.ValueOf(o)
	}
	method.Call(in)
}

// new is op with a new vector as its last operand, the result.
func (s *isa) new(opcode string, operands ...any) vec {
	y := s.vec()
	s.op(opcode, append(operands, y)...)
	return y
}

// Arithmetic. Results are new vectors, except of fma, which adds to its last operand.
// The last operand of each instruction is its result; a is the second operand of Intel's order: sub is a − b, div a / b.
func (s *isa) add(a vec, b any) vec   { return s.new("VADDPS", b, a) }
func (s *isa) sub(a vec, b any) vec   { return s.new("VSUBPS", b, a) }
func (s *isa) mul(a vec, b any) vec   { return s.new("VMULPS", b, a) }
func (s *isa) div(a vec, b any) vec   { return s.new("VDIVPS", b, a) }
func (s *isa) max(a vec, b any) vec   { return s.new("VMAXPS", b, a) }    // b where one is NaN
func (s *isa) min(a vec, b any) vec   { return s.new("VMINPS", b, a) }    // b where one is NaN
func (s *isa) fma(acc, a vec, b any)  { s.op("VFMADD231PS", b, a, acc) }  // acc = acc + a·b
func (s *isa) fnma(acc, a vec, b any) { s.op("VFNMADD231PS", b, a, acc) } // acc = acc − a·b

// horner makes acc = acc·x + c, the step of a polynomial.
func (s *isa) horner(acc, x vec, c any) { s.op("VFMADD213PS", c, x, acc) }

// polynomial is  c[0]·xⁿ + c[1]·xⁿ⁻¹ + … + c[n],  by Horner's rule with fused multiply-adds.
func (s *isa) polynomial(x vec, c ...float64) vec {
	acc := s.splat(c[0])
	for _, k := range c[1:] {
		s.horner(acc, x, s.constant(k))
	}
	return acc
}

// copy is a.
func (s *isa) copy(a vec) vec { return s.new("VMOVAPS", a) }

// splat is x in every lane.
func (s *isa) splat(x float64) vec { return s.new("VMOVUPS", s.constant(x)) }

// zero is 0 in every lane.
func (s *isa) zero() vec {
	v := s.vec()
	for _, r := range v {
		if s.wide() {
			s.VPXORD(r, r, r)
		} else {
			s.VXORPS(r, r, r)
		}
	}
	return v
}

// constant is float32(x) in every lane of a vector in memory.
func (s *isa) constant(x float64) operand.Mem { return s.pattern(math.Float32bits(float32(x))) }

// pattern is 32 bits in every lane of a vector in memory.
func (s *isa) pattern(bits uint32) operand.Mem {
	if m, ok := s.pool[bits]; ok {
		return m
	}
	m := s.StaticGlobal(fmt.Sprintf("c%08x", bits))
	s.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range lanes {
		s.AddDatum(4*i, operand.U32(bits))
	}
	s.pool[bits] = m
	return m
}

// A tail is the mask of the last, partial vector of a loop.
type tail struct {
	k    reg.OpmaskVirtual // AVX-512
	mask vec               // AVX2: sign bits
	at   operand.Mem       // … of one register, in memory
}

// each emits a loop over n elements, a vector at a time. body is emitted twice: for whole vectors, and, masked, for
// the rest; load and store see to it. Pointers to float32 are advanced. A kernel has one loop of each label.
func (s *isa) each(label string, n reg.GPVirtual, pointers []reg.GPVirtual, body func()) {
	s.loop(label, n, func() {
		body()
		for _, p := range pointers {
			s.ADDQ(operand.U32(4*lanes), p)
		}
	}, body)
}

// loop is each for a body that advances its own pointers, and another one for the rest, which need not.
func (s *isa) loop(label string, n reg.GPVirtual, body, rest func()) {
	left := s.GP64()
	s.MOVQ(n, left)
	s.SUBQ(operand.U32(lanes), left)
	s.JL(operand.LabelRef(label + "Tail"))
	s.Label(label + "Loop")
	body()
	s.SUBQ(operand.U32(lanes), left)
	s.JGE(operand.LabelRef(label + "Loop"))
	s.Label(label + "Tail")
	s.ADDQ(operand.U32(lanes), left)
	s.JZ(operand.LabelRef(label + "Done"))
	s.tail = s.mask(left)
	rest()
	s.tail = nil
	s.Label(label + "Done")
}

// mask is the mask of the first n lanes, 0 < n < 16.
func (s *isa) mask(n reg.GPVirtual) *tail {
	if s.wide() {
		ones, k := s.GP32(), s.K()
		s.MOVL(operand.U32(0xffff), ones)
		s.BZHIL(n.As32(), ones, ones)
		s.KMOVW(ones, k)
		return &tail{k: k}
	}
	base, back := s.GP64(), s.GP64()
	s.LEAQ(s.maskTable(), base)
	s.MOVQ(operand.U32(lanes), back)
	s.SUBQ(n, back)
	m := s.vec()
	for i := range m {
		s.VMOVUPS(operand.Mem{Base: base, Index: back, Scale: 4, Disp: i * s.bytes}, m[i])
	}
	return &tail{mask: m}
}

// maskTable is 16 words of ones, then 16 of zeros.
func (s *isa) maskTable() operand.Mem {
	const key = 0xffff_fff1 // not the pattern of a constant
	if m, ok := s.pool[key]; ok {
		return m
	}
	m := s.StaticGlobal("maskTable")
	s.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range 2 * lanes {
		bits := uint32(0)
		if i < lanes {
			bits = math.MaxUint32
		}
		s.AddDatum(4*i, operand.U32(bits))
	}
	s.pool[key] = m
	return m
}

// load is the vector at m; in the rest of a loop, zeros stand in the lanes beyond it.
func (s *isa) load(m operand.Mem) vec {
	v := s.vec()
	for i := range v {
		switch {
		case s.tail == nil:
			s.VMOVUPS(s.at(m, i), v[i])
		case s.wide():
			s.VMOVUPS_Z(m, s.tail.k, v[i])
		default:
			s.VMASKMOVPS(s.at(m, i), s.tail.mask[i], v[i])
		}
	}
	return v
}

// store writes v at m; in the rest of a loop, only the lanes within it.
func (s *isa) store(v vec, m operand.Mem) {
	for i := range v {
		switch {
		case s.tail == nil:
			s.VMOVUPS(v[i], s.at(m, i))
		case s.wide():
			s.VMOVUPS(v[i], s.tail.k, m)
		default:
			s.VMASKMOVPS(v[i], s.tail.mask[i], s.at(m, i))
		}
	}
}
