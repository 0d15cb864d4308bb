//go:build arm64 && !purego && !f64

#include "textflag.h"
#include "neon_arm64.h"

// SQUARE adds to the sums in Vd four terms of each of four rows, in their order: the square of the rows is turned, and
// its columns are multiplied by the numbers of x in V0.
#define SQUARE(d, r0, r1, r2, r3) \
	FMOVQ.P 16(r0), F16; \
	FMOVQ.P 16(r1), F17; \
	FMOVQ.P 16(r2), F18; \
	FMOVQ.P 16(r3), F19; \
	VTRN1   V17.S4, V16.S4, V20.S4; \
	VTRN2   V17.S4, V16.S4, V21.S4; \
	VTRN1   V19.S4, V18.S4, V22.S4; \
	VTRN2   V19.S4, V18.S4, V23.S4; \
	VZIP1   V22.D2, V20.D2, V24.D2; \
	VZIP1   V23.D2, V21.D2, V25.D2; \
	VZIP2   V22.D2, V20.D2, V26.D2; \
	VZIP2   V23.D2, V21.D2, V27.D2; \
	FMLA(d, 24, 0, 0, 0); \
	FMLA(d, 25, 0, 0, 1); \
	FMLA(d, 26, 0, 1, 0); \
	FMLA(d, 27, 0, 1, 1)

// NUMBER adds one term of each of four rows, times the number of x in lane 0 of V0.
#define NUMBER(d, r0, r1, r2, r3) \
	VLD1.P 4(r0), V16.S[0]; \
	VLD1.P 4(r1), V16.S[1]; \
	VLD1.P 4(r2), V16.S[2]; \
	VLD1.P 4(r3), V16.S[3]; \
	FMLA(d, 16, 0, 0, 0)

// func rowDots16NEON(y, x, w *float32, k, ld int, onto bool)
// Sixteen rows of w in R0 to R15, R19 y, R20 x, R21 k, R22 ld. A sum has to wait for its last term: four groups keep the multipliers busy.
TEXT ·rowDots16NEON(SB), NOSPLIT, $0-41
	MOVD  y+0(FP), R19
	MOVD  x+8(FP), R20
	MOVD  w+16(FP), R0
	MOVD  k+24(FP), R21
	MOVD  ld+32(FP), R22
	MOVBU onto+40(FP), R23
	ADD   R22, R0, R1
	ADD   R22, R1, R2
	ADD   R22, R2, R3
	ADD   R22, R3, R4
	ADD   R22, R4, R5
	ADD   R22, R5, R6
	ADD   R22, R6, R7
	ADD   R22, R7, R8
	ADD   R22, R8, R9
	ADD   R22, R9, R10
	ADD   R22, R10, R11
	ADD   R22, R11, R12
	ADD   R22, R12, R13
	ADD   R22, R13, R14
	ADD   R22, R14, R15
	VEOR  V28.B16, V28.B16, V28.B16
	VEOR  V29.B16, V29.B16, V29.B16
	VEOR  V30.B16, V30.B16, V30.B16
	VEOR  V31.B16, V31.B16, V31.B16
	CBZ   R23, sum
	FLDPQ (R19), (F28, F29)
	FLDPQ 32(R19), (F30, F31)

sum:
	SUBS $4, R21
	BLT  rest

squares:
	FMOVQ.P 16(R20), F0
	SQUARE(28, R0, R1, R2, R3)
	SQUARE(29, R4, R5, R6, R7)
	SQUARE(30, R8, R9, R10, R11)
	SQUARE(31, R12, R13, R14, R15)
	SUBS    $4, R21
	BGE     squares

rest:
	ADDS $4, R21
	BEQ  store

numbers:
	FMOVS.P 4(R20), F0
	NUMBER(28, R0, R1, R2, R3)
	NUMBER(29, R4, R5, R6, R7)
	NUMBER(30, R8, R9, R10, R11)
	NUMBER(31, R12, R13, R14, R15)
	SUBS    $1, R21
	BNE     numbers

store:
	FSTPQ (F28, F29), (R19)
	FSTPQ (F30, F31), 32(R19)
	RET

