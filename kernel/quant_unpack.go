package kernel

import "encoding/binary"

// UnpackQuant is y[i] = number col + i of a row of weights of kind q, of which w has the panels of rows of k: the same bits
// as GetQuant gives of the row's blocks. col and len(y) are multiples of the kind's block.
func UnpackQuant(y []Float, q Quant, w []byte, k, row, col int) {
	p, block := packings[q], q.Block()
	as := &quants[p.as]
	w = w[row/QuantRows*panelBytes(q, k)+col/block*p.bytes:]
	var b [maxBytes]byte
	for ; len(y) > 0; y = y[block:] {
		unpack(b[:as.bytes], w, p.as, row%QuantRows)
		as.get(y[:block:block], b[:as.bytes:as.bytes])
		w = w[p.bytes:]
	}
}

// maxBytes is the most bytes that a block takes which panels are made of.
const maxBytes = 210

// unpack takes a block of a row out of a panel of kind q: what PackQuant's functions did, undone.
func unpack(b, w []byte, q Quant, row int) {
	copy(b[:2], w[2*row:])
	copy(b[2:4], w[2*QuantRows+2*row:]) // m, or what is written over
	switch q {
	case Q8_0:
		unpackWords(b[2:34], w[q8Codes:], row, unsigned)
	case Q4_0, IQ4_NL:
		unpackWords(b[2:18], w[q8Codes:], row, 0)
	case MXFP4:
		b[0] = unpackE8M0(binary.LittleEndian.Uint16(w[2*row:]))
		unpackWords(b[1:17], w[q8Codes:], row, 0)
	case Q4_1:
		unpackWords(b[4:20], w[q41Codes:], row, 0)
	case Q5_0:
		unpackFifth(b[2:], w[q50High:], row)
		unpackWords(b[6:22], w[q50Codes:], row, 0)
	case Q5_1:
		unpackFifth(b[4:], w[q51High:], row)
		unpackWords(b[8:24], w[q51Codes:], row, 0)
	case Q2_K:
		copy(b[80:84], b[:4])
		for part := range 16 {
			b[part] = w[q2kScales+part*QuantRows+row]
		}
		unpackWords(b[16:80], w[q2kCodes:], row, 0)
	case Q4_K:
		unpackScales4(b, w, row)
		unpackWords(b[16:144], w[q4kCodes:], row, 0)
	case Q5_K:
		unpackScales4(b, w, row)
		unpackWords(b[16:48], w[q5kHigh:], row, 0)
		unpackWords(b[48:176], w[q5kCodes:], row, 0)
	case Q6_K:
		copy(b[208:], w[2*row:][:2])
		for part := range 16 {
			b[192+part] = w[q6kScales+part*QuantRows+row]
		}
		for g := range 16 {
			words := w[q6kCodes+3*g*4*QuantRows:]
			unpackWords(b[128+4*g:][:4], words, row, 0)
			for k := range 2 {
				unpackWords(b[g/8*64+32*k+g%8*4:][:4], words[(1+k)*4*QuantRows:], row, 0)
			}
		}
	}
}

// unpackE8M0 undoes halfE8M0, of which d is the upper half.
func unpackE8M0(d uint16) byte {
	if d < 1<<7 { // below the least normal number
		return byte(d >> 6)
	}
	return byte(d>>7 + 1)
}

// unpackFifth undoes packFifth.
func unpackFifth(dst, src []byte, row int) {
	w, high := binary.LittleEndian.Uint32(src[4*row:]), uint32(0)
	for i := range 32 {
		high |= w >> (i%4*8 + i/4) & 1 << i
	}
	binary.LittleEndian.PutUint32(dst, high)
}

// unpackWords collects the words of a row.
func unpackWords(dst, src []byte, row int, flip uint32) {
	for at := 4 * row; len(dst) >= 4; at += 4 * QuantRows {
		binary.LittleEndian.PutUint32(dst, binary.LittleEndian.Uint32(src[at:])^flip)
		dst = dst[4:]
	}
}

// unpackScales4 undoes packScales4; see scale4 for where the bits lie.
func unpackScales4(b, w []byte, row int) {
	scale := func(part int) byte { return w[q4kScales+part*QuantRows+row] }
	least := func(part int) byte { return w[q4kLeasts+part*QuantRows+row] }
	for i := range 4 {
		b[4+i] = scale(i) | scale(i+4)>>4<<6
		b[8+i] = least(i) | least(i+4)>>4<<6
		b[12+i] = scale(i+4)&15 | least(i+4)<<4
	}
}
