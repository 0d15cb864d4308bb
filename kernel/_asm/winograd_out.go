package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// winogradOut is Aᵀ·m·A, transposed back.
func (s *isa) winogradOut(whole bool) {
	name, doc := "winogradOut", ""
	if whole {
		name, doc = "winogradOutWhole", "  off[2i+1] = off[2i] + 8."
	}
	s.fn(name, "func(y, m *float32, off *int, channels, step, ldm, ldy, plane int, onto bool)",
		"y[k, r, off[h] + 4·half + c] (=|+=) Σ_{i,j} Aᵀ[r,i]·m[i, j, k, lane]·A[j,c]  for k < channels, r, c < 4;  lanes as in winogradColumns."+doc,
		"Of m i, j are step and k ldm bytes apart, of y rows ldy and k plane bytes.")
	one := s.single()
	parts := 64 / s.bytes
	six := [4]reg.GPVirtual{s.GP64(), s.GP64(), s.GP64(), s.GP64()} // 1, 6, 18 and 30 steps
	s.MOVQ(s.arg("step"), six[0])
	s.LEAQ(operand.Mem{Base: six[0], Index: six[0], Scale: 2}, six[1])
	s.ADDQ(six[1], six[1])
	s.LEAQ(operand.Mem{Base: six[1], Index: six[1], Scale: 2}, six[2])
	s.LEAQ(operand.Mem{Base: six[2], Index: six[1], Scale: 2}, six[3])
	table := s.arg("off")
	room := operand.Mem{}
	if !s.wide() {
		room = s.AllocLocal(24 * 32)
	}
	s.Label("channel")
	for part := range parts {
		var sums [4][6]any
		m := s.arg("m")
		for j := range 6 {
			at := 32 * part
			places := []operand.Mem{{Base: m, Disp: at}, {Base: m, Index: six[1], Scale: 1, Disp: at}, {Base: m, Index: six[1], Scale: 2, Disp: at},
				{Base: m, Index: six[2], Scale: 1, Disp: at}, {Base: m, Index: six[1], Scale: 4, Disp: at}, {Base: m, Index: six[3], Scale: 1, Disp: at}}
			for r, v := range one.backward(func(i int) any { return places[i] }) {
				sums[r][j] = v
				if !s.wide() {
					to := room.Offset(32 * (6*r + j))
					s.VMOVUPS(v[0], to)
					sums[r][j] = to
				}
			}
			if j < 5 {
				s.ADDQ(six[0], m)
			}
		}
		y := s.arg("y")
		for r := range 4 {
			p := one.backward(func(j int) any { return sums[r][j] })
			low, low2 := one.unpack("VUNPCKLPS", "VUNPCKHPS", p[0], p[1])
			high, high2 := one.unpack("VUNPCKLPS", "VUNPCKHPS", p[2], p[3])
			var chunks [4]vec
			chunks[0], chunks[1] = one.unpack("VUNPCKLPD", "VUNPCKHPD", low, high)
			chunks[2], chunks[3] = one.unpack("VUNPCKLPD", "VUNPCKHPD", low2, high2)
			s.CMPB(s.param("onto"), operand.U8(0))
			put, done := fmt.Sprintf("put%d_%d", part, r), fmt.Sprintf("done%d_%d", part, r)
			s.JEQ(operand.LabelRef(put))
			s.chunks(y, table, chunks, part, whole, true)
			s.JMP(operand.LabelRef(done))
			s.Label(put)
			s.chunks(y, table, chunks, part, whole, false)
			s.Label(done)
			if r < 3 {
				s.ADDQ(s.param("ldy"), y)
			}
		}
	}
	for _, p := range [][2]string{{"m", "ldm"}, {"y", "plane"}} {
		step := s.arg(p[1])
		s.ADDQ(step, s.param(p[0]))
	}
	s.DECQ(s.param("channels"))
	s.JNZ(operand.LabelRef("channel"))
	s.done()
}

// chunks stores four chunks of a row where the table says, or adds them to what is there.
func (s *isa) chunks(y, table reg.GPVirtual, v [4]vec, part int, whole, onto bool) {
	store := func(h int, v reg.Register) {
		at := s.GP64()
		s.MOVQ(operand.Mem{Base: table, Disp: 8 * h}, at)
		to := operand.Mem{Base: y, Index: at, Scale: 4}
		if onto {
			s.VADDPS(to, v, v)
		}
		s.VMOVUPS(v, to)
	}
	for n, c := range v {
		switch {
		case !s.wide():
			store(2*n+part, c[0])
		case whole:
			store(2*n, c[0])
		default:
			upper := s.YMM()
			s.VEXTRACTF64X4(operand.U8(1), c[0], upper)
			store(2*n, c[0].AsY())
			store(2*n+1, upper)
		}
	}
}
