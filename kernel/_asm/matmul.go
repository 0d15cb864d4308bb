package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A tile is what fits the registers of a level: rows × columns of sums, a row of b and two numbers of a.
type tileShape struct{ rows, cols int }

func (s *isa) tileShape() tileShape {
	if s.wide() {
		return tileShape{14, 32}
	}
	return tileShape{6, 16}
}

// bf16 is the kernels of matrix products whose operands are rounded to bfloat16, in pairs along k.
func bf16(c *build.Context) {
	s := levels(c)[0]
	for m := 1; m <= s.tileShape().rows; m++ {
		s.tile(m, true)
	}
	for _, n := range []int{s.tileShape().rows, 16} {
		s.packRowsBF16(n)
	}
	for _, n := range []int{s.tileShape().rows, s.tileShape().cols} {
		s.packAcrossBF16(n)
	}
}

// matmul is the kernels of matrix products: tiles on packed panels, and the packing.
func matmul(c *build.Context) {
	for _, s := range levels(c) {
		for m := 1; m <= s.tileShape().rows; m++ {
			s.tile(m, false)
		}
		whole, shape := s.bytes/4, s.tileShape()
		s.packRows(whole)
		s.packRows(shape.rows)
		s.packAcross(shape.cols)
		s.packAcross(shape.rows)
		s.rowDots(4)
		s.rowDots(1)
		s.rowDotsLast()
		s.rowSums(4)
		s.rowSums(1)
	}
}

// register is one register of the level.
func (s *isa) register() reg.VecVirtual {
	if s.wide() {
		return s.ZMM()
	}
	return s.YMM()
}

// tile is the micro-kernel of m rows in the manner of BLIS (Van Zee & van de Geijn 2015): sums stay in registers,
// a row of b is loaded and each number of a broadcast. With half, a number is a pair of bfloat16 along k.
func (s *isa) tile(m int, half bool) {
	shape, name := s.tileShape(), fmt.Sprintf("tile%d", m)
	if half {
		name = fmt.Sprintf("tileBF16x%d", m)
	}
	s.fn(name, "func(y, a, b *float32, k, panels, ldy, n int, onto bool)",
		fmt.Sprintf("y[p·%d+i, j] (=|+=) Σ_l a[p, l, i]·b[l, j]  for p < panels, i < %d, j < n ≤ %d,  each term fused, in the order of l.", m, m, shape.cols),
		fmt.Sprintf("a (panels, k, %d)  b (k, %d)  rows of y ldy bytes apart.", shape.rows, shape.cols))
	t := tileOf{isa: s, half: half, rows: m}
	t.body()
}

// body is the kernel after its signature.
func (t *tileOf) body() {
	s, shape := t.isa, t.tileShape()
	t.y, t.a, t.b, t.k, t.panels, t.ldy, t.n = s.arg("y"), s.arg("a"), s.arg("b"), s.arg("k"), s.arg("panels"), s.arg("ldy"), s.arg("n")
	t.onto = s.GP8L()
	s.Load(s.Param("onto"), t.onto)
	per := s.bytes / 4
	vectors := shape.cols / per
	for v := vectors; v > 1; v-- {
		s.CMPQ(t.n, operand.U32(uint32((v-1)*per)))
		s.JLE(operand.LabelRef(fmt.Sprintf("narrow%d", v)))
		if !s.wide() { // masks are slow there: whole vectors do without
			s.CMPQ(t.n, operand.U32(uint32(v*per)))
			s.JNE(operand.LabelRef(fmt.Sprintf("masked%d", v)))
			t.loop(v, false)
			s.Label(fmt.Sprintf("masked%d", v))
		}
		t.loop(v, true)
		s.Label(fmt.Sprintf("narrow%d", v))
	}
	t.loop(1, true)
}

// tileOf is a tile kernel while it is written.
type tileOf struct {
	*isa
	half                       bool          // numbers of a and b are pairs of bfloat16
	off                        reg.GPVirtual // of a convolution: where the rows of b begin; else nil
	rows                       int
	y, a, b, k, panels, ldy, n reg.GPVirtual
	onto                       reg.GPVirtual
}

