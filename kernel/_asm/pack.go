package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// columns transposes a square of n lines × 8 numbers, n = 16 with AVX-512 or 8 with AVX2, in registers, and calls use
// for each column: v holds number l of every line. line gives where 4 or 8 numbers of line i lie, from number first on.
//
// Lines are loaded so that a register holds a piece of two lines side by side (a broadcast load writes a whole register, of which the
// second half is replaced); two rounds of unpacking turn
// squares of 4×4 in each quarter, and with AVX-512 a third round picks the quarters of one column.
func (s *isa) columns(line func(i, first int) operand.Mem, use func(l int, v reg.VecVirtual)) {
	if !s.wide() {
		for first := 0; first < 8; first += 4 {
			var r [4]reg.VecVirtual
			for i := range r { // [line i | line i+4], 4 numbers each
				r[i] = s.YMM()
				s.VBROADCASTF128(line(i, first), r[i])
				s.VINSERTF128(operand.U8(1), line(i+4, first), r[i], r[i])
			}
			for e, v := range s.quarters(r) {
				use(first+e, v)
			}
		}
		return
	}
	var half [2][4]reg.VecVirtual
	for h := range half {
		var r [4]reg.VecVirtual
		for i := range r { // [line i | line i+4], 8 numbers each; then those of lines 8 to 15
			r[i] = s.ZMM()
			s.VBROADCASTF32X8(line(8*h+i, 0), r[i])
			s.VINSERTF32X8(operand.U8(1), line(8*h+i+4, 0), r[i], r[i])
		}
		half[h] = s.quarters(r)
	}
	for l := range 8 {
		v, pick := s.ZMM(), operand.U8(0b10_00_10_00)
		if l >= 4 {
			pick = operand.U8(0b11_01_11_01)
		}
		s.VSHUFF32X4(pick, half[1][l%4], half[0][l%4], v)
		use(l, v)
	}
}

// columns16 is columns for the sixteen numbers that a line of the cache holds: each is loaded once, since lines of
// many rows may drive each other out of the cache. Four rounds: pairs, fours, and two of quarters.
func (s *isa) columns16(line func(i, first int) operand.Mem, use func(l int, v reg.VecVirtual)) {
	if !s.wide() {
		s.columns(line, use)
		s.columns(func(i, first int) operand.Mem { return line(i, first+8) }, func(l int, v reg.VecVirtual) { use(l+8, v) })
		return
	}
	s.square16(func(i int) reg.VecVirtual {
		r := s.ZMM()
		s.VMOVUPS(line(i, 0), r)
		return r
	}, use)
}

// square16 transposes a square of 16 registers with 16 words each.
func (s *isa) square16(line func(i int) reg.VecVirtual, use func(l int, v reg.VecVirtual)) {
	var fours [4][4]reg.VecVirtual // of lines 4g to 4g+3: quarter c of register e is number 4c+e of each
	for g := range fours {
		var r [4]reg.VecVirtual
		for i := range r {
			r[i] = line(4*g + i)
		}
		fours[g] = s.quarters(r)
	}
	even, odd := operand.U8(0b10_00_10_00), operand.U8(0b11_01_11_01)
	var low, high [4][2]reg.VecVirtual // of lines 0 to 7 and 8 to 15: quarters 0 and 2, or 1 and 3
	for e := range 4 {
		for i, pick := range []operand.U8{even, odd} {
			low[e][i], high[e][i] = s.ZMM(), s.ZMM()
			s.VSHUFF32X4(pick, fours[1][e], fours[0][e], low[e][i])
			s.VSHUFF32X4(pick, fours[3][e], fours[2][e], high[e][i])
		}
	}
	for l := range 16 {
		c, e := l/4, l%4
		v, pick := s.ZMM(), even
		if c >= 2 {
			pick = odd
		}
		s.VSHUFF32X4(pick, high[e][c%2], low[e][c%2], v)
		use(l, v)
	}
}

// quarters turns the 4×4 square in each quarter of four registers: quarter q of result e holds number e of quarter q of each.
func (s *isa) quarters(r [4]reg.VecVirtual) (t [4]reg.VecVirtual) {
	var u [4]reg.VecVirtual
	for i := range u {
		u[i], t[i] = s.register(), s.register()
	}
	s.VUNPCKLPS(r[1], r[0], u[0])
	s.VUNPCKHPS(r[1], r[0], u[1])
	s.VUNPCKLPS(r[3], r[2], u[2])
	s.VUNPCKHPS(r[3], r[2], u[3])
	s.VUNPCKLPD(u[2], u[0], t[0])
	s.VUNPCKHPD(u[2], u[0], t[1])
	s.VUNPCKLPD(u[3], u[1], t[2])
	s.VUNPCKHPD(u[3], u[1], t[3])
	return t
}

