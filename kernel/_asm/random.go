package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// random is what draws from the stream of kernel.Random.
func random(c *build.Context) {
	for _, s := range levels(c) {
		s.dropout()
	}
}

func (s *isa) dropout() {
	s.fn("dropout", "func(y, x *float32, n int, z, key, bar uint64, scale float32, add int)",
		"y[i] (=|+=) x[i]·(scale if mix(mix(z + i·0x9e3779b97f4a7c15) ^ key)>>40 > bar, else 0)  for i < n.",
		"Numbers are compared with their sign: bar may be −1.")
	y, x, n, add := s.arg("y"), s.arg("x"), s.arg("n"), s.arg("add")
	scale := s.argf("scale")
	key, bar := s.everywhere(s.arg("key")), s.everywhere(s.arg("bar"))
	z := s.dbl()
	first := s.everywhere(s.arg("z"))
	golden := uint64(0x9e3779b97f4a7c15)
	s.opd("VPADDQ", s.multiples("counters", 0xffff_fff7, golden, 1), first, z)
	step := s.multiples("counterStep", 0xffff_fff8, golden*lanes, 0)
	m1, m2 := s.multiplier(0xbf58476d1ce4e5b9, "mix1", 0xffff_fff9), s.multiplier(0x94d049bb133111eb, "mix2", 0xffff_fffb)
	s.along("dropout", n, func(i reg64) {
		factor := s.vec()
		var above []reg.VecVirtual
		for j := range z {
			r := s.YMM()
			if s.wide() {
				r = s.ZMM()
			}
			s.q("VPXOR", key[j], s.mix(z[j], m1, m2), r)
			r = s.mix(r, m1, m2)
			s.VPSRLQ(operand.U8(40), r, r)
			s.VPADDQ(s.at(step, j), z[j], z[j])
			above = append(above, r)
		}
		s.keepAbove(factor, above, bar, scale)
		v := s.mul(s.load(item(x, i)), factor)
		s.present("dropoutAdd", add, func() { s.op("VADDPS", s.load(item(y, i)), v, v) })
		s.store(v, item(y, i))
	})
	s.done()
}

// q emits an instruction on 64-bit lanes whose name ends in Q for AVX-512 only.
func (s *isa) q(opcode string, operands ...operand.Op) {
	if s.wide() {
		opcode += "Q"
	}
	s.emit(opcode, operands...)
}

// everywhere is a number in all 64-bit lanes, in one register.
func (s *isa) everywhere(r reg64) dbl {
	d := s.dbl()
	x := s.XMM()
	s.MOVQ(r, x)
	s.VPBROADCASTQ(x, d[0])
	for i := range d {
		d[i] = d[0]
	}
	return d
}

// multiples is k·(1 or, with slope, i) in lane i of 16 of 64 bits.
func (s *isa) multiples(name string, key uint32, k uint64, slope uint64) operand.Mem {
	var words []uint32
	for i := range uint64(lanes) {
		n := k
		if slope > 0 {
			n = k * i
		}
		words = append(words, uint32(n), uint32(n>>32))
	}
	return s.words(name, key, words...)
}

// A multiplier is a 64-bit number to multiply by: itself, and its upper half where AVX2 must compose the product.
type multiplier struct{ whole, upper operand.Mem }

func (s *isa) multiplier(k uint64, name string, key uint32) multiplier {
	return multiplier{s.multiples(name, key, k, 0), s.multiples(name+"Upper", key+1, k>>32, 0)}
}

// mix is the finaliser of SplitMix64, as kernel.mix.
func (s *isa) mix(z reg.VecVirtual, m1, m2 multiplier) reg.VecVirtual {
	z = s.times(s.shifted(z, 30), m1)
	z = s.times(s.shifted(z, 27), m2)
	return s.shifted(z, 31)
}

// shifted is  z ^ z>>n.
func (s *isa) shifted(z reg.VecVirtual, n uint8) reg.VecVirtual {
	t := s.same()
	s.VPSRLQ(operand.U8(n), z, t)
	s.q("VPXOR", z, t, t)
	return t
}

// same is a new register of this isa.
func (s *isa) same() reg.VecVirtual {
	if s.wide() {
		return s.ZMM()
	}
	return s.YMM()
}

// times is z·k modulo 2⁶⁴. AVX2 multiplies halves:  zl·kl + (zl·kh + zh·kl)·2³².
func (s *isa) times(z reg.VecVirtual, k multiplier) reg.VecVirtual {
	if s.wide() {
		y := s.ZMM()
		s.VPMULLQ(k.whole, z, y)
		return y
	}
	low, cross, high := s.YMM(), s.YMM(), s.YMM()
	s.VPMULUDQ(k.whole, z, low)
	s.VPMULUDQ(k.upper, z, cross)
	s.VPSRLQ(operand.U8(32), z, high)
	s.VPMULUDQ(k.whole, high, high)
	s.VPADDQ(high, cross, cross)
	s.VPSLLQ(operand.U8(32), cross, cross)
	s.VPADDQ(cross, low, low)
	return low
}

// keepAbove makes factor  scale where numbers > bar, else 0.
func (s *isa) keepAbove(factor vec, numbers []reg.VecVirtual, bar dbl, scale vec) {
	if s.wide() {
		low, high := s.K(), s.K()
		s.VPCMPGTQ(bar[0], numbers[0], low)
		s.VPCMPGTQ(bar[0], numbers[1], high)
		s.KUNPCKBW(low, high, low)
		s.VMOVAPS_Z(scale[0], low, factor[0])
		return
	}
	for i := range factor {
		a, b := numbers[2*i], numbers[2*i+1]
		s.VPCMPGTQ(bar[0], a, a)
		s.VPCMPGTQ(bar[0], b, b)
		s.VSHUFPS(operand.U8(0x88), b, a, factor[i])
		s.VPERMPD(operand.U8(0xd8), factor[i], factor[i])
		s.VANDPS(scale[i], factor[i], factor[i])
	}
}
