//go:build arm64 && !purego && !f64

#include "textflag.h"
#include "neon_arm64.h"
#include "quant_arm64.h"

// Products of a panel of 16 rows with one x, in blocks of 32: quant_panel.go and quant_x.go say how they lie. R0 is where the panel's
// block begins, R1 the block of x, R2 how many are left, R3 y. V16 to V19 are the rows' sums, V20 to V23 those of a block of 256,
// V24 to V27 those of a part, V9 keeps a code's bits.

#define GROUP8(dot) \
	NUMBERS(R1); \
	CODES(R4); \
	EACHC(EORB, 1, 1, 9); \
	DOTS(dot, 1)

#define TILE8(dot) \
	ARGS; \
	BYTES($0x80, V9); \
block: \
	ADD $32, R0, R4; \
	CLEAR; \
	GROUP8(dot); GROUP8(dot); GROUP8(dot); GROUP8(dot); \
	GROUP8(dot); GROUP8(dot); GROUP8(dot); GROUP8(dot); \
	ADD $4, R1; \
	NUMBERS(R1); \
	HALVES(R0); \
	SCALED(24, FADD); \
	MOVD R4, R0; \
	LAST

#define HALF BYTES($15, V9); BYTES($-4, V30)

#define TILE4(dot) \
	ARGS; \
	HALF; \
block: \
	SHORT(dot, 32, START, NOTHING, NOTHING); \
	HALVES(R0); \
	SCALED(24, FADD); \
	MOVD R4, R0; \
	LAST

// LEAST adds the least numbers, times the sum of x in R6.
#define LEAST \
	START; \
	ADD $32, R0, R8; \
	HALVES(R8); \
	SCALED(24, FADD)

#define TILE41(dot) \
	ARGS; \
	HALF; \
block: \
	SHORT(dot, 64, CLEAR, NOTHING, NOTHING); \
	HALVES(R0); \
	SCALED(24, FADD); \
	LEAST; \
	MOVD R4, R0; \
	LAST

// The bits of group g go 4 − g to the left, those of group g + 4 as far as g to the right.
#define LOWFIFTH FIFTH(5); VADD V30.B16, V29.B16, V29.B16
#define HIGHFIFTH FIFTH(1); VADD V31.B16, V29.B16, V29.B16

#define FIFTHS(high) \
	ADD  $high, R0, R8; \
	VLD1 (R8), [V10.B16, V11.B16, V12.B16, V13.B16]; \
	BYTES($4, V29)

#define FIFTHBITS HALF; BYTES($16, V28); BYTES($3, V31)

#define TILE50(dot) \
	ARGS; \
	FIFTHBITS; \
block: \
	FIFTHS(32); \
	SHORT(dot, 96, START, LOWFIFTH, HIGHFIFTH); \
	HALVES(R0); \
	SCALED(24, FADD); \
	MOVD R4, R0; \
	LAST

#define TILE51(dot) \
	ARGS; \
	FIFTHBITS; \
block: \
	FIFTHS(64); \
	SHORT(dot, 128, CLEAR, LOWFIFTH, HIGHFIFTH); \
	HALVES(R0); \
	SCALED(24, FADD); \
	LEAST; \
	MOVD R4, R0; \
	LAST

// Codes that a table in V31 gives, with their sign.
#define LOWLOOK EACHC(LOOK, 5, 5, 31)
#define HIGHLOOK EACHC(LOOK, 1, 1, 31)

#define TILEIQ4(dot) \
	ARGS; \
	HALF; \
	MOVD $tableIQ4<>(SB), R6; \
	VLD1 (R6), [V31.B16]; \
block: \
	SHORT(dot, 32, CLEAR, LOWLOOK, HIGHLOOK); \
	HALVES(R0); \
	SCALED(24, FADD); \
	MOVD R4, R0; \
	LAST

#define TILEFP4(dot) \
	ARGS; \
	HALF; \
	MOVD $tableFP4<>(SB), R6; \
	VLD1 (R6), [V31.B16]; \
block: \
	SHORT(dot, 32, CLEAR, LOWLOOK, HIGHLOOK); \
	VLD1 (R0), [V1.H8, V2.H8]; \
	SHLL(10, 1); \
	SHLL2(11, 1); \
	SHLL(12, 2); \
	SHLL2(13, 2); \
	EACHC(FMUL, 10, 10, 0); \
	SCALED(24, FADD); \
	MOVD R4, R0; \
	LAST

DATA tableIQ4<>+0(SB)/8, $0xf6eaddcfbfad9881
DATA tableIQ4<>+8(SB)/8, $0x7159453526190d01
GLOBL tableIQ4<>(SB), RODATA|NOPTR, $16

DATA tableFP4<>+0(SB)/8, $0x0c08060403020100
DATA tableFP4<>+8(SB)/8, $0xf4f8fafcfdfeff00
GLOBL tableFP4<>(SB), RODATA|NOPTR, $16

// func tileQ8_0NEON(y *float32, w, x *byte, blocks int)
TEXT ·tileQ8_0NEON(SB), NOSPLIT, $0-32
	TILE8(PAIRS)

// func tileQ8_0Dot(y *float32, w, x *byte, blocks int)
TEXT ·tileQ8_0Dot(SB), NOSPLIT, $0-32
	TILE8(DOT)

// func tileQ4_0NEON(y *float32, w, x *byte, blocks int)
TEXT ·tileQ4_0NEON(SB), NOSPLIT, $0-32
	TILE4(PAIRS)

// func tileQ4_0Dot(y *float32, w, x *byte, blocks int)
TEXT ·tileQ4_0Dot(SB), NOSPLIT, $0-32
	TILE4(DOT)

// func tileQ4_1NEON(y *float32, w, x *byte, blocks int)
TEXT ·tileQ4_1NEON(SB), NOSPLIT, $0-32
	TILE41(PAIRS)

// func tileQ4_1Dot(y *float32, w, x *byte, blocks int)
TEXT ·tileQ4_1Dot(SB), NOSPLIT, $0-32
	TILE41(DOT)

// func tileQ5_0NEON(y *float32, w, x *byte, blocks int)
TEXT ·tileQ5_0NEON(SB), NOSPLIT, $0-32
	TILE50(PAIRS)

// func tileQ5_0Dot(y *float32, w, x *byte, blocks int)
TEXT ·tileQ5_0Dot(SB), NOSPLIT, $0-32
	TILE50(DOT)

// func tileQ5_1NEON(y *float32, w, x *byte, blocks int)
TEXT ·tileQ5_1NEON(SB), NOSPLIT, $0-32
	TILE51(PAIRS)

// func tileQ5_1Dot(y *float32, w, x *byte, blocks int)
TEXT ·tileQ5_1Dot(SB), NOSPLIT, $0-32
	TILE51(DOT)

// func tileIQ4_NLNEON(y *float32, w, x *byte, blocks int)
TEXT ·tileIQ4_NLNEON(SB), NOSPLIT, $0-32
	TILEIQ4(PAIRS)

// func tileIQ4_NLDot(y *float32, w, x *byte, blocks int)
TEXT ·tileIQ4_NLDot(SB), NOSPLIT, $0-32
	TILEIQ4(DOT)

// func tileMXFP4NEON(y *float32, w, x *byte, blocks int)
TEXT ·tileMXFP4NEON(SB), NOSPLIT, $0-32
	TILEFP4(PAIRS)

// func tileMXFP4Dot(y *float32, w, x *byte, blocks int)
TEXT ·tileMXFP4Dot(SB), NOSPLIT, $0-32
	TILEFP4(DOT)
