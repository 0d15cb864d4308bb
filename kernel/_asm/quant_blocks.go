package main

import "github.com/mmcloughlin/avo/operand"

// What a panel holds for a block of each row, by kind: see kernel/quant_panel.go. Each gives the bytes of the panel's block.

func (t *quantTile) block8() int {
	t.layout(32, 1)
	d := t.halves(t.at(0))
	var sum []vec
	if t.wide() {
		sum = t.starts(0)
		t.dots(sum, 8, 0, 0, func(g int) vec { return t.words("w", t.at(32+64*g)) })
	} else {
		sum = t.zeros()
		t.signedDots(sum[0])
	}
	t.scaled(sum, d, false)
	return 32 + 8*64
}

// signedDots is dots of a block of 8-bit codes without a sum of 16 bits that could be too large: codes lose their sign, and the
// four of x change theirs with it.
func (t *quantTile) signedDots(sum vec) {
	for g := range 8 {
		x, turned := t.keep("x"), t.keep("pairs")
		t.VPBROADCASTD(t.in(0, 4*g), x[0])
		w := t.words("w", t.at(32+64*g))
		t.op("VPXOR", t.pattern(0x80808080), w, w)
		for i := range turned {
			t.VPSIGNB(w[i], x[0], turned[i])
		}
		t.op("VPABSB", w, w)
		t.op("VPMADDUBSW", turned, w, w)
		t.widen(w, sum)
	}
}

func (t *quantTile) block4() int {
	t.layout(32, 1)
	d, sum := t.halves(t.at(0)), t.starts(0)
	t.dots(sum, 8, 0, 8, func(g int) vec {
		w := t.words("w", t.at(32+64*(g%4)))
		if g < 4 {
			return t.lower(w)
		}
		return t.upper(w)
	})
	t.scaled(sum, d, false)
	return 32 + 4*64
}

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

// block4K is Q4_K, and with fifth bits Q5_K.
func (t *quantTile) block4K(fifth bool) int {
	const scales, leasts, codes, high = 4 * panelRows, 12 * panelRows, 20 * panelRows, 20*panelRows + 32*64
	t.layout(256, 8)
	limit, size := 8, high
	if fifth {
		limit, size = 4, high+8*64
	}
	total, least := t.each("total"), t.each("least")
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
			u := t.words("u", t.at(high+64*g))
			if part < 4 { // bit part becomes the fifth
				t.op("VPSLLW", operand.U8(uint8(4-part)), u, u)
			} else if part > 4 {
				t.op("VPSRLW", operand.U8(uint8(part-4)), u, u)
			}
			t.bits("VPAND", u, t.pattern(0x10101010))
			return t.bits("VPOR", w, u)
		})
		t.onto(total, sum, t.wholes(t.at(scales+panelRows*part), false), part == 0)
		t.onto(least, t.starts(part), t.wholes(t.at(leasts+panelRows*part), false), part == 0)
	}
	t.scaled(total, t.halves(t.at(0)), false)
	t.scaled(least, t.halves(t.at(2*panelRows)), true)
	return size
}

func (t *quantTile) block6K() int {
	const scales, low, high = 2 * panelRows, 18 * panelRows, 18*panelRows + 32*64
	t.layout(256, 16)
	total := t.each("total")
	for part := range 16 {
		h, p, half := part/8, part%8/2, part%2
		sum := t.starts(part)
		t.dots(sum, 4, 16*part, 2, func(g int) vec {
			w, u := t.words("w", t.at(low+64*(16*h+8*(p%2)+4*half+g))), t.words("u", t.at(high+64*(8*h+4*half+g)))
			if p < 2 {
				t.lower(w)
			} else {
				t.upper(w)
			}
			switch p { // bits 2p and 2p + 1 become the fifth and sixth
			case 0:
				t.op("VPSLLW", operand.U8(4), u, u)
			case 1:
				t.op("VPSLLW", operand.U8(2), u, u)
			case 3:
				t.op("VPSRLW", operand.U8(2), u, u)
			}
			t.bits("VPAND", u, t.pattern(0x30303030))
			return t.bits("VPOR", w, u)
		})
		t.onto(total, sum, t.wholes(t.at(scales+panelRows*part), true), part == 0)
	}
	t.scaled(total, t.halves(t.at(0)), false)
	return high + 16*64
}
