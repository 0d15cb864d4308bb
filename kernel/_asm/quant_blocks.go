package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
)

// What a panel holds for a block of 256 numbers of each row, by kind: see kernel/quant_panel.go. Each gives the bytes of the panel's block.

// onto adds scales·sum to totals, or makes them of it the first time.
func (t *quantTile) onto(totals, sum []vec, scales vec, first bool) {
	for j, v := range sum {
		if first {
			t.op("VPMULLD", scales, v, totals[j])
		} else {
			t.op("VPMULLD", scales, v, v)
			t.op("VPADDD", v, totals[j], totals[j])
		}
	}
}

// leasts is the sums of t·Σc over all parts of a block: two parts at a time, since both fit 16 bits. With upper, t is the upper half of
// a byte.
func (t *quantTile) leasts(at, parts int, upper bool) []vec {
	least := t.zeros()
	for part := 0; part < parts; part += 2 {
		w, u := t.wholes("w", t.at(at+panelRows*part), false), t.wholes("u", t.at(at+panelRows*(part+1)), false)
		t.op("VPSLLD", operand.U8(16), u, u)
		t.bits("VPOR", w, u)
		if upper {
			t.upper(w)
		}
		for j, sum := range least {
			if t.wide() {
				t.VPDPWSSD_BCST(t.in(j, t.sums+2*part), w[0], sum[0])
				continue
			}
			x := t.keep("x")[:1]
			t.VPBROADCASTD(t.in(j, t.sums+2*part), x[0])
			t.op("VPMADDWD", vec{x[0], x[0]}, w, w)
			t.op("VPADDD", w, sum, sum)
		}
	}
	return least
}

// Where the fields of blocks of 256 columns begin.
const (
	scales2K = 4 * panelRows
	codes2K  = 20 * panelRows
	scales4K = 4 * panelRows
	leasts4K = 12 * panelRows
	codes4K  = 20 * panelRows
	high5K   = 20 * panelRows
	codes5K  = high5K + 8*64
	scales6K = 2 * panelRows
	codes6K  = 18 * panelRows
)

func (t *quantTile) block2K() int {
	t.layout(256, 2*16)
	total := t.each("total")
	scale := func(part int) vec {
		v := t.wholes("scale", t.at(scales2K+panelRows*part), false)
		return t.bits("VPAND", v, t.nibble)
	}
	codes := func(v vec, p int) vec {
		if p > 0 {
			t.op("VPSRLW", operand.U8(uint8(2*p)), v, v)
		}
		return t.bits("VPAND", v, t.pattern(0x03030303))
	}
	if t.wide() && t.n == 1 {
		t.parts2K(total, scale, codes)
	} else {
		for part := range 16 {
			h, p, half := part/8, part%8/2, part%2
			sum := t.zeros()
			t.dots(sum, 4, 16*part, 4, func(g int) vec { return codes(t.words("w", t.at(codes2K+64*(8*h+4*half+g))), p) })
			t.onto(total, sum, scale(part), part == 0)
		}
	}
	t.scaled(total, t.halves(t.at(0)), false)
	t.scaled(t.leasts(scales2K, 16, true), t.halves(t.at(2*panelRows)), true)
	return codes2K + 16*64
}

// parts2K is parts4K for the four parts that share bytes.
func (t *quantTile) parts2K(total []vec, scale func(part int) vec, codes func(v vec, p int) vec) {
	for of := range 4 { // parts that begin at 128h + 16half, 32 columns apart
		h, half := of/2, of%2
		var sum [4][]vec
		for p := range sum {
			sum[p] = []vec{t.keep(fmt.Sprint("part", p))}
			t.clear(sum[p][0][0])
		}
		for g := range 4 {
			bytes := t.words("bits", t.at(codes2K+64*(8*h+4*half+g)))
			for p := range sum {
				w := codes(t.to("w", "VMOVAPS", bytes), p)
				t.VPDPBUSD_BCST(t.in(0, 128*h+32*p+16*half+4*g), w[0], sum[p][0][0])
			}
		}
		for p := range sum {
			t.onto(total, sum[p], scale(8*h+2*p+half), of == 0 && p == 0)
		}
	}
}

// block4K is Q4_K, and with fifth bits Q5_K.
func (t *quantTile) block4K(fifth bool) int {
	t.layout(256, 16)
	limit, codes := 8, codes4K
	if fifth {
		limit, codes = 4, codes5K
	}
	total := t.each("total")
	if t.wide() && t.n == 1 {
		t.parts4K(total, codes, fifth)
	} else {
		for part := range 8 {
			sum := t.zeros()
			t.dots(sum, 8, 32*part, limit, func(g int) vec {
				w := t.words("w", t.at(codes+64*(part/2*8+g)))
				if part%2 == 0 {
					t.lower(w)
				} else {
					t.upper(w)
				}
				if !fifth {
					return w
				}
				return t.bits("VPOR", w, t.fifth(t.words("u", t.at(high5K+64*g)), part))
			})
			t.onto(total, sum, t.wholes("scale", t.at(scales4K+panelRows*part), false), part == 0)
		}
	}
	t.scaled(total, t.halves(t.at(0)), false)
	t.scaled(t.leasts(leasts4K, 8, false), t.halves(t.at(2*panelRows)), true)
	return codes + 32*64
}

