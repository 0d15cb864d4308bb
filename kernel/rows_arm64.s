//go:build arm64 && !purego && !f64

#include "textflag.h"
#include "neon_arm64.h"
#include "quant_arm64.h"

// Products of one or two panels of 12 rows with one x: rows.go says how they lie. A column of a panel becomes float32 in V4 to V6, the
// number of x is in V0, the sums in V16 to V18 and V20 to V22.

#define FLOATS(p) VLD1.P 48(p), [V4.S4, V5.S4, V6.S4]
#define F16S(p) VLD1.P 24(p), [V1.H4, V2.H4, V3.H4]; FCVTL(4, 1); FCVTL(5, 2); FCVTL(6, 3)
#define BF16S(p) VLD1.P 24(p), [V1.H4, V2.H4, V3.H4]; SHLL(4, 1); SHLL(5, 2); SHLL(6, 3)

#define COLUMN(load, p, d) load(p); MULADD(d, 4, 0); MULADD(d+1, 5, 0); MULADD(d+2, 6, 0)

#define ROWARGS \
	MOVD y+0(FP), R0; \
	MOVD w+8(FP), R1; \
	MOVD x+16(FP), R2; \
	MOVD k+24(FP), R3; \
	EACH3(EORB, 16, 16, 16); \
	EACH3(EORB, 20, 20, 20)

#define ONE(load) \
	ROWARGS; \
columns: \
	VLD1R.P 4(R2), [V0.S4]; \
	COLUMN(load, R1, 16); \
	SUBS $1, R3; \
	BNE  columns; \
	VST1 [V16.S4, V17.S4, V18.S4], (R0); \
	RET

// TWO panels are size bytes times k apart.
#define TWO(load, size) \
	ROWARGS; \
	MOVD $size, R4; \
	MADD R4, R1, R3, R4; \
columns: \
	VLD1R.P 4(R2), [V0.S4]; \
	COLUMN(load, R1, 16); \
	COLUMN(load, R4, 20); \
	SUBS $1, R3; \
	BNE  columns; \
	VST1.P [V16.S4, V17.S4, V18.S4], 48(R0); \
	VST1 [V20.S4, V21.S4, V22.S4], (R0); \
	RET

// func rowsF32x1NEON(y *float32, w *byte, x *float32, k int)
TEXT ·rowsF32x1NEON(SB), NOSPLIT, $0-32
	ONE(FLOATS)

// func rowsF32x2NEON(y *float32, w *byte, x *float32, k int)
TEXT ·rowsF32x2NEON(SB), NOSPLIT, $0-32
	TWO(FLOATS, 48)

// func rowsF16x1NEON(y *float32, w *byte, x *float32, k int)
TEXT ·rowsF16x1NEON(SB), NOSPLIT, $0-32
	ONE(F16S)

// func rowsF16x2NEON(y *float32, w *byte, x *float32, k int)
TEXT ·rowsF16x2NEON(SB), NOSPLIT, $0-32
	TWO(F16S, 24)

// func rowsBF16x1NEON(y *float32, w *byte, x *float32, k int)
TEXT ·rowsBF16x1NEON(SB), NOSPLIT, $0-32
	ONE(BF16S)

// func rowsBF16x2NEON(y *float32, w *byte, x *float32, k int)
TEXT ·rowsBF16x2NEON(SB), NOSPLIT, $0-32
	TWO(BF16S, 24)