// packRows packs lines that lie in rows, which is a transposition. Groups of n lines are stored; lines beyond them,
// up to a whole register, are loaded for nothing.
func (s *isa) packRows(n int) {
	whole := s.bytes / 4
	s.fn(fmt.Sprintf("packRows%d", n), "func(dst, src *float32, offsets *int, k, stride int)",
		fmt.Sprintf("dst[l·stride + i] = src[offsets[i] + l]  for l < k, i < %d;  offsets (%d) and stride in bytes.", n, whole))
	dst, src, offsets, k, stride := s.arg("dst"), s.arg("src"), s.arg("offsets"), s.arg("k"), s.arg("stride")
	var lanes reg.OpmaskVirtual
	if s.wide() {
		ones := s.GP32()
		lanes = s.K()
		s.MOVL(operand.U32(1<<n-1), ones)
		s.KMOVW(ones, lanes)
	}
	put := func(v reg.VecVirtual) {
		m := operand.Mem{Base: dst}
		switch {
		case n == whole:
			s.VMOVUPS(v, m)
		case s.wide():
			s.VMOVUPS(v, lanes, m)
		default: // masked stores are slow: 4 lanes and 2
			high := s.XMM()
			s.VMOVUPS(v.AsX(), m)
			s.VEXTRACTF128(operand.U8(1), v, high)
			s.VMOVLPS(high, m.Offset(16))
		}
		s.ADDQ(stride, dst)
	}
	line := func(i, first int) operand.Mem {
		at := s.GP64()
		s.MOVQ(operand.Mem{Base: offsets, Disp: 8 * i}, at)
		return operand.Mem{Base: src, Index: at, Scale: 1, Disp: 4 * first}
	}
	each := func(_ int, v reg.VecVirtual) { put(v) }
	s.SUBQ(operand.U32(16), k)
	s.JL(operand.LabelRef("half"))
	s.Label("squares")
	s.columns16(line, each)
	s.ADDQ(operand.U32(64), src)
	s.SUBQ(operand.U32(16), k)
	s.JGE(operand.LabelRef("squares"))
	s.Label("half")
	s.ADDQ(operand.U32(8), k)
	s.JL(operand.LabelRef("rest"))
	s.columns(line, each)
	s.ADDQ(operand.U32(32), src)
	s.SUBQ(operand.U32(8), k)
	s.Label("rest")
	s.ADDQ(operand.U32(8), k)
	s.JZ(operand.LabelRef("done"))
	s.Label("numbers") // the last few go one by one
	for i := range n {
		x := s.XMM()
		s.VMOVSS(line(i, 0), x)
		s.VMOVSS(x, operand.Mem{Base: dst, Disp: 4 * i})
	}
	s.ADDQ(operand.U32(4), src)
	s.ADDQ(stride, dst)
	s.DECQ(k)
	s.JNZ(operand.LabelRef("numbers"))
	s.Label("done")
	s.done()
}

// packAcross packs lines that lie side by side, which is a copy.
func (s *isa) packAcross(n int) {
	whole := s.bytes / 4
	s.fn(fmt.Sprintf("packAcross%d", n), "func(dst, src *float32, ld, k, n int)",
		fmt.Sprintf("dst[l·%d + i] = src[l·ld + i]  for l < k, i < n ≤ %d;  ld in bytes. Numbers of dst beyond n, up to %d, are arbitrary.", n, n, n))
	dst, src, ld, k, count := s.arg("dst"), s.arg("src"), s.arg("ld"), s.arg("k"), s.arg("n")
	vectors := (n + whole - 1) / whole
	loop := func(v int, full bool) { // v registers, the last masked unless full
		id := fmt.Sprintf("%d%v", v, full)
		var mask *tail
		if !full {
			left := s.GP64()
			s.MOVQ(count, left)
			s.SUBQ(operand.U32(uint32((v-1)*whole)), left)
			mask = s.registerMask(left)
		}
		s.Label("rows" + id)
		for j := range v {
			x := s.register()
			s.loadPart(operand.Mem{Base: src, Disp: j * s.bytes}, x, mask, j == v-1)
			to := operand.Mem{Base: dst, Disp: j * s.bytes}
			switch {
			case (j+1)*whole <= n:
				s.VMOVUPS(x, to)
			case s.wide():
				s.VMOVUPS(x, mask.k, to)
			default: // 6 of 8
				high := s.XMM()
				s.VMOVUPS(x.AsX(), to)
				s.VEXTRACTF128(operand.U8(1), x, high)
				s.VMOVLPS(high, to.Offset(16))
			}
		}
		s.ADDQ(ld, src)
		s.ADDQ(operand.U32(uint32(4*n)), dst)
		s.DECQ(k)
		s.JNZ(operand.LabelRef("rows" + id))
		s.done()
	}
	for v := vectors; v > 0; v-- {
		if v > 1 {
			s.CMPQ(count, operand.U32(uint32((v-1)*whole)))
			s.JLE(operand.LabelRef(fmt.Sprintf("narrow%d", v)))
		}
		if v*whole <= n {
			s.CMPQ(count, operand.U32(uint32(v*whole)))
			s.JNE(operand.LabelRef(fmt.Sprintf("masked%d", v)))
			loop(v, true)
			s.Label(fmt.Sprintf("masked%d", v))
		}
		loop(v, false)
		if v > 1 {
			s.Label(fmt.Sprintf("narrow%d", v))
		}
	}
}

