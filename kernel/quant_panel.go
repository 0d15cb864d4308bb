package kernel

import "encoding/binary"

// Weights in blocks, repacked for products with integers of 8 bits: 16 rows lie side by side in a panel, so that a vector holds
// the same four columns of 16 rows and each of its lanes sums one row. A panel has as many bytes as the rows had, or a few more:
//
//	Q8_0   32 columns: d F16 of each row | 8 times: 4 codes of each row, 128 added to make them unsigned
//	Q4_0   32 columns: d F16 of each row | 4 times: 4 bytes of each row, two codes each
//	Q4_K   256 columns: d, m F16 of each row | s, t of each part of each row, a byte each | 32 times: 4 bytes of each row, as in the block
//	Q5_K   as Q4_K, with 8 times 4 bytes of fifth bits of each row before the codes
//	Q6_K   256 columns: d F16 of each row | s of each part of each row | 16 times: 4 bytes of upper bits of each row, then twice 4 bytes
//	       of the lower bits that go with them
//
// Kernels for one x read a panel once, from its start to its end: memory is fastest so.
//
// Q5_0 and IQ4_NL have codes that are those of a Q8_0, and are packed as it; Q3_K, in more bytes, as a Q6_K.

// QuantRows is how many rows of weights lie in a panel.
const QuantRows = 16

// packing is how a kind is packed: as which, how many bytes of a panel stand for a block of each row, and for what code 0 stands.
type packing struct {
	as    Quant
	bytes int
	zero  int32 // added to codes to make them unsigned
	parts int   // of a block, with a sum of codes each
	least bool  // whether weights have least numbers, see TilesQuant
	pack  func(dst, b []byte, q Quant, row int)
}

var packings = map[Quant]packing{
	Q8_0:   {Q8_0, 16 * 34, 128, 1, false, packQ8_0},
	Q5_0:   {Q8_0, 16 * 34, 128, 1, false, packCodes},
	IQ4_NL: {Q8_0, 16 * 34, 128, 1, false, packCodes},
	Q4_0:   {Q4_0, 16 * 18, 8, 1, false, packQ4_0},
	Q3_K:   {Q6_K, 16 * 210, 32, 16, false, packQ3_K},
	Q4_K:   {Q4_K, 16 * 148, 0, 8, true, packQ4_K},
	Q5_K:   {Q5_K, 16 * 180, 0, 8, true, packQ5_K},
	Q6_K:   {Q6_K, 16 * 210, 32, 16, false, packQ6_K},
}

// HasPanels reports whether weights of kind q can be packed; others are multiplied as numbers.
func HasPanels(q Quant) bool { _, ok := packings[q]; return ok }

// QuantPanels is how many panels m rows make.
func QuantPanels(m int) int { return (m + QuantRows - 1) / QuantRows }

// PackedQuant is the bytes of the panels of m rows of k weights of kind q, k a multiple of its block.
func PackedQuant(q Quant, m, k int) int { return QuantPanels(m) * panelBytes(q, k) }

func panelBytes(q Quant, k int) int { return k / q.Block() * packings[q].bytes }

// PackQuant writes panels first … last − 1 of m rows of k weights of kind q: w has the blocks of a row after the other. Rows
// beyond m are zeros.
func PackQuant(dst []byte, q Quant, w []byte, m, k, first, last int) {
	p := packings[q]
	size, row := panelBytes(q, k), k/q.Block()*q.Bytes()
	for i := first; i < last; i++ {
		panel := dst[i*size : (i+1)*size]
		clear(panel)
		for r := range min(QuantRows, m-i*QuantRows) {
			b, to := w[(i*QuantRows+r)*row:][:row], panel
			for len(b) > 0 {
				p.pack(to, b, q, r)
				to, b = to[p.bytes:], b[q.Bytes():]
			}
		}
	}
}

// packWords writes the bytes of src, four at a time, into the words of a row.
func packWords(dst, src []byte, row int, flip uint32) {
	at := 4 * row
	for len(src) >= 4 {
		binary.LittleEndian.PutUint32(dst[at:], binary.LittleEndian.Uint32(src)^flip)
		at, src = at+4*QuantRows, src[4:]
	}
}

// unsigned turns 4 signed bytes into unsigned ones that are 128 more.
const unsigned = 0x80808080

func packQ8_0(dst, b []byte, _ Quant, row int) {
	copy(dst[2*row:2*row+2], b)
	packWords(dst[2*QuantRows:], b[2:34], row, unsigned)
}

func packQ4_0(dst, b []byte, _ Quant, row int) {
	copy(dst[2*row:2*row+2], b)
	packWords(dst[2*QuantRows:], b[2:18], row, 0)
}

// packCodes packs the codes of a block of 5 bits, or those that a table gives, as bytes.
func packCodes(dst, b []byte, q Quant, row int) {
	copy(dst[2*row:2*row+2], b)
	var codes [32]byte
	if q == Q5_0 {
		high := binary.LittleEndian.Uint32(b[2:])
		for j, c := range b[6:22] {
			codes[j] = byte(int(uint32(c&15)|high>>j&1<<4) - 16)
			codes[j+16] = byte(int(uint32(c>>4)|high>>(j+16)&1<<4) - 16)
		}
	} else {
		for j, c := range b[2:18] {
			codes[j], codes[j+16] = byte(tableIQ4[c&15]), byte(tableIQ4[c>>4])
		}
	}
	packWords(dst[2*QuantRows:], codes[:], row, unsigned)
}

// Where the fields of a panel's blocks of 256 columns begin.
const (
	q4kScales = 4 * QuantRows
	q4kLeasts = q4kScales + 8*QuantRows
	q4kCodes  = q4kLeasts + 8*QuantRows
	q5kHigh   = q4kCodes
	q5kCodes  = q5kHigh + 32*QuantRows
	q6kScales = 2 * QuantRows
	q6kCodes  = q6kScales + 16*QuantRows
)

func packQ4_K(dst, b []byte, _ Quant, row int) {
	packScales4(dst, b, row)
	packWords(dst[q4kCodes:], b[16:144], row, 0)
}

func packQ5_K(dst, b []byte, _ Quant, row int) {
	packScales4(dst, b, row)
	packWords(dst[q5kCodes:], b[48:176], row, 0)
	packWords(dst[q5kHigh:], b[16:48], row, 0)
}

// packScales4 packs what Q4_K and Q5_K begin with.
func packScales4(dst, b []byte, row int) {
	copy(dst[2*row:2*row+2], b)
	copy(dst[2*QuantRows+2*row:][:2], b[2:])
	for part := range 8 {
		s, t := scale4(b[4:16], part)
		dst[q4kScales+part*QuantRows+row] = byte(s)
		dst[q4kLeasts+part*QuantRows+row] = byte(t)
	}
}

func packQ6_K(dst, b []byte, _ Quant, row int) {
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
func packQ3_K(dst, b []byte, _ Quant, row int) {
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
