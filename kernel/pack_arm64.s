//go:build arm64 && !purego && !f64

#include "textflag.h"

// TURN turns a square: V20 to V23 are the columns of V16 to V19. It overwrites V24 to V27.
#define TURN \
	VTRN1 V17.S4, V16.S4, V24.S4; \
	VTRN2 V17.S4, V16.S4, V25.S4; \
	VTRN1 V19.S4, V18.S4, V26.S4; \
	VTRN2 V19.S4, V18.S4, V27.S4; \
	VZIP1 V26.D2, V24.D2, V20.D2; \
	VZIP1 V27.D2, V25.D2, V21.D2; \
	VZIP2 V26.D2, V24.D2, V22.D2; \
	VZIP2 V27.D2, V25.D2, V23.D2

// func packRows4NEON(dst, s0, s1, s2, s3 *float32, k, stride int)
TEXT ·packRows4NEON(SB), NOSPLIT, $0-56
	MOVD dst+0(FP), R0
	MOVD s0+8(FP), R1
	MOVD s1+16(FP), R2
	MOVD s2+24(FP), R3
	MOVD s3+32(FP), R4
	MOVD k+40(FP), R5
	MOVD stride+48(FP), R6
	SUBS $4, R5
	BLT  rest

squares:
	FMOVQ.P 16(R1), F16
	FMOVQ.P 16(R2), F17
	FMOVQ.P 16(R3), F18
	FMOVQ.P 16(R4), F19
	TURN
	FMOVQ   F20, (R0)
	ADD     R6, R0
	FMOVQ   F21, (R0)
	ADD     R6, R0
	FMOVQ   F22, (R0)
	ADD     R6, R0
	FMOVQ   F23, (R0)
	ADD     R6, R0
	SUBS    $4, R5
	BGE     squares

rest:
	ADDS $4, R5
	BEQ  done

numbers:
	FMOVS.P 4(R1), F16
	FMOVS.P 4(R2), F17
	FMOVS.P 4(R3), F18
	FMOVS.P 4(R4), F19
	FSTPS   (F16, F17), (R0)
	FSTPS   (F18, F19), 8(R0)
	ADD     R6, R0
	SUBS    $1, R5
	BNE     numbers

done:
	RET