// rowDots is one row of x with as many rows of w as some registers have lanes: columns of w, turned in registers, are
// added one after the other, so that each sum has the order of the reference. A sum has to wait for its last term:
// four groups at once keep the multipliers busy.
func (s *isa) rowDots(groups int) {
	whole := s.bytes / 4
	s.fn(fmt.Sprintf("rowDots%d", groups*whole), "func(y, x, w *float32, k, ld int, onto bool)",
		fmt.Sprintf("y[j] (=|+=) Σ_l x[l]·w[j·ld + l]  for j < %d,  each term fused, in the order of l < k;  ld in bytes.", groups*whole))
	x, w, k, ld := s.arg("x"), s.arg("w"), s.arg("k"), s.arg("ld")
	acc := s.startSums(groups, nil)
	ld3, ld5, ld7, jump := s.GP64(), s.GP64(), s.GP64(), s.GP64()
	s.LEAQ(operand.Mem{Base: ld, Index: ld, Scale: 2}, ld3)
	s.LEAQ(operand.Mem{Base: ld, Index: ld, Scale: 4}, ld5)
	s.LEAQ(operand.Mem{Base: ld3, Index: ld, Scale: 4}, ld7)
	s.MOVQ(ld, jump)
	s.SHLQ(operand.U8(map[int]int{8: 3, 16: 4}[whole]), jump)
	first, second := s.GP64(), s.GP64()
	line := func(i, number int) operand.Mem { // lines 0 to 7 from first on, 8 to 15 from second on
		m := operand.Mem{Base: first, Disp: 4 * number}
		if i >= 8 {
			m.Base = second
		}
		switch i % 8 {
		case 1, 2, 4:
			m.Index, m.Scale = ld, uint8(i%8)
		case 3, 6:
			m.Index, m.Scale = ld3, uint8(i%8/3)
		case 5:
			m.Index, m.Scale = ld5, 1
		case 7:
			m.Index, m.Scale = ld7, 1
		}
		return m
	}
	eachGroup := func(f func(g int)) {
		s.MOVQ(w, first)
		for g := range groups {
			if whole > 8 {
				s.LEAQ(operand.Mem{Base: first, Index: ld, Scale: 8}, second)
			}
			f(g)
			if g+1 < groups {
				s.ADDQ(jump, first)
			}
		}
	}
	s.sumRows(x, k, whole, line, acc, eachGroup, func(n int) { s.ADDQ(operand.U32(uint32(4*n)), w) })
	s.endSums(acc, nil)
}

// rowDotsLast is rowDots for the last rows, fewer than a register has lanes: offsets tell where they lie.
func (s *isa) rowDotsLast() {
	whole := s.bytes / 4
	s.fn("rowDotsLast", "func(y, x, w *float32, k int, offsets *int, n int, onto bool)",
		fmt.Sprintf("y[j] (=|+=) Σ_l x[l]·w[offsets[j] + l]  for j < n,  each term fused, in the order of l < k;  offsets (%d) in bytes.", whole))
	x, w, k, offsets := s.arg("x"), s.arg("w"), s.arg("k"), s.arg("offsets")
	mask := s.registerMask(s.arg("n"))
	acc := s.startSums(1, mask)
	line := func(i, number int) operand.Mem {
		off := s.GP64()
		s.MOVQ(operand.Mem{Base: offsets, Disp: 8 * i}, off)
		return operand.Mem{Base: w, Index: off, Scale: 1, Disp: 4 * number}
	}
	s.sumRows(x, k, whole, line, acc, func(f func(g int)) { f(0) }, func(n int) { s.ADDQ(operand.U32(uint32(4*n)), w) })
	s.endSums(acc, mask)
}