// loop does all panels with v vectors of columns, the last of which is masked, and returns from the kernel.
func (t *tileOf) loop(v int, masked bool) {
	shape, per := t.tileShape(), t.bytes/4
	id := fmt.Sprintf("%d%v", v, masked)
	label := func(s string) operand.LabelRef { return operand.LabelRef(s + id) }
	var mask *tail
	if masked {
		left := t.GP64()
		t.MOVQ(t.n, left)
		t.SUBQ(operand.U32(uint32((v-1)*per)), left)
		mask = t.registerMask(left)
	}
	t.Label("panel" + id)
	acc := make([][]reg.VecVirtual, t.rows)
	for i := range acc {
		acc[i] = make([]reg.VecVirtual, v)
		for j := range acc[i] {
			acc[i][j] = t.register()
			t.clear(acc[i][j])
		}
	}
	t.TESTB(t.onto, t.onto)
	t.JZ(label("sum"))
	t.eachRow(func(i int, at func(j int) operand.Mem) {
		for j := range v {
			t.loadPart(at(j), acc[i][j], mask, j == v-1)
		}
	})
	t.Label("sum" + id)
	a, b, k := t.GP64(), t.GP64(), t.GP64() // b is where the next row lies, or where it is said
	t.MOVQ(t.a, a)
	next := uint32(shape.cols * 4)
	if t.off == nil {
		t.MOVQ(t.b, b)
	} else {
		t.MOVQ(t.off, b)
		next = 8
	}
	t.MOVQ(t.k, k)
	const unroll = 4
	t.SUBQ(operand.U32(unroll), k)
	t.JL(label("rest"))
	t.Label("steps" + id)
	for u := range unroll {
		t.step(acc, a, b, u, v)
	}
	t.ADDQ(operand.U32(uint32(unroll*shape.rows*4)), a)
	t.ADDQ(operand.U32(unroll*next), b)
	t.SUBQ(operand.U32(unroll), k)
	t.JGE(label("steps"))
	t.Label("rest" + id)
	t.ADDQ(operand.U32(unroll), k)
	t.JZ(label("store"))
	t.Label("single" + id)
	t.step(acc, a, b, 0, v)
	t.ADDQ(operand.U32(uint32(shape.rows*4)), a)
	t.ADDQ(operand.U32(next), b)
	t.DECQ(k)
	t.JNZ(label("single"))
	t.Label("store" + id)
	t.eachRow(func(i int, at func(j int) operand.Mem) {
		for j := range v {
			t.storePart(acc[i][j], at(j), mask, j == v-1)
		}
	})
	// a has come to the end of its panel, or of the rows of it that are used: the next one starts k·rows further
	step := t.GP64()
	t.IMUL3Q(operand.U32(uint32(shape.rows*4)), t.k, step)
	t.ADDQ(step, t.a)
	t.MOVQ(t.ldy, step)
	t.IMUL3Q(operand.U32(uint32(t.rows)), step, step)
	t.ADDQ(step, t.y)
	t.DECQ(t.panels)
	t.JNZ(label("panel"))
	t.done()
}

// step adds the terms of one l, u steps from where a and b point.
func (t *tileOf) step(acc [][]reg.VecVirtual, a, b reg.GPVirtual, u, v int) {
	shape := t.tileShape()
	row := make([]reg.VecVirtual, v)
	from := operand.Mem{Base: b, Disp: u * shape.cols * 4}
	if t.off != nil {
		at := t.GP64()
		t.MOVQ(operand.Mem{Base: b, Disp: 8 * u}, at)
		from = operand.Mem{Base: t.b, Index: at, Scale: 4}
	}
	for j := range row {
		row[j] = t.register()
		t.VMOVUPS(from.Offset(j*t.bytes), row[j])
	}
	for i := range acc {
		x := t.register()
		t.VBROADCASTSS(operand.Mem{Base: a, Disp: (u*shape.rows + i) * 4}, x)
		for j := range row {
			if t.half {
				t.emit(dotBF16, x, row[j], acc[i][j])
			} else {
				t.VFMADD231PS(x, row[j], acc[i][j])
			}
		}
	}
}

// eachRow walks the rows of y.
func (t *tileOf) eachRow(f func(i int, at func(j int) operand.Mem)) {
	y := t.GP64()
	t.MOVQ(t.y, y)
	for i := range t.rows {
		f(i, func(j int) operand.Mem { return operand.Mem{Base: y, Disp: j * t.bytes} })
		if i+1 < t.rows {
			t.ADDQ(t.ldy, y)
		}
	}
}

// registerMask is the mask of the first n lanes of one register, 0 < n.
func (s *isa) registerMask(n reg.GPVirtual) *tail {
	if s.wide() {
		return s.mask(n)
	}
	base, back := s.GP64(), s.GP64()
	s.LEAQ(s.maskTable(), base)
	s.MOVQ(operand.U32(lanes), back)
	s.SUBQ(n, back)
	s.LEAQ(operand.Mem{Base: base, Index: back, Scale: 4}, base)
	return &tail{at: operand.Mem{Base: base}}
}

// loadPart is one register from memory; the lanes beyond the mask, if it applies, are 0.
func (s *isa) loadPart(m operand.Mem, v reg.VecVirtual, mask *tail, applies bool) {
	switch {
	case mask == nil || !applies:
		s.VMOVUPS(m, v)
	case s.wide():
		s.VMOVUPS_Z(m, mask.k, v)
	default:
		lanes := s.YMM()
		s.VMOVUPS(mask.at, lanes)
		s.VMASKMOVPS(m, lanes, v)
	}
}

// storePart is the other way.
func (s *isa) storePart(v reg.VecVirtual, m operand.Mem, mask *tail, applies bool) {
	switch {
	case mask == nil || !applies:
		s.VMOVUPS(v, m)
	case s.wide():
		s.VMOVUPS(v, mask.k, m)
	default:
		lanes := s.YMM()
		s.VMOVUPS(mask.at, lanes)
		s.VMASKMOVPS(v, lanes, m)
	}
}

// clear makes a register 0.
func (s *isa) clear(v reg.VecVirtual) {
	if s.wide() {
		s.VPXORD(v, v, v)
	} else {
		s.VXORPS(v, v, v)
	}
}
