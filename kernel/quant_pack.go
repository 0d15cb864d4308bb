package kernel

import (
	"encoding/binary"
	"math"
)

// How blocks of 32 numbers go to panels: see quant_panel.go.

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

// Where the fields of a panel's blocks of 32 columns begin.
const (
	q8Codes  = 2 * QuantRows
	q41Codes = 4 * QuantRows
	q50High  = 2 * QuantRows
	q50Codes = q50High + 4*QuantRows
	q51High  = 4 * QuantRows
	q51Codes = q51High + 4*QuantRows
)

func packQ8_0(dst, b []byte, row int) {
	copy(dst[2*row:2*row+2], b)
	packWords(dst[q8Codes:], b[2:34], row, unsigned)
}

func packQ4_0(dst, b []byte, row int) {
	copy(dst[2*row:2*row+2], b)
	packWords(dst[q8Codes:], b[2:18], row, 0)
}

func packMXFP4(dst, b []byte, row int) {
	binary.LittleEndian.PutUint16(dst[2*row:], uint16(math.Float32bits(halfE8M0(b[0]))>>16)) // a power of two: exact
	packWords(dst[q8Codes:], b[1:17], row, 0)
}

// packPair packs d and m.
func packPair(dst, b []byte, row int) {
	copy(dst[2*row:2*row+2], b)
	copy(dst[2*QuantRows+2*row:][:2], b[2:])
}

func packQ4_1(dst, b []byte, row int) {
	packPair(dst, b, row)
	packWords(dst[q41Codes:], b[4:20], row, 0)
}

func packQ5_0(dst, b []byte, row int) {
	copy(dst[2*row:2*row+2], b)
	packFifth(dst[q50High:], b[2:], row)
	packWords(dst[q50Codes:], b[6:22], row, 0)
}

func packQ5_1(dst, b []byte, row int) {
	packPair(dst, b, row)
	packFifth(dst[q51High:], b[4:], row)
	packWords(dst[q51Codes:], b[8:24], row, 0)
}

// packFifth packs the fifth bits of 32 codes: bit 4g + c becomes bit g of byte c.
func packFifth(dst, b []byte, row int) {
	high, w := binary.LittleEndian.Uint32(b), uint32(0)
	for c := range 4 {
		t := high >> c & 0x11111111
		t = (t | t>>3) & 0x03030303
		t = (t | t>>6) & 0x000f000f
		w |= (t | t>>12) & 0xff << (8 * c)
	}
	binary.LittleEndian.PutUint32(dst[4*row:], w)
}
