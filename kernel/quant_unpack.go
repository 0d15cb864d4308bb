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
	switch q {
	case Q8_0:
		unpackWords(b[2:], w[2*QuantRows:], row, unsigned)
	case Q4_0:
		unpackWords(b[2:], w[2*QuantRows:], row, 0)
	case Q4_K:
		unpackScales4(b, w, row)
		unpackWords(b[16:], w[q4kCodes:], row, 0)
	case Q5_K:
		unpackScales4(b, w, row)
		unpackWords(b[48:], w[q4kCodes:], row, 0)
		unpackWords(b[16:48], w[q5kHigh:], row, 0)
	case Q6_K:
		copy(b[208:], b[:2])
		for part := range 16 {
			b[192+part] = w[q6kScales+part*QuantRows+row]
		}
		unpackWords(b[:128], w[q6kLow:], row, 0)
		unpackWords(b[128:192], w[q6kHigh:], row, 0)
	}
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
	copy(b[2:4], w[2*QuantRows+2*row:])
	scale := func(part int) byte { return w[q4kScales+part*QuantRows+row] }
	least := func(part int) byte { return w[q4kLeasts+part*QuantRows+row] }
	for i := range 4 {
		b[4+i] = scale(i) | scale(i+4)>>4<<6
		b[8+i] = least(i) | least(i+4)>>4<<6
		b[12+i] = scale(i+4)&15 | least(i+4)<<4
	}
}
