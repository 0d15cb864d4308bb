package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// conv is the kernels of convolutions: tiles whose rows of b are parts of padded images, where they lie; sums along
// images for the gradient of the weights; and rows that are copied.
func conv(c *build.Context) {
	for _, s := range levels(c) {
		for m := 1; m <= s.tileShape().rows; m++ {
			s.convTile(m)
		}
		s.convSums()
		s.copyRows()
	}
	wide := levels(c)[0]
	wide.partRows()
	wide.joinRows()
}

// convTile is the tile of m rows whose row l of b begins at b[off[l]].
func (s *isa) convTile(m int) {
	shape := s.tileShape()
	s.fn(fmt.Sprintf("convTile%d", m), "func(y, a, b *float32, off *int, k, panels, ldy, n int, onto bool)",
		fmt.Sprintf("y[p·%d+i, j] (=|+=) Σ_l a[p, l, i]·b[off[l] + j]  for p < panels, i < %d, j < n ≤ %d,  each term fused, in the order of l.", m, m, shape.cols),
		fmt.Sprintf("a (panels, k, %d)  rows of y ldy bytes apart.", shape.rows))
	t := tileOf{isa: s, rows: m, off: s.arg("off")}
	t.body()
}

// sumRows and sumTaps are how many rows of dy and places in x convSums takes at a time.
const sumRows = 4

func (s *isa) sumTaps() int {
	if s.wide() {
		return 6
	}
	return 1
}

// convSums sums along images: 16 lanes for each of sumRows rows and sumTaps places.
func (s *isa) convSums() {
	s.fn("convSums", "func(p, dy, x *float32, off *int, taps, steps, images, ldDy, skipDy, skipX, ldP int)",
		"p[t, r] += Σ_{n,i} dy[n, r, i]·x[n, off[t] + i]  for t < taps, r < 4, i < 16·steps,  in 16 lanes, each term fused, n and i in order.",
		"Rows of dy and p are ldDy and ldP bytes apart; skipDy and skipX bytes lie between the end of a row and its next image.",
		fmt.Sprintf("taps is a multiple of %d.", s.sumTaps()))
	param := func(name string) operand.Mem {
		m, err := s.Param(name).Resolve()
		if err != nil {
			panic(err)
		}
		return m.Addr
	}
	ld := s.arg("ldDy")
	ld3 := s.GP64()
	s.LEAQ(operand.Mem{Base: ld, Index: ld, Scale: 2}, ld3)
	s.Label("group")
	table := s.arg("off")
	at := make([]reg.GPVirtual, s.sumTaps())
	for t := range at {
		at[t] = s.GP64()
		s.MOVQ(operand.Mem{Base: table, Disp: 8 * t}, at[t])
	}
	s.ADDQ(operand.U32(uint32(8*len(at))), table)
	s.MOVQ(table, param("off"))
	acc := make([][sumRows]vec, len(at))
	for t := range acc {
		for r := range acc[t] {
			acc[t][r] = s.zero()
		}
	}
	dy, x, images := s.arg("dy"), s.arg("x"), s.arg("images")
	s.Label("image")
	steps := s.arg("steps")
	s.Label("step")
	rows := [sumRows]operand.Mem{{Base: dy}, {Base: dy, Index: ld, Scale: 1}, {Base: dy, Index: ld, Scale: 2}, {Base: dy, Index: ld3, Scale: 1}}
	if s.wide() {
		var g [sumRows]vec
		for r := range g {
			g[r] = s.load(rows[r])
		}
		for t := range at {
			v := s.load(operand.Mem{Base: x, Index: at[t], Scale: 4})
			for r := range g {
				s.fma(acc[t][r], g[r], v)
			}
		}
	} else {
		v := s.load(operand.Mem{Base: x, Index: at[0], Scale: 4})
		for r := range rows {
			s.fma(acc[0][r], v, rows[r])
		}
	}
	s.ADDQ(operand.U32(4*lanes), dy)
	s.ADDQ(operand.U32(4*lanes), x)
	s.DECQ(steps)
	s.JNZ(operand.LabelRef("step"))
	s.ADDQ(param("skipDy"), dy)
	s.ADDQ(param("skipX"), x)
	s.DECQ(images)
	s.JNZ(operand.LabelRef("image"))
	p, next := s.arg("p"), s.arg("ldP")
	for t := range acc {
		sum := s.four(acc[t])
		s.VADDPS(operand.Mem{Base: p}, sum, sum)
		s.VMOVUPS(sum, operand.Mem{Base: p})
		s.ADDQ(next, p)
	}
	s.MOVQ(p, param("p"))
	s.SUBQ(operand.U32(uint32(len(at))), param("taps"))
	s.JNZ(operand.LabelRef("group"))
	s.done()
}

