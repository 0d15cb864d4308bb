//go:build arm64 && !purego && !f64

#include "textflag.h"
#include "neon_arm64.h"

// A tile of 8×12 keeps its sums in V8 to V31, row i in V8+3i to V10+3i. A step of l loads eight numbers of a to V0 and V1,
// twelve of b to V2 to V4, and multiplies each of the three by one number of a: 24 FMLA of 27 instructions, and 96 of 112
// in the loop of four steps.
#define ROW(d, m, h, l) FMLA(d, 2, m, h, l); FMLA(d+1, 3, m, h, l); FMLA(d+2, 4, m, h, l)
#define ROWS1 ROW(8, 0, 0, 0)
#define ROWS2 ROWS1; ROW(11, 0, 0, 1)
#define ROWS3 ROWS2; ROW(14, 0, 1, 0)
#define ROWS4 ROWS3; ROW(17, 0, 1, 1)
#define ROWS5 ROWS4; ROW(20, 1, 0, 0)
#define ROWS6 ROWS5; ROW(23, 1, 0, 1)
#define ROWS7 ROWS6; ROW(26, 1, 1, 0)
#define ROWS8 ROWS7; ROW(29, 1, 1, 1)

#define STEP(u, rows) \
	FLDPQ (u*32)(R1), (F0, F1); \
	FLDPQ (u*48)(R2), (F2, F3); \
	FMOVQ (u*48+32)(R2), F4; \
	rows

// GETn loads n rows of y from R8 on, R5 bytes apart; PUTn stores them.
#define GET1 FLDPQ (R8), (F8, F9); FMOVQ 32(R8), F10
#define GET2 GET1; ADD R5, R8; FLDPQ (R8), (F11, F12); FMOVQ 32(R8), F13
#define GET3 GET2; ADD R5, R8; FLDPQ (R8), (F14, F15); FMOVQ 32(R8), F16
#define GET4 GET3; ADD R5, R8; FLDPQ (R8), (F17, F18); FMOVQ 32(R8), F19
#define GET5 GET4; ADD R5, R8; FLDPQ (R8), (F20, F21); FMOVQ 32(R8), F22
#define GET6 GET5; ADD R5, R8; FLDPQ (R8), (F23, F24); FMOVQ 32(R8), F25
#define GET7 GET6; ADD R5, R8; FLDPQ (R8), (F26, F27); FMOVQ 32(R8), F28
#define GET8 GET7; ADD R5, R8; FLDPQ (R8), (F29, F30); FMOVQ 32(R8), F31
#define PUT1 FSTPQ (F8, F9), (R8); FMOVQ F10, 32(R8)
#define PUT2 PUT1; ADD R5, R8; FSTPQ (F11, F12), (R8); FMOVQ F13, 32(R8)
#define PUT3 PUT2; ADD R5, R8; FSTPQ (F14, F15), (R8); FMOVQ F16, 32(R8)
#define PUT4 PUT3; ADD R5, R8; FSTPQ (F17, F18), (R8); FMOVQ F19, 32(R8)
#define PUT5 PUT4; ADD R5, R8; FSTPQ (F20, F21), (R8); FMOVQ F22, 32(R8)
#define PUT6 PUT5; ADD R5, R8; FSTPQ (F23, F24), (R8); FMOVQ F25, 32(R8)
#define PUT7 PUT6; ADD R5, R8; FSTPQ (F26, F27), (R8); FMOVQ F28, 32(R8)
#define PUT8 PUT7; ADD R5, R8; FSTPQ (F29, F30), (R8); FMOVQ F31, 32(R8)

