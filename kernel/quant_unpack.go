package kernel

// UnpackQuant is y[i] = number col + i of a row of weights of kind q, of which w has the panels of rows of k: the same bits
// as GetQuant gives of the row's blocks. col and len(y) are multiples of the kind's block.
func UnpackQuant(y []Float, q Quant, w []byte, k, row, col int) {
	p, block := &packings[q], q.Block()
	w, row = w[row/QuantRows*panelBytes(q, k)+col/block*p.bytes:], row%QuantRows
	per := block / p.parts
	var codes [4 * QuantRows]byte
	for ; len(y) > 0; y = y[block:] {
		d, m := scales(p.as, w, row)
		for at := 0; at < block; at += 4 {
			s, t := partScales(p.as, w, at/per, row)
			scale, least := float32(d*float32(s)), float32(m*float32(t))
			panelCodes(p.as, &codes, w, at/4)
			for i, c := range codes[4*row : 4*row+4] {
				v := float32(scale * float32(int32(c)-p.zero))
				if p.least {
					v += least
				}
				y[at+i] = Float(v)
			}
		}
		w = w[p.bytes:]
	}
}