// four is the sums of four vectors in the lanes of one register: of each vector lanes i and i+2 of four, then those of
// i+1; then fours 0 and 2, 1 and 3, and both.
func (s *isa) four(v [sumRows]vec) reg.Register {
	pairs := func(a, b vec) vec { return s.add(s.new("VUNPCKLPS", b, a), s.new("VUNPCKHPS", b, a)) }
	a, b := pairs(v[0], v[1]), pairs(v[2], v[3])
	u := s.add(s.new("VUNPCKLPD", b, a), s.new("VUNPCKHPD", b, a))
	y, x := s.YMM(), s.XMM()
	if s.wide() {
		s.VEXTRACTF64X4(operand.U8(1), u[0], y)
		s.VADDPS(y, u[0].AsY(), y)
	} else {
		s.VADDPS(u[1], u[0], y)
	}
	if s.wide() {
		s.VEXTRACTF32X4(operand.U8(1), y, x)
	} else {
		s.VEXTRACTF128(operand.U8(1), y, x)
	}
	s.VADDPS(x, y.AsX(), x)
	return x
}

// copyRows copies short rows.
func (s *isa) copyRows() {
	s.fn("copyRows", "func(dst, src *float32, n, rows, ldd, lds int)",
		"dst[i, j] = src[i, j]  for i < rows, j < n.  Rows are ldd and lds bytes apart.")
	dst, src, n, rows, ldd, lds := s.arg("dst"), s.arg("src"), s.arg("n"), s.arg("rows"), s.arg("ldd"), s.arg("lds")
	s.Label("row")
	d, x := s.GP64(), s.GP64()
	s.MOVQ(dst, d)
	s.MOVQ(src, x)
	s.each("copy", n, pointers(d, x), func() { s.store(s.load(mem(x)), mem(d)) })
	s.ADDQ(ldd, dst)
	s.ADDQ(lds, src)
	s.DECQ(rows)
	s.JNZ(operand.LabelRef("row"))
	s.done()
}

// halves walks rows of n numbers, 16 at a time, with the masks of those and of twice as many numbers in two registers.
func (s *isa) halves(dst, src reg.GPVirtual, even, odd int, body func(to, from reg.GPVirtual, n, low, high reg.OpmaskVirtual)) {
	n, rows, ldd, lds := s.arg("n"), s.arg("rows"), s.arg("ldd"), s.arg("lds")
	s.Label("row")
	to, from, left := s.GP64(), s.GP64(), s.GP64()
	s.MOVQ(dst, to)
	s.MOVQ(src, from)
	s.MOVQ(n, left)
	s.Label("vector")
	out, low, high := s.doubleMasks(left, 1) // the last number is of the other half
	body(to, from, out, low, high)
	s.ADDQ(operand.U32(uint32(4*lanes*even)), to)
	s.ADDQ(operand.U32(uint32(4*lanes*odd)), from)
	s.SUBQ(operand.U32(lanes), left)
	s.JG(operand.LabelRef("vector"))
	s.ADDQ(ldd, dst)
	s.ADDQ(lds, src)
	s.DECQ(rows)
	s.JNZ(operand.LabelRef("row"))
	s.done()
}

// partRows takes every second number of rows apart.
func (s *isa) partRows() {
	s.fn("partRows", "func(dst, src *float32, n, rows, ldd, lds int)",
		"dst[i, j] = src[i, 2j]  for i < rows, j < n.  Rows are ldd and lds bytes apart.")
	dst, src := s.arg("dst"), s.arg("src")
	index := s.ZMM()
	s.VMOVUPS(s.everySecond(0), index)
	s.halves(dst, src, 1, 2, func(to, from reg.GPVirtual, n, low, high reg.OpmaskVirtual) {
		a, b, v := s.ZMM(), s.ZMM(), s.ZMM()
		s.VMOVUPS_Z(operand.Mem{Base: from}, low, a)
		s.VMOVUPS_Z(operand.Mem{Base: from, Disp: 4 * lanes}, high, b)
		s.VMOVDQA32(index, v)
		s.VPERMI2PS(b, a, v)
		s.VMOVUPS(v, n, operand.Mem{Base: to})
	})
}

// joinRows is the other way: what stands between is left alone.
func (s *isa) joinRows() {
	s.fn("joinRows", "func(dst, src *float32, n, rows, ldd, lds int)",
		"dst[i, 2j] = src[i, j]  for i < rows, j < n.  Rows are ldd and lds bytes apart.")
	dst, src := s.arg("dst"), s.arg("src")
	first, last, bits, second := s.ZMM(), s.ZMM(), s.GP32(), s.K()
	s.VMOVUPS(s.twice(0), first)
	s.VMOVUPS(s.twice(lanes/2), last)
	s.MOVL(operand.U32(0x5555), bits)
	s.KMOVW(bits, second)
	s.halves(dst, src, 2, 1, func(to, from reg.GPVirtual, n, low, high reg.OpmaskVirtual) {
		v, a, b := s.ZMM(), s.ZMM(), s.ZMM()
		s.VMOVUPS_Z(operand.Mem{Base: from}, n, v)
		s.VPERMPS(v, first, a)
		s.VPERMPS(v, last, b)
		s.KANDW(second, low, low)
		s.KANDW(second, high, high)
		s.VMOVUPS(a, low, operand.Mem{Base: to})
		s.VMOVUPS(b, high, operand.Mem{Base: to, Disp: 4 * lanes})
	})
}

// twice is from, from, from + 1, from + 1, … in the lanes of a vector in memory.
func (s *isa) twice(from uint32) operand.Mem {
	words := make([]uint32, lanes)
	for i := range words {
		words[i] = from + uint32(i)/2
	}
	return s.words(fmt.Sprintf("twice%d", from), 0x100+from, words...)
}
