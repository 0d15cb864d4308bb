package kernel

// How blocks of 256 numbers go to panels: see quant_panel.go.

// Where the fields of a panel's blocks of 256 columns begin.
const (
	q2kScales = 4 * QuantRows
	q2kCodes  = q2kScales + 16*QuantRows
	q4kScales = 4 * QuantRows
	q4kLeasts = q4kScales + 8*QuantRows
	q4kCodes  = q4kLeasts + 8*QuantRows
	q5kHigh   = q4kCodes
	q5kCodes  = q5kHigh + 32*QuantRows
	q6kScales = 2 * QuantRows
	q6kCodes  = q6kScales + 16*QuantRows
)

func packQ2_K(dst, b []byte, row int) {
	packPair(dst, b[80:], row)
	for part, st := range b[:16] {
		dst[q2kScales+part*QuantRows+row] = st
	}
	packWords(dst[q2kCodes:], b[16:80], row, 0)
}

func packQ4_K(dst, b []byte, row int) {
	packScales4(dst, b, row)
	packWords(dst[q4kCodes:], b[16:144], row, 0)
}

func packQ5_K(dst, b []byte, row int) {
	packScales4(dst, b, row)
	packWords(dst[q5kCodes:], b[48:176], row, 0)
	packWords(dst[q5kHigh:], b[16:48], row, 0)
}

// packScales4 packs what Q4_K and Q5_K begin with.
func packScales4(dst, b []byte, row int) {
	packPair(dst, b, row)
	for part := range 8 {
		s, t := scale4(b[4:16], part)
		dst[q4kScales+part*QuantRows+row] = byte(s)
		dst[q4kLeasts+part*QuantRows+row] = byte(t)
	}
}

func packQ6_K(dst, b []byte, row int) {
	copy(dst[2*row:2*row+2], b[208:])
	for part, s := range b[192:208] {
		dst[q6kScales+part*QuantRows+row] = s
	}
	pack6(dst, b[:128], b[128:192], row)
}

// pack6 packs the lower and the upper bits of codes of 6.
func pack6(dst, lower, upper []byte, row int) {
	for g := range 16 {
		at := q6kCodes + 3*g*4*QuantRows
		packWords(dst[at:], upper[4*g:4*g+4], row, 0)
		for k := range 2 {
			from := g/8*64 + 32*k + g%8*4
			packWords(dst[at+(1+k)*4*QuantRows:], lower[from:from+4], row, 0)
		}
	}
}

// packQ3_K packs d·s·(q − 4) as d·s·((q + 28) − 32).
func packQ3_K(dst, b []byte, row int) {
	copy(dst[2*row:2*row+2], b[108:])
	for part := range 16 {
		dst[q6kScales+part*QuantRows+row] = byte(int8(scale3(b[96:], part) - 32))
	}
	var codes [192]byte
	for i := range 256 {
		h, p, l := i/128, i%128/32, i%32
		q := b[32+32*h+l]>>(2*p)&3 | b[l]>>(i/32)&1<<2
		q += 28
		codes[64*h+32*(p%2)+l] |= q & 15 << (p / 2 * 4)
		codes[128+32*h+l] |= q >> 4 << (2 * p)
	}
	pack6(dst, codes[:128], codes[128:], row)
}
