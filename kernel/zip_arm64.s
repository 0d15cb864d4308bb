//go:build arm64 && !purego && !f64

#include "textflag.h"
#include "neon_arm64.h"

// The loops take sixteen elements at a time.

#define LOADA FLDPQ (R1), (F0, F1); FLDPQ 32(R1), (F2, F3); ADD R4, R1
#define LOADB FLDPQ (R2), (F4, F5); FLDPQ 32(R2), (F6, F7); ADD R5, R2
#define LOADY FLDPQ (R0), (F8, F9); FLDPQ 32(R0), (F10, F11)
#define STORE FSTPQ.P (F0, F1), 32(R0); FSTPQ.P (F2, F3), 32(R0)

#define ARGUMENTS \
	MOVD  y+0(FP), R0; \
	MOVD  a+8(FP), R1; \
	MOVD  b+16(FP), R2; \
	MOVD  n+24(FP), R3; \
	MOVD  sa+32(FP), R4; \
	MOVD  sb+40(FP), R5; \
	MOVBU add+48(FP), R6; \
	LSL   $6, R4; \
	LSL   $6, R5

#define ZIP(op) \
	ARGUMENTS; \
	CBNZ R6, adding; \
loop: \
	LOADA; \
	LOADB; \
	op; \
	STORE; \
	SUBS $16, R3; \
	BNE  loop; \
	RET; \
adding: \
	LOADA; \
	LOADB; \
	op; \
	LOADY; \
	EACH3(FADD, 0, 8, 0); \
	STORE; \
	SUBS $16, R3; \
	BNE  adding; \
	RET

// func zipAddNEON(y, a, b *float32, n, sa, sb int, add bool)
TEXT ·zipAddNEON(SB), NOSPLIT, $0-49
	ZIP(EACH3(FADD, 0, 0, 4))

// func zipSubNEON(y, a, b *float32, n, sa, sb int, add bool)
TEXT ·zipSubNEON(SB), NOSPLIT, $0-49
	ZIP(EACH3(FSUB, 0, 0, 4))

// func zipDivNEON(y, a, b *float32, n, sa, sb int, add bool)
TEXT ·zipDivNEON(SB), NOSPLIT, $0-49
	ZIP(EACH3(FDIV, 0, 0, 4))

// A NaN stays; of zeros of either sign it is b, as with AVX2.
#define LARGER(d, n, m) FCMEQ(12, n, m); FMAX(d, n, m); BIT(d, m, 12)
#define SMALLER(d, n, m) FCMEQ(12, n, m); FMIN(d, n, m); BIT(d, m, 12)

// func zipMaxNEON(y, a, b *float32, n, sa, sb int, add bool)
TEXT ·zipMaxNEON(SB), NOSPLIT, $0-49
	ZIP(EACH3(LARGER, 0, 0, 4))

// func zipMinNEON(y, a, b *float32, n, sa, sb int, add bool)
TEXT ·zipMinNEON(SB), NOSPLIT, $0-49
	ZIP(EACH3(SMALLER, 0, 0, 4))

// func zipMulNEON(y, a, b *float32, n, sa, sb int, add bool)
// A product is added with one rounding.
TEXT ·zipMulNEON(SB), NOSPLIT, $0-49
	ARGUMENTS
	CBNZ R6, adding

loop:
	LOADA
	LOADB
	EACH3(FMUL, 0, 0, 4)
	STORE
	SUBS $16, R3
	BNE  loop
	RET

adding:
	LOADA
	LOADB
	LOADY
	EACH3(MULADD, 8, 0, 4)
	FSTPQ.P (F8, F9), 32(R0)
	FSTPQ.P (F10, F11), 32(R0)
	SUBS    $16, R3
	BNE     adding
	RET

// func affineNEON(y, x *float32, n int, a, b float32)
TEXT ·affineNEON(SB), NOSPLIT, $0-32
	MOVD  y+0(FP), R0
	MOVD  x+8(FP), R1
	MOVD  n+16(FP), R3
	FMOVS a+24(FP), F12
	FMOVS b+28(FP), F13
	VDUP  V12.S[0], V12.S4
	VDUP  V13.S[0], V13.S4
	MOVD  $64, R4

loop:
	LOADA
	SPLAT(8, 13)
	EACHC(MULADD, 8, 0, 12)
	FSTPQ.P (F8, F9), 32(R0)
	FSTPQ.P (F10, F11), 32(R0)
	SUBS    $16, R3
	BNE     loop
	RET
