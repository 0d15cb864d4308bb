//go:build arm64 && !purego && !f64

package kernel

import "golang.org/x/sys/cpu"

// dotProduct says whether the processor has products of bytes that are added four at a time (ARMv8.2).
var dotProduct = cpu.ARM64.HasASIMDDP

// tileQuantVector computes a panel for one x; 0 without vectors.
func tileQuantVector(y []Float, ld int, q Quant, w, x []byte, stride, n, k int) (did int) {
	if level == Generic || k == 0 {
		return 0
	}
	if dotProduct {
		tileQuantDot(&y[0], q, &w[0], &x[0], k/q.Block())
	} else {
		tileQuantNEON(&y[0], q, &w[0], &x[0], k/q.Block())
	}
	return 1
}

func tileQuantDot(y *float32, q Quant, w, x *byte, blocks int) {
	switch q {
	case Q4_0:
		tileQ4_0Dot(y, w, x, blocks)
	case Q4_1:
		tileQ4_1Dot(y, w, x, blocks)
	case Q5_0:
		tileQ5_0Dot(y, w, x, blocks)
	case Q5_1:
		tileQ5_1Dot(y, w, x, blocks)
	case Q8_0:
		tileQ8_0Dot(y, w, x, blocks)
	case IQ4_NL:
		tileIQ4_NLDot(y, w, x, blocks)
	case MXFP4:
		tileMXFP4Dot(y, w, x, blocks)
	case Q2_K:
		tileQ2_KDot(y, w, x, blocks)
	case Q4_K:
		tileQ4_KDot(y, w, x, blocks)
	case Q5_K:
		tileQ5_KDot(y, w, x, blocks)
	case Q6_K:
		tileQ6_KDot(y, w, x, blocks)
	}
}

func tileQuantNEON(y *float32, q Quant, w, x *byte, blocks int) {
	switch q {
	case Q4_0:
		tileQ4_0NEON(y, w, x, blocks)
	case Q4_1:
		tileQ4_1NEON(y, w, x, blocks)
	case Q5_0:
		tileQ5_0NEON(y, w, x, blocks)
	case Q5_1:
		tileQ5_1NEON(y, w, x, blocks)
	case Q8_0:
		tileQ8_0NEON(y, w, x, blocks)
	case IQ4_NL:
		tileIQ4_NLNEON(y, w, x, blocks)
	case MXFP4:
		tileMXFP4NEON(y, w, x, blocks)
	case Q2_K:
		tileQ2_KNEON(y, w, x, blocks)
	case Q4_K:
		tileQ4_KNEON(y, w, x, blocks)
	case Q5_K:
		tileQ5_KNEON(y, w, x, blocks)
	case Q6_K:
		tileQ6_KNEON(y, w, x, blocks)
	}
}

// y[r] = row r of w · x  for r < 16,  Q4_0.
//
//go:noescape
func tileQ4_0NEON(y *float32, w, x *byte, blocks int)

// y[r] = row r of w · x  for r < 16,  Q4_0.
//
//go:noescape
func tileQ4_0Dot(y *float32, w, x *byte, blocks int)

// y[r] = row r of w · x  for r < 16,  Q4_1.
//
//go:noescape
func tileQ4_1NEON(y *float32, w, x *byte, blocks int)

// y[r] = row r of w · x  for r < 16,  Q4_1.
//
//go:noescape
func tileQ4_1Dot(y *float32, w, x *byte, blocks int)

// y[r] = row r of w · x  for r < 16,  Q5_0.
//
//go:noescape
func tileQ5_0NEON(y *float32, w, x *byte, blocks int)

// y[r] = row r of w · x  for r < 16,  Q5_0.
//
//go:noescape
func tileQ5_0Dot(y *float32, w, x *byte, blocks int)

// y[r] = row r of w · x  for r < 16,  Q5_1.
//
//go:noescape
func tileQ5_1NEON(y *float32, w, x *byte, blocks int)

// y[r] = row r of w · x  for r < 16,  Q5_1.
//
//go:noescape
func tileQ5_1Dot(y *float32, w, x *byte, blocks int)

// y[r] = row r of w · x  for r < 16,  Q8_0.
//
//go:noescape
func tileQ8_0NEON(y *float32, w, x *byte, blocks int)

// y[r] = row r of w · x  for r < 16,  Q8_0.
//
//go:noescape
func tileQ8_0Dot(y *float32, w, x *byte, blocks int)

// y[r] = row r of w · x  for r < 16,  IQ4_NL.
//
//go:noescape
func tileIQ4_NLNEON(y *float32, w, x *byte, blocks int)

// y[r] = row r of w · x  for r < 16,  IQ4_NL.
//
//go:noescape
func tileIQ4_NLDot(y *float32, w, x *byte, blocks int)

// y[r] = row r of w · x  for r < 16,  MXFP4.
//
//go:noescape
func tileMXFP4NEON(y *float32, w, x *byte, blocks int)

// y[r] = row r of w · x  for r < 16,  MXFP4.
//
//go:noescape
func tileMXFP4Dot(y *float32, w, x *byte, blocks int)

// y[r] = row r of w · x  for r < 16,  Q2_K.
//
//go:noescape
func tileQ2_KNEON(y *float32, w, x *byte, blocks int)

// y[r] = row r of w · x  for r < 16,  Q2_K.
//
//go:noescape
func tileQ2_KDot(y *float32, w, x *byte, blocks int)

// y[r] = row r of w · x  for r < 16,  Q4_K.
//
//go:noescape
func tileQ4_KNEON(y *float32, w, x *byte, blocks int)

// y[r] = row r of w · x  for r < 16,  Q4_K.
//
//go:noescape
func tileQ4_KDot(y *float32, w, x *byte, blocks int)

// y[r] = row r of w · x  for r < 16,  Q5_K.
//
//go:noescape
func tileQ5_KNEON(y *float32, w, x *byte, blocks int)

// y[r] = row r of w · x  for r < 16,  Q5_K.
//
//go:noescape
func tileQ5_KDot(y *float32, w, x *byte, blocks int)

// y[r] = row r of w · x  for r < 16,  Q6_K.
//
//go:noescape
func tileQ6_KNEON(y *float32, w, x *byte, blocks int)

// y[r] = row r of w · x  for r < 16,  Q6_K.
//
//go:noescape
func tileQ6_KDot(y *float32, w, x *byte, blocks int)