// func rowDots4NEON(y, x, w0, w1, w2, w3 *float32, k int, onto bool)
TEXT ·rowDots4NEON(SB), NOSPLIT, $0-57
	MOVD  y+0(FP), R19
	MOVD  x+8(FP), R20
	MOVD  w0+16(FP), R0
	MOVD  w1+24(FP), R1
	MOVD  w2+32(FP), R2
	MOVD  w3+40(FP), R3
	MOVD  k+48(FP), R21
	MOVBU onto+56(FP), R23
	VEOR  V28.B16, V28.B16, V28.B16
	CBZ   R23, sum
	FMOVQ (R19), F28

sum:
	SUBS $4, R21
	BLT  rest

squares:
	FMOVQ.P 16(R20), F0
	SQUARE(28, R0, R1, R2, R3)
	SUBS    $4, R21
	BGE     squares

rest:
	ADDS $4, R21
	BEQ  store

numbers:
	FMOVS.P 4(R20), F0
	NUMBER(28, R0, R1, R2, R3)
	SUBS    $1, R21
	BNE     numbers

store:
	FMOVQ F28, (R19)
	RET

// func rowSums4NEON(y, x, w *float32, n, ld int)
// Four rows of w in R2 to R5, eight columns at a time.
TEXT ·rowSums4NEON(SB), NOSPLIT, $0-40
	MOVD  y+0(FP), R0
	MOVD  x+8(FP), R1
	MOVD  w+16(FP), R2
	MOVD  n+24(FP), R6
	MOVD  ld+32(FP), R7
	ADD   R7, R2, R3
	ADD   R7, R3, R4
	ADD   R7, R4, R5
	FMOVQ (R1), F0
	FLDPS (R1), (F1, F2)
	FLDPS 8(R1), (F3, F4)
	SUBS  $8, R6
	BLT   rest

columns:
	FLDPQ   (R0), (F16, F17)
	FLDPQ.P 32(R2), (F18, F19)
	FLDPQ.P 32(R3), (F20, F21)
	FLDPQ.P 32(R4), (F22, F23)
	FLDPQ.P 32(R5), (F24, F25)
	FMLA(16, 18, 0, 0, 0)
	FMLA(17, 19, 0, 0, 0)
	FMLA(16, 20, 0, 0, 1)
	FMLA(17, 21, 0, 0, 1)
	FMLA(16, 22, 0, 1, 0)
	FMLA(17, 23, 0, 1, 0)
	FMLA(16, 24, 0, 1, 1)
	FMLA(17, 25, 0, 1, 1)
	FSTPQ.P (F16, F17), 32(R0)
	SUBS    $8, R6
	BGE     columns

rest:
	ADDS $8, R6
	BEQ  done

column:
	FMOVS   (R0), F16
	FMOVS.P 4(R2), F18
	FMOVS.P 4(R3), F20
	FMOVS.P 4(R4), F22
	FMOVS.P 4(R5), F24
	FMADDS  F18, F16, F1, F16
	FMADDS  F20, F16, F2, F16
	FMADDS  F22, F16, F3, F16
	FMADDS  F24, F16, F4, F16
	FMOVS.P F16, 4(R0)
	SUBS    $1, R6
	BNE     column

done:
	RET

// func axpyNEON(y, x *float32, n int, a float32)
TEXT ·axpyNEON(SB), NOSPLIT, $0-28
	MOVD  y+0(FP), R0
	MOVD  x+8(FP), R1
	MOVD  n+16(FP), R2
	FMOVS a+24(FP), F0
	SUBS  $16, R2
	BLT   rest

columns:
	FLDPQ   (R0), (F16, F17)
	FLDPQ   32(R0), (F18, F19)
	FLDPQ.P 32(R1), (F20, F21)
	FLDPQ.P 32(R1), (F22, F23)
	FMLA(16, 20, 0, 0, 0)
	FMLA(17, 21, 0, 0, 0)
	FMLA(18, 22, 0, 0, 0)
	FMLA(19, 23, 0, 0, 0)
	FSTPQ.P (F16, F17), 32(R0)
	FSTPQ.P (F18, F19), 32(R0)
	SUBS    $16, R2
	BGE     columns

rest:
	ADDS $16, R2
	BEQ  done

column:
	FMOVS   (R0), F16
	FMOVS.P 4(R1), F17
	FMADDS  F17, F16, F0, F16
	FMOVS.P F16, 4(R0)
	SUBS    $1, R2
	BNE     column

done:
	RET
