package main

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// attention is what attention does to a tile of scores (keys, queries) whose rows are as long as a panel of b is wide:
// a kernel works on sixteen queries, which stand side by side.
func attention(c *build.Context) {
	for _, s := range levels(c) {
		s.attentionHide()
		s.attentionWeights()
		s.attentionSlopes()
		s.attentionScale()
		s.attentionOut()
	}
}

// rowBytes is the distance between the rows of a tile of scores.
func (s *isa) rowBytes() int { return 4 * s.tileShape().cols }

// scoreRows emits a loop over n > 0 rows of scores, whose pointers are advanced.
func (s *isa) scoreRows(label string, n reg.GPVirtual, pointers []reg.GPVirtual, body func()) {
	left := s.GP64()
	s.MOVQ(n, left)
	s.Label(label)
	body()
	for _, p := range pointers {
		s.ADDQ(operand.U32(uint32(s.rowBytes())), p)
	}
	s.DECQ(left)
	s.JNZ(operand.LabelRef(label))
}

// again is a copy of a pointer.
func (s *isa) again(p reg.GPVirtual) reg.GPVirtual {
	q := s.GP64()
	s.MOVQ(p, q)
	return q
}

func (s *isa) attentionHide() {
	s.fn("attentionHide", "func(s, seen *float32, n int, first float32)", "s[j, c] = −∞ where first + j ≥ seen[c],  for j < n, c < 16.")
	p, n := s.arg("s"), s.arg("n")
	seen := s.load(mem(s.arg("seen")))
	j, one, unseen := s.vec(), s.splat(1), s.splat(math.Inf(-1))
	s.op("VMOVAPS", s.argf("first"), j)
	s.scoreRows("rows", n, pointers(p), func() {
		s.store(s.pick(s.is(j, less, seen), mem(p), unseen), mem(p))
		s.op("VADDPS", one, j, j)
	})
	s.done()
}

func (s *isa) attentionWeights() {
	s.fn("attentionWeights", "func(s, top, sum, factor *float32, n int)",
		"For c < 16:  m = max(top[c], s[j, c])  factor[c] = e^(top[c] − m)  s[j, c] = e^(s[j, c] − m)",
		"sum[c] = fma(sum[c], factor[c], Σ_j s[j, c])  top[c] = m,  over j < n;  m is −MaxFloat32 for differences if it is −∞.")
	p, top, sum, factor, n := s.arg("s"), s.arg("top"), s.arg("sum"), s.arg("factor"), s.arg("n")
	const unroll = 4 // a maximum has to wait for the last one
	var most [unroll]vec
	for u := range most {
		most[u] = s.load(mem(top))
	}
	larger := func(at reg.GPVirtual, u int) {
		s.op("VMAXPS", mem(at).Offset(u*s.rowBytes()), most[u], most[u])
	}
	at, left := s.again(p), s.again(n)
	s.SUBQ(operand.U32(unroll), left)
	s.JL(operand.LabelRef("few"))
	s.Label("most")
	for u := range unroll {
		larger(at, u)
	}
	s.ADDQ(operand.U32(uint32(unroll*s.rowBytes())), at)
	s.SUBQ(operand.U32(unroll), left)
	s.JGE(operand.LabelRef("most"))
	s.Label("few")
	s.ADDQ(operand.U32(unroll), left)
	s.JZ(operand.LabelRef("found"))
	s.Label("one")
	larger(at, 0)
	s.ADDQ(operand.U32(uint32(s.rowBytes())), at)
	s.DECQ(left)
	s.JNZ(operand.LabelRef("one"))
	s.Label("found")
	m := s.max(s.max(most[0], most[1]), s.max(most[2], most[3]))

	e := s.exponential()
	old := s.load(mem(top))
	s.store(m, mem(top))
	s.op("VMAXPS", s.constant(-math.MaxFloat32), m, m)
	s.store(s.exp(e, s.sub(old, m)), mem(factor))
	total := s.zero()
	s.scoreRows("exp", n, pointers(p), func() {
		v := s.exp(e, s.sub(s.load(mem(p)), m))
		s.store(v, mem(p))
		s.op("VADDPS", v, total, total)
	})
	v := s.load(mem(sum))
	s.horner(v, s.load(mem(factor)), total)
	s.store(v, mem(sum))
	s.done()
}

func (s *isa) attentionSlopes() {
	s.fn("attentionSlopes", "func(s, ds, stat, delta *float32, n int, scale float32)",
		"s[j, c] = e^(s[j, c] − stat[c])  ds[j, c] = s[j, c]·(ds[j, c] − delta[c])·scale  for j < n, c < 16.")
	p, dp, n := s.arg("s"), s.arg("ds"), s.arg("n")
	stat, delta := s.arg("stat"), s.arg("delta")
	e, scale := s.exponential(), s.argf("scale")
	s.scoreRows("rows", n, pointers(p, dp), func() {
		v := s.exp(e, s.sub(s.load(mem(p)), mem(stat)))
		s.store(v, mem(p))
		s.store(s.mul(s.mul(v, s.sub(s.load(mem(dp)), mem(delta))), scale), mem(dp))
	})
	s.done()
}

func (s *isa) attentionScale() {
	s.fn("attentionScale", "func(y, factor *float32, n int)", "y[j, c] *= factor[c]  for j < n, c < 16.")
	y, factor, n := s.arg("y"), s.load(mem(s.arg("factor"))), s.arg("n")
	s.scoreRows("rows", n, pointers(y), func() { s.store(s.mul(factor, mem(y)), mem(y)) })
	s.done()
}

// attentionOut turns as many rows of a tile as a register has lanes.
func (s *isa) attentionOut() {
	whole := s.bytes / 4
	s.fn("attentionOut", "func(y, x, factor *float32, ld, m, n int, add bool)",
		fmt.Sprintf("y[c·ld + i] (=|+=) factor[c]·x[i, c]  for c < m, i < n ≤ %d;  m > 0, ld in bytes.", whole))
	y, x, factor, ld, m, n, add := s.arg("y"), s.arg("x"), s.arg("factor"), s.arg("ld"), s.arg("m"), s.arg("n"), s.arg("add")
	mask := s.registerMask(n)
	line := func(i, first int) operand.Mem { return mem(x).Offset(i*s.rowBytes() + 4*first) }
	s.Label("square")
	s.columns16(line, func(c int, v reg.VecVirtual) {
		f := s.register()
		s.VBROADCASTSS(mem(factor).Offset(4*c), f)
		s.VMULPS(f, v, v)
		s.ifSet(add, func() {
			old := s.register()
			s.loadPart(mem(y), old, mask, true)
			s.VADDPS(old, v, v)
		})
		s.storePart(v, mem(y), mask, true)
		s.ADDQ(ld, y)
		s.DECQ(m)
		s.JZ(operand.LabelRef("done"))
	})
	s.ADDQ(operand.U32(64), x)
	s.ADDQ(operand.U32(64), factor)
	s.JMP(operand.LabelRef("square"))
	s.Label("done")
	s.done()
}
