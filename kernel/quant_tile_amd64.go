//go:build amd64 && !purego && !f64

package kernel

// A tileKind is a kind of weights in panels and how many xs a kernel takes.
type tileKind struct {
	q Quant
	n int
}

func tileQuantAVX512(y *float32, ldy int, q Quant, n int, w, x *byte, stride, blocks int) {
	switch (tileKind{q, n}) {
	case tileKind{Q4_0, 1}:
		tileQ4_0x1AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q4_0, 2}:
		tileQ4_0x2AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q4_0, 4}:
		tileQ4_0x4AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q4_0, 8}:
		tileQ4_0x8AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q4_1, 1}:
		tileQ4_1x1AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q4_1, 2}:
		tileQ4_1x2AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q4_1, 4}:
		tileQ4_1x4AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q4_1, 8}:
		tileQ4_1x8AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q5_0, 1}:
		tileQ5_0x1AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q5_0, 2}:
		tileQ5_0x2AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q5_0, 4}:
		tileQ5_0x4AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q5_0, 8}:
		tileQ5_0x8AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q5_1, 1}:
		tileQ5_1x1AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q5_1, 2}:
		tileQ5_1x2AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q5_1, 4}:
		tileQ5_1x4AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q5_1, 8}:
		tileQ5_1x8AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q8_0, 1}:
		tileQ8_0x1AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q8_0, 2}:
		tileQ8_0x2AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q8_0, 4}:
		tileQ8_0x4AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q8_0, 8}:
		tileQ8_0x8AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{IQ4_NL, 1}:
		tileIQ4_NLx1AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{IQ4_NL, 2}:
		tileIQ4_NLx2AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{IQ4_NL, 4}:
		tileIQ4_NLx4AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{IQ4_NL, 8}:
		tileIQ4_NLx8AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{MXFP4, 1}:
		tileMXFP4x1AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{MXFP4, 2}:
		tileMXFP4x2AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{MXFP4, 4}:
		tileMXFP4x4AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{MXFP4, 8}:
		tileMXFP4x8AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q2_K, 1}:
		tileQ2_Kx1AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q2_K, 2}:
		tileQ2_Kx2AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q2_K, 4}:
		tileQ2_Kx4AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q2_K, 8}:
		tileQ2_Kx8AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q4_K, 1}:
		tileQ4_Kx1AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q4_K, 2}:
		tileQ4_Kx2AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q4_K, 4}:
		tileQ4_Kx4AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q4_K, 8}:
		tileQ4_Kx8AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q5_K, 1}:
		tileQ5_Kx1AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q5_K, 2}:
		tileQ5_Kx2AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q5_K, 4}:
		tileQ5_Kx4AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q5_K, 8}:
		tileQ5_Kx8AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q6_K, 1}:
		tileQ6_Kx1AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q6_K, 2}:
		tileQ6_Kx2AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q6_K, 4}:
		tileQ6_Kx4AVX512(y, ldy, w, x, stride, blocks)
	case tileKind{Q6_K, 8}:
		tileQ6_Kx8AVX512(y, ldy, w, x, stride, blocks)
	}
}

func tileQuantAVX2(y *float32, ldy int, q Quant, w, x *byte, stride, blocks int) {
	switch q {
	case Q4_0:
		tileQ4_0x1AVX2(y, ldy, w, x, stride, blocks)
	case Q4_1:
		tileQ4_1x1AVX2(y, ldy, w, x, stride, blocks)
	case Q5_0:
		tileQ5_0x1AVX2(y, ldy, w, x, stride, blocks)
	case Q5_1:
		tileQ5_1x1AVX2(y, ldy, w, x, stride, blocks)
	case Q8_0:
		tileQ8_0x1AVX2(y, ldy, w, x, stride, blocks)
	case IQ4_NL:
		tileIQ4_NLx1AVX2(y, ldy, w, x, stride, blocks)
	case MXFP4:
		tileMXFP4x1AVX2(y, ldy, w, x, stride, blocks)
	case Q2_K:
		tileQ2_Kx1AVX2(y, ldy, w, x, stride, blocks)
	case Q4_K:
		tileQ4_Kx1AVX2(y, ldy, w, x, stride, blocks)
	case Q5_K:
		tileQ5_Kx1AVX2(y, ldy, w, x, stride, blocks)
	case Q6_K:
		tileQ6_Kx1AVX2(y, ldy, w, x, stride, blocks)
	}
}
