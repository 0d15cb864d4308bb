package kernel

// UnpackQuant is y[i·ld + j] = number col + j of row row + i, i < rows and j < cols, of weights of kind q, of which w has the
// panels of rows of k: the same bits as GetQuant gives of the rows' blocks. col and cols are multiples of the kind's block. The
// codes of a panel are unpacked for all of its rows at once: many rows take little longer than one.
func UnpackQuant(y []Float, ld int, q Quant, w []byte, k, row, rows, col, cols int) {
	p, block := &packings[q], q.Block()
	for rows > 0 {
		in := min(rows, QuantRows-row%QuantRows) // rows of this panel
		panel := w[row/QuantRows*panelBytes(q, k)+col/block*p.bytes:]
		for j := 0; j < cols; j += block {
			p.unpack(y[j:], ld, panel, row%QuantRows, in, block)
			panel = panel[p.bytes:]
		}
		if row, rows = row+in, rows-in; rows > 0 {
			y = y[in*ld:]
		}
	}
}

// unpack is UnpackQuant of one block of some rows of a panel.
func (p *packing) unpack(y []Float, ld int, w []byte, row, rows, block int) {
	var d, m, scale, least [QuantRows]float32
	for r := range rows {
		d[r], m[r] = scales(p.as, w, row+r)
	}
	var codes [4 * QuantRows]byte
	per := block / p.parts
	for at := 0; at < block; at += 4 {
		if at%per == 0 {
			for r := range rows {
				s, t := partScales(p.as, w, at/per, row+r)
				scale[r], least[r] = float32(d[r]*float32(s)), float32(m[r]*float32(t))
			}
		}
		panelCodes(p.as, &codes, w, at/4)
		for r := range rows {
			s, c, to := scale[r], codes[4*(row+r):][:4], y[r*ld+at:][:4]
			for i := range to {
				v := float32(s * float32(int32(c[i])-p.zero))
				if p.least {
					v += least[r]
				}
				to[i] = Float(v)
			}
		}
	}
}