// startSums is the sums of rowDots at their start: 0, or what y holds if onto.
func (s *isa) startSums(groups int, mask *tail) []reg.VecVirtual {
	acc := make([]reg.VecVirtual, groups)
	for g := range acc {
		acc[g] = s.register()
		s.clear(acc[g])
	}
	onto, y := s.GP8L(), s.GP64()
	s.Load(s.Param("onto"), onto)
	s.Load(s.Param("y"), y)
	s.TESTB(onto, onto)
	s.JZ(operand.LabelRef("sum"))
	for g := range acc {
		s.loadPart(operand.Mem{Base: y, Disp: g * s.bytes}, acc[g], mask, mask != nil)
	}
	s.Label("sum")
	return acc
}

// endSums stores the sums and returns.
func (s *isa) endSums(acc []reg.VecVirtual, mask *tail) {
	y := s.GP64()
	s.Load(s.Param("y"), y)
	for g := range acc {
		s.storePart(acc[g], operand.Mem{Base: y, Disp: g * s.bytes}, mask, mask != nil)
	}
	s.done()
}

// sumRows adds k terms to the sums of each group, sixteen at a time.
func (s *isa) sumRows(x, k reg.GPVirtual, whole int, line func(i, number int) operand.Mem, acc []reg.VecVirtual, eachGroup func(f func(g int)), advance func(n int)) {
	squares := func(n int) {
		eachGroup(func(g int) {
			columns := s.columns
			if n == 2 {
				columns = s.columns16
			}
			columns(line, func(l int, v reg.VecVirtual) {
				m := operand.Mem{Base: x, Disp: 4 * l}
				if s.wide() {
					s.VFMADD231PS_BCST(m, v, acc[g])
					return
				}
				b := s.register()
				s.VBROADCASTSS(m, b)
				s.VFMADD231PS(b, v, acc[g])
			})
		})
		advance(8 * n)
		s.ADDQ(operand.U32(uint32(32*n)), x)
	}
	s.SUBQ(operand.U32(16), k)
	s.JL(operand.LabelRef("half"))
	s.Label("squares")
	squares(2)
	s.SUBQ(operand.U32(16), k)
	s.JGE(operand.LabelRef("squares"))
	s.Label("half")
	s.ADDQ(operand.U32(8), k)
	s.JL(operand.LabelRef("rest"))
	squares(1)
	s.SUBQ(operand.U32(8), k)
	s.Label("rest")
	s.ADDQ(operand.U32(8), k)
	s.JZ(operand.LabelRef("store"))
	s.Label("numbers")
	b := s.register()
	s.VBROADCASTSS(operand.Mem{Base: x}, b)
	eachGroup(func(g int) { s.VFMADD231PS(b, s.gather(line, whole), acc[g]) })
	advance(1)
	s.ADDQ(operand.U32(4), x)
	s.DECQ(k)
	s.JNZ(operand.LabelRef("numbers"))
	s.Label("store")
}

// gather is one number of each of n lines, in one register.
func (s *isa) gather(line func(i, first int) operand.Mem, n int) reg.VecVirtual {
	var parts []reg.VecVirtual
	for i := 0; i < n; i += 4 {
		x := s.XMM()
		s.VMOVSS(line(i, 0), x)
		for j := 1; j < 4; j++ {
			s.VINSERTPS(operand.U8(j<<4), line(i+j, 0), x, x)
		}
		parts = append(parts, x)
	}
	v := s.register()
	s.clear(v)
	for i, part := range parts {
		if s.wide() {
			s.VINSERTF32X4(operand.U8(i), part, v, v)
		} else {
			s.VINSERTF128(operand.U8(i), part, v, v)
		}
	}
	return v
}

// rowSums adds rows of w, times one number each, to y: four at once, so that y is visited a quarter as often.
func (s *isa) rowSums(rows int) {
	s.fn(fmt.Sprintf("rowSums%d", rows), "func(y, x, w *float32, n, ld int)",
		fmt.Sprintf("y[j] += Σ_l x[l]·w[l·ld + j]  for j < n,  each term fused, in the order of l < %d;  ld in bytes.", rows))
	y, x, w, n, ld := s.arg("y"), s.arg("x"), s.arg("w"), s.arg("n"), s.arg("ld")
	factor := make([]vec, rows)
	for l := range factor {
		factor[l] = s.uniform()
		s.VBROADCASTSS(operand.Mem{Base: x, Disp: 4 * l}, factor[l][0])
	}
	at, third := pointers(y, w), s.GP64()
	if rows > 2 {
		s.LEAQ(operand.Mem{Base: w, Index: ld, Scale: 2}, third)
		at = append(at, third)
	}
	s.each("columns", n, at, func() {
		acc := s.load(mem(y))
		for l := range factor {
			m := operand.Mem{Base: w}
			if l >= 2 {
				m.Base = third
			}
			if l%2 == 1 {
				m.Index, m.Scale = ld, 1
			}
			s.fma(acc, factor[l], s.load(m))
		}
		s.store(acc, mem(y))
	})
	s.done()
}
