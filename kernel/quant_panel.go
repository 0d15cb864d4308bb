package kernel

// Weights in blocks, repacked for products with integers of 8 bits: 16 rows lie side by side in a panel, so that a vector holds
// the same four columns of 16 rows and each of its lanes sums one row. A panel has as many bytes as the rows had, or a few more:
//
//	Q8_0           32 columns: d F16 of each row | 8 times: 4 codes of each row, 128 added to make them unsigned
//	Q4_0, IQ4_NL   32 columns: d F16 of each row | 4 times: 4 bytes of each row, two codes each
//	MXFP4          as Q4_0, with d as BF16
//	Q4_1           as Q4_0, with m F16 after d
//	Q5_0, Q5_1     as Q4_0 and Q4_1, with 4 bytes of fifth bits of each row before the codes: bit g of byte c is that of code 4g + c
//	Q2_K           256 columns: d, m F16 of each row | s, t of each part of each row in a byte | 16 times: 4 bytes of each row, as in the block
//	Q4_K           256 columns: d, m F16 of each row | s, t of each part of each row, a byte each | 32 times: 4 bytes of each row, as in the block
//	Q5_K           as Q4_K, with 8 times 4 bytes of fifth bits of each row before the codes
//	Q6_K           256 columns: d F16 of each row | s of each part of each row | 16 times: 4 bytes of upper bits of each row, then twice 4 bytes
//	               of the lower bits that go with them
//
// Kernels for one x read a panel once, from its start to its end: memory is fastest so. Q3_K is packed, in more bytes, as a Q6_K.

// QuantRows is how many rows of weights lie in a panel.
const QuantRows = 16

// packing is how a kind is packed: as which, how many bytes of a panel stand for a block of each row, and for what code 0 stands.
type packing struct {
	as    Quant
	bytes int
	zero  int32 // added to codes to make them unsigned
	parts int   // of a block, with a sum of codes each
	least bool  // whether weights have least numbers, see TilesQuant
	pack  func(dst, b []byte, row int)
}

var packings = [NumQuants]packing{
	Q8_0:   {Q8_0, 16 * 34, 128, 1, false, packQ8_0},
	Q4_0:   {Q4_0, 16 * 18, 8, 1, false, packQ4_0},
	Q4_1:   {Q4_1, 16 * 20, 0, 1, true, packQ4_1},
	Q5_0:   {Q5_0, 16 * 22, 16, 1, false, packQ5_0},
	Q5_1:   {Q5_1, 16 * 24, 0, 1, true, packQ5_1},
	IQ4_NL: {IQ4_NL, 16 * 18, 128, 1, false, packQ4_0},
	MXFP4:  {MXFP4, 16 * 18, 12, 1, false, packMXFP4},
	Q2_K:   {Q2_K, 16 * 84, 0, 16, true, packQ2_K},
	Q3_K:   {Q6_K, 16 * 210, 32, 16, false, packQ3_K},
	Q4_K:   {Q4_K, 16 * 148, 0, 8, true, packQ4_K},
	Q5_K:   {Q5_K, 16 * 180, 0, 8, true, packQ5_K},
	Q6_K:   {Q6_K, 16 * 210, 32, 16, false, packQ6_K},
}

// HasPanels reports whether weights of kind q can be packed: all kinds can.
func HasPanels(q Quant) bool { return q < NumQuants }

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
				p.pack(to, b, r)
				to, b = to[p.bytes:], b[q.Bytes():]
			}
		}
	}
}
