package main

import (
	"fmt"
	"regexp"
	"strconv"
)

// The instructions on bfloat16 are known neither to avo nor to the assembler of Go. A kernel names a stand-in with the
// same operands, so that registers are found for it, and encode replaces it by its bytes.
//
//	VPDPBUSDS Za, Zb, Zc   stands for VDPBF16PS      Zc[i] += Zb[2i+1]·Za[2i+1] + Zb[2i]·Za[2i]
//	VPACKSSDW Za, Zb, Zc   stands for VCVTNE2PS2BF16 Zc = bfloat16(Za), bfloat16(Zb): Za in the lower half
const (
	dotBF16     = "VPDPBUSDS"
	convertBF16 = "VPACKSSDW"
)

var standIn = regexp.MustCompile(`(VPDPBUSDS|VPACKSSDW)\s+Z(\d+), Z(\d+), Z(\d+)`)

// encode writes the stand-ins as bytes, of the form EVEX.512.F3.0F38.W0 52 /r or EVEX.512.F2.0F38.W0 72 /r (Intel
// SDM, volume 2): the operands are, in Intel's order, Zc, Zb, Za.
func encode(text []byte) []byte {
	return standIn.ReplaceAllFunc(text, func(line []byte) []byte {
		m := standIn.FindSubmatch(line)
		reg := func(i int) (n int) { n, _ = strconv.Atoi(string(m[i])); return n }
		a, b, c := reg(2), reg(3), reg(4)
		prefix, opcode, name := 0b10, 0x52, "VDPBF16PS"
		if string(m[1]) == convertBF16 {
			prefix, opcode, name = 0b11, 0x72, "VCVTNE2PS2BF16"
		}
		not := func(v, bit int) int { return ^v >> bit & 1 }
		p1 := not(c, 3)<<7 | not(a, 4)<<6 | not(a, 3)<<5 | not(c, 4)<<4 | 0b010
		p2 := (^b&15)<<3 | 1<<2 | prefix
		p3 := 0b10<<5 | not(b, 4)<<3
		modrm := 0b11<<6 | (c&7)<<3 | a&7
		return fmt.Appendf(nil, "LONG $0x%02x%02x%02x62; WORD $0x%02x%02x // %s Z%d, Z%d, Z%d", p3, p2, p1, modrm, opcode, name, a, b, c)
	})
}
