package main

import (
	"math"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// reduce is the foldings of many numbers into one, of a row or of columns.
func reduce(c *build.Context) {
	for _, s := range levels(c) {
		s.foldSum("foldSum", "x[i]", func(acc, x dbl) { s.opd("VADDPD", x, acc, acc) })
		s.foldSum("foldSquare", "x[i]²", func(acc, x dbl) {
			s.opd("VMULPD", x, x, x) // exact; a sum waits for the last one less long than a fused one
			s.opd("VADDPD", x, acc, acc)
		})
		s.foldSum("foldAbs", "|x[i]|", func(acc, x dbl) { s.opd("VADDPD", s.magnitudes(x), acc, acc) })
		s.foldBest("foldMax", "max x[j]", math.Inf(-1), "VMAXPS", nil)
		s.foldBest("foldMin", "min x[j]", math.Inf(1), "VMINPS", nil)
		s.foldBest("foldMaxAbs", "max |x[j]|", 0, "VMAXPS", s.magnitude)

		s.foldColumns("columnsSum", "acc[j] += x[i, j]", func(acc, x dbl) { s.opd("VADDPD", x, acc, acc) })
		s.foldColumns("columnsSquare", "acc[j] += x[i, j]²", func(acc, x dbl) { s.opd("VFMADD231PD", x, x, acc) })
		s.foldColumns("columnsAbs", "acc[j] += |x[i, j]|", func(acc, x dbl) { s.opd("VADDPD", s.magnitudes(x), acc, acc) })
		s.foldColumns("columnsMax", "acc[j] = max(acc[j], x[i, j])", func(acc, x dbl) { s.taked("VMAXPD", acc, x) })
		s.foldColumns("columnsMin", "acc[j] = min(acc[j], x[i, j])", func(acc, x dbl) { s.taked("VMINPD", acc, x) })
		s.foldColumns("columnsMaxAbs", "acc[j] = max(acc[j], |x[i, j]|)", func(acc, x dbl) { s.taked("VMAXPD", acc, s.magnitudes(x)) })
	}
}

func (s *isa) foldSum(name, term string, take func(acc, x dbl)) {
	s.fn(name, "func(x *float32, n int) (sum float64)", "sum = Σ "+term+"  for i < n, in 16 lanes of float64.")
	x, n := s.arg("x"), s.arg("n")
	acc := s.zeros()
	s.each(name, n, pointers(x), func() { take(acc, s.loadWide(mem(x))) })
	s.give("sum", s.total(acc))
	s.done()
}

// foldBest keeps NaN apart, so that a number waits for one instruction of the last.
func (s *isa) foldBest(name, result string, empty float64, opcode string, of func(x vec) vec) {
	s.fn(name, "func(best, x *float32, n int)", "best[i] = "+result+"  over the j < n with j mod 16 = i;  NaN if one of them is.")
	best, x, n := s.arg("best"), s.arg("x"), s.arg("n")
	acc := s.splat(empty)
	nan := s.zero()
	s.each(name, n, pointers(x), func() {
		v := s.loadOr(mem(x), acc)
		if of != nil {
			v = of(v)
		}
		s.op(opcode, acc, v, acc)
		s.takeNaN(nan, v)
	})
	s.takeNaN(acc, nan)
	s.store(acc, mem(best))
	s.done()
}

// foldColumns keeps acc in memory: a row of x is read as it lies.
func (s *isa) foldColumns(name, step string, take func(acc, x dbl)) {
	s.fn(name, "func(acc *float64, x *float32, n, rows, stride int)", step+"  for i < rows, j < n, x's rows being stride apart.")
	acc, x, n, rows, stride := s.arg("acc"), s.arg("x"), s.arg("n"), s.arg("rows"), s.arg("stride")
	s.SHLQ(operand.U8(2), stride)
	s.Label(name + "Row")
	s.along(name, n, func(i reg64) {
		to := operand.Mem{Base: acc, Index: i, Scale: 8}
		masks := s.tails()
		a := s.loadDouble(to, masks)
		take(a, s.loadWide(item(x, i)))
		s.storeDouble(a, to, masks)
	})
	s.ADDQ(stride, x)
	s.DECQ(rows)
	s.JNZ(operand.LabelRef(name + "Row"))
	s.done()
}

// magnitudes is |x|.
func (s *isa) magnitudes(x dbl) dbl {
	y := s.dbl()
	s.opd("VANDPD", s.words("abs64", 0xffff_fff2, repeat(lanes, math.MaxUint32, math.MaxInt32)...), x, y)
	return y
}

// repeat is words, n times.
func repeat(n int, words ...uint32) (all []uint32) {
	for range n {
		all = append(all, words...)
	}
	return all
}

// taked is take for float64 lanes.
func (s *isa) taked(opcode string, acc, x dbl) {
	const unordered = operand.U8(3)
	s.opd(opcode, acc, x, acc)
	for i := range acc {
		if s.wide() {
			k := s.K()
			s.VCMPPD(unordered, x[i], x[i], k)
			s.VMOVAPD(x[i], k, acc[i])
		} else {
			nan := s.YMM()
			s.VCMPPD(unordered, x[i], x[i], nan)
			s.VORPD(nan, acc[i], acc[i])
		}
	}
}

// tails is the tail of a loop for each register of float64 lanes, nil outside one.
func (s *isa) tails() []*tail {
	if s.tail == nil {
		return nil
	}
	if s.wide() {
		high := s.K()
		s.KSHIFTRW(operand.U8(8), s.tail.k, high)
		return []*tail{{k: s.tail.k}, {k: high}}
	}
	var all []*tail
	for _, m := range s.tail.mask {
		high, a, b := s.XMM(), s.YMM(), s.YMM()
		s.VEXTRACTF128(operand.U8(1), m, high)
		s.VPMOVSXDQ(m.AsX(), a)
		s.VPMOVSXDQ(high, b)
		all = append(all, &tail{mask: vec{a}}, &tail{mask: vec{b}})
	}
	return all
}

// loadDouble is the float64 at m; zeros stand in the lanes beyond the rest of a loop.
func (s *isa) loadDouble(m operand.Mem, tails []*tail) dbl {
	d := s.dbl()
	for i := range d {
		switch {
		case tails == nil:
			s.VMOVUPD(s.at(m, i), d[i])
		case s.wide():
			s.VMOVUPD_Z(s.at(m, i), tails[i].k, d[i])
		default:
			s.VMASKMOVPD(s.at(m, i), tails[i].mask[0], d[i])
		}
	}
	return d
}

// storeDouble writes d at m; in the rest of a loop, only the lanes within it.
func (s *isa) storeDouble(d dbl, m operand.Mem, tails []*tail) {
	for i := range d {
		switch {
		case tails == nil:
			s.VMOVUPD(d[i], s.at(m, i))
		case s.wide():
			s.VMOVUPD(d[i], tails[i].k, s.at(m, i))
		default:
			s.VMASKMOVPD(d[i], tails[i].mask[0], s.at(m, i))
		}
	}
}

// reg64 is a register of an index or a pointer.
type reg64 = reg.GPVirtual
