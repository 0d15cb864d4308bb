//go:build arm64 && !purego && !f64

#include "textflag.h"
#include "neon_arm64.h"
#include "quant_arm64.h"

// Products of a panel of 16 rows with one x, in blocks of 256: see quant_arm64.s. Parts are computed one after the other; R7 is the
// part's number, R9 where their scales are, R5 its codes, R12 its bits that lie apart.

// SUMS takes a step of four columns: codes from R5, R13 bytes further each time; more puts their upper bits at them.
#define SUMS(dot, more) \
	NUMBERS(R1); \
	VLD1.P (R5)(R13), [V1.B16, V2.B16, V3.B16, V4.B16]; \
	UPPER; \
	more; \
	DOTS(dot, 1)

// MORE puts the bits from R12 on at the codes: V29 moves them to their place, V28 is where that is.
#define MORE \
	VLD1.P (R12)(R13), [V5.B16, V6.B16, V7.B16, V8.B16]; \
	EACHC(USHL, 5, 5, 29); \
	EACHC(ANDB, 5, 5, 28); \
	EACH3(ORRB, 1, 1, 5)

#define FOUR(dot, more) SUMS(dot, more); SUMS(dot, more); SUMS(dot, more); SUMS(dot, more)

#define TOTAL EACH3(MLAI, 20, 10, 24)

// BEGIN is the start of a block, whose scales begin at byte scales, and of its parts.
#define BEGIN(scales) \
	ADD $scales, R0, R9; \
	MOVD ZR, R7; \
	EACH3(EORB, 20, 20, 20)

#define ENDPART(parts, next) \
	ADD $1, R7; \
	CMP $parts, R7; \
	BNE next

// SHIFT makes V30 move codes 4 to the right where bit b of the part's number is set.
#define SHIFT(b) \
	UBFX $b, R7, $1, R6; \
	NEG R6<<2, R6; \
	VDUP R6, V30.B16

// LEASTS takes away the least numbers, the parts' sums from R1 on, scales as more leaves them from R9 on: 16 bytes at a time.
#define LEASTS(parts, more) \
	CLEAR; \
	MOVD $parts, R7; \
least: \
	MOVH.P 2(R1), R6; \
	VDUP R6, V0.S4; \
	VLD1.P 16(R9), [V5.B16]; \
	more; \
	WIDENED; \
	EACHC(MLAI, 24, 10, 0); \
	SUBS $1, R7; \
	BNE least; \
	NUMBERS(R1); \
	HALVES(R0); \
	SCALED(20, FADD); \
	ADD $32, R0, R8; \
	HALVES(R8); \
	SCALED(24, FSUB)

#define TILE4K(dot) \
	ARGS; \
	BYTES($15, V9); \
	MOVD $64, R13; \
block: \
	BEGIN(64); \
	ADD $320, R0, R4; \
part: \
	CLEAR; \
	SHIFT(0); \
	LSR $1, R7, R5; \
	ADD R5<<9, R4, R5; \
	FOUR(dot, NOTHING); \
	FOUR(dot, NOTHING); \
	WHOLES(R9); \
	TOTAL; \
	ENDPART(8, part); \
	LEASTS(8, NOTHING); \
	ADD $2368, R0; \
	LAST

#define TILE5K(dot) \
	ARGS; \
	BYTES($15, V9); \
	BYTES($16, V28); \
	MOVD $64, R13; \
block: \
	BEGIN(64); \
	ADD $832, R0, R4; \
part: \
	CLEAR; \
	SHIFT(0); \
	LSR $1, R7, R5; \
	ADD R5<<9, R4, R5; \
	ADD $320, R0, R12; \
	MOVD $4, R6; \
	SUB R7, R6; \
	VDUP R6, V29.B16; \
	FOUR(dot, MORE); \
	FOUR(dot, MORE); \
	WHOLES(R9); \
	TOTAL; \
	ENDPART(8, part); \
	LEASTS(8, NOTHING); \
	ADD $2880, R0; \
	LAST

