package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// winogradRows is the first half of Bᵀ·d·B: rows of tiles, whole rows of x at a time.
func (s *isa) winogradRows(slopes bool) {
	name, matrix := "winogradRows", "Bᵀ"
	if slopes {
		name, matrix = "winogradSlopeRows", "A"
	}
	s.fn(name, "func(dst, x, zero *float32, channels, tiles, w, h, first, plane, ld, room int)",
		"dst[c, t, i, j] = Σ_l "+matrix+"[i,l]·x[c, first + 4t + l, j]  for c < channels, t < tiles, j < w;  rows of x beyond 0 ≤ row < h are zero (w).",
		"Up to 15 zeros follow. Rows of dst are ld, channels room, planes of x plane bytes apart.")
	one := s.single()
	per := s.bytes / 4
	local := func() operand.Mem { return s.AllocLocal(8) }
	xAt, dstAt, tilesAt, rowAt, channelsAt := local(), local(), local(), local(), local()
	hAt, wAt, zeroAt := s.param("h"), s.param("w"), s.param("zero")
	transform, reach := one.transform(slopes)
	s.MOVQ(s.arg("channels"), channelsAt)
	ld, ld3, ld5 := s.arg("ld"), s.GP64(), s.GP64()
	s.LEAQ(operand.Mem{Base: ld, Index: ld, Scale: 2}, ld3)
	s.LEAQ(operand.Mem{Base: ld3, Index: ld, Scale: 2}, ld5)
	s.Label("channel")
	to := s.arg("dst")
	s.MOVQ(to, dstAt)
	from, row := s.arg("x"), s.arg("first")
	s.MOVQ(row, rowAt)
	wide := s.GP64()
	s.MOVQ(wAt, wide)
	s.IMULQ(wide, row)
	s.LEAQ(operand.Mem{Base: from, Index: row, Scale: 4}, from)
	s.MOVQ(from, xAt)
	count := s.arg("tiles")
	s.MOVQ(count, tilesAt)
	s.Label("tile")
	rows := make([]reg.GPVirtual, reach)
	bytes, at, i, zero := s.GP64(), s.GP64(), s.GP64(), s.GP64()
	s.MOVQ(xAt, at)
	s.MOVQ(rowAt, i)
	s.MOVQ(wAt, bytes)
	s.SHLQ(operand.U8(2), bytes)
	s.MOVQ(zeroAt, zero)
	for l := range rows {
		rows[l] = s.GP64()
		s.MOVQ(at, rows[l])
		s.CMPQ(i, hAt)
		s.CMOVQCC(zero, rows[l]) // as numbers without sign, rows above are beyond too
		s.INCQ(i)
		s.ADDQ(bytes, at)
		if l == 3 {
			s.MOVQ(at, xAt)
			s.MOVQ(i, rowAt)
		}
	}
	q, j, left, ahead := s.GP64(), s.GP64(), s.GP64(), s.arg("plane")
	s.MOVQ(dstAt, q)
	s.XORQ(j, j)
	s.MOVQ(wAt, left)
	body := func() {
		places := []operand.Mem{{Base: q}, {Base: q, Index: ld, Scale: 1}, {Base: q, Index: ld, Scale: 2}, {Base: q, Index: ld3, Scale: 1}, {Base: q, Index: ld, Scale: 4}, {Base: q, Index: ld5, Scale: 1}}
		for l := (reach - 4) / 2; l < (reach+4)/2; l++ {
			next := s.GP64()
			s.LEAQ(operand.Mem{Base: rows[l], Index: j, Scale: 4}, next)
			s.PREFETCHT0(operand.Mem{Base: next, Index: ahead, Scale: 1})
		}
		transform(func(i int) vec { return one.load(item(rows[i], j)) }, func(i int, v vec) {
			for _, r := range v {
				s.VMOVUPS(r, places[i])
			}
		})
	}
	s.SUBQ(operand.U32(uint32(per)), left)
	s.JL(operand.LabelRef("rest"))
	s.Label("vector")
	body()
	s.ADDQ(operand.U32(uint32(per)), j)
	s.ADDQ(operand.U32(uint32(s.bytes)), q)
	s.SUBQ(operand.U32(uint32(per)), left)
	s.JGE(operand.LabelRef("vector"))
	s.Label("rest")
	s.ADDQ(operand.U32(uint32(per)), left)
	s.JZ(operand.LabelRef("done"))
	one.tail = one.mask(left)
	body()
	one.tail = nil
	s.Label("done")
	next := s.GP64()
	s.MOVQ(dstAt, next)
	s.LEAQ(operand.Mem{Base: next, Index: ld3, Scale: 2}, next)
	s.MOVQ(next, dstAt)
	s.DECQ(tilesAt)
	s.JNZ(operand.LabelRef("tile"))
	for _, p := range [][2]string{{"x", "plane"}, {"dst", "room"}} {
		step := s.arg(p[1])
		s.ADDQ(step, s.param(p[0]))
	}
	s.DECQ(channelsAt)
	s.JNZ(operand.LabelRef("channel"))
	s.done()
}

