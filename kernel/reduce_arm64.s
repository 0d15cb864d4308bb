//go:build arm64 && !purego && !f64

#include "textflag.h"
#include "neon_arm64.h"

#define FABS4(d, n) WORD $(0x4ea0f800 | (n)<<5 | (d))

#define LOAD(p) \
	FLDPQ.P 32(p), (F0, F1); \
	FLDPQ.P 32(p), (F2, F3)

// Lanes i to i+3 of a vector are counted in two registers of sums.
#define COUNT(low, n) \
	WIDEN(12, n); \
	WIDENHIGH(13, n); \
	FADD8(low, low, 12); \
	FADD8(low+1, low+1, 13)

// func foldAbsNEON(sum *float64, x *float32, n int)
TEXT ·foldAbsNEON(SB), NOSPLIT, $0-24
	MOVD  sum+0(FP), R3
	MOVD  x+8(FP), R1
	MOVD  n+16(FP), R2
	FLDPQ (R3), (F16, F17)
	FLDPQ 32(R3), (F18, F19)
	FLDPQ 64(R3), (F20, F21)
	FLDPQ 96(R3), (F22, F23)

loop:
	LOAD(R1)
	EACH2(FABS4, 0, 0)
	COUNT(16, 0)
	COUNT(18, 1)
	COUNT(20, 2)
	COUNT(22, 3)
	SUBS  $16, R2
	BNE   loop
	FSTPQ (F16, F17), (R3)
	FSTPQ (F18, F19), 32(R3)
	FSTPQ (F20, F21), 64(R3)
	FSTPQ (F22, F23), 96(R3)
	RET

#define NOTHING NOOP

// BEST is the rest of a kernel that keeps the best of each lane; prepare is done with each vector before.
#define BEST(prepare, op) \
	FLDPQ (R3), (F4, F5); \
	FLDPQ 32(R3), (F6, F7); \
loop: \
	LOAD(R1); \
	prepare; \
	EACH3(op, 4, 4, 0); \
	SUBS  $16, R2; \
	BNE   loop; \
	FSTPQ (F4, F5), (R3); \
	FSTPQ (F6, F7), 32(R3); \
	RET

// func foldMaxNEON(best, x *float32, n int)
TEXT ·foldMaxNEON(SB), NOSPLIT, $0-24
	MOVD  best+0(FP), R3
	MOVD  x+8(FP), R1
	MOVD  n+16(FP), R2
	BEST(NOTHING, FMAX)

// func foldMinNEON(best, x *float32, n int)
TEXT ·foldMinNEON(SB), NOSPLIT, $0-24
	MOVD  best+0(FP), R3
	MOVD  x+8(FP), R1
	MOVD  n+16(FP), R2
	BEST(NOTHING, FMIN)

// func foldMaxAbsNEON(best, x *float32, n int)
TEXT ·foldMaxAbsNEON(SB), NOSPLIT, $0-24
	MOVD  best+0(FP), R3
	MOVD  x+8(FP), R1
	MOVD  n+16(FP), R2
	BEST(EACH2(FABS4, 0, 0), FMAX)

// COLUMNS is the rest of a kernel that adds rows to acc, four columns at a time; step is done with sums 14, 15 and numbers 12, 13.
#define COLUMNS(step) \
row: \
	MOVD  R3, R6; \
	MOVD  R1, R7; \
	MOVD  R2, R8; \
columns: \
	FMOVQ.P 16(R7), F0; \
	FLDPQ (R6), (F14, F15); \
	WIDEN(12, 0); \
	WIDENHIGH(13, 0); \
	step; \
	FSTPQ.P (F14, F15), 32(R6); \
	SUBS  $4, R8; \
	BNE   columns; \
	ADD   R5, R1; \
	SUBS  $1, R4; \
	BNE   row; \
	RET

#define ADDBOTH FADD8(14, 14, 12); FADD8(15, 15, 13)
#define SQUAREBOTH MULADD8(14, 12, 12); MULADD8(15, 13, 13)

// func columnsSumNEON(acc *float64, x *float32, n, rows, stride int)
TEXT ·columnsSumNEON(SB), NOSPLIT, $0-40
	MOVD acc+0(FP), R3
	MOVD x+8(FP), R1
	MOVD n+16(FP), R2
	MOVD rows+24(FP), R4
	MOVD stride+32(FP), R5
	COLUMNS(ADDBOTH)

// func columnsSquareNEON(acc *float64, x *float32, n, rows, stride int)
TEXT ·columnsSquareNEON(SB), NOSPLIT, $0-40
	MOVD acc+0(FP), R3
	MOVD x+8(FP), R1
	MOVD n+16(FP), R2
	MOVD rows+24(FP), R4
	MOVD stride+32(FP), R5
	COLUMNS(SQUAREBOTH)