#define CLEAR1 VEOR V8.B16, V8.B16, V8.B16; VEOR V9.B16, V9.B16, V9.B16; VEOR V10.B16, V10.B16, V10.B16
#define CLEAR2 CLEAR1; VEOR V11.B16, V11.B16, V11.B16; VEOR V12.B16, V12.B16, V12.B16; VEOR V13.B16, V13.B16, V13.B16
#define CLEAR3 CLEAR2; VEOR V14.B16, V14.B16, V14.B16; VEOR V15.B16, V15.B16, V15.B16; VEOR V16.B16, V16.B16, V16.B16
#define CLEAR4 CLEAR3; VEOR V17.B16, V17.B16, V17.B16; VEOR V18.B16, V18.B16, V18.B16; VEOR V19.B16, V19.B16, V19.B16
#define CLEAR5 CLEAR4; VEOR V20.B16, V20.B16, V20.B16; VEOR V21.B16, V21.B16, V21.B16; VEOR V22.B16, V22.B16, V22.B16
#define CLEAR6 CLEAR5; VEOR V23.B16, V23.B16, V23.B16; VEOR V24.B16, V24.B16, V24.B16; VEOR V25.B16, V25.B16, V25.B16
#define CLEAR7 CLEAR6; VEOR V26.B16, V26.B16, V26.B16; VEOR V27.B16, V27.B16, V27.B16; VEOR V28.B16, V28.B16, V28.B16
#define CLEAR8 CLEAR7; VEOR V29.B16, V29.B16, V29.B16; VEOR V30.B16, V30.B16, V30.B16; VEOR V31.B16, V31.B16, V31.B16

// TILES is the body of tile kernels. R0 y, R1 a, R2 b, R3 k, R4 panels, R5 ldy, R6 the start of b, R7 steps to go.
#define TILES(rows, get, put, clear) \
	MOVD y+0(FP), R0; \
	MOVD a+8(FP), R1; \
	MOVD b+16(FP), R6; \
	MOVD k+24(FP), R3; \
	MOVD panels+32(FP), R4; \
	MOVD ldy+40(FP), R5; \
	MOVBU onto+48(FP), R9; \
panel: \
	clear; \
	CBZ R9, sum; \
	MOVD R0, R8; \
	get; \
sum: \
	MOVD R6, R2; \
	SUBS $4, R3, R7; \
	BLT rest; \
steps: \
	STEP(0, rows); \
	STEP(1, rows); \
	STEP(2, rows); \
	STEP(3, rows); \
	ADD $128, R1; \
	ADD $192, R2; \
	SUBS $4, R7; \
	BGE steps; \
rest: \
	ADDS $4, R7; \
	BEQ store; \
single: \
	STEP(0, rows); \
	ADD $32, R1; \
	ADD $48, R2; \
	SUBS $1, R7; \
	BNE single; \
store: \
	MOVD R0, R8; \
	put; \
	ADD R5, R8, R0; \
	SUBS $1, R4; \
	BNE panel; \
	RET

// func tile1NEON(y, a, b *float32, k, panels, ldy int, onto bool)
TEXT ·tile1NEON(SB), NOSPLIT, $0-49
	TILES(ROWS1, GET1, PUT1, CLEAR1)

// func tile2NEON(y, a, b *float32, k, panels, ldy int, onto bool)
TEXT ·tile2NEON(SB), NOSPLIT, $0-49
	TILES(ROWS2, GET2, PUT2, CLEAR2)

// func tile3NEON(y, a, b *float32, k, panels, ldy int, onto bool)
TEXT ·tile3NEON(SB), NOSPLIT, $0-49
	TILES(ROWS3, GET3, PUT3, CLEAR3)

// func tile4NEON(y, a, b *float32, k, panels, ldy int, onto bool)
TEXT ·tile4NEON(SB), NOSPLIT, $0-49
	TILES(ROWS4, GET4, PUT4, CLEAR4)

// func tile5NEON(y, a, b *float32, k, panels, ldy int, onto bool)
TEXT ·tile5NEON(SB), NOSPLIT, $0-49
	TILES(ROWS5, GET5, PUT5, CLEAR5)

// func tile6NEON(y, a, b *float32, k, panels, ldy int, onto bool)
TEXT ·tile6NEON(SB), NOSPLIT, $0-49
	TILES(ROWS6, GET6, PUT6, CLEAR6)

// func tile7NEON(y, a, b *float32, k, panels, ldy int, onto bool)
TEXT ·tile7NEON(SB), NOSPLIT, $0-49
	TILES(ROWS7, GET7, PUT7, CLEAR7)

// func tile8NEON(y, a, b *float32, k, panels, ldy int, onto bool)
TEXT ·tile8NEON(SB), NOSPLIT, $0-49
	TILES(ROWS8, GET8, PUT8, CLEAR8)