// winogradColumns is the second half. The columns of a tile are the lanes of four, and beyond them two of the next four, so a
// 4×4 transposition of lanes of four makes a vector of each column.
func (s *isa) winogradColumns(whole, slopes bool) {
	name, matrix, doc := "winogradColumns", "Bᵀ", ""
	if slopes {
		name, matrix = "winogradSlopeColumns", "A"
	}
	if whole {
		name, doc = name+"Whole", "  off[2i+1] = off[2i] + 8."
	}
	s.fn(name, "func(v, x *float32, off *int, channels, ld, room, step, next int)",
		"v[i, j, c, lane] = Σ_l "+matrix+"[j,l]·x[c, i, off[h] + 4·half + l]  for i, j < 6, c < channels;  lane 4g + n of 16 is of h = 2n + g/2, half = g%2."+doc,
		"Rows of x are ld, channels room bytes apart, i, j of v step and channels next bytes.")
	one := s.single()
	parts := 64 / s.bytes
	transform, reach := one.transform(slopes)
	step, step3, step5 := s.arg("step"), s.GP64(), s.GP64()
	s.LEAQ(operand.Mem{Base: step, Index: step, Scale: 2}, step3)
	s.LEAQ(operand.Mem{Base: step3, Index: step, Scale: 2}, step5)
	table := s.arg("off")
	off := make([]reg.GPVirtual, 8)
	for h := range off {
		if whole && h%2 == 1 {
			continue
		}
		off[h] = s.GP64()
		s.MOVQ(operand.Mem{Base: table, Disp: 8 * h}, off[h])
	}
	upper := s.K() // the half of a register, in AVX-512
	if s.wide() && !whole {
		bits := s.GP32()
		s.MOVL(operand.U32(0xf0), bits)
		s.KMOVW(bits, upper)
	}
	s.Label("channel")
	for part := range parts {
		x, v := s.arg("x"), s.arg("v")
		// chunk is the columns from at on of chunk n: those of two halves, or of the half that this part takes
		chunk := func(n, at int) vec {
			m := func(h int) operand.Mem { return operand.Mem{Base: x, Index: off[h], Scale: 4, Disp: 4 * at} }
			y := one.vec()
			switch {
			case !s.wide():
				s.VMOVUPS(m(2*n+part), y[0])
			case whole:
				s.VMOVUPS(m(2*n), y[0])
			default:
				s.VBROADCASTF64X4(m(2*n), y[0])
				s.VBROADCASTF64X4(m(2*n+1), upper, y[0])
			}
			return y
		}
		for i := range 6 {
			var d [6]vec
			if reach > 4 {
				low := one.new("VUNPCKLPS", chunk(1, 4), chunk(0, 4))
				high := one.new("VUNPCKLPS", chunk(3, 4), chunk(2, 4))
				d[4], d[5] = one.unpack("VUNPCKLPD", "VUNPCKHPD", low, high)
			}
			low, low2 := one.unpack("VUNPCKLPS", "VUNPCKHPS", chunk(0, 0), chunk(1, 0))
			high, high2 := one.unpack("VUNPCKLPS", "VUNPCKHPS", chunk(2, 0), chunk(3, 0))
			d[0], d[1] = one.unpack("VUNPCKLPD", "VUNPCKHPD", low, high)
			d[2], d[3] = one.unpack("VUNPCKLPD", "VUNPCKHPD", low2, high2)
			at := 32 * part
			places := []operand.Mem{{Base: v, Disp: at}, {Base: v, Index: step, Scale: 1, Disp: at}, {Base: v, Index: step, Scale: 2, Disp: at},
				{Base: v, Index: step3, Scale: 1, Disp: at}, {Base: v, Index: step, Scale: 4, Disp: at}, {Base: v, Index: step5, Scale: 1, Disp: at}}
			transform(func(i int) vec { return d[i] }, func(j int, y vec) { s.VMOVUPS(y[0], places[j]) })
			if i < 5 {
				s.ADDQ(s.param("ld"), x)
				s.LEAQ(operand.Mem{Base: v, Index: step3, Scale: 2}, v)
			}
		}
	}
	for _, p := range [][2]string{{"x", "room"}, {"v", "next"}} {
		step := s.arg(p[1])
		s.ADDQ(step, s.param(p[0]))
	}
	s.DECQ(s.param("channels"))
	s.JNZ(operand.LabelRef("channel"))
	s.done()
}