// fifth moves bit part of bytes to where the fifth bit is; it replaces u.
func (t *quantTile) fifth(u vec, part int) vec {
	if part < 4 {
		t.op("VPSLLW", operand.U8(uint8(4-part)), u, u)
	} else if part > 4 {
		t.op("VPSRLW", operand.U8(uint8(part-4)), u, u)
	}
	return t.bits("VPAND", u, t.pattern(0x10101010))
}

// parts4K is the sums of the parts of a block for one x: both parts that share bytes at once, so that these are read one after the
// other, and each once.
func (t *quantTile) parts4K(total []vec, codes int, fifth bool) {
	for g := 0; fifth && g < 8; g++ {
		t.words(fmt.Sprint("bits", g), t.at(high5K+64*g))
	}
	for part := 0; part < 8; part += 2 {
		low, high := t.zeros(), []vec{t.keep("upper")}
		t.clear(high[0][0])
		for g := range 8 {
			w, v := t.words("w", t.at(codes+64*(4*part+g))), t.keep("v")
			t.op("VPSRLW", operand.U8(4), w, v)
			t.lower(w)
			t.lower(v)
			if fifth {
				bits := t.keep(fmt.Sprint("bits", g))
				t.bits("VPOR", w, t.fifth(t.to("u", "VMOVAPS", bits), part))
				t.bits("VPOR", v, t.fifth(t.to("u", "VMOVAPS", bits), part+1))
			}
			t.VPDPBUSD_BCST(t.in(0, 32*part+4*g), w[0], low[0][0])
			t.VPDPBUSD_BCST(t.in(0, 32*part+32+4*g), v[0], high[0][0])
		}
		t.onto(total, low, t.wholes("scale", t.at(scales4K+panelRows*part), false), part == 0)
		t.onto(total, high, t.wholes("scale", t.at(scales4K+panelRows*(part+1)), false), false)
	}
}

func (t *quantTile) block6K() int {
	t.layout(256, 4*16)
	total := t.each("total")
	if t.wide() && t.n == 1 {
		t.parts6K(total)
	} else {
		for part := range 16 {
			h, p, half := part/8, part%8/2, part%2
			sum := t.starts(part)
			t.dots(sum, 4, 16*part, 2, func(g int) vec {
				w, u := t.words("w", step6K(t, h, half, g, 1+p%2)), t.words("u", step6K(t, h, half, g, 0))
				if p < 2 {
					t.lower(w)
				} else {
					t.upper(w)
				}
				return t.bits("VPOR", w, t.sixth(u, p))
			})
			t.onto(total, sum, t.wholes("scale", t.at(scales6K+panelRows*part), true), part == 0)
		}
	}
	t.scaled(total, t.halves(t.at(0)), false)
	return codes6K + 48*64
}

// step6K is the words of group g of parts 8h + half, 8h + half + 2, …: those of upper bits, or two of lower ones.
func step6K(t *quantTile, h, half, g, word int) operand.Mem {
	return t.at(codes6K + 64*(3*(8*h+4*half+g)+word))
}

// sixth moves bits 2p and 2p + 1 of bytes to where the fifth and sixth are; it replaces u.
func (t *quantTile) sixth(u vec, p int) vec {
	switch p {
	case 0:
		t.op("VPSLLW", operand.U8(4), u, u)
	case 1:
		t.op("VPSLLW", operand.U8(2), u, u)
	case 3:
		t.op("VPSRLW", operand.U8(2), u, u)
	}
	return t.bits("VPAND", u, t.pattern(0x30303030))
}

// parts6K is parts4K for the four parts that share bytes of upper bits.
func (t *quantTile) parts6K(total []vec) {
	for of := range 4 { // parts that begin at 128h + 16half, 32 columns apart
		h, half := of/2, of%2
		var sum [4][]vec
		for p := range sum {
			sum[p] = []vec{t.keep(fmt.Sprint("part", p))}
			t.VPBROADCASTD(t.in(0, t.sums+4*(8*h+2*p+half)), sum[p][0][0])
		}
		for g := range 4 {
			bits := t.words("bits", step6K(t, h, half, g, 0))
			for k := range 2 {
				w, v := t.words("w", step6K(t, h, half, g, 1+k)), t.keep("v")
				t.op("VPSRLW", operand.U8(4), w, v)
				t.lower(w)
				t.lower(v)
				t.bits("VPOR", w, t.sixth(t.to("u", "VMOVAPS", bits), k))
				t.bits("VPOR", v, t.sixth(t.to("u", "VMOVAPS", bits), k+2))
				t.VPDPBUSD_BCST(t.in(0, 128*h+32*k+16*half+4*g), w[0], sum[k][0][0])
				t.VPDPBUSD_BCST(t.in(0, 128*h+64+32*k+16*half+4*g), v[0], sum[k+2][0][0])
			}
		}
		for p := range sum {
			part := 8*h + 2*p + half
			t.onto(total, sum[p], t.wholes("scale", t.at(scales6K+panelRows*part), true), part == 0)
		}
	}
}
