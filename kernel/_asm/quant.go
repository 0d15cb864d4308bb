package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// quant is products of weights in panels of 16 rows with numbers rounded to 8 bits; kernel/quant_panel.go and quant_x.go say how
// they lie. A lane sums a row: VPDPBUSD adds four products to each at once, AVX2 does so in three steps.
func quant(c *build.Context) {
	for _, s := range levels(c) {
		for _, n := range []int{1, 2, 4, 8} {
			if n > 1 && !s.wide() {
				break // registers for one x
			}
			for _, kind := range []string{"Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "IQ4_NL", "MXFP4", "Q2_K", "Q4_K", "Q5_K", "Q6_K"} {
				s.quantTile(kind, n)
			}
		}
		s.packX(32, 1, 4)
		s.packX(256, 8, 2)
		s.packX(256, 16, 2)
		s.packX(256, 16, 4)
	}
}

// tableIQ4 are the values of IQ4_NL's codes.
var tableIQ4 = [16]int{-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113}

// panelRows is the rows of a panel.
const panelRows = 16

// A quantTile is a kernel for a panel and n xs.
type quantTile struct {
	*isa
	n              int
	w, x           reg.GPVirtual
	steps          [8]operand.Mem // of each x from the first one, as an index
	acc            []vec
	kept           map[string]vec
	nibble         any // the lower half of bytes: a register where there are enough
	sums, block, d int // where in a block of x the sums begin, its size, and where d is
}

func (s *isa) quantTile(kind string, n int) {
	s.fn(fmt.Sprintf("tile%sx%d", kind, n), "func(y *float32, ldy int, w, x *byte, stride, blocks int)",
		fmt.Sprintf("y[j, r] = row r of w · x_j  for r < 16, j < %d,  %s; rows of y ldy bytes apart, xs stride bytes.", n, kind))
	t := &quantTile{isa: s, n: n, kept: map[string]vec{}}
	y, ldy, stride, blocks := s.arg("y"), s.arg("ldy"), s.arg("stride"), s.arg("blocks")
	t.w, t.x = s.arg("w"), s.arg("x")
	t.place(stride)
	for range n {
		t.acc = append(t.acc, s.zero())
	}
	if kind != "Q8_0" {
		t.nibble = t.everywhere(0x0f0f0f0f)
	}
	switch {
	case kind == "MXFP4":
		t.look(0xffff_fff4, [16]int{0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12}, 12)
	case kind == "IQ4_NL" && s.wide():
		t.look(0xffff_fff5, tableIQ4, 128)
	case kind == "IQ4_NL":
		t.look(0xffff_fff6, tableIQ4, 0)
	}
	s.TESTQ(blocks, blocks)
	s.JZ(operand.LabelRef("store"))
	s.Label("block")
	size := 0
	switch kind {
	case "Q8_0":
		size = t.block8()
	case "Q4_0", "Q4_1":
		size = t.block4(kind == "Q4_1")
	case "Q5_0", "Q5_1":
		size = t.block5(kind == "Q5_1")
	case "IQ4_NL":
		size = t.blockIQ4()
	case "MXFP4":
		size = t.blockFP4()
	case "Q2_K":
		size = t.block2K()
	case "Q4_K", "Q5_K":
		size = t.block4K(kind == "Q5_K")
	case "Q6_K":
		size = t.block6K()
	}
	s.ADDQ(operand.U32(uint32(size)), t.w)
	s.ADDQ(operand.U32(uint32(t.block)), t.x)
	s.DECQ(blocks)
	s.JNZ(operand.LabelRef("block"))
	s.Label("store")
	for j, acc := range t.acc {
		s.store(acc, mem(y))
		if j < n-1 {
			s.ADDQ(ldy, y)
		}
	}
	s.done()
}

// everywhere is bits in all lanes, in a register or, where these are few, in memory.
func (t *quantTile) everywhere(bits uint32) any {
	if !t.wide() {
		return t.pattern(bits)
	}
	v := t.uniform()
	t.VMOVUPS(t.pattern(bits), v[0])
	return v
}

// place finds the indices of the xs: multiples of stride.
func (t *quantTile) place(stride reg.GPVirtual) {
	at := func(j int, r reg.GPVirtual, scale uint8) { t.steps[j] = operand.Mem{Index: r, Scale: scale} }
	at(1, stride, 1)
	at(2, stride, 2)
	at(4, stride, 4)
	odd := map[int]reg.GPVirtual{}
	for _, j := range []int{3, 5, 7} {
		if j < t.n {
			odd[j] = t.GP64()
			t.IMUL3Q(operand.U8(uint8(j)), stride, odd[j])
			at(j, odd[j], 1)
		}
	}
	if t.n > 6 {
		at(6, odd[3], 2)
	}
}

// in is the place of byte disp in the block of x_j.
func (t *quantTile) in(j, disp int) operand.Mem {
	m := operand.Mem{Base: t.x, Disp: disp}
	if j > 0 {
		m.Index, m.Scale = t.steps[j].Index, t.steps[j].Scale
	}
	return m
}

// at is the place of byte disp in the panel's block.
func (t *quantTile) at(disp int) operand.Mem { return operand.Mem{Base: t.w, Disp: disp} }

// keep is the vector of a name, the same one each time: few names are quickly given registers, however long the kernel is.
func (t *quantTile) keep(name string) vec {
	v, ok := t.kept[name]
	if !ok {
		v = t.vec()
		t.kept[name] = v
	}
	return v
}

// to is op whose result is the vector of a name.
func (t *quantTile) to(name, opcode string, operands ...any) vec {
	v := t.keep(name)
	t.op(opcode, append(operands, v)...)
	return v
}

// layout says how a block of x of n numbers lies, whose sums take size bytes.
func (t *quantTile) layout(n, size int) { t.sums, t.d, t.block = n, n+size, n+size+4 }

// halves is 16 F16 at m as float32.
func (t *quantTile) halves(m operand.Mem) vec {
	v := t.keep("d")
	for i := range v {
		t.VCVTPH2PS(m.Offset(i*t.bytes/2), v[i])
	}
	return v
}

// wholes is 16 bytes at m as 32-bit integers, signed or not.
func (t *quantTile) wholes(name string, m operand.Mem, signed bool) vec {
	v := t.keep(name)
	for i := range v {
		if from := m.Offset(i * t.bytes / 4); signed {
			t.VPMOVSXBD(from, v[i])
		} else {
			t.VPMOVZXBD(from, v[i])
		}
	}
	return v
}

// words is the 16 words of four codes at m.
func (t *quantTile) words(name string, m operand.Mem) vec { return t.to(name, "VMOVUPS", m) }

// bits is an instruction on bits of v, which replaces it.
func (t *quantTile) bits(opcode string, v vec, by any) vec {
	if t.wide() {
		opcode += "D"
	}
	t.op(opcode, by, v, v)
	return v
}

// lower and upper are the halves of bytes; they replace v.
func (t *quantTile) lower(v vec) vec { return t.bits("VPAND", v, t.nibble) }
func (t *quantTile) upper(v vec) vec {
	t.op("VPSRLW", operand.U8(4), v, v)
	return t.lower(v)
}

// each is n vectors of a name.
func (t *quantTile) each(name string) []vec {
	v := make([]vec, t.n)
	for j := range v {
		v[j] = t.keep(fmt.Sprint(name, j))
	}
	return v
}
