package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
)

// What a panel holds for a block of 32 numbers of each row, by kind: see kernel/quant_panel.go. Each gives the bytes of the panel's
// block.

func (t *quantTile) block8() int {
	t.layout(32, 4)
	d := t.halves(t.at(0))
	var sum []vec
	if t.wide() {
		sum = t.starts(0)
		t.dots(sum, 8, 0, 0, func(g int) vec { return t.words("w", t.at(32+64*g)) })
	} else {
		sum = t.zeros()
		t.signedDots(sum[0], func(g int) vec {
			w := t.words("w", t.at(32+64*g))
			t.op("VPXOR", t.pattern(0x80808080), w, w)
			return w
		})
	}
	t.scaled(sum, d, false)
	return 32 + 8*64
}

// signedDots is dots of a block of signed codes without a sum of 16 bits that could be too large: codes lose their sign, and the
// four of x change theirs with it.
func (t *quantTile) signedDots(sum vec, codes func(g int) vec) {
	for g := range 8 {
		x, turned := t.keep("x"), t.keep("pairs")
		t.VPBROADCASTD(t.in(0, 4*g), x[0])
		w := codes(g)
		for i := range turned {
			t.VPSIGNB(w[i], x[0], turned[i])
		}
		t.op("VPABSB", w, w)
		t.op("VPMADDUBSW", turned, w, w)
		t.widen(w, sum)
	}
}

// nibbles is the codes of group g of 8, two of which share a byte.
func (t *quantTile) nibbles(at, g int) vec {
	w := t.words("w", t.at(at+64*(g%4)))
	if g < 4 {
		return t.lower(w)
	}
	return t.upper(w)
}

// block4 is Q4_0, and with least numbers Q4_1.
func (t *quantTile) block4(least bool) int {
	codes := 32
	if least {
		codes = 64
	}
	t.short(least, 8, func(g int) vec { return t.nibbles(codes, g) })
	return codes + 4*64
}

// block5 is Q5_0, and with least numbers Q5_1.
func (t *quantTile) block5(least bool) int {
	high := 32
	if least {
		high = 64
	}
	t.short(least, 4, func(g int) vec {
		w := t.nibbles(high+64, g)
		return t.bits("VPOR", w, t.fifth(t.words("u", t.at(high)), g))
	})
	return high + 5*64
}

// short is a block of 32 codes.
func (t *quantTile) short(least bool, limit int, codes func(g int) vec) {
	t.layout(32, 4)
	if !least {
		sum := t.starts(0)
		t.dots(sum, 8, 0, limit, codes)
		t.scaled(sum, t.halves(t.at(0)), false)
		return
	}
	sum := t.zeros()
	t.dots(sum, 8, 0, limit, codes)
	t.scaled(sum, t.halves(t.at(0)), false)
	t.scaled(t.starts(0), t.halves(t.at(2*panelRows)), false)
}

// blockIQ4 is IQ4_NL. AVX2 needs codes with their sign, since products of larger ones exceed 16 bits.
func (t *quantTile) blockIQ4() int {
	codes := func(g int) vec {
		w := t.nibbles(32, g)
		t.op("VPSHUFB", w, t.kept["table"], w)
		return w
	}
	if t.wide() {
		t.short(false, 0, codes)
	} else {
		t.layout(32, 4)
		sum := t.zeros()
		t.signedDots(sum[0], codes)
		t.scaled(sum, t.halves(t.at(0)), false)
	}
	return 32 + 4*64
}

// blockFP4 is MXFP4.
func (t *quantTile) blockFP4() int {
	t.layout(32, 4)
	sum, d := t.starts(0), t.keep("d")
	t.dots(sum, 8, 0, 4, func(g int) vec {
		w := t.nibbles(32, g)
		t.op("VPSHUFB", w, t.kept["table"], w)
		return w
	})
	for i := range d {
		t.VPMOVZXWD(t.at(i*t.bytes/2), d[i])
		t.VPSLLD(operand.U8(16), d[i], d[i])
	}
	t.scaled(sum, d, false)
	return 32 + 4*64
}

// look keeps a table of the values of 16 codes, to which zero is added.
func (t *quantTile) look(key uint32, values [16]int, zero int) {
	m, ok := t.pool[key]
	if !ok {
		m = t.StaticGlobal(fmt.Sprintf("table%x", key&15))
		t.DataAttributes(attr.RODATA | attr.NOPTR)
		for i := range 64 {
			t.AddDatum(i, operand.U8(uint8(values[i%16]+zero)))
		}
		t.pool[key] = m
	}
	t.kept["table"] = t.uniform()
	t.VMOVUPS(m, t.kept["table"][0])
}
