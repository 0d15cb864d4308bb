package kernel

// Blocks of 256 numbers.

// scales 16 bytes: s below, t above | q 64 bytes | d, m F16. Two bits of byte 32h + l hold number 128h + 32·shift/2 + l.
func getQ2_K(y []Float, b []byte) {
	d, m := f16(b[80:]), f16(b[82:])
	for part, st := range b[:16] {
		s, t := float32(d*float32(st&15)), float32(m*float32(st>>4))
		codes := b[16+part/8*32+part%2*16:]
		for l := range 16 {
			q := codes[l] >> (part % 8 / 2 * 2) & 3
			y[16*part+l] = Float(float32(s*float32(q)) - t)
		}
	}
}

// scale3 is the scale of a part of Q3_K: s holds the lower four bits of 16 in 8 bytes, then the upper two in 4.
func scale3(s []byte, part int) int {
	low := int(s[part%8] >> (part / 8 * 4) & 15)
	high := int(s[8+part%4] >> (part / 4 * 2) & 3)
	return low | high<<4
}

// third bits 32 bytes | q 64 bytes, as in Q2_K | scales 12 bytes | d F16. Bit p of byte l is the third one of number 32p + l.
func getQ3_K(y []Float, b []byte) {
	d := f16(b[108:])
	for part := range 16 {
		s := float32(d * float32(scale3(b[96:], part)-32))
		codes, third := b[32+part/8*32+part%2*16:], b[part%2*16:]
		for l := range 16 {
			q := int(codes[l]>>(part%8/2*2)&3) | int(third[l]>>(part/2)&1)<<2
			y[16*part+l] = Float(s * float32(q-4))
		}
	}
}

// scale4 is the scales of a part of Q4_K and Q5_K, of 6 bits each: those of the first four parts lie in the lower bits of 4
// and 4 bytes, of the others the lower four bits in 4 bytes more and the upper two above those of the first four.
func scale4(s []byte, part int) (scale, least int) {
	if part < 4 {
		return int(s[part] & 63), int(s[part+4] & 63)
	}
	return int(s[part+4]&15 | s[part-4]>>6<<4), int(s[part+4]>>4 | s[part]>>6<<4)
}

// d, m F16 | scales 12 bytes | q 128 bytes. The lower half of byte 32c + l is number 64c + l, the upper 64c + 32 + l.
func getQ4_K(y []Float, b []byte) {
	d, m := f16(b), f16(b[2:])
	for part := range 8 {
		s, t := scale4(b[4:16], part)
		scale, least := float32(d*float32(s)), float32(m*float32(t))
		codes := b[16+part/2*32:]
		for l := range 32 {
			q := codes[l] >> (part % 2 * 4) & 15
			y[32*part+l] = Float(float32(scale*float32(q)) - least)
		}
	}
}

// d, m F16 | scales 12 bytes | fifth bits 32 bytes | q 128 bytes, as in Q4_K. Bit p of byte l is the fifth one of number 32p + l.
func getQ5_K(y []Float, b []byte) {
	d, m := f16(b), f16(b[2:])
	for part := range 8 {
		s, t := scale4(b[4:16], part)
		scale, least := float32(d*float32(s)), float32(m*float32(t))
		codes := b[48+part/2*32:]
		for l := range 32 {
			q := codes[l]>>(part%2*4)&15 | b[16+l]>>part&1<<4
			y[32*part+l] = Float(float32(scale*float32(q)) - least)
		}
	}
}

// code6 is number i of Q6_K: with i = 128h + 32p + l, its lower four bits are in byte 64h + 32·(p mod 2) + l of b, in the upper
// half where p > 1; its upper two are bits 2p and 2p + 1 of byte 32h + l of what follows.
func code6(b []byte, i int) int {
	h, p, l := i/128, i%128/32, i%32
	low := b[64*h+32*(p%2)+l] >> (p / 2 * 4) & 15
	high := b[128+32*h+l] >> (2 * p) & 3
	return int(low | high<<4)
}

// lower four bits 128 bytes | upper two 64 bytes | scales 16 bytes, signed | d F16
func getQ6_K(y []Float, b []byte) {
	d := f16(b[208:])
	for part, s := range b[192:208] {
		scale := float32(d * float32(int8(s)))
		for l := range 16 {
			y[16*part+l] = Float(scale * float32(code6(b, 16*part+l)-32))
		}
	}
}