// Part 8h + 2p + half has bits 2p and 2p + 1 of the upper ones at R12, and the half p/2 of the lower ones at word 1 + p mod 2.
#define TILE6K(dot) \
	ARGS; \
	BYTES($15, V9); \
	BYTES($48, V28); \
	MOVD $192, R13; \
	MOVD $768, R14; \
block: \
	BEGIN(32); \
	ADD $288, R0, R4; \
	ADD $256, R1, R10; \
part: \
	MOVW.P 4(R10), R6; \
	START; \
	SHIFT(2); \
	UBFX $3, R7, $1, R5; \
	UBFX $0, R7, $1, R12; \
	ADD R5<<1, R12, R12; \
	MADD R14, R4, R12, R12; \
	UBFX $1, R7, $1, R5; \
	ADD R5<<6, R12, R5; \
	ADD $64, R5; \
	UBFX $1, R7, $2, R6; \
	LSL $1, R6; \
	MOVD $4, R8; \
	SUB R6, R8, R6; \
	VDUP R6, V29.B16; \
	FOUR(dot, MORE); \
	WHOLES(R9); \
	TOTAL; \
	ENDPART(16, part); \
	MOVD R10, R1; \
	NUMBERS(R1); \
	HALVES(R0); \
	SCALED(20, FADD); \
	ADD $3360, R0; \
	LAST

#define LOWERHALF VAND V31.B16, V5.B16, V5.B16
#define UPPERHALF VUSHR $4, V5.B16, V5.B16

#define TILE2K(dot) \
	ARGS; \
	BYTES($3, V9); \
	BYTES($15, V31); \
	MOVD $64, R13; \
block: \
	BEGIN(64); \
	ADD $320, R0, R4; \
part: \
	CLEAR; \
	UBFX $1, R7, $2, R6; \
	NEG R6<<1, R6; \
	VDUP R6, V30.B16; \
	UBFX $3, R7, $1, R5; \
	UBFX $0, R7, $1, R12; \
	ADD R5<<1, R12, R12; \
	ADD R12<<8, R4, R5; \
	FOUR(dot, NOTHING); \
	VLD1.P 16(R9), [V5.B16]; \
	LOWERHALF; \
	WIDENED; \
	TOTAL; \
	ENDPART(16, part); \
	ADD $64, R0, R9; \
	LEASTS(16, UPPERHALF); \
	ADD $1344, R0; \
	LAST

// func tileQ2_KNEON(y *float32, w, x *byte, blocks int)
TEXT ·tileQ2_KNEON(SB), NOSPLIT, $0-32
	TILE2K(PAIRS)

// func tileQ2_KDot(y *float32, w, x *byte, blocks int)
TEXT ·tileQ2_KDot(SB), NOSPLIT, $0-32
	TILE2K(DOT)

// func tileQ4_KNEON(y *float32, w, x *byte, blocks int)
TEXT ·tileQ4_KNEON(SB), NOSPLIT, $0-32
	TILE4K(PAIRS)

// func tileQ4_KDot(y *float32, w, x *byte, blocks int)
TEXT ·tileQ4_KDot(SB), NOSPLIT, $0-32
	TILE4K(DOT)

// func tileQ5_KNEON(y *float32, w, x *byte, blocks int)
TEXT ·tileQ5_KNEON(SB), NOSPLIT, $0-32
	TILE5K(PAIRS)

// func tileQ5_KDot(y *float32, w, x *byte, blocks int)
TEXT ·tileQ5_KDot(SB), NOSPLIT, $0-32
	TILE5K(DOT)

// func tileQ6_KNEON(y *float32, w, x *byte, blocks int)
TEXT ·tileQ6_KNEON(SB), NOSPLIT, $0-32
	TILE6K(PAIRS)

// func tileQ6_KDot(y *float32, w, x *byte, blocks int)
TEXT ·tileQ6_KDot(SB), NOSPLIT, $0-32
	TILE6K(DOT)
